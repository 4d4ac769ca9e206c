import {
  listed,
  mend,
  needsAttention,
  nothingNeedsAttention,
  openPatient,
  register,
  saved,
  sent,
  signIn,
  signOut,
} from './kit/app.ts';
import { readableWords, wordsOnDisk } from './kit/scan.ts';
import { expect, test } from './kit/test.ts';

test('[S4] on a shared tablet one leaves with unsent work, and it is sent in their name under the next', async ({
  hospital,
  unpack,
}) => {
  const a = await unpack('shared tablet');
  await signIn(a, 'doctor');
  await a.offline();
  await register(a, { Surname: 'Ogunleye', 'First name': 'Sade', 'Hospital number': 'PS-6001' });
  await saved(a);
  await signOut(a);
  await a.offline(false);

  await signIn(a, 'nurse');
  await sent(a);
  await listed(a, 'Ogunleye');

  const ask = await hospital.as('admin');
  const users = await ask<{ id: string; email: string }[]>('GET', '/api/users');
  const doctor = users.find(({ email }) => email === 'doctor@unth.edu.ng');
  const { patients } = await ask<{ patients: unknown[] }>('GET', '/api/sync/patients');
  expect(patients).toMatchObject([{ hospital_number: 'PS-6001', created_by: doctor?.id }]);
});

test('[S6] a refused write is shown with its reason, mended and sent again', async ({ hospital, unpack }) => {
  const [a, b] = await Promise.all([unpack('tablet A'), unpack('tablet B')]);
  await Promise.all([signIn(a, 'doctor'), signIn(b, 'registrar')]);
  await b.offline();
  await register(a, { Surname: 'Umeh', 'First name': 'Obinna', 'Hospital number': 'PS-6002' });
  await sent(a);
  await register(b, { Surname: 'Abah', 'First name': 'Grace', 'Hospital number': 'PS-6002' });
  await b.offline(false);

  await needsAttention(b);
  await mend(b, 'Another patient has this hospital number.', { 'Hospital number': 'PS-6003' });
  await sent(b);
  await nothingNeedsAttention(b);
  const ask = await hospital.as('doctor');
  const { patients } = await ask<{ patients: { hospital_number: string; last_name: string }[] }>('GET', '/api/sync/patients');
  const held = patients.map((p) => `${p.hospital_number} ${p.last_name}`).sort();
  expect(held).toEqual(['PS-6002 Umeh', 'PS-6003 Abah']);
});

test('a tablet keeps no patient in clear: not in the browser’s storage, not in its files', async ({ unpack }) => {
  const a = await unpack('tablet A');
  await signIn(a, 'doctor');
  const planted = ['Zubairu', 'Kachollom', '08037771234', 'Plantedtown'];
  const [surname = '', first = '', phone = '', town = ''] = planted;
  await register(a, {
    Surname: surname,
    'First name': first,
    'Hospital number': 'PS-6004',
    Phone: phone,
    'Town or city': town,
  });
  await sent(a);
  await a.offline();
  await register(a, { Surname: `${surname}a`, 'First name': first, 'Hospital number': 'PS-6005' });
  await saved(a);
  await openPatient(a, 'PS-6004');

  // The scan would see it: a word that is kept in clear is found.
  await a.page.evaluate(() => localStorage.setItem('control', 'keptinclear'));
  expect(await readableWords(a.page, ['keptinclear'])).toEqual(['keptinclear']);
  expect(await readableWords(a.page, planted)).toEqual([]);
  await a.switchOff();
  expect(await wordsOnDisk(a.profile, ['keptinclear', ...planted])).toEqual(['keptinclear']);
});
