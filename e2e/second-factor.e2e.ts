import { createHmac } from 'node:crypto';
import { accessProblems, overhang } from './kit/access.ts';
import { signIn, signOut, visit } from './kit/app.ts';
import { PEOPLE } from './kit/people.ts';
import type { Tablet } from './kit/tablet.ts';
import { expect, test } from './kit/test.ts';

const STEP_MS = 30_000;

/** The code of an authenticator app (RFC 6238), as a telephone computes it. @param step how many steps from now. */
function codeOf(secret: string, step = 0): string {
  const bits = [...secret.replaceAll(' ', '')].map((c) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0'),
  );
  const bytes = bits.join('').match(/.{8}/g) ?? [];
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / STEP_MS) + step));
  const mac = createHmac('sha1', Buffer.from(bytes.map((b) => Number.parseInt(b, 2))))
    .update(counter)
    .digest();
  const at = (mac.at(-1) ?? 0) & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

const part = ({ page }: Tablet, name: string) => page.getByRole('region', { name });

/** The password is right: what is asked beside it stands there. */
async function password(tablet: Tablet, person: keyof typeof PEOPLE): Promise<void> {
  const { page } = tablet;
  await page
    .getByRole('button', { name: PEOPLE[person].name })
    .or(page.getByLabel('Password', { exact: true }))
    .first()
    .waitFor();
  const choice = page.getByRole('button', { name: PEOPLE[person].name });
  if (await choice.isVisible()) await choice.click();
  await page.getByLabel('Password', { exact: true }).fill(PEOPLE[person].password);
  await page.getByRole('button', { name: 'Unlock' }).click();
}

test('an authenticator app and recovery codes: set up, asked for, used; without a network the password opens as before', async ({
  unpack,
}) => {
  const a = await unpack('phone', { width: 360, height: 740 });
  await signIn(a, 'nurse');
  await visit(a, '/me');
  const box = part(a, 'Second factor');
  await box.getByLabel('Your password, to change this').fill(PEOPLE.nurse.password);
  await box.getByRole('button', { name: 'Set up an app' }).click();
  await expect(box.getByRole('img', { name: 'Picture for an authenticator app' })).toBeVisible();
  expect(await accessProblems(a.page)).toEqual([]);
  expect(await overhang(a.page)).toBe(0);
  const secret = (await box.locator('code.secret').textContent()) ?? '';
  await box.getByLabel('Code', { exact: true }).fill(codeOf(secret));
  await box.getByRole('button', { name: 'Use this app' }).click();
  await expect(box.getByRole('listitem')).toHaveCount(10);
  const recovery = (await box.getByRole('listitem').first().textContent()) ?? '';
  await box.getByRole('button', { name: 'I have noted them' }).click();
  await expect(box.getByText('Authenticator app')).toBeVisible();

  await signOut(a);
  await password(a, 'nurse');
  const code = a.page.getByLabel('Code of your authenticator app');
  await code.fill('000000');
  await a.page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(a.page.getByRole('alert')).toContainText('not right');
  // The code of the step after is another than the one that was used to set it up.
  await code.fill(codeOf(secret, 1));
  await a.page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(a.page.getByRole('banner').getByRole('status')).toBeVisible();
  await visit(a, '/me');
  await expect(part(a, 'Signed-in devices').getByText('with a code')).toBeVisible();

  await signOut(a);
  await password(a, 'nurse');
  await code.fill(recovery);
  await a.page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(a.page.getByRole('banner').getByRole('status')).toBeVisible();

  await visit(a, '/me');
  await a.page.getByRole('button', { name: 'Lock', exact: true }).click();
  await a.offline();
  await password(a, 'nurse');
  await expect(a.page.getByRole('banner').getByRole('status')).toBeVisible();
});

test('a passkey beside the password; a session is seen on another device and ended there', { tag: '@thorough' }, async ({
  hospital,
  unpack,
}) => {
  // Passkeys belong to names; an address has none.
  const url = hospital.url.replace('127.0.0.1', 'localhost');
  const [a, b] = [await unpack('tablet A', { url }), await unpack('tablet B', { url })];
  const devtools = await a.context.newCDPSession(a.page);
  await devtools.send('WebAuthn.enable');
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      ...{ protocol: 'ctap2', transport: 'usb', hasResidentKey: false },
      ...{ hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
    },
  });
  await signIn(b, 'doctor');
  await signIn(a, 'doctor');
  await visit(a, '/me');
  const box = part(a, 'Second factor');
  await box.getByLabel('Your password, to change this').fill(PEOPLE.doctor.password);
  await box.getByLabel('Name of the passkey').fill('Blue key');
  await box.getByRole('button', { name: 'Add a passkey' }).click();
  await box.getByRole('button', { name: 'I have noted them' }).click();
  await expect(box.getByText('Blue key', { exact: true })).toBeVisible();

  const list = part(a, 'Signed-in devices');
  await expect(list.getByRole('listitem')).toHaveCount(2);
  await list.getByRole('button', { name: 'Sign out everywhere else' }).click();
  await expect(list.getByRole('listitem')).toHaveCount(1);
  await visit(b, '/me');
  await expect(part(b, 'Sign in again')).toBeVisible({ timeout: 60_000 });

  await signOut(a);
  await password(a, 'doctor');
  await a.page.getByRole('button', { name: 'Use a passkey' }).click();
  await expect(a.page.getByRole('banner').getByRole('status')).toBeVisible();
  await visit(a, '/me');
  await expect(part(a, 'Signed-in devices').getByText('with a passkey')).toBeVisible();
});
