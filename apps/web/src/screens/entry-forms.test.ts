import { type Actor, type AnyRow, RECORDS, type RecordDef, type Role } from '@psa/domain';
import { describe, expect, test } from 'vitest';
import { mayCorrect } from './EntryForms.tsx';

const actor = (role: Role): Actor => ({ user_id: 'me', facility_id: 'f', role });
const row = (more: object) => ({ id: 'r', created_by: 'me', deleted: false, row_version: 1, ...more }) as unknown as AnyRow;
const def = (name: keyof typeof RECORDS) => RECORDS[name] as unknown as RecordDef;

describe('who may correct an entry', () => {
  test('whoever made it: a dose that a nurse gave never becomes a doctor’s', () => {
    const doses = def('medication_administrations');
    expect(mayCorrect(actor('nursing'), doses, row({ given_by: 'me' }))).toBe(true);
    expect(mayCorrect(actor('nursing'), doses, row({ given_by: 'another' }))).toBe(false);
    expect(mayCorrect(actor('nursing'), doses, row({ given_by: null, created_by: null }))).toBe(true);
  });

  test('nobody, where it holds what a patient signed or what was computed', () => {
    expect(mayCorrect(actor('consultant'), def('consents'), row({ obtained_by: 'me' }))).toBe(false);
    expect(mayCorrect(actor('consultant'), def('risk_assessments'), row({ assessed_by: 'me' }))).toBe(false);
  });

  test('nobody, where entries are changed in place', () => {
    expect(mayCorrect(actor('consultant'), def('clinic_appointments'), row({}))).toBe(false);
  });
});
