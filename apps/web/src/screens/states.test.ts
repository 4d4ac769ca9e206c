import { RECORD_LIST } from '@psa/domain';
import type { AttentionEntry } from '@psa/sync';
import { expect, test } from 'vitest';
import type { SyncState } from '../store/api.ts';
import { boardOf } from './beds.ts';
import { compareConflict, conflictSentence, refusedMutations } from './conflict-view.ts';
import { allergyWords } from './patients/allergy-words.ts';
import { clockWarning, percent, syncWords } from './sync-words.ts';

const NOW = '2026-11-22T14:05:00.000Z';
const HOW = { zone: 'Africa/Lagos', now: NOW, linked: (_k: string, id: string) => `name of ${id}` };
const sync = (part: Partial<SyncState>): SyncState => ({
  contact: 'good',
  last_contact_at: NOW,
  waiting: 0,
  oldest_waiting_at: null,
  sending: false,
  fetching: null,
  clock_offset_ms: 0,
  ...part,
});

test.each([
  [{}, 0, 'Saved on this device · Sent', 'done'],
  [
    { waiting: 3, contact: 'unreachable', oldest_waiting_at: '2026-11-22T13:53:00.000Z' },
    0,
    'Waiting 12 min (no network) · 3',
    'neutral',
  ],
  [{ waiting: 3, contact: 'unreachable' }, 2, 'Needs attention (2)', 'conflict'],
  [{ waiting: 2, contact: 'signed_out' }, 0, 'Sign in again to send · 2', 'caution'],
  [{ waiting: 1, sending: true }, 0, 'Sending · 1', 'info'],
  [{ contact: 'unreachable' }, 0, 'All sent · no network', 'neutral'],
  [{ fetching: { done: 999, of: 1000, scope: 'clinical' } }, 0, 'Fetching 99 %', 'info'],
] as const)('the corner says what is so: %j', (part, attention, short, tone) => {
  expect(syncWords(sync(part), attention, NOW)).toMatchObject({ short, tone });
});

test('progress is true and a wrong clock is told', () => {
  expect(percent(1000, 1000)).toBe(100);
  expect(percent(0, 0)).toBe(0);
  expect(clockWarning(120_000)).toBeUndefined();
  expect(clockWarning(null)).toBeUndefined();
  expect(clockWarning(-600_000)).toContain('10 min behind');
});

const ward = (id: string, name: string, beds: string[] | null, is_active = true) => ({ id, name, code: name, beds, is_active });
const stay = (id: string, ward_id: string | null, bed_number: string | null, status = 'Active') => ({
  id,
  patient_id: `p-${id}`,
  ward_id,
  bed_number,
  status,
});

test('the board counts every inpatient once and invents nobody', () => {
  const board = boardOf(
    [
      ward('w10', 'Ward 10', ['1', '2']),
      ward('w2', 'Ward 2', ['1']),
      ward('old', 'Old', null, false),
      ward('shut', 'Shut', ['9'], false),
    ],
    [
      stay('a', 'w10', '1'),
      stay('b', 'w10', null),
      stay('c', 'w10', '7'),
      stay('d', 'w2', '1', 'Discharged'),
      stay('e', null, null),
      stay('f', 'gone', '1'),
      stay('g', 'shut', '9'),
    ],
  );
  expect(board.wards.map((w) => w.ward.name)).toEqual(['Shut', 'Ward 2', 'Ward 10']);
  expect(board.wards[2]).toMatchObject({ occupied: 3, free: 1, unplaced: [{ id: 'b' }] });
  expect(board.wards[2]?.beds.map((b) => [b.bed, b.extra, b.stays.length])).toEqual([
    ['1', false, 1],
    ['2', false, 0],
    ['7', true, 1],
  ]);
  expect(board.wards[1]).toMatchObject({ occupied: 0, free: 1 });
  expect(board.nowhere.map((s) => s.id)).toEqual(['e', 'f']);
  expect(board.inpatients).toBe(6);
});

test('[D15] nothing is shown of a ward, an admission or an allergy that nobody entered', () => {
  expect(boardOf([], [])).toEqual({ wards: [], nowhere: [], inpatients: 0 });
  expect(allergyWords([])).toEqual({ kind: 'not_asked' });
});

const allergy = (id: string, assertion: string, status: string, severity: string | null = null) => ({
  id,
  assertion,
  status,
  severity,
  substance: id,
  reaction: null,
  created_by: null,
  created_at: null,
});

test('an active allergy speaks before the statement that none is known', () => {
  const nka = allergy('nka', 'No known allergies', 'Active');
  expect(allergyWords([nka])).toEqual({ kind: 'none_known', statement: nka });
  expect(allergyWords([nka, allergy('penicillin', 'Allergy', 'Refuted')])).toMatchObject({ kind: 'none_known' });
  const words = allergyWords([
    nka,
    allergy('latex', 'Allergy', 'Active'),
    allergy('penicillin', 'Allergy', 'Active', 'Severe'),
  ]);
  expect(words.kind === 'allergic' && words.allergies.map((a) => a.id)).toEqual(['penicillin', 'latex']);
});

test('of a conflict only what differs is marked, and the present value stands for theirs', () => {
  const conflict = {
    kind: 'patients',
    op: 'edit',
    fields: ['phone'],
    mine: { phone: '1', city: 'Enugu' },
    theirs: { phone: '2' },
    before: { phone: '0' },
    severity: 'low',
  };
  expect(compareConflict(conflict, { phone: '3', city: 'Enugu' }, HOW)).toEqual([
    { name: 'phone', label: 'Phone', mine: '1', theirs: '3', before: '0', differs: true },
    { name: 'city', label: 'Town or city', mine: 'Enugu', theirs: 'Enugu', before: null, differs: false },
  ]);
  expect(conflictSentence(conflict)).toBe('Two people changed this patient apart.');
  expect(conflictSentence({ ...conflict, op: 'retract', fields: ['deleted'] })).toBe(
    'One removed this patient while the other changed it.',
  );
});

test('[D12] a conflict that lacks everything still shows', () => {
  for (const def of [...RECORD_LIST.map((d) => d.name), 'unheard_of']) {
    const conflict = { kind: def, op: 'edit', fields: null, mine: null, theirs: null, severity: 'low' };
    expect(compareConflict(conflict, undefined, HOW)).toEqual([]);
    expect(conflictSentence(conflict)).toMatch(/^Two people/);
  }
});

test('of a refused group the write that was at fault comes first, with its sentence', () => {
  const mutation = (mid: string) => ({ mid, kind: 'patients', id: mid, op: 'create' as const, base: 0, patch: {}, at: NOW });
  const entry: AttentionEntry = {
    cseq: 1,
    body: '',
    sig: '',
    saved_at: NOW,
    refused_at: NOW,
    group: { group: 'g', device: 'd', author: 'u', epoch: null, mutations: [mutation('a'), mutation('b')] },
    results: [
      { mid: 'a', status: 'refused', code: 'GROUP_REFUSED', say: 'This was saved together with an entry that was refused.' },
      {
        mid: 'b',
        status: 'refused',
        code: 'TAKEN',
        say: 'Another patient has this hospital number.',
        fields: { hospital_number: 'x' },
      },
    ],
  };
  expect(refusedMutations(entry).map((r) => [r.mutation.mid, r.say])).toEqual([
    ['b', 'Another patient has this hospital number.'],
    ['a', undefined],
  ]);
  expect(refusedMutations({ ...entry, results: [] }).map((r) => r.say)).toEqual([undefined, undefined]);
});
