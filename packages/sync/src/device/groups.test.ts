import type { AnyRow } from '@psa/domain';
import { expect, test } from 'vitest';
import { nth } from '../contracts/device-fixture.ts';
import { groupSchema, type Mutation } from '../protocol.ts';
import { Random } from '../sim/random.ts';
import { groupOf, instantOf, newGroup, repair, settlement, withdrawal } from './groups.ts';
import { jsonBytes, nextGroups } from './push.ts';
import { nextBatch, RETRY_MS_MAX, retryDelayMs } from './retry.ts';
import type { AttentionEntry, OutboxEntry } from './store.ts';

const WHO = { device: nth(1), author: nth(2), epoch: nth(3) };
const env = (now = Date.UTC(2026, 2, 1)) => ({ now: () => now, chance: new Random(1) });
const parked = (n: number, id: number, base: number): Mutation => ({
  mid: nth(n),
  kind: 'patients',
  id: nth(id),
  op: 'edit',
  base,
  patch: { city: `City ${n}` },
  at: '2026-03-01T08:00:00.000Z',
});
const conflict = (values: Partial<AnyRow> = {}): AnyRow =>
  ({
    id: nth(50),
    kind: 'patients',
    record_id: nth(10),
    op: 'edit',
    fields: ['phone'],
    mine: { phone: '01' },
    theirs: { phone: '02' },
    group_rest: [parked(61, 10, 3), parked(62, 11, 4)],
    ...values,
  }) as AnyRow;
const PRESENT = { row_version: 9, deleted: false };

test('[S4] a group is signed as the exact text that is kept', async () => {
  const wishes = [{ kind: 'patients', id: nth(9), op: 'edit' as const, base: 3, patch: { phone: '01' } }];
  const entry = await newGroup(wishes, WHO, env(), async (body) => `signed ${body.length}`);
  expect(JSON.parse(entry.body)).toEqual(entry.group);
  expect(entry.sig).toBe(`signed ${entry.body.length}`);
  expect(groupSchema.safeParse(JSON.parse(entry.body)).success).toBe(true);
});

test('[S52] no clock, however wrong, keeps a group from being made', () => {
  for (const now of [Number.NaN, -1e15, 0, 1e18, Number.POSITIVE_INFINITY]) {
    const group = groupOf(
      [{ kind: 'patients', id: nth(9), op: 'retract', base: 3, patch: {}, reason: 'Twice.' }],
      WHO,
      env(now),
    );
    expect(groupSchema.safeParse(group).error).toBeUndefined();
  }
  expect(instantOf(Date.UTC(2026, 2, 1, 8, 30))).toBe('2026-03-01T08:30:00.000Z');
});

test('[S27] mine sends the parked values on the present version, then releases what waited', () => {
  const [first, ...rest] = settlement(conflict(), { take: 'mine' }, PRESENT);
  expect(first).toMatchObject({ op: 'edit', base: 9, patch: { phone: '01' }, resolves: nth(50) });
  expect(rest.map((w) => [w.id, w.base, w.patch.city, w.resolves])).toEqual([
    [nth(10), 9, 'City 61', undefined],
    [nth(11), 4, 'City 62', undefined],
  ]);
  expect(rest.every((w) => !('mid' in w) && !('at' in w))).toBe(true);
});

test('[S27] theirs sends an empty patch; other sends new values; what waited may be left', () => {
  expect(settlement(conflict(), { take: 'theirs' }, PRESENT)[0]).toMatchObject({
    op: 'edit',
    patch: {},
    base: 9,
    resolves: nth(50),
  });
  const other = settlement(conflict(), { take: 'other', values: { phone: '03' } }, PRESENT, (m) => m.id === nth(11));
  expect(other.map((w) => w.patch)).toEqual([{ phone: '03' }, { city: 'City 62' }]);
});

