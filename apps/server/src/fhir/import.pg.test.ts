import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Actor } from '@psa/domain';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DOCTOR, type Hospital, one, openHospital } from '../testing/hospital.ts';
import { importFhir } from './import.ts';

const fixtures = join(dirname(createRequire(import.meta.url).resolve('cql-exec-fhir/package.json')), 'test/fixtures/r4');
const bundles = readdirSync(fixtures)
  .filter((name) => !name.startsWith('Condition'))
  .map((name) => JSON.parse(readFileSync(join(fixtures, name), 'utf8')) as unknown);

let h: Hospital;
let actor: Actor;
beforeAll(async () => {
  h = await openHospital();
  const user_id = await one<string>(h.pool, 'select id from users where email = $1', [DOCTOR.email]);
  actor = { user_id, facility_id: h.facility, role: 'consultant' };
});
afterAll(() => h.close());

test('the two patients of the fixtures are there, once, and reach a tablet', async () => {
  expect(bundles).toHaveLength(2);
  for (const bundle of [...bundles, ...bundles]) {
    const report = await importFhir(h.writer, actor, bundle);
    expect(report).toMatchObject({ refused: [], patients: [{ allergies: 0 }] });
    expect(report.no_place.Observation).toBeGreaterThan(0);
  }
  const tablet = await h.tablet(DOCTOR);
  const { body } = await h.pull(tablet);
  const { patients } = (body as { rows: { patients: { last_name: string; row_version: number }[] } }).rows;
  expect(patients.map((p) => [p.last_name, p.row_version]).sort()).toEqual([
    ['Hermiston71', 1],
    ['McCullough561', 1],
  ]);
  const audited = "select count(*) from audit_logs where table_name = 'patients' and action = 'create'";
  expect(await one(h.pool, audited)).toBe(2);
});

test('a patient with allergies comes whole or not at all', async () => {
  const patient = (id: string, gender: string) => ({
    resourceType: 'Patient',
    id,
    identifier: [{ value: `MRN ${id}` }],
    name: [{ family: 'Test', given: ['One'] }],
    gender,
  });
  const allergy = (of: string, text: string) => ({
    resourceType: 'AllergyIntolerance',
    id: `${of}-${text}`,
    patient: { reference: `Patient/${of}` },
    code: { text },
    clinicalStatus: { coding: [{ code: 'active' }] },
  });
  const resources = [patient('a', 'male'), allergy('a', 'Latex'), patient('b', 'unknown'), allergy('b', 'Penicillin')];
  const bundle = { resourceType: 'Bundle', entry: resources.map((resource) => ({ resource })) };
  const report = await importFhir(h.writer, actor, bundle);
  expect(report.patients).toEqual([{ id: expect.any(String), hospital_number: 'MRN a', allergies: 1 }]);
  expect(report.refused).toEqual([{ source: 'b', say: expect.any(String), fields: { gender: expect.any(String) } }]);
  expect(await one(h.pool, 'select count(*) from patient_allergies')).toBe(1);
  expect(await one(h.pool, "select substance from patient_allergies where status = 'Active'")).toBe('Latex');
});
