import { RECORD_LIST, RECORDS } from '@psa/domain';
import { expect, test } from 'vitest';
import { labelOf, type Saying, sayValue, titleOf } from './values.ts';

const HOW: Saying = { zone: 'Africa/Lagos', now: '2026-11-22T14:05:00.000Z', linked: (kind, id) => `${kind}:${id}` };

test('[D12] rows that lack every field still have a title and say nothing', () => {
  for (const def of RECORD_LIST) {
    expect(titleOf(def.name, {})).not.toBe('');
    expect(titleOf(def.name, undefined)).toBe('Not on this device');
    for (const [name, field] of Object.entries(def.fields)) {
      expect(sayValue(field, undefined, HOW)).toBeUndefined();
      expect(sayValue(field, null, HOW)).toBeUndefined();
      expect(labelOf(def, name)).toBe(field.label);
    }
  }
  expect(sayValue(undefined, 'kept by a newer version', HOW)).toBe('kept by a newer version');
  expect(labelOf(undefined, 'new_field')).toBe('new_field');
});

test('values stand in words, with their unit', () => {
  expect(sayValue(RECORDS.surgical_consumables.fields.unit_cost, 4500.5, HOW)).toBe('4 500.5 NGN');
  expect(sayValue(RECORDS.wards.fields.is_active, false, HOW)).toBe('No');
  expect(sayValue(RECORDS.patients.fields.date_of_birth, '1980-03-12', HOW)).toBe('12 Mar 1980');
  expect(sayValue(RECORDS.patient_admissions.fields.admission_date, '2026-11-22T08:00:00.000Z', HOW)).toBe('Today 09:00');
  expect(sayValue(RECORDS.patient_admissions.fields.ward_id, 'w', HOW)).toBe('wards:w');
  expect(sayValue(RECORDS.users.fields.role, 'super_admin', HOW)).toBe('Administrator');
  expect(sayValue(RECORDS.wards.fields.beds, [], HOW)).toBeUndefined();
});
