import { defineRecord, note, ROLES, text } from '@psa/domain';
import { expect, test } from 'vitest';
import { clashOf } from './clash.ts';
import type { StoredRow } from './store.ts';

const drafts = defineRecord({
  name: 'drafts',
  title: 'Draft',
  titles: 'Drafts',
  about: 'A record with every merge rule that needs no state.',
  scope: 'ref',
  merge: 'field',
  fields: {
    title: text('Title'),
    body: note('Body', { merge: 'latest' }),
    dose: text('Dose', { merge: 'group:order' }),
    route: text('Route', { merge: 'group:order' }),
    from: text('From'),
    until: text('Until'),
  },
  access: { read: ROLES, create: ROLES, edit: ROLES, retract: ROLES },
  checks: [{ name: 'drafts_span', fields: ['from', 'until'], say: 'In order.', sql: 'true', test: () => true }],
});

const stored = (field_ver: StoredRow['field_ver']): StoredRow => ({
  row: {
    id: 'x',
    facility_id: 'f',
    created_by: null,
    updated_by: null,
    created_at: '',
    updated_at: '',
    deleted: false,
    row_version: 5,
    title: 'a',
    body: 'b',
    dose: '1 g',
    route: null,
    from: '1',
    until: '2',
  },
  field_ver,
});
const read = { base: 3, device: 'mine' };

test('[S24] the last to arrive wins where that is declared, even unseen', () => {
  expect(clashOf(drafts, stored({ body: [5, 'other'] }), { body: 'c' }, read)).toBeNull();
});

test.each([
  ['later, by another device', [5, 'other'] as const, true],
  ['later, by nobody’s device: a route, an import, the server', [5, null] as const, true],
  ['later, by this device', [5, 'mine'] as const, false],
  ['as old as what was read', [3, 'other'] as const, false],
])('[S23] a value written %s: clash %s', (_, ver, clashes) => {
  expect(clashOf(drafts, stored({ title: ver }), { title: 'c' }, read) !== null).toBe(clashes);
});

test('[S23] who has no device of their own shares none with others', () => {
  expect(clashOf(drafts, stored({ title: [5, null] }), { title: 'c' }, { base: 3, device: null })).not.toBeNull();
});

test('[S23] what one rule ties to a clashing field is settled with it; the rest of the wish waits', () => {
  const clash = clashOf(drafts, stored({ from: [4, 'other'] }), { from: '3', until: '4', title: 'c' }, read);
  expect(clash).toEqual({
    fields: ['from', 'until'],
    mine: { from: '3', until: '4' },
    theirs: { from: '1', until: '2' },
    rest: { title: 'c' },
  });
});

test('[S24] a field of a group clashes with an unseen change of its neighbour', () => {
  const clash = clashOf(drafts, stored({ dose: [4, 'other'] }), { route: 'iv' }, read);
  expect(clash).toEqual({ fields: ['dose', 'route'], mine: { route: 'iv' }, theirs: { dose: '1 g', route: null }, rest: {} });
});
