import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listed, register, saved, sent, signIn, visit } from './kit/app.ts';
import { PEOPLE, type Person } from './kit/people.ts';
import type { Tablet } from './kit/tablet.ts';
import { expect, test } from './kit/test.ts';

const PIN = '739154';

const main = ({ page }: Tablet) => page.getByRole('main');

async function lock(tablet: Tablet): Promise<void> {
  await visit(tablet, '/me');
  await tablet.page.getByRole('button', { name: 'Lock', exact: true }).click();
  await expect(tablet.page.getByRole('banner')).toHaveCount(0);
}

/** On the page Me: the password once more, and what to set. */
async function setQuick(
  tablet: Tablet,
  person: Person,
  button: 'Set PIN' | 'Use a passkey instead',
  said: string,
): Promise<void> {
  await visit(tablet, '/me');
  const part = tablet.page.getByRole('region', { name: 'Quick unlock' });
  await part.getByLabel('Your password, once more').fill(PEOPLE[person].password);
  if (button === 'Set PIN') await part.getByLabel('New PIN').fill(PIN);
  await part.getByRole('button', { name: button }).click();
  await expect(part.getByText(said)).toBeVisible();
}

/** Stands before the locked tablet, takes a name, and opens with the PIN. */
async function withPin({ page }: Tablet, person: Person): Promise<void> {
  await page.getByRole('button', { name: PEOPLE[person].name }).click();
  await page.getByLabel('PIN', { exact: true }).fill(PIN);
  await page.getByRole('button', { name: 'Unlock' }).click();
  await expect(page.getByRole('banner').getByRole('status')).toBeVisible();
}

test('[S60] work of a tablet that cannot reach the server is carried to another in a sealed file', async ({ unpack }, info) => {
  const [a, b] = await Promise.all([unpack('tablet A'), unpack('tablet B')]);
  await Promise.all([signIn(a, 'doctor'), signIn(b, 'nurse')]);
  await a.offline();
  await register(a, { Surname: 'Carried', 'First name': 'Ngozi', 'Hospital number': 'PS-7001' });
  await saved(a);
  await visit(a, '/safety');
  await expect(main(a).getByText('One save is only on this device so far.')).toBeVisible();
  await expect(main(a).getByText('No network, or the server does not answer.')).toBeVisible();
  const download = a.page.waitForEvent('download');
  await a.page.getByRole('button', { name: 'Save unsent work to a file' }).click();
  const file = join(info.outputDir, 'unsent.psa');
  await (await download).saveAs(file);
  expect(await readFile(file, 'utf8')).not.toMatch(/Carried|Ngozi|PS-7001/);

  await visit(b, '/hand-in');
  for (const _ of ['first', 'again']) {
    await b.page.locator('input[type=file]').setInputFiles(file);
    await expect(main(b).getByRole('listitem').filter({ hasText: '1 on the server.' })).toBeVisible();
  }
  await listed(b, 'Carried');

  await a.offline(false);
  await sent(a);
  await visit(a, '/safety');
  await expect(main(a).getByText('Yes. Everything that was saved on this device is on the server.')).toBeVisible();
});

test('two people switch on one tablet by their PINs, with and without a network; five wrong ones end it', async ({
  unpack,
}) => {
  const a = await unpack('shared tablet');
  for (const person of ['doctor', 'nurse'] as const) {
    await signIn(a, person);
    await setQuick(a, person, 'Set PIN', 'You open this device with a PIN.');
    await lock(a);
  }
  await withPin(a, 'doctor');
  await lock(a);
  await a.offline();
  await withPin(a, 'nurse');
  await lock(a);

  await a.page.getByRole('button', { name: PEOPLE.doctor.name }).click();
  for (let left = 4; left >= 0; left--) {
    await a.page.getByLabel('PIN', { exact: true }).fill('111112');
    await a.page.getByRole('button', { name: 'Unlock' }).click();
    const told = left === 0 ? 'use your password' : left === 1 ? 'One try is left' : `${left} tries are left`;
    await expect(main(a).getByRole('alert')).toContainText(told);
  }
  await a.page.getByLabel('Password', { exact: true }).fill(PEOPLE.doctor.password);
  await a.page.getByRole('button', { name: 'Unlock' }).click();
  await expect(a.page.getByRole('banner').getByRole('status')).toBeVisible();
});

test('a passkey of the tablet opens it where its authenticator makes secrets', async ({ hospital, unpack }) => {
  // Passkeys belong to names; an address has none.
  const a = await unpack('tablet A', { url: hospital.url.replace('127.0.0.1', 'localhost') });
  const devtools = await a.context.newCDPSession(a.page);
  await devtools.send('WebAuthn.enable');
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
      hasPrf: true,
    },
  });
  await signIn(a, 'doctor');
  await setQuick(a, 'doctor', 'Use a passkey instead', 'You open this device with a passkey.');
  await lock(a);
  await a.page.getByRole('button', { name: 'Unlock with the passkey' }).click();
  await expect(a.page.getByRole('banner').getByRole('status')).toBeVisible();
});

test('[S62] [S63] a lost tablet is withdrawn, brings what it had not sent, empties itself and says so', async ({ unpack }) => {
  const [a, b] = await Promise.all([unpack('tablet A'), unpack('tablet B')]);
  await Promise.all([signIn(a, 'doctor'), signIn(b, 'admin')]);
  await visit(a, '/me');
  await a.page.getByLabel('Name of this device').fill('Ward 2 tablet');
  await a.page.getByRole('button', { name: 'Rename' }).click();
  await lock(a);
  await a.page.getByLabel('Password', { exact: true }).fill(PEOPLE.doctor.password);
  await a.page.getByRole('button', { name: 'Unlock' }).click();
  await expect(a.page.getByRole('banner').getByRole('status')).toBeVisible();
  await a.offline();
  await register(a, { Surname: 'Unsent', 'First name': 'Ifeoma', 'Hospital number': 'PS-7002' });
  await saved(a);

  await visit(b, '/devices');
  await b.page.getByRole('button', { name: 'Lost or stolen: Ward 2 tablet' }).click();
  await b.page.getByRole('textbox', { name: 'Reason' }).fill('Left in a taxi');
  await b.page.getByRole('dialog').getByRole('button', { name: 'Lost or stolen' }).click();
  await expect(main(b).getByText('Because: Left in a taxi.')).toBeVisible();

  await a.offline(false);
  await expect(a.page.getByText('An administrator has withdrawn this device.')).toBeVisible({ timeout: 60_000 });
  await expect(a.page.getByLabel('E-mail', { exact: true })).toBeVisible();

  await visit(b, '/me');
  await visit(b, '/devices');
  const line = main(b).getByRole('listitem').filter({ hasText: 'Ward 2 tablet' });
  await expect(line.getByText('emptied')).toBeVisible();
  await line.getByRole('button', { name: 'Judge what Ward 2 tablet brought' }).click();
  await expect(line.getByText('not judged yet')).toHaveCount(0);
  await listed(b, 'Unsent');
});
