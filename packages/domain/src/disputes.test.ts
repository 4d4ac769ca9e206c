import { expect, test } from 'vitest';
import { disputeSentence, disputesOf, type OpenConflict } from './disputes.ts';
import type { RecordDef } from './record.ts';
import { RECORD_LIST, RECORDS, recordOf } from './records/index.ts';

const def = (name: keyof typeof RECORDS) => RECORDS[name] as unknown as RecordDef;
const open = (kind: string, record_id: string, fields: string[]): OpenConflict => ({
  id: `${kind}-${record_id}`,
  kind,
  record_id,
  fields,
  severity: 'high',
  status: 'Open',
});
const held = (...args: Parameters<typeof disputesOf>) => disputesOf(...args).map(({ rule }) => rule.name);

const dose = { outcome: 'Given', prescription_item_id: 'line', patient_id: 'p' };

test.each([
  ['the dose of the line that is given', open('prescription_items', 'line', ['dosage']), ['medication_administrations_given']],
  ['the dose of another line', open('prescription_items', 'other', ['dosage']), []],
  ['an allergy', open('patient_allergies', 'a', ['substance']), ['medication_administrations_given']],
  ['the removal of an allergy', open('patient_allergies', 'a', ['deleted']), ['medication_administrations_given']],
  ['what older records say of allergies', open('patients', 'p', ['allergies']), ['medication_administrations_given']],
  ['a date of birth', open('patients', 'p', ['date_of_birth']), []],
  ['something of low severity', { ...open('patient_allergies', 'a', ['substance']), severity: 'low' }, []],
  ['something settled', { ...open('patient_allergies', 'a', ['substance']), status: 'Resolved' }, []],
])('[S34] a dose is held against %s', (_, conflict, rules) => {
  expect(held(def('medication_administrations'), null, dose, dose, [conflict])).toEqual(rules);
});

test('[S34] what is not done is not held up: a dose withheld, a signature taken back, a value that stays', () => {
  const allergy = open('patient_allergies', 'a', ['substance']);
  const withheld = { ...dose, outcome: 'Withheld' };
  expect(held(def('medication_administrations'), null, withheld, withheld, [allergy])).toEqual([]);
  const list = { id: 'c', surgery_booking_id: 'b', sign_in_completed: true };
  const side = open('surgery_bookings', 'b', ['laterality']);
  const unsigned = { ...list, sign_in_completed: false };
  expect(held(def('surgical_checklists'), unsigned, list, { sign_in_completed: true }, [side])).toEqual([
    'surgical_checklists_signed',
  ]);
  expect(held(def('surgical_checklists'), list, unsigned, { sign_in_completed: false }, [side])).toEqual([]);
  expect(held(def('surgical_checklists'), list, list, { sign_in_completed: true }, [side])).toEqual([]);
  expect(held(def('surgical_checklists'), unsigned, { ...unsigned, notes: 'x' }, { notes: 'x' }, [side])).toEqual([]);
});

test('[S34] a unit waits for the blood group, an operation for its side, a medicine for the allergies', () => {
  const blood = open('patients', 'p', ['blood_group']);
  const running = { status: 'Running', started_at: '2026-03-01T08:00:00.000Z' };
  expect(held(def('blood_transfusions'), { status: 'Issued' }, running, running, [blood])).toEqual([
    'blood_transfusions_begun',
  ]);
  expect(held(def('blood_transfusions'), null, { status: 'Requested' }, { status: 'Requested' }, [blood])).toEqual([]);
  const begins = { id: 'b', status: 'In Progress' };
  const side = [open('surgery_bookings', 'b', ['laterality'])];
  expect(held(def('surgery_bookings'), { id: 'b', status: 'Confirmed' }, begins, { status: 'In Progress' }, side)).toEqual([
    'surgery_bookings_begun',
  ]);
  const line = { medication_name: 'Amoxicillin' };
  const [dispute] = disputesOf(def('prescription_items'), null, line, line, [open('patient_allergies', 'a', ['substance'])]);
  expect(dispute && disputeSentence(dispute)).toBe(
    'Two versions of the allergy stand open. Settle them before a medicine is prescribed, or say why it cannot wait.',
  );
});

test('[S34] every rule names fields and records that there are', () => {
  for (const record of RECORD_LIST) {
    for (const { name, when, on } of record.rests ?? []) {
      for (const field of Object.keys(when.sets)) expect(Object.hasOwn(record.fields, field), `${name} ${field}`).toBe(true);
      for (const { kind, fields = [], as } of on) {
        const of = recordOf(kind);
        expect(of, `${name} ${kind}`).toBeDefined();
        for (const field of fields) expect(of?.fields[field]?.merge, `${name} ${kind}.${field}`).toMatch(/^hold:/);
        if (as !== undefined && as !== 'id') expect(record.fields[as]?.to, `${name} ${as}`).toBe(kind);
      }
    }
  }
});
