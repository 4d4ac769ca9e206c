import { listed, openPatient, register, saved, sent, signIn } from './kit/app.ts';
import { expect, test } from './kit/test.ts';

test('[S1] a patient registered offline on one tablet is on another when the network returns', async ({ unpack }) => {
  const [a, b] = await Promise.all([unpack('tablet A'), unpack('tablet B')]);
  await Promise.all([signIn(a, 'doctor'), signIn(b, 'registrar')]);

  await a.offline();
  await register(a, { Surname: 'Okafor', 'First name': 'Adaeze', 'Hospital number': 'PS-1001', Phone: '08031234567' });
  await saved(a);
  await listed(a, 'Okafor');

  await a.offline(false);
  await sent(a);
  await listed(b, 'Okafor');
  await openPatient(b, 'Okafor');
  await expect(b.page.getByText('PS-1001').first()).toBeVisible();
});

test('[S5] what was saved while the server was down is sent when it is up again', async ({ hospital, unpack }) => {
  const a = await unpack('tablet A');
  await signIn(a, 'doctor');
  await hospital.stop();
  await register(a, { Surname: 'Nwosu', 'First name': 'Chidi', 'Hospital number': 'PS-1002' });
  await saved(a);

  await hospital.start();
  await sent(a);
  const b = await unpack('tablet B');
  await signIn(b, 'registrar');
  await listed(b, 'Nwosu');
});

test('[S51] a change is seen on the other tablet without anybody asking for it', async ({ unpack }) => {
  const [a, b] = await Promise.all([unpack('tablet A'), unpack('tablet B')]);
  await Promise.all([signIn(a, 'doctor'), signIn(b, 'registrar')]);
  await register(a, { Surname: 'Balogun', 'First name': 'Tunde', 'Hospital number': 'PS-1003' });
  await listed(b, 'Balogun');
});
