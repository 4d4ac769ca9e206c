/** What a person does with the app, and what they see: by names, labels and roles, as a screen reader would. */
import { expect, type Locator, type Page } from '@playwright/test';
import { PEOPLE, type Person } from './people.ts';
import type { Tablet } from './tablet.ts';

/** The time a tablet may need to notice that the server is back: its tries grow apart, at most this far in a test. */
const NOTICE_MS = 60_000;

/** Values of a form by the label of their field. */
export type Entry = Readonly<Record<string, string>>;

const status = (page: Page): Locator => page.getByRole('banner').getByRole('status');

/** Signs somebody in who may never have been here; the app is then open (and, unless told otherwise, stored on the device). */
export async function signIn({ page }: Tablet, person: Person, stored = true): Promise<void> {
  const { email, password } = PEOPLE[person];
  const other = page.getByRole('button', { name: 'Someone else' });
  const field = page.getByLabel('E-mail', { exact: true });
  await expect(other.or(field).first()).toBeVisible();
  if (await other.isVisible()) await other.click();
  await field.fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await opened(page, stored);
}

/** Opens the tablet again for somebody it knows. `mayBeOpen`: another tab of the same browser may have opened it. */
export async function unlock(
  { page }: Tablet,
  person: Person,
  options: { password?: string; refused?: boolean; mayBeOpen?: boolean } = {},
): Promise<void> {
  const field = page.getByLabel('Password', { exact: true });
  const choice = page.getByRole('button', { name: PEOPLE[person].name });
  const open = status(page);
  await expect(field.or(choice).or(open).first()).toBeVisible();
  if (options.mayBeOpen && (await open.isVisible())) return;
  if (await choice.isVisible()) await choice.click();
  await field.fill(options.password ?? PEOPLE[person].password);
  await page.getByRole('button', { name: 'Unlock' }).click();
  if (!options.refused) return opened(page);
  await expect(page.getByRole('alert')).toContainText('password');
  await expect(open).toHaveCount(0);
}

/** The app is open and has what it may have. */
async function opened(page: Page, stored = true): Promise<void> {
  await expect(status(page)).toBeVisible();
  await expect(status(page)).not.toContainText('Fetching');
  // On a first visit the app itself is still being stored; until then this browser could not open it without a network.
  if (stored) await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
}

/** Leaves the tablet to the next person. */
export async function signOut({ page }: Tablet): Promise<void> {
  await go(page, 'Me');
  // Devices that one is signed in on have such a button too, with their name.
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click();
  await expect(status(page)).toHaveCount(0);
}

async function go(page: Page, to: 'Today' | 'Patients' | 'Attention' | 'Me'): Promise<void> {
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: to }).click();
}

/** Fills a form by its labels: boxes are typed into, choices are chosen. */
async function fill(form: Locator, entry: Entry): Promise<void> {
  for (const [label, value] of Object.entries(entry)) {
    // What is needed is marked with a dot.
    const name = new RegExp(`^${label.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?: ●)?$`);
    const choice = form.getByRole('group', { name });
    const box = form.getByRole('textbox', { name });
    await expect(choice.or(box)).toBeVisible();
    if (await choice.isVisible()) await choice.getByRole('radio', { name: value, exact: true }).check();
    else await box.fill(value);
  }
}

