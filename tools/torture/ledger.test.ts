import { expect, test } from 'vitest';
import { differences } from './compare.ts';
import { type Evidence, type Judged, judge, type Noted } from './ledger.ts';
import { markerOf } from './writes.ts';

const marker = markerOf(1, 'A', 1);
const saved: Noted = {
  n: 1,
  round: 1,
  side: 'A',
  how: 'quick',
  what: 'observations',
  marker,
  parts: [{ kind: 'vital_signs', values: { pulse: 88, remarks: marker, observed_at: '2026-01-02T03:04:05.000Z' } }],
  saved_at: 10,
};
const mutation: Judged = {
  mid: 'm1',
  group_id: 'g1',
  kind: 'vital_signs',
  record_id: 'r1',
  patch: { pulse: 88, remarks: marker, observed_at: '2026-01-02T03:04:05.000Z' },
  status: 'applied',
  version: 1,
  conflict_id: null,
};
const row = { id: 'r1', pulse: 88, remarks: marker, observed_at: '2026-01-02T03:04:05+00:00' };
const whole: Evidence = {
  mutations: [mutation],
  conflicts: new Set(['c1']),
  quarantine: new Set(['m9']),
  rows: new Map([['vital_signs/r1', row]]),
};
const says = (writes: readonly Noted[], evidence: Partial<Evidence>) =>
  judge(writes, { ...whole, ...evidence }).map(({ say }) => say);

test('a saved write that is there, once and whole, is fine; so is one that was never called saved and never came', () => {
  expect(says([saved], {})).toEqual([]);
  expect(says([{ ...saved, saved_at: null }], { mutations: [], rows: new Map() })).toEqual([]);
});

test.each<[string, Partial<Evidence>, RegExp]>([
  ['lost', { mutations: [] }, /nowhere on the server/],
  ['written twice', { mutations: [mutation, { ...mutation, mid: 'm2', group_id: 'g2' }] }, /2 groups/],
  ['changed on its way', { mutations: [{ ...mutation, patch: { ...mutation.patch, pulse: 89 } }] }, /changed on its way/],
  ['with a part too many', { mutations: [mutation, { ...mutation, mid: 'm2', patch: {} }] }, /2 of 1 parts/],
  ['applied without a row', { rows: new Map() }, /there is no vital_signs r1/],
  [
    'applied, and overwritten by nobody',
    { rows: new Map([['vital_signs/r1', { ...row, pulse: 90 }]]) },
    /pulse is 90, and version 1/,
  ],
  ['in a conflict that is not there', { mutations: [{ ...mutation, status: 'conflict', version: null }] }, /no conflict tells/],
  ['refused and forgotten', { mutations: [{ ...mutation, status: 'refused', version: null }] }, /not in quarantine/],
])('a write is found out: %s', (_what, evidence, say) => {
  expect(says([saved], evidence).join('\n')).toMatch(say);
});

test('a write may wait in a conflict or in quarantine, and a later one may have replaced it', () => {
  const waits: Judged = { ...mutation, version: null };
  expect(says([saved], { mutations: [{ ...waits, status: 'conflict', conflict_id: 'c1' }] })).toEqual([]);
  expect(says([saved], { mutations: [{ ...waits, status: 'refused', mid: 'm9' }] })).toEqual([]);
  const later: Judged = { ...mutation, mid: 'm2', group_id: 'g2', patch: { pulse: 90 }, version: 2 };
  const rows = new Map([['vital_signs/r1', { ...row, pulse: 90 }]]);
  expect(says([saved], { mutations: [mutation, later], rows })).toEqual([]);
});

test('a group that stood and fell in parts is found out', () => {
  const two: Noted = { ...saved, parts: [...saved.parts, { kind: 'fluid_balance', values: { volume: 5 } }] };
  const other: Judged = {
    ...mutation,
    mid: 'm9',
    kind: 'fluid_balance',
    record_id: 'r2',
    patch: { volume: 5 },
    status: 'refused',
    version: null,
  };
  expect(says([two], { mutations: [mutation, other] })).toEqual(['stood and fell in parts']);
});

test('a device that lacks a row, has one too many or another value is found out', () => {
  const server = { vital_signs: { r1: row } };
  expect(differences({ vital_signs: { r1: { id: 'r1', observed_at: '2026-01-02T03:04:05.000Z' } } }, server)).toEqual([]);
  expect(differences({}, server)).toEqual(['vital_signs r1 is missing']);
  expect(differences({ vital_signs: { r1: { ...row }, r2: { id: 'r2' } } }, server)).toEqual([
    'vital_signs r2 is shown, and the server has none',
  ]);
  expect(differences({ vital_signs: { r1: { ...row, pulse: 70 } } }, server)).toEqual([
    'vital_signs r1 differs in pulse: 70 here, 88 there',
  ]);
});
