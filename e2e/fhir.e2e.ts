import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openPatient, shows, signIn } from './kit/app.ts';
import { expect, test } from './kit/test.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FIXTURES = join(ROOT, 'node_modules', 'cql-exec-fhir', 'test', 'fixtures', 'r4');

interface Bundle {
  entry: { resource: { resourceType: string; name?: { family: string; given: string[] }[]; birthDate?: string } }[];
}

test('patients imported from another system’s FHIR files are on the tablet, as they were written', {
  tag: '@thorough',
}, async ({ hospital, unpack }) => {
  const files = readdirSync(FIXTURES)
    .filter((name) => !name.startsWith('Condition'))
    .map((name) => join(FIXTURES, name));
  expect(files).toHaveLength(2);
  const done = spawnSync(process.execPath, ['--import', 'tsx', 'apps/server/src/cli.ts', 'import-fhir', ...files], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, DATABASE_URL: hospital.databaseUrl, DATABASE_SERVER_URL: hospital.serverUrl },
  });
  expect(done.stderr).toBe('');
  expect(done.status).toBe(0);

  const a = await unpack('tablet A');
  await signIn(a, 'doctor');
  for (const file of files) {
    const { entry } = JSON.parse(readFileSync(file, 'utf8')) as Bundle;
    const patient = entry.map(({ resource }) => resource).find(({ resourceType }) => resourceType === 'Patient');
    const name = patient?.name?.[0];
    if (!name || !patient.birthDate) throw new Error(`${file} has no patient`);
    const [year = '', month = '', day = ''] = patient.birthDate.split('-');
    await openPatient(a, name.family);
    await expect(a.page.getByRole('heading', { level: 1 })).toContainText(name.family);
    await expect(a.page.getByRole('heading', { level: 1 })).toContainText(name.given[0] ?? '');
    await shows(a, year);
    expect([day, month, year].every(Boolean)).toBe(true);
  }
});