/** Registers a patient; what the form demands and the test does not care about is filled in. */
export async function register({ page }: Tablet, entry: Entry): Promise<void> {
  await go(page, 'Patients');
  await page.getByRole('link', { name: 'Register a patient' }).first().click();
  const form = page.locator('form');
  await fill(form, { Sex: 'Female', 'Date of birth is': 'Unknown', ...entry });
  await form.getByRole('button', { name: 'Register' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText(entry.Surname ?? '');
  await expect(form).toHaveCount(0);
}

/** Changes details of the patient whose page is open. */
export async function edit({ page }: Tablet, entry: Entry): Promise<void> {
  await page.getByRole('link', { name: 'Edit details' }).click();
  const form = page.locator('form');
  await fill(form, entry);
  await form.getByRole('button', { name: 'Save changes' }).click();
  await expect(form).toHaveCount(0);
}

/** Adds an entry to the record of the patient whose page is open; ends on the list of that kind, or on the entry where it has lines. */
export async function addEntry({ page }: Tablet, what: string, entry: Entry): Promise<void> {
  await page
    .getByRole('main')
    .getByRole('link', { name: `Add ${what}`, exact: true })
    .click();
  await fillAndSave(page, entry, `Add ${what}`);
}

/** Adds a line to the entry that is open: a step to a plan, a checklist to an operation. */
export async function addLine({ page }: Tablet, what: string, entry: Entry): Promise<void> {
  await page.getByRole('button', { name: `Add ${what}`, exact: true }).click();
  await fillAndSave(page, entry, `Add ${what}`);
}

/** Changes the entry that is open (`Edit`), or takes it back and enters it anew (`Correct`). */
export async function change({ page }: Tablet, how: 'Edit' | 'Correct', entry: Entry): Promise<void> {
  await page.getByRole('button', { name: how, exact: true }).click();
  await fillAndSave(page, entry, how === 'Edit' ? 'Save changes' : 'Save the correction');
}

async function fillAndSave(page: Page, entry: Entry, save: string): Promise<void> {
  const form = page.locator('form');
  await fill(form, entry);
  // With the hint of the keyboard, where there is one.
  await form.getByRole('button', { name: new RegExp(`^${save}`) }).click();
  await expect(form).toHaveCount(0);
}

/** Writes a prescription of several medicines for the patient whose page is open. */
export async function prescribe({ page }: Tablet, medicines: readonly Entry[]): Promise<void> {
  await page.getByRole('main').getByRole('link', { name: 'Add prescription', exact: true }).click();
  const form = page.locator('form');
  for (const [i, medicine] of medicines.entries()) {
    if (i > 0) await form.getByRole('button', { name: 'Add another medicine' }).click();
    await fill(form.getByRole('region', { name: `Medicine ${i + 1}` }), medicine);
  }
  await form.getByRole('button', { name: 'Prescribe' }).click();
  await expect(form).toHaveCount(0);
}

/** From the page of a patient: the entries of one kind, by its heading in the record. */
export async function openKind({ page }: Tablet, titles: string): Promise<void> {
  await page.getByRole('region', { name: 'Record' }).getByRole('link', { name: titles }).first().click();
  await expect(page.getByRole('heading', { level: 2, name: titles })).toBeVisible();
}

/** Opens an entry of the list that is open by words in it. */
export async function openEntry({ page }: Tablet, words: string): Promise<void> {
  await page.getByRole('main').locator('.table-link').filter({ hasText: words }).first().click({ timeout: NOTICE_MS });
  await expect(page.getByText(/^Entered /)).toBeVisible();
}

/** Removes the patient whose page is open, saying why. */
export async function remove({ page }: Tablet, reason: string): Promise<void> {
  await page.getByRole('button', { name: 'More about this record' }).click();
  await page.getByRole('menuitem', { name: 'Remove this record' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Reason' }).fill(reason);
  await dialog.getByRole('button', { name: 'Remove' }).click();
  await expect(dialog).toHaveCount(0);
}

/** The page that is open comes to show this. */
export async function shows({ page }: Tablet, words: string): Promise<void> {
  await expect(page.getByRole('main').getByText(words).filter({ visible: true }).first()).toBeVisible({
    timeout: NOTICE_MS,
  });
}

/** Something waits for a decision, and the corner says so. */
export async function needsAttention({ page }: Tablet): Promise<void> {
  await expect(status(page)).toContainText('Needs attention', { timeout: NOTICE_MS });
}

/** Nothing waits for a decision (any more). */
export async function nothingNeedsAttention({ page }: Tablet): Promise<void> {
  await expect(status(page)).not.toContainText('Needs attention', { timeout: NOTICE_MS });
}

/** Settles the one open conflict, after looking that both versions (`shown`) stand there. */
export async function settle(
  { page }: Tablet,
  take: 'mine' | 'theirs' | 'other',
  options: { shown?: readonly string[]; values?: Entry } = {},
): Promise<void> {
  await go(page, 'Attention');
  const card = page.getByRole('region', { name: /^Conflict/ });
  await expect(card).toHaveCount(1);
  for (const words of options.shown ?? []) await expect(card.getByRole('cell', { name: words })).toBeVisible();
  if (take === 'other') {
    await card.getByRole('button', { name: 'Write another' }).click();
    await fill(card.locator('form'), options.values ?? {});
    await card.getByRole('button', { name: 'Save this instead' }).click();
  } else await card.getByRole('button', { name: `Keep ${take}` }).click();
  await expect(card).toHaveCount(0, { timeout: NOTICE_MS });
}

/** Opens the one refused save, sees why it was refused, corrects it and sends it again. */
export async function mend({ page }: Tablet, why: string, values: Entry): Promise<void> {
  await go(page, 'Attention');
  const card = page.getByRole('region', { name: 'Refused by the server' });
  await expect(card).toHaveCount(1);
  await expect(card.getByText(why).first()).toBeVisible();
  await card.getByRole('link', { name: 'Mend and send again' }).click();
  const form = page.locator('form');
  await fill(form, values);
  await form.getByRole('button', { name: 'Send again' }).click();
  await expect(form).toHaveCount(0);
}

/** Uses the new version of the app as soon as it announces itself. */
export async function takeUpdate({ page }: Tablet): Promise<void> {
  // A new version is looked for when the app comes back to the front, as after the screen was off.
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await page
    .getByRole('status')
    .filter({ hasText: 'A new version is ready' })
    .getByRole('button', { name: 'Use it now' })
    .click();
}

/** It is on the disk of this tablet, and the tablet says that it still waits. */
export async function saved(tablet: Tablet): Promise<void> {
  await expect(status(tablet.page)).toContainText(/Waiting|to send|Sending/);
}

/** Everything is on the server. */
export async function sent(tablet: Tablet): Promise<void> {
  await expect(status(tablet.page)).toHaveText('Saved on this device · Sent', { timeout: NOTICE_MS });
}

const search = (page: Page): Locator => page.getByRole('searchbox', { name: 'Search patients' });

/** The search box of the list of patients. */
export async function searchBox({ page }: Tablet): Promise<Locator> {
  await go(page, 'Patients');
  return search(page);
}

/** Goes to an address inside the app without loading it anew, as its links do. */
export async function visit({ page }: Tablet, path: string): Promise<void> {
  await page.evaluate((to) => {
    history.pushState({}, '', to);
    dispatchEvent(new PopStateEvent('popstate'));
  }, path);
  await expect(page.locator('main')).not.toBeEmpty();
  await expect(page.locator('[aria-busy]')).toHaveCount(0);
}

/** The patient is found in the list, by name, number or phone. */
export async function listed({ page }: Tablet, words: string): Promise<void> {
  await go(page, 'Patients');
  await search(page).fill(words);
  await expect(patientRow(page, words)).toBeVisible({ timeout: NOTICE_MS });
}

const patientRow = (page: Page, words: string): Locator =>
  page.getByRole('main').getByRole('link').filter({ hasText: words }).first();

/** Opens the page of the patient. */
export async function openPatient(tablet: Tablet, words: string): Promise<void> {
  await listed(tablet, words);
  await patientRow(tablet.page, words).click();
  await expect(tablet.page.getByRole('heading', { level: 1 })).toBeVisible();
}
