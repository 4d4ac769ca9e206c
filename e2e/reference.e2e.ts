import type { Locator } from '@playwright/test';
import { overhang } from './kit/access.ts';
import { register, sent, signIn } from './kit/app.ts';
import type { Tablet } from './kit/tablet.ts';
import { expect, test } from './kit/test.ts';

/** Opens an entry the way a person finds it. */
async function find({ page }: Tablet, catalogue: string, name: string): Promise<void> {
  // A phone keeps the lists under Me: the bar at its foot has no room for them.
  const bar = page.getByRole('navigation', { name: 'Main' });
  if ((page.viewportSize()?.width ?? 0) < 600) {
    await bar.getByRole('link', { name: 'Me' }).click();
    await page.getByRole('main').getByRole('link', { name: 'Lists' }).click();
  } else await bar.getByRole('link', { name: 'Lists' }).click();
  await page.getByRole('link', { name: /^Reference data/ }).click();
  await page.getByRole('main').getByRole('link', { name: catalogue }).click();
  await page.getByRole('searchbox', { name: 'Find an entry' }).fill(name);
  await page
    .getByRole('link', { name: new RegExp(`^${name}`) })
    .first()
    .click();
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
}

const box = (part: Locator, name: RegExp) => part.getByRole('textbox', { name });

/** Begins a prescription and types one medicine; the form stays open. */
async function prescribe({ page }: Tablet, medicine: string, dose: string, often: string): Promise<Locator> {
  await page.getByRole('main').getByRole('link', { name: 'Add prescription', exact: true }).click();
  const part = page.locator('form').getByRole('region', { name: 'Medicine 1' });
  for (const [label, value] of Object.entries({ Medicine: medicine, Dose: dose, Route: 'Oral', 'How often': often }))
    await box(part, new RegExp(`^${label}`)).fill(value);
  return page.locator('form').getByRole('list', { name: 'What the checks say of medicine 1' });
}

test('a pharmacist changes a limit and signs it without a network; a doctor’s tablet checks by it, and the prescription keeps the version', {
  tag: '@thorough',
}, async ({ hospital, unpack }) => {
  const [a, b] = await Promise.all([unpack('pharmacy'), unpack('ward')]);
  await Promise.all([signIn(a, 'pharmacist'), signIn(b, 'doctor')]);
  await register(b, { Surname: 'Eze', 'First name': 'Ada', 'Hospital number': 'PS-9401' });
  await sent(b);

  // The doctor goes offline with the reference as it was shipped, and prescribes by it.
  await b.offline();
  const before = await prescribe(b, 'Diclofenac', '50 mg', 'tds');
  await expect(before.getByText('Stop.')).toHaveCount(0);
  await expect(before.getByRole('button', { name: 'Reference version 1, unreviewed' }).first()).toBeVisible();
  await before.getByRole('button', { name: 'Reference version 1, unreviewed' }).first().click();
  await expect(b.page.getByText('Nobody of the unit has read and signed this entry yet.')).toBeVisible();
  await b.page.keyboard.press('Escape');
  await b.page.locator('form').getByRole('button', { name: 'Prescribe' }).click();
  await expect(b.page.locator('form')).toHaveCount(0);

  await a.offline();
  await find(a, 'Medicines', 'Diclofenac');
  await expect(a.page.getByText('Version 1, unreviewed')).toBeVisible();
  await a.page.getByRole('button', { name: 'Edit', exact: true }).click();
  const form = a.page.locator('form');
  // A change needs its reason; limits that contradict each other are told once each field is right by itself.
  await box(form, /^Adults: most in a day/).fill('20');
  await form.getByRole('button', { name: 'Save as a new version' }).click();
  await expect(form.getByText('Why it was changed is needed.')).toBeVisible();
  await box(form, /^Why it was changed/).fill('The unit gives at most 100 mg a day.');
  await form.getByRole('button', { name: 'Save as a new version' }).click();
  await expect(form.getByText('The most of a day is below one dose.')).toBeVisible();
  await box(form, /^Adults: most in a day/).fill('100');
  await form.getByRole('button', { name: 'Save as a new version' }).click();
  await expect(form).toHaveCount(0);
  await expect(a.page.getByText('Version 1.1, unreviewed')).toBeVisible();
  await a.page.getByRole('button', { name: 'Review and sign' }).click();
  await a.page.getByRole('button', { name: 'Sign it' }).click();
  await expect(a.page.getByText('Version 1.1, reviewed and signed')).toBeVisible();
  await a.offline(false);
  await sent(a);

  await b.offline(false);
  await sent(b);
  const after = await prescribe(b, 'Diclofenac', '50 mg', 'tds');
  const stop = after.getByRole('listitem').filter({ hasText: '150 mg a day is above the most of 100 mg' });
  await expect(stop).toBeVisible();
  await expect(stop).toContainText('reference version 1.1, reviewed');
  await expect(stop.getByRole('button')).toHaveCount(0);
  await box(b.page.locator('form'), /^Why given despite a warning/).fill('One day only, after the operation.');
  await b.page.locator('form').getByRole('button', { name: 'Prescribe' }).click();
  await expect(b.page.locator('form')).toHaveCount(0);
  await sent(b);

  const ask = await hospital.as('doctor');
  const { prescription_items: items } = await ask<{ prescription_items: { checked_by_reference: string | null }[] }>(
    'GET',
    '/api/sync/prescription-items',
  );
  const kept = items.map((one) => one.checked_by_reference?.split('\n').find((line) => line.startsWith('drug/diclofenac')));
  expect(kept.toSorted()).toEqual(['drug/diclofenac, 1, unreviewed', 'drug/diclofenac, 1.1']);
});

test('the reference is read by everybody, changed by its reviewers only, and fits a phone', { tag: '@thorough' }, async ({
  unpack,
}) => {
  const a = await unpack('phone', { width: 360, height: 740 });
  await signIn(a, 'doctor');
  await find(a, 'Laboratory tests', 'Haemoglobin');
  await expect(a.page.getByText('female, 18 to 120 years: 12 to 15')).toBeVisible();
  await expect(a.page.getByRole('button', { name: 'Edit', exact: true })).toHaveCount(0);
  await expect(a.page.getByRole('button', { name: 'Review and sign' })).toHaveCount(0);
  expect(await overhang(a.page)).toBe(0);
  await find(a, 'Procedures', 'Cleft lip');
  await expect(a.page.getByRole('button', { name: 'Review and sign' })).toBeVisible();
  expect(await overhang(a.page)).toBe(0);
});
