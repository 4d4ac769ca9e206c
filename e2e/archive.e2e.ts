import { createPool } from '../apps/server/src/db/pool.ts';
import { addEntry, openKind, openPatient, register, saved, sent, shows, signIn, unlock } from './kit/app.ts';
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

const NOT_HERE = 'Notes, orders and medicines are not on this device';
const PICTURES = process.env.PSA_PICTURES;

test('a patient in the archive is known offline, fetched when opened, kept when pinned, and back with the first entry', async ({
  hospital,
  unpack,
}) => {
  const a = await unpack('tablet A');
  await signIn(a, 'doctor');
  await register(a, { Surname: 'Okafor', 'First name': 'Adaeze', 'Hospital number': 'PS-3001' });
  await addEntry(a, 'observation set', { Breathing: '16', Pulse: '81' });
  await sent(a);
  await archive(hospital);
  // It is open here, so it is fetched at once.
  await shows(a, 'From the archive');

  const b = await unpack('tablet B');
  await signIn(b, 'doctor');
  await sent(b);
  await b.offline();
  await openPatient(b, 'PS-3001');
  await shows(b, NOT_HERE);
  await expect(b.page.getByText('weight not on this device')).toBeVisible();
  if (PICTURES) await b.page.screenshot({ path: `${PICTURES}/archive-offline.png` });

  await b.offline(false);
  await shows(b, 'From the archive');
  await openKind(b, 'Vital signs');
  await shows(b, '81');
  await b.page.getByRole('button', { name: 'Keep on this device' }).click();
  await shows(b, 'stays on this device');
  if (PICTURES) {
    await b.page.screenshot({ path: `${PICTURES}/archive-pinned.png` });
    await b.page.setViewportSize({ width: 360, height: 740 });
    await b.page.screenshot({ path: `${PICTURES}/archive-narrow.png` });
    await b.page.emulateMedia({ colorScheme: 'dark' });
    await b.page.setViewportSize({ width: 1280, height: 800 });
    await b.page.screenshot({ path: `${PICTURES}/archive-dark.png` });
  }
  await b.switchOff();
  await b.switchOn({ offline: true });
  await unlock(b, 'doctor');
  await openPatient(b, 'PS-3001');
  await shows(b, 'stays on this device');

  // Written without a network, it brings the patient back to everybody.
  await addEntry(b, 'observation set', { Breathing: '18', Pulse: '93' });
  await saved(b);
  await b.offline(false);
  await sent(b);
  await expect(b.page.getByText('From the archive')).toHaveCount(0);
  await expect(a.page.getByText('From the archive')).toHaveCount(0, { timeout: 60_000 });
  await openKind(a, 'Vital signs');
  await shows(a, '93');
});