test('[S27] values for a retracted row bring it back first; theirs leaves it retracted', () => {
  const gone = { row_version: 9, deleted: true };
  const mine = settlement(conflict({ group_rest: [] }), { take: 'mine' }, gone);
  expect(mine.map((w) => [w.op, w.base, w.resolves])).toEqual([
    ['restore', 9, nth(50)],
    ['edit', 9, undefined],
  ]);
  expect(settlement(conflict({ group_rest: [] }), { take: 'theirs' }, gone).map((w) => w.op)).toEqual(['edit']);
});

test('[S27] mine of a parked retraction retracts, of a parked restoration restores', () => {
  const retraction = conflict({ op: 'retract', mine: { deleted: true }, group_rest: [] });
  expect(settlement(retraction, { take: 'mine' }, PRESENT)).toMatchObject([
    { op: 'retract', base: 9, patch: {}, resolves: nth(50) },
  ]);
  const restoration = conflict({ op: 'restore', mine: { deleted: false }, group_rest: [] });
  expect(settlement(restoration, { take: 'mine' }, { ...PRESENT, deleted: true })).toMatchObject([
    { op: 'restore', patch: {} },
  ]);
});

const refusedEntry = (): AttentionEntry => ({
  cseq: 1,
  group: { group: nth(70), ...WHO, mutations: [parked(61, 10, 3), parked(62, 11, 4)] },
  body: '',
  sig: '',
  saved_at: '',
  results: [],
  refused_at: '',
});

test('[S6] a mended group repairs each old wish under a new id; a withdrawn one gives each up with the reason', () => {
  expect(repair(refusedEntry(), { [nth(61)]: { city: 'Nsukka', phone: null } })).toEqual([
    { kind: 'patients', id: nth(10), op: 'edit', base: 3, patch: { city: 'Nsukka', phone: null }, repairs: nth(61) },
    { kind: 'patients', id: nth(11), op: 'edit', base: 4, patch: { city: 'City 62' }, repairs: nth(62) },
  ]);
  expect(withdrawal(refusedEntry(), 'Not needed.').map((w) => [w.op, w.repairs, w.reason, w.patch])).toEqual([
    ['withdraw', nth(61), 'Not needed.', {}],
    ['withdraw', nth(62), 'Not needed.', {}],
  ]);
});

test('[S50] waits are spread over all of a growing span, up to five minutes, and never shorter than the server asks', () => {
  const chance = new Random(3);
  const spread = (failures: number) => Array.from({ length: 500 }, () => retryDelayMs(failures, chance));
  expect(Math.max(...spread(1))).toBeLessThanOrEqual(1000);
  expect(Math.max(...spread(4))).toBeGreaterThan(7000);
  expect(Math.min(...spread(12))).toBeLessThan(20_000);
  expect(Math.max(...spread(5000))).toBeLessThanOrEqual(RETRY_MS_MAX);
  expect(retryDelayMs(1, chance, 60_000)).toBeGreaterThanOrEqual(60_000);
});

test('[S50] batches halve down to one group and double up to the most', () => {
  expect([200, 3, 1].map((n) => nextBatch(n, false, 200))).toEqual([100, 1, 1]);
  expect([1, 100, 150].map((n) => nextBatch(n, true, 200))).toEqual([2, 200, 200]);
});

test('one push keeps to its number of groups and bytes, and always takes one', () => {
  const entry = (cseq: number, body: string) => ({ cseq, body }) as OutboxEntry;
  const many = Array.from({ length: 9 }, (_, i) => entry(i, 'x'));
  expect(nextGroups(many, 4)).toHaveLength(4);
  const large = [entry(1, 'x'.repeat(200_000)), entry(2, 'x'.repeat(100_000)), entry(3, 'x')];
  expect(nextGroups(large, 200).map((e) => e.cseq)).toEqual([1]);
  expect(nextGroups([entry(1, 'x'.repeat(400_000))], 200)).toHaveLength(1);
  for (const text of ['a"\\\n', 'ẹọṣ', '𝄞', '']) {
    expect(jsonBytes(text)).toBeGreaterThanOrEqual(new TextEncoder().encode(JSON.stringify(text)).length);
  }
});
