import { edit, openPatient, register, sent, shows, signIn } from './kit/app.ts';
import type { Tablet } from './kit/tablet.ts';
import { expect, test } from './kit/test.ts';

const typeIn = (tab: Tablet, label: string, value: string) =>
  tab.page.locator('form').getByRole('textbox', { name: label, exact: true }).fill(value);

async function press(tab: Tablet, name: RegExp): Promise<void> {
  await tab.page.locator('form').getByRole('button', { name }).click();
  await expect(tab.page.locator('form')).toHaveCount(0);
}

test('[S3] a form that was left open, or resumed from a draft, writes only what was typed: what was changed meanwhile stays', async ({
  hospital,
  unpack,
}) => {
  const [a, b] = await Promise.all([unpack('tablet A'), unpack('tablet B')]);
  await Promise.all([signIn(a, 'doctor'), signIn(b, 'registrar')]);
  await register(a, { Surname: 'Okoro', 'First name': 'Ifeoma', 'Hospital number': 'PS-9101', Phone: '08030000001' });
  await sent(a);
  await openPatient(b, 'PS-9101');
  const overtaken = 'This changed elsewhere while you were writing.';

  await a.page.getByRole('link', { name: 'Edit details' }).click();
  await typeIn(a, 'Town or city', 'Nsukka');
  const phone = a.page.locator('form').getByRole('textbox', { name: 'Phone', exact: true });
  // While somebody is in a box, it stays as it is; afterwards it follows the row.
  await phone.focus();
  await edit(b, { Phone: '08030000002' });
  await shows(a, overtaken);
  await expect(phone).toHaveValue('08030000001');
  await phone.blur();
  await expect(phone).toHaveValue('08030000002');
  await press(a, /^Save changes/);
  // Would be a conflict about a phone that nobody touched here.
  await sent(a);

  await a.page.getByRole('link', { name: 'Edit details' }).click();
  await typeIn(a, 'Occupation', 'Trader');
  await press(a, /^Close, keep draft/);
  await edit(b, { Phone: '08030000003' });
  await shows(a, '08030000003');
  await a.page.getByRole('link', { name: 'Edit details' }).click();
  await shows(a, overtaken);
  await press(a, /^Save changes/);
  await sent(a);

  const ask = await hospital.as('doctor');
  const { patients } = await ask<{ patients: unknown[] }>('GET', '/api/sync/patients');
  expect(patients).toMatchObject([{ phone: '08030000003', city: 'Nsukka', occupation: 'Trader' }]);
});
