import { createPool } from '../apps/server/src/db/pool.ts';
import { addEntry, listed, openKind, openPatient, saved, sent, shows, signIn, unlock } from './kit/app.ts';
import type { Hospital } from './kit/hospital.ts';
import { expect, test } from './kit/test.ts';

/** Takes the only patient to the archive, as a night would. */
async function archive(hospital: Hospital): Promise<void> {
  const owner = createPool({ connectionString: hospital.databaseUrl, max: 1 });
  await owner.query("select set_config('psa.facility', (select facility_id::text from patients limit 1), false)");
  const { rows } = await owner.query('select archive_patient(facility_id, id) as rows from patients');
  await owner.end();
  expect(rows[0]?.rows).toBeGreaterThan(1);
}

const NUMBER = 'PS-3001';
const NOT_HERE = 'Notes, orders and medicines are not on this device';

test('a patient in the archive is known offline, fetched when opened, kept when pinned, and back with the first entry', {
  tag: '@thorough',
}, async ({ hospital, unpack }) => {
  const ask = await hospital.as('doctor');
  const born = { gender: 'Female', date_of_birth: '1984-03-09', date_of_birth_precision: 'Exact' };
  const { patient } = await ask<{ patient: { id: string } }>('POST', '/api/sync/patients', {
    ...born,
    ...{ hospital_number: NUMBER, first_name: 'Adaeze', last_name: 'Okafor' },
  });
  const { id } = patient;
  const observed_at = new Date(Date.now() - 3_600_000).toISOString();
  await ask('POST', '/api/sync/vital-signs', { patient_id: id, observed_at, pulse: 81 });
  await archive(hospital);

  const a = await unpack('tablet');
  await signIn(a, 'doctor');
  await listed(a, NUMBER);
  await a.offline();
  await openPatient(a, NUMBER);
  await shows(a, NOT_HERE);
  await expect(a.page.getByText('weight not on this device')).toBeVisible();

  await a.offline(false);
  await shows(a, 'From the archive');
  await a.page.getByRole('button', { name: 'Keep on this device' }).click();
  await shows(a, 'stays on this device');
  await a.switchOff();
  await a.switchOn({ offline: true });
  await a.page.goto(hospital.url);
  await unlock(a, 'doctor');
  await openPatient(a, NUMBER);
  await shows(a, 'stays on this device');
  await openKind(a, 'Vital signs');
  await shows(a, '81');

  // Written without a network, it brings the patient back to everybody.
  await addEntry(a, 'observation set', { Observed: 'now', Pulse: '93' });
  await saved(a);
  await a.offline(false);
  await sent(a);
  await expect(a.page.getByText('From the archive')).toHaveCount(0);
  const { vital_signs } = await ask<{ vital_signs: { pulse: number }[] }>('GET', `/api/sync/vital-signs?patient_id=${id}`);
  expect(vital_signs.map(({ pulse }) => pulse).toSorted()).toEqual([81, 93]);
});
