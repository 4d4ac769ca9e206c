import { describe, expect, test } from 'vitest';
import { mergeGroupOf, mergeRuleOf, type RecordDef } from './record.ts';
import { RECORD_LIST, RECORDS, recordOf } from './records/index.ts';
import { brokenChecks, isDay, isInstant, problemsOf } from './schemas.ts';

const patients = RECORDS.patients as unknown as RecordDef;
const ada = {
  hospital_number: 'T/1',
  first_name: 'Adaeze',
  last_name: 'Okafor',
  gender: 'Female',
  date_of_birth: '1990-05-01',
  date_of_birth_precision: 'Exact',
};

describe('what a person may send', () => {
  test('a complete patient passes', () => {
    expect(problemsOf(patients, 'create', ada)).toBeUndefined();
  });

  test('each missing required field is named with its label', () => {
    expect(problemsOf(patients, 'create', {})).toMatchObject({
      hospital_number: 'Hospital number is needed.',
      first_name: 'First name is needed.',
      gender: expect.any(String),
    });
  });

  test('absent and null differ: null clears an optional field, never a required one', () => {
    expect(problemsOf(patients, 'edit', { phone: null })).toBeUndefined();
    expect(problemsOf(patients, 'edit', {})).toBeUndefined();
    expect(Object.keys(problemsOf(patients, 'edit', { last_name: null }) ?? {})).toEqual(['last_name']);
  });

  test.each([
    ['an unknown field', { ...ada, favourite_colour: 'blue' }, 'favourite_colour'],
    ['a word that is not a choice', { ...ada, gender: 'female' }, 'gender'],
    ['a NUL byte', { ...ada, city: 'Enu\0gu' }, 'city'],
    ['half a surrogate pair', { ...ada, city: 'Enugu\ud83d' }, 'city'],
    ['a day that does not exist', { ...ada, date_of_birth: '1990-02-30' }, 'date_of_birth'],
    ['an instant where a day belongs', { ...ada, date_of_birth: '1990-05-01T00:00:00.000Z' }, 'date_of_birth'],
    ['a number where text belongs', { ...ada, phone: 8031234567 }, 'phone'],
    ['spaces at the ends', { ...ada, city: ' Enugu' }, 'city'],
    ['text that is too long', { ...ada, first_name: 'a'.repeat(101) }, 'first_name'],
    ['empty text', { ...ada, first_name: '' }, 'first_name'],
  ])('%s is refused beside its field', (_what, patch, field) => {
    expect(Object.keys(problemsOf(patients, 'create', patch) ?? {})).toEqual([field]);
  });

  test.each([null, 7, 'text', [], [ada]])('%j is refused, not thrown', (body) => {
    expect(problemsOf(patients, 'create', body)).toBeDefined();
  });
});

describe('days and instants', () => {
  test.each([
    ['2024-02-29', true],
    ['2023-02-29', false],
    ['2026-13-01', false],
    ['1799-12-31', false],
    ['26-1-1', false],
  ])('%s is a day: %s', (text, verdict) => expect(isDay(text)).toBe(verdict));

  test.each([
    ['2026-11-22T09:30:00.000Z', true],
    ['2026-11-22T09:30:00Z', false],
    ['2026-11-22T24:00:00.000Z', false],
    ['2026-11-22T09:30:00.000+01:00', false],
  ])('%s is an instant: %s', (text, verdict) => expect(isInstant(text)).toBe(verdict));
});

describe('rules over several fields', () => {
  const row = (patch: object) => ({
    ...Object.fromEntries(Object.keys(patients.fields).map((f) => [f, null])),
    ...ada,
    ...patch,
  });
  const names = (patch: object) => brokenChecks(patients, row(patch)).map((rule) => rule.name);

  test('a birth date is given or said to be unknown, never silently missing', () => {
    expect(names({})).toEqual([]);
    expect(names({ date_of_birth: null, date_of_birth_precision: 'Unknown' })).toEqual([]);
    expect(names({ date_of_birth: null })).toEqual(['patients_birth_known_or_said_unknown']);
    expect(names({ date_of_birth_precision: 'Unknown' })).toEqual(['patients_birth_known_or_said_unknown']);
  });
});

describe('declarations', () => {
  test('every field has a merge rule, every link points to a record, every rule names declared fields', () => {
    for (const def of RECORD_LIST) {
      for (const [name, field] of Object.entries(def.fields)) {
        expect(mergeRuleOf(def, name), `${def.name}.${name}`).toMatch(
          /^(field|latest|server|append|state|group:\w+|hold:\w+)$/,
        );
        if (field.kind === 'link') expect(recordOf(field.to ?? ''), `${def.name}.${name}`).toBeDefined();
      }
      const named = [
        ...(def.checks ?? []).flatMap((rule) => rule.fields),
        ...(def.unique ?? []).flatMap((rule) => [...rule.fields, ...Object.keys(rule.where ?? {})]),
        ...(def.against ?? []).flatMap((rule) => [...rule.fields, rule.among]),
        ...(def.across ?? []).flatMap((rule) => rule.fields),
        ...(def.indexed ?? []),
        ...(def.list ?? []),
        ...(def.form ?? []).flatMap((section) => section.fields),
        ...Object.keys(def.transitions ?? {}),
      ];
      for (const name of named) expect(Object.keys(def.fields), def.name).toContain(name);
    }
  });

  test('what is of a patient points only to what is of the same patient', () => {
    const ofPatient = (def: RecordDef | undefined): boolean => def?.fields.patient_id !== undefined;
    const missing = RECORD_LIST.filter(ofPatient).flatMap((def) => {
      const held = (def.across ?? []).filter(({ same }) => same === 'patient_id').flatMap(({ fields }) => fields);
      return Object.entries(def.fields)
        .filter(([name, { to }]) => ofPatient(recordOf(to ?? '')) && !held.includes(name))
        .map(([name]) => `${def.name}.${name}`);
    });
    expect(missing).toEqual([]);
    for (const def of RECORD_LIST) {
      for (const { name, fields, same } of def.across ?? []) {
        if (same === undefined) continue;
        for (const { fields: there } of [def, ...fields.map((field) => recordOf(def.fields[field]?.to ?? ''))] as RecordDef[])
          expect(Object.keys(there), name).toContain(same);
      }
    }
  });

  test('a patient that PostgreSQL fills in is that of a link which must be there', () => {
    for (const def of RECORD_LIST) {
      for (const [name, { from, required }] of Object.entries(def.fields)) {
        if (from === undefined) continue;
        expect([def.name, name, required]).toEqual([def.name, 'patient_id', false]);
        expect(def.fields[from], def.name).toMatchObject({ kind: 'link', required: true });
        expect(recordOf(def.fields[from]?.to ?? '')?.fields, def.name).toHaveProperty('patient_id');
      }
    }
  });

  test('what never merges by itself: number, birth, blood and allergies', () => {
    for (const field of ['hospital_number', 'date_of_birth', 'blood_group', 'genotype', 'allergies'])
      expect(mergeRuleOf(patients, field)).toMatch(/^hold:/);
    expect(mergeGroupOf(patients, 'blood_group')).toEqual(['blood_group', 'genotype']);
    expect(mergeGroupOf(patients, 'phone')).toEqual(['phone']);
  });
});
