import type { Locator } from '@playwright/test';
import { overhang } from './kit/access.ts';
import { openEntry, openKind, openPatient, register, sent, shows, signIn } from './kit/app.ts';
import type { Tablet } from './kit/tablet.ts';
import { expect, test } from './kit/test.ts';

type Line = Readonly<Record<string, string>>;

const typeIn = (part: Locator, label: string, value: string) =>
  part.getByRole('textbox', { name: label, exact: true }).fill(value);

/** Begins a prescription, or its next medicine, and types a line; what the checks say stands under it. */
async function write({ page }: Tablet, n: number, line: Line): Promise<{ part: Locator; said: Locator }> {
  const form = page.locator('form');
  if (n === 1) await page.getByRole('main').getByRole('link', { name: 'Add prescription', exact: true }).click();
  else await form.getByRole('button', { name: 'Add another medicine' }).click();
  const part = form.getByRole('region', { name: `Medicine ${n}` });
  for (const [label, value] of Object.entries(line)) await typeIn(part, label, value);
  return { part, said: part.getByRole('list', { name: `What the checks say of medicine ${n}` }) };
}

const stops = (said: Locator, words: string) => said.getByRole('listitem').filter({ hasText: `Stop. ${words}` });

test('what speaks against a medicine stops it without a network; a reason overrules it, is kept, and is seen on another tablet', async ({
  hospital,
  unpack,
}) => {
  const [a, b] = await Promise.all([unpack('tablet A'), unpack('tablet B')]);
  await Promise.all([signIn(a, 'doctor'), signIn(b, 'registrar')]);
  await register(a, { Surname: 'Eze', 'First name': 'Ada', 'Hospital number': 'PS-9301' });
  await a.page.getByRole('link', { name: 'Add allergy' }).click();
  const allergy = a.page.locator('form');
  await typeIn(allergy, 'Substance', 'penicillin');
  await typeIn(allergy, 'Reaction', 'anaphylaxis');
  await allergy.getByRole('button', { name: 'Add allergy' }).click();
  await expect(allergy).toHaveCount(0);
  await sent(a);

  await a.offline();
  const { part, said } = await write(a, 1, { Medicine: 'Amoxicillin', Dose: '500 mg', Route: 'Oral', 'How often': 'tds' });
  await expect(stops(said, 'Amoxicillin must not be given')).toContainText('penicillin (anaphylaxis)');
  await expect(said).toContainText('unreviewed');
  const second = await write(a, 2, { Medicine: 'Metronidazole', Dose: '400 mg', Route: 'Oral', 'How often': '8-hourly' });
  const third = await write(a, 3, { Medicine: 'Warfarin', Dose: '5 mg', Route: 'Oral', 'How often': 'nocte' });
  await expect(stops(third.said, 'Warfarin with Metronidazole, which stands in line 2')).toBeVisible();
  await expect(second.said.getByText('Stop.')).toHaveCount(0);

  const form = a.page.locator('form');
  await form.getByRole('button', { name: 'Prescribe' }).click();
  await expect(form.getByRole('status').last()).toContainText('2 fields to correct');
  const why = 'Why given despite a warning';
  await expect(part.getByRole('textbox', { name: why })).toBeFocused();
  await typeIn(part, why, 'Delabelled by the allergist; first dose on the ward.');
  await typeIn(third.part, why, 'Mitral valve; INR in three days.');
  await form.getByRole('button', { name: 'Prescribe' }).click();
  await expect(form).toHaveCount(0);
  await a.offline(false);
  await sent(a);

  const ask = await hospital.as('registrar');
  const { prescription_items: items } = await ask<{ prescription_items: { medication_name: string }[] }>(
    'GET',
    '/api/sync/prescription-items',
  );
  expect(items.find((one) => one.medication_name === 'Amoxicillin')).toMatchObject({
    override_reason: 'Delabelled by the allergist; first dose on the ward.',
    override_warnings: expect.stringMatching(
      /^allergy\.contraindicated \[allergy_rule\/penicillin\+penicillin, 1, unreviewed\] Amoxicillin must not be given/,
    ),
  });
  expect(items.find((one) => one.medication_name === 'Metronidazole')).toMatchObject({
    override_reason: null,
    override_warnings: null,
  });

  await openPatient(b, 'PS-9301');
  await openKind(b, 'Prescriptions');
  await openEntry(b, 'Active');
  await openEntry(b, 'Warfarin');
  await shows(b, 'Mitral valve; INR in three days.');
  await shows(b, 'interaction.major [interaction/metronidazole+warfarin');

  // What is given now counts for the next prescription.
  await openPatient(b, 'PS-9301');
  const next = await write(b, 1, { Medicine: 'Aspirin', Dose: '75 mg', Route: 'Oral', 'How often': 'od' });
  await expect(stops(next.said, 'Aspirin with Warfarin, which is given now')).toBeVisible();
});

