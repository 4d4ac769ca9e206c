import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { brokenChecks, problemsOf, RECORDS, type RecordDef } from '@psa/domain';
import { expect, test } from 'vitest';
import { readFhir } from './read.ts';

const fixtures = join(dirname(createRequire(import.meta.url).resolve('cql-exec-fhir/package.json')), 'test/fixtures');
const load = (path: string): unknown => JSON.parse(readFileSync(join(fixtures, path), 'utf8'));
const patients = RECORDS.patients as unknown as RecordDef;
const patient_allergies = RECORDS.patient_allergies as unknown as RecordDef;

test.each([
  ['r4/Johnnie679_Hermiston71_2cd30bd6-3a87-4191-af90-6daa70f58f55.json', 'Hermiston71', 'Johnnie679', '2009-03-20', 'Single'],
  ['r4/Luna60_McCullough561_6662f0ca-b617-4e02-8f55-7275e9f49aa0.json', 'McCullough561', 'Luna60', '2008-11-06', 'Single'],
  ['stu3/Myron933_Ondricka197_a901d2b4-30a8-41b9-b94a-f44561d8f809.json', 'Ondricka197', 'Myron933', '1975-02-25', 'Married'],
  [
    'dstu2/Shawnee493_Osinski784_60d5c7b1-53ee-49ca-a33a-945004d6b84f.json',
    'Osinski784',
    'Shawnee493',
    '1989-12-07',
    'Married',
  ],
])('%s gives a patient that every rule accepts', (path, surname, first, born, marital) => {
  const { patients: found, noPlace } = readFhir(load(path));
  expect(found).toHaveLength(1);
  const patch = found[0]?.patch ?? {};
  expect(patch).toMatchObject({ last_name: surname, first_name: first, date_of_birth: born, date_of_birth_precision: 'Exact' });
  expect(patch).toMatchObject({ marital_status: marital, state: 'Massachusetts' });
  expect(patch.hospital_number).toBe(path.slice(path.lastIndexOf('_') + 1, -'.json'.length));
  expect(problemsOf(patients, 'create', patch)).toBeUndefined();
  expect(brokenChecks(patients, patch)).toEqual([]);
  // What we keep nowhere is told, and nothing else is.
  expect(noPlace.Observation).toBeGreaterThan(0);
  expect(noPlace['Patient.extension us-core-race']).toBe(1);
  expect(noPlace['Patient.identifier']).toBeUndefined();
});

const bundle = (...resources: object[]) => ({
  resourceType: 'Bundle',
  entry: resources.map((resource) => ({ resource })),
});
const person = {
  resourceType: 'Patient',
  id: 'p1',
  identifier: [{ value: 'X-1' }],
  name: [{ family: ['Van', 'Dyk'], given: ['Ann', 'Bee'] }],
  gender: 'female',
};
const allergy = (rest: object) => ({
  resourceType: 'AllergyIntolerance',
  id: 'a1',
  patient: { reference: 'Patient/p1' },
  ...rest,
});
const read = (...resources: object[]) => readFhir(bundle(person, ...resources));

test('an allergy is read as R4, STU3 and DSTU2 write it', () => {
  const concept = (code: string) => ({ coding: [{ code }] });
  const manifestation = [{ text: 'Hives' }, { coding: [{ display: 'Wheeze' }] }];
  const reaction = [
    { manifestation, severity: 'mild' },
    { manifestation: [{ text: 'Hives' }], severity: 'severe' },
  ];
  const wanted = {
    assertion: 'Allergy',
    substance: 'Penicillin',
    reaction: 'Hives, Wheeze',
    severity: 'Severe',
    status: 'Active',
  };
  const forms = [
    allergy({
      code: { text: 'Penicillin' },
      clinicalStatus: concept('active'),
      verificationStatus: concept('confirmed'),
      reaction,
    }),
    allergy({ code: { text: 'Penicillin' }, clinicalStatus: 'active', verificationStatus: 'confirmed', reaction }),
    allergy({ substance: { text: 'Penicillin' }, status: 'confirmed', reaction }),
  ];
  for (const form of forms) {
    const patch = read(form).patients[0]?.allergies[0]?.patch ?? {};
    expect(patch).toMatchObject(wanted);
    const whole = { ...patch, patient_id: '018f0000-0000-7000-8000-000000000001' };
    expect(problemsOf(patient_allergies, 'create', whole)).toBeUndefined();
  }
});

test('what no longer holds keeps its state and says where it comes from', () => {
  const refuted = read(allergy({ code: { text: 'Latex' }, verificationStatus: 'refuted' })).patients[0]?.allergies[0]?.patch;
  expect(refuted).toMatchObject({ status: 'Refuted', status_reason: expect.stringContaining('imported') });
});

test('an entry made in error, and an absence of one kind only, are told and not kept', () => {
  const wrong = read(allergy({ code: { text: 'Latex' }, verificationStatus: { coding: [{ code: 'entered-in-error' }] } }));
  expect(wrong.patients[0]?.allergies).toEqual([]);
  expect(wrong.noPlace['AllergyIntolerance entered in error']).toBe(1);
  const drugs = read(allergy({ code: { coding: [{ code: '409137002' }], text: 'No known drug allergy' } }));
  expect(drugs.patients[0]?.allergies).toEqual([]);
  expect(drugs.noPlace['AllergyIntolerance "No known drug allergy"']).toBe(1);
});

test('"no known allergy" is the statement, without a substance', () => {
  const none = read(
    allergy({ code: { coding: [{ code: '716186003', display: 'No known allergy' }] }, clinicalStatus: 'active' }),
  );
  expect(none.patients[0]?.allergies[0]?.patch).toEqual({ assertion: 'No known allergies', status: 'Active' });
});

test('nothing is made up: a year is no birthday, an unknown sex stays away', () => {
  const { patients: found, noPlace } = readFhir(bundle({ ...person, birthDate: '1980', gender: 'unknown' }));
  expect(found[0]?.patch).not.toHaveProperty('date_of_birth');
  expect(found[0]?.patch).not.toHaveProperty('gender');
  expect(found[0]?.patch).toMatchObject({ date_of_birth_precision: 'Unknown', last_name: 'Van Dyk', other_names: 'Bee' });
  expect(noPlace).toMatchObject({ 'Patient.birthDate: 1980': 1, 'Patient.gender: unknown': 1 });
});

test('what is no FHIR is refused in a sentence, and a broken resource does not stop the others', () => {
  expect(() => readFhir([1, 2])).toThrow('This is not a FHIR Bundle or Patient in JSON.');
  expect(() => readFhir('x')).toThrow('not a FHIR');
  const { patients: found, noPlace } = readFhir(bundle({ resourceType: 'Patient', name: 'Ann' }, person));
  expect(found).toHaveLength(1);
  expect(noPlace['Patient that could not be read']).toBe(1);
});
