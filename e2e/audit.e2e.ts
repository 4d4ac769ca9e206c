import { accessProblems, overhang } from './kit/access.ts';
import { listed, openPatient, shows, signIn, visit } from './kit/app.ts';
import { PEOPLE } from './kit/people.ts';
import { expect, test } from './kit/test.ts';

const NUMBER = 'PS-9601';

test('a clinician sees who looked at their patient; a super_admin finds in the trail what was changed, from what to what', {
  tag: '@thorough',
}, async ({ hospital, unpack }) => {
  const [doctor, nurse] = await Promise.all([hospital.as('doctor'), hospital.as('nurse')]);
  const { patient } = await doctor<{ patient: { id: string; row_version: number } }>('POST', '/api/sync/patients', {
    ...{ hospital_number: NUMBER, first_name: 'Nneka', last_name: 'Audu', phone: '08035550101' },
    ...{ gender: 'Female', date_of_birth: '1984-03-09', date_of_birth_precision: 'Exact' },
  });
  const { id, row_version } = patient;
  await nurse('PATCH', `/api/sync/patients/${id}`, { row_version, phone: '08035550202' });
  await nurse('GET', `/api/sync/patients/${id}`);

  const a = await unpack('ward');
  await signIn(a, 'doctor');
  await listed(a, NUMBER);
  await openPatient(a, NUMBER);
  await a.page.getByRole('link', { name: 'Who has looked' }).click();
  const looks = a.page.getByRole('main').getByRole('listitem').filter({ hasText: PEOPLE.nurse.name });
  await expect(looks.first()).toContainText('Opened the record');
  // The trail as a whole is not theirs.
  await visit(a, '/audit');
  await expect(a.page.getByRole('heading', { name: 'Audit trail' })).toHaveCount(0);

  const b = await unpack('office', { width: 360, height: 740 });
  await signIn(b, 'admin');
  await visit(b, '/audit');
  const { page } = b;
  const trail = page.getByRole('list', { name: 'Entries, newest first' });
  await page.getByLabel('Person').selectOption({ label: PEOPLE.nurse.name });
  await page.getByLabel('What was done').selectOption({ label: 'Changed' });
  await page.getByLabel('Record', { exact: true }).selectOption({ label: 'Patients' });
  await page.getByLabel('From').fill('the day it rained');
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  await expect(page.getByLabel('From')).toHaveAttribute('aria-invalid', 'true');
  await page.getByLabel('From').fill('today');
  await page.keyboard.press('Enter');
  const entry = trail.getByRole('listitem');
  await expect(entry).toHaveCount(1);
  await expect(entry).toContainText('Changed patient');
  await entry.getByRole('button', { name: /^More/ }).click();
  const line = entry.getByRole('row', { name: /^Phone/ });
  await expect(line).toContainText('08035550101');
  await expect(line).toContainText('08035550202');
  expect(await accessProblems(page)).toEqual([]);
  expect(await overhang(page)).toBe(0);
  await b.offline();
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  await shows(b, 'The trail is kept by the server, and there is no network now.');
});