test('the dose of a child goes by a recent weight; without one it says so', { tag: '@thorough' }, async ({
  hospital,
  unpack,
}) => {
  const a = await unpack('tablet A', { width: 360, height: 740 });
  await signIn(a, 'doctor');
  await register(a, {
    Surname: 'Obi',
    'First name': 'Chidi',
    'Hospital number': 'PS-9302',
    'Date of birth is': 'Exact',
    'Date of birth': `12/3/${new Date().getUTCFullYear() - 5}`,
  });
  const { part, said } = await write(a, 1, { Medicine: 'Paracetamol', Dose: '500 mg', Route: 'Oral', 'How often': 'qds' });
  await expect(said).toContainText('Dose by weight not checked: no recent weight is recorded.');
  await expect(said.getByText('Stop.')).toHaveCount(0);
  await expect(a.page.getByRole('list', { name: 'What the checks say of the whole prescription' })).toContainText(
    'Allergies have not been asked.',
  );
  expect(await overhang(a.page)).toBe(0);
  await a.page.getByRole('button', { name: 'Close, keep draft' }).click();

  await sent(a);
  const ask = await hospital.as('doctor');
  await ask('POST', '/api/sync/body-measurements', {
    patient_id: new URL(a.page.url()).pathname.split('/').at(-1),
    measured_at: new Date(Date.now() - 3_600_000).toISOString(),
    weight: 18,
    weight_basis: 'Measured',
  });
  await shows(a, '18 kg');
  await a.page.getByRole('main').getByRole('link', { name: 'Add prescription', exact: true }).click();
  await expect(stops(said, 'One dose of 500 mg is above the most of 270 mg.')).toContainText('18 kg');
  expect(await overhang(a.page)).toBe(0);
  await typeIn(part, 'Dose', '15 mg/kg');
  await expect(said.getByText('Stop.')).toHaveCount(0);
  await typeIn(part, 'Medicine', 'Paracetamol syrup');
  await expect(said).toContainText('Not checked: the reference has no medicine of exactly this name.');
});

test('the antibiotic at the Time Out, without a network: too early is said, and in time; the procedure tells what it is planned with', async ({
  unpack,
}) => {
  const a = await unpack('theatre');
  await signIn(a, 'doctor');
  await register(a, { Surname: 'Obi', 'First name': 'Chidi', 'Hospital number': 'PS-9302' });
  await a.offline();
  const { page } = a;
  await page.getByRole('main').getByRole('link', { name: 'Add operation', exact: true }).click();
  const form = page.locator('form');
  await typeIn(form, 'Procedure', 'cleft lip');
  await form.getByRole('list', { name: 'Procedures of the reference' }).getByRole('button').first().click();
  await expect(form.getByText(/^By the reference:/)).toContainText('min');
  await expect(form.getByRole('button', { name: 'Reference version 1, unreviewed' })).toBeVisible();
  await typeIn(form, 'Day', 'today');
  await typeIn(form, 'Time', '09:00');
  await form
    .getByRole('group', { name: /^Status/ })
    .getByRole('radio', { name: 'Scheduled', exact: true })
    .check();
  await form.getByRole('button', { name: /^Add operation/ }).click();
  await expect(form).toHaveCount(0);
  await page.getByRole('button', { name: 'Add surgical safety checklist', exact: true }).click();
  const said = page.locator('form').getByRole('list', { name: 'What the checks say of the antibiotic' });
  await typeIn(form, 'Antibiotic', 'cefazolin');
  await expect(said).toContainText('when the antibiotic was begun is not recorded');
  await typeIn(form, 'Antibiotic begun', 'now');
  await expect(said).toContainText('Were the incision now: The antibiotic is in time.');
  await typeIn(form, 'Antibiotic begun', 'yesterday 9:10');
  await expect(said).toContainText('the window is 60 min');
  await form.getByRole('button', { name: /^Add surgical safety checklist/ }).click();
  await expect(form).toHaveCount(0);
  await a.offline(false);
  await sent(a);
  await page.getByRole('list', { name: 'Surgical safety checklists' }).getByRole('link').click();
  await shows(a, 'cefazolin');
});
