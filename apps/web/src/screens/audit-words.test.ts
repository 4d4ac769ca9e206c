import { expect, test } from 'vitest';
import { deedOf, linesOf, lookOf, queryOf } from './audit-words.ts';

test('an entry is said in words; what this version does not know stands as it is', () => {
  expect(deedOf({ action: 'edit', table_name: 'patients' })).toBe('Changed patient');
  expect(deedOf({ action: 'list', table_name: 'patient_allergies' })).toBe('Read a list of allergies');
  expect(deedOf({ action: 'login', table_name: null })).toBe('Signed in');
  expect(deedOf({ action: 'approve', table_name: 'users' })).toBe('Approved an account');
  expect(deedOf({ action: 'teleport', table_name: 'rockets' })).toBe('teleport rockets');
  expect(deedOf({ action: 'constructor', table_name: null })).toBe('constructor');
});

test('a look says what was opened', () => {
  expect(lookOf({ action: 'read', table_name: 'patients' })).toBe('Opened the record');
  expect(lookOf({ action: 'read', table_name: 'patient_allergies' })).toBe('Read allergies');
  expect(lookOf({ action: 'list', table_name: 'patient_admissions' })).toBe('Read admissions');
  expect(lookOf({ action: 'export', table_name: 'patients' })).toBe('Exported patients');
});

test('before and after stand beside each other, whichever has the field', () => {
  expect(linesOf({ phone: '1', city: 'Enugu' }, { phone: '2', reason: 'moved' })).toEqual([
    { field: 'phone', before: '1', after: '2' },
    { field: 'city', before: 'Enugu', after: null },
    { field: 'reason', before: null, after: 'moved' },
  ]);
  expect(linesOf({ phone: '1', city: 'E' }, { reason: 'x' }, ['city', 'age', 'phone']).map((l) => l.field)).toEqual([
    'city',
    'phone',
    'reason',
  ]);
  expect(linesOf(null, null)).toEqual([]);
  expect(linesOf(null, 'a text')).toEqual([]);
});

test('only what is filled in is asked for', () => {
  const asked = { user_id: '', table_name: 'patients', action: '', record_id: 'a b', from: '', to: '2026-11-22T23:00:00.000Z' };
  expect(queryOf(asked, null)).toBe('table_name=patients&record_id=a+b&to=2026-11-22T23%3A00%3A00.000Z');
  expect(queryOf({ ...asked, record_id: '', to: '' }, '2026-11-22T23:00:00.000Z~7')).toContain('cursor=2026');
});
