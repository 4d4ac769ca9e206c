import { type Json, RECORD_LIST, RECORDS, type RecordDef } from '@psa/domain';
import { expect, test } from 'vitest';
import { type Present, rawOf, readForm, readRaw, sectionsOf } from './form.ts';

const PRESENT: Present = { now: '2026-11-22T14:05:30.123Z', today: '2026-11-22', zone: 'Africa/Lagos' };
const patients = RECORDS.patients as unknown as RecordDef;
const admissions = RECORDS.patient_admissions as unknown as RecordDef;
const fieldsOf = (def: RecordDef) => sectionsOf(def).flatMap((s) => s.fields);

test('[D14] an untouched form says nothing: no field has a value before somebody gives one', () => {
  for (const def of RECORD_LIST) {
    const fields = fieldsOf(def);
    const raws = Object.fromEntries(fields.map((name) => [name, rawOf(def.fields[name] as never, undefined, PRESENT)]));
    expect(Object.values(raws).every((raw) => raw === null)).toBe(true);
    expect(readForm(def, raws, { fields, present: PRESENT }).patch).toEqual({});
  }
});

test('a new patient is what was typed, and what is needed is named', () => {
  const fields = fieldsOf(patients);
  const typed = {
    last_name: ' Obi ',
    first_name: 'Ada',
    date_of_birth: '12/3/80',
    date_of_birth_precision: 'Exact',
    phone: '',
  };
  const read = readForm(patients, typed, { fields, present: PRESENT });
  expect(read.patch).toEqual({
    last_name: 'Obi',
    first_name: 'Ada',
    date_of_birth: '1980-03-12',
    date_of_birth_precision: 'Exact',
  });
  expect(Object.keys(read.problems).sort()).toEqual(['gender', 'hospital_number']);
  expect(read.problems.gender).toBe('Sex is needed.');
});

test('rules over several fields speak beside them', () => {
  const fields = fieldsOf(patients);
  const typed = { hospital_number: 'H1', last_name: 'Obi', first_name: 'Ada', gender: 'Female' };
  const read = readForm(patients, typed, { fields, present: PRESENT });
  expect(read.problems.date_of_birth).toBe('Give the date of birth, or say that it is unknown.');
});

test('an edit carries only what changed; clearing is null, and an untouched moment keeps its seconds', () => {
  const before: Record<string, Json> = {
    patient_id: 'p',
    admission_number: 'A1',
    admission_date: '2026-11-20T08:15:42.500Z',
    admission_type: 'Elective',
    status: 'Active',
    presenting_complaint: 'Burn of the hand',
    social_history: 'Lives alone',
  };
  const fields = fieldsOf(admissions).filter((f) => f !== 'patient_id' && f !== 'admission_number');
  const raws = Object.fromEntries(fields.map((f) => [f, rawOf(admissions.fields[f] as never, before[f], PRESENT)]));
  expect(readForm(admissions, raws, { before, fields, present: PRESENT })).toEqual({ patch: {}, problems: {} });
  const changed = { ...raws, presenting_complaint: 'Burn of the left hand', social_history: '' };
  expect(readForm(admissions, changed, { before, fields, present: PRESENT }).patch).toEqual({
    presenting_complaint: 'Burn of the left hand',
    social_history: null,
  });
});

test('what cannot be read is not guessed at', () => {
  expect(readRaw(RECORDS.surgical_consumables.fields.unit_cost, '1,000', PRESENT)).toHaveProperty('problem');
  expect(readRaw(RECORDS.surgical_consumables.fields.minimum_stock_level, '2.5', PRESENT)).toEqual({
    problem: 'A whole number.',
  });
  expect(readRaw(RECORDS.patients.fields.email, 'ada', PRESENT)).toEqual({
    problem: 'An e-mail address, like name@example.ng.',
  });
  expect(readRaw(RECORDS.patients.fields.email, '   ', PRESENT)).toEqual({ value: null });
});
