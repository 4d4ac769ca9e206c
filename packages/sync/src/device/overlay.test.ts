import type { AnyRow, Patch } from '@psa/domain';
import { expect, test } from 'vitest';
import type { Mutation, MutationResult } from '../protocol.ts';
import { Overlay, type PendingWish, shownRow } from './overlay.ts';
import type { AckedEntry, OutboxEntry } from './store.ts';

const FACILITY = 'facility';
const AT = '2026-03-01T08:00:00.000Z';

const server = (version: number, values: Patch = {}): AnyRow => ({
  id: 'p1',
  facility_id: FACILITY,
  created_by: null,
  updated_by: null,
  created_at: AT,
  updated_at: AT,
  deleted: false,
  row_version: version,
  phone: '01',
  city: 'Enugu',
  ...values,
});

const mutation = (op: Mutation['op'], patch: Patch = {}, id = 'p1'): Mutation => ({
  mid: `${op} ${JSON.stringify(patch)}`,
  kind: 'patients',
  id,
  op,
  base: 1,
  patch,
  at: AT,
});
const wish = (op: Mutation['op'], patch: Patch = {}, acked: PendingWish['acked'] = null): PendingWish => ({
  mutation: mutation(op, patch),
  cseq: 1,
  author: 'me',
  acked,
});
const shown = (row: AnyRow | undefined, pending: PendingWish[], cursor = 10) => shownRow(row, pending, FACILITY, cursor);

test('[S10] unsent wishes lie over the server copy in the order they were made; the version stays the copy’s', () => {
  const row = shown(server(4), [wish('edit', { phone: '02' }), wish('edit', { phone: '03', city: null })]);
  expect(row).toMatchObject({ phone: '03', city: null, row_version: 4, updated_by: 'me' });
});

test('[S11] a row created here is whole, and has version 0 until its copy arrives', () => {
  const row = shown(undefined, [wish('create', { phone: '02' })]);
  expect(row).toMatchObject({ id: 'p1', phone: '02', email: null, row_version: 0, facility_id: FACILITY, deleted: false });
  expect(shown(server(1, { phone: '02' }), [wish('create', { phone: '02' })])?.row_version).toBe(1);
});

test('[S10] a retracted row is not shown, also one that is edited afterwards; restoring shows it again', () => {
  expect(shown(server(2), [wish('retract')])).toBeUndefined();
  expect(shown(server(2), [wish('retract'), wish('edit', { phone: '02' })])).toBeUndefined();
  expect(shown(server(2), [wish('retract'), wish('restore')])?.phone).toBe('01');
  expect(shown(undefined, [wish('edit', { phone: '02' })])).toBeUndefined();
  expect(shown(undefined, [wish('retract')])).toBeUndefined();
});

test('[S6] withdrawing a refused wish changes no row', () => {
  expect(shown(server(2), [wish('withdraw')])).toEqual(server(2));
  expect(shown(undefined, [wish('withdraw')])).toBeUndefined();
});

test('[S10] a journal entry counts below its head and above the copy’s version, and no longer', () => {
  const acked = { version: 3, head: 20 };
  expect(shown(server(2), [wish('edit', { phone: '02' }, acked)], 19)?.phone).toBe('02');
  expect(shown(server(2), [wish('edit', { phone: '02' }, acked)], 20)?.phone).toBe('01');
  expect(shown(server(3), [wish('edit', { phone: '02' }, acked)], 19)?.phone).toBe('01');
  expect(shownRow(server(2), [wish('edit', { phone: '02' }, acked)], FACILITY, null)?.phone).toBe('02');
});

const entry = (cseq: number, mutations: Mutation[], saved_at = AT): OutboxEntry => ({
  cseq,
  group: { group: `g${cseq}`, device: 'd', author: 'me', epoch: null, mutations },
  body: '',
  sig: '',
  saved_at,
  state: 'waiting',
});
const journal = (cseq: number, mutations: Mutation[], results: MutationResult[], head: number): AckedEntry => {
  const { state: _, ...kept } = entry(cseq, mutations);
  return { ...kept, results, acked_at: AT, head };
};

test('[S10] journal and outbox are laid over in cseq order, wherever each wish is', () => {
  const first = journal(1, [mutation('edit', { phone: '02' })], [{ mid: '', status: 'applied', version: 3 }], 20);
  const back = entry(2, [mutation('edit', { phone: '03' })]);
  const third = journal(3, [mutation('edit', { phone: '04' })], [{ mid: '', status: 'merged', version: 4 }], 20);
  const overlay = new Overlay([back], [third, first], 10, FACILITY);
  expect(overlay.shown('patients', 'p1', server(2))?.phone).toBe('04');
});

test('[S10] a parked group is not laid over the row', () => {
  const parked = journal(
    1,
    [mutation('edit', { phone: '02' }), mutation('create', {}, 'p2')],
    [
      { mid: '', status: 'conflict', conflict_id: 'c' },
      { mid: '', status: 'conflict', conflict_id: 'c' },
    ],
    20,
  );
  const overlay = new Overlay([], [parked], 10, FACILITY);
  expect(overlay.shownRows('patients', [server(2)])).toEqual([server(2)]);
});

test('rows of a kind: server copies, own new ones, without own retracted ones', () => {
  const outbox = [
    entry(1, [mutation('create', { phone: '09' }, 'p2')], '2026-03-01T09:00:00.000Z'),
    entry(2, [mutation('retract', {}, 'p1'), mutation('edit', { phone: '10' }, 'p2')], '2026-03-01T08:30:00.000Z'),
  ];
  const overlay = new Overlay(outbox, [], 10, FACILITY);
  const rows = overlay.shownRows('patients', [server(2), { ...server(5), id: 'p3' }]);
  expect(rows.map((r) => [r.id, r.phone]).sort()).toEqual([
    ['p2', '10'],
    ['p3', '01'],
  ]);
  expect(overlay.shownRows('wards', [])).toEqual([]);
  expect(overlay.unsentOf('patients', 'p2')).toEqual({ unsent: 2, unsent_since: '2026-03-01T08:30:00.000Z' });
  expect(overlay.unsentOf('patients', 'p3')).toEqual({ unsent: 0, unsent_since: null });
  expect(overlay.total).toEqual({ unsent: 2, unsent_since: '2026-03-01T08:30:00.000Z' });
  expect([...overlay.keys()].sort()).toEqual(['patients/p1', 'patients/p2']);
});

test('[S27] a conflict that was settled here is shown as settled, until the server says otherwise', () => {
  const conflict = server(1, { status: 'Open' });
  const settles = { ...mutation('edit', {}), resolves: 'c1' };
  const group = { group: 'g', device: 'd', author: 'me', epoch: null, mutations: [settles] };
  const entry = { cseq: 1, body: '', sig: '', saved_at: AT, group, state: 'waiting' } satisfies OutboxEntry;
  const status = (overlay: Overlay) => overlay.shown('sync_conflicts', 'c1', conflict)?.status;
  expect(status(new Overlay([entry], [], 10, FACILITY))).toBe('Resolved');
  const acked = (result: Partial<MutationResult>): AckedEntry => ({
    ...{ cseq: 1, body: '', sig: '', saved_at: AT, group, acked_at: AT, head: 11 },
    results: [{ mid: settles.mid, status: 'applied', ...result }],
  });
  expect(status(new Overlay([], [acked({ version: 2 })], 10, FACILITY))).toBe('Resolved');
  expect(status(new Overlay([], [acked({ status: 'conflict', conflict_id: 'c2' })], 10, FACILITY))).toBe('Open');
});
