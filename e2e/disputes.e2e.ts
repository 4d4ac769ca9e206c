import {
  addEntry,
  change,
  needsAttention,
  nothingNeedsAttention,
  openEntry,
  openKind,
  openPatient,
  register,
  saved,
  sent,
  shows,
  signIn,
  visit,
} from './kit/app.ts';
import type { Tablet } from './kit/tablet.ts';
import { expect, test } from './kit/test.ts';

const PROCEDURE = 'Release of contracture';

/** Opens the operation of a patient whose page may be anywhere. */
async function openOperation(tablet: Tablet, number: string): Promise<void> {
  await openPatient(tablet, number);
  await openKind(tablet, 'Operations');
  await openEntry(tablet, PROCEDURE);
}

test('[S34] an operation does not begin on a side that two people changed apart, until it is settled or cannot wait', async ({
  hospital,
  unpack,
}) => {
  const [a, b] = await Promise.all([unpack('tablet A'), unpack('tablet B', { width: 360, height: 740 })]);
  await Promise.all([signIn(a, 'doctor'), signIn(b, 'registrar')]);
  await register(a, { Surname: 'Nwosu', 'First name': 'Ify', 'Hospital number': 'PS-9401' });
  await addEntry(a, 'operation', { Procedure: PROCEDURE, Side: 'Left', Day: 'tomorrow', Time: '09:00', Status: 'Confirmed' });
  await sent(a);
  await Promise.all([openOperation(a, 'PS-9401'), openOperation(b, 'PS-9401')]);
  await Promise.all([a.offline(), b.offline()]);
  await change(a, 'Edit', { Side: 'Right' });
  await change(b, 'Edit', { Side: 'Bilateral' });
  await Promise.all([saved(a), saved(b)]);
  await a.offline(false);
  await sent(a);
  await b.offline(false);
  await needsAttention(b);
  await needsAttention(a);

  // On the author's tablet, without a network: it cannot wait.
  await b.offline();
  await openOperation(b, 'PS-9401');
  const edit = async ({ page }: Tablet) => {
    await page.getByRole('button', { name: 'Edit', exact: true }).click();
    await page
      .locator('form')
      .getByRole('group', { name: /^Status/ })
      .getByRole('radio', { name: 'In Progress' })
      .check();
    await page.getByRole('button', { name: /^Save changes/ }).click();
    const gate = page.getByRole('dialog', { name: 'Settle this first' });
    await expect(gate).toContainText('Two versions of the operation stand open');
    for (const side of ['Left', 'Right', 'Bilateral']) await expect(gate.getByRole('cell', { name: side })).toBeVisible();
    return gate;
  };
  const gate = await edit(b);
  await gate.getByRole('button', { name: 'It cannot wait' }).click();
  await gate.getByRole('button', { name: 'Go on all the same' }).click();
  await expect(gate).toContainText('Say why it cannot wait.');
  await gate.getByRole('textbox', { name: 'Why it cannot wait' }).fill('Bleeding.');
  await gate.getByRole('button', { name: 'Go on all the same' }).click();
  await expect(gate).toHaveCount(0);
  // The corner tells of what needs attention, before what waits.
  await expect(b.page.locator('form')).toHaveCount(0);
  await b.offline(false);
  await expect(async () => {
    const ask = await hospital.as('doctor');
    const { surgeries } = await ask<{ surgeries: { status: string }[] }>('GET', '/api/sync/surgeries');
    expect(surgeries).toMatchObject([{ status: 'In Progress', laterality: 'Right' }]);
  }).toPass();

  // The consultant sees what was done meanwhile, and settles it with one key.
  await a.page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Attention' }).click();
  const card = a.page.getByRole('region', { name: 'Conflict: Operation' });
  await expect(card).toContainText('Done before it was settled');
  await expect(card).toContainText('Bleeding.');
  await card
    .getByRole('button', { name: /^Keep .*'s/ })
    .first()
    .focus();
  await a.page.keyboard.press('2');
  await expect(card).toHaveCount(0);
  await nothingNeedsAttention(a);
  await nothingNeedsAttention(b);
});

const TWIN = { Surname: 'Okonkwo', 'Date of birth is': 'Exact', 'Date of birth': '9/4/1987' };

test('[S36] [S37] [S38] a patient registered twice is found, merged and taken apart again', { tag: '@thorough' }, async ({
  unpack,
}) => {
  const [a, b] = await Promise.all([unpack('tablet A'), unpack('tablet B', { width: 360, height: 740 })]);
  await Promise.all([signIn(a, 'doctor'), signIn(b, 'registrar')]);
  await register(a, { ...TWIN, 'First name': 'Chidinma', 'Hospital number': 'PS-9501' });
  await sent(a);
  await openPatient(b, 'PS-9501');
  await register(b, { ...TWIN, 'First name': 'Chidima', 'Hospital number': 'PS-9502', Phone: '08035550101' });
  await sent(b);
  const loser = b.page.url();

  // Both tablets are told.
  await expect(b.page.getByRole('link', { name: 'Possible duplicate' })).toBeVisible();
  await openPatient(a, 'PS-9501');
  await a.page.getByRole('link', { name: 'Possible duplicate' }).click();
  await expect(a.page.getByText('Names alike, same day of birth and sex')).toBeVisible();
  await a.page.getByRole('radio', { name: 'PS-9502' }).check();
  await a.page.getByRole('button', { name: /^Merge into/ }).click();
  await shows(a, '08035550101');
  await shows(a, 'PS-9502');

  await expect(b.page.getByText('This registration was merged into another')).toBeVisible();
  await b.page.getByRole('link', { name: 'Open the patient' }).click();
  await shows(b, 'PS-9502');

  await a.page.getByRole('link', { name: 'Merged', exact: true }).click();
  await a.page.getByRole('button', { name: 'Take the merge apart' }).click();
  await shows(a, 'PS-9501');
  await visit(b, new URL(loser).pathname);
  await expect(b.page.getByRole('heading', { level: 1 })).toContainText('Chidima');
});
