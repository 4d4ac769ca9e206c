import { edit, listed, openPatient, register, saved, sent, signIn, unlock } from './kit/app.ts';
import { expect, test } from './kit/test.ts';

test('[S5] a reload without a network keeps the app, the patient and what waits', async ({ unpack }) => {
  const a = await unpack('tablet A');
  await signIn(a, 'doctor');
  await a.offline();
  await register(a, { Surname: 'Danjuma', 'First name': 'Halima', 'Hospital number': 'PS-3001' });
  await saved(a);

  await a.page.reload();
  await unlock(a, 'doctor');
  await saved(a);
  await listed(a, 'Danjuma');

  await a.offline(false);
  await sent(a);
});

test('a tablet switched on without a network opens, unlocks, shows its patients and saves', async ({ hospital, unpack }) => {
  const a = await unpack('tablet A');
  await signIn(a, 'doctor');
  await register(a, { Surname: 'Yusuf', 'First name': 'Ibrahim', 'Hospital number': 'PS-3002' });
  await sent(a);
  await a.switchOff();

  await a.switchOn({ offline: true });
  await a.page.goto(`${a.url}/patients`);
  await unlock(a, 'doctor');
  await listed(a, 'Yusuf');
  await openPatient(a, 'Yusuf');
  await edit(a, { Phone: '08035550000' });
  await saved(a);

  await a.offline(false);
  await sent(a);
  const ask = await hospital.as('doctor');
  const { patients } = await ask<{ patients: unknown[] }>('GET', '/api/sync/patients');
  expect(patients).toMatchObject([{ last_name: 'Yusuf', phone: '08035550000' }]);
});

test('a network that goes right after the first sign-in leaves every screen usable', async ({ hospital, unpack }) => {
  const a = await unpack('tablet A', { url: `${hospital.url}/api/health` });
  // No service worker comes to help: it had no time to be stored.
  await a.context.route('**/sw.js', (route) => route.abort());
  await a.page.goto(hospital.url);
  await signIn(a, 'doctor', false);
  await a.offline();
  await register(a, { Surname: 'Okeke', 'First name': 'Uju', 'Hospital number': 'PS-3005' });
  await saved(a);
  await a.offline(false);
  await sent(a);
});

test('a wrong password opens nothing without a network', async ({ unpack }) => {
  const a = await unpack('tablet A');
  await signIn(a, 'doctor');
  await register(a, { Surname: 'Bello', 'First name': 'Aisha', 'Hospital number': 'PS-3003' });
  await sent(a);
  await a.switchOff();
  await a.switchOn({ offline: true });
  await a.page.goto(a.url);
  await unlock(a, 'doctor', { password: 'not the password', refused: true });
  await expect(a.page.getByText('Bello')).toHaveCount(0);
});

test('[S51] two tabs of one browser show the same, and one of them sends', async ({ unpack }) => {
  const a = await unpack('tablet A');
  await signIn(a, 'doctor');
  const second = await a.anotherTab();
  await unlock(second, 'doctor', { mayBeOpen: true });

  await register(a, { Surname: 'Lawal', 'First name': 'Kemi', 'Hospital number': 'PS-3004' });
  await listed(second, 'Lawal');
  await openPatient(second, 'Lawal');
  await edit(second, { Phone: '08036660000' });
  await openPatient(a, 'Lawal');
  await expect(a.page.getByText('08036660000').first()).toBeVisible();
  await Promise.all([sent(a), sent(second)]);
});
