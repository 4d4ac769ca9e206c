import { accessProblems, overhang, tabWalk } from './kit/access.ts';
import { openPatient, register, sent, signIn, visit } from './kit/app.ts';
import { expect, test } from './kit/test.ts';

const PAGES = [
  '/',
  '/patients',
  '/patients/new',
  '/wards',
  '/attention',
  '/lists',
  '/lists/vital_signs',
  '/lists/wards/new',
  '/me',
];

test('the sign-in page has names for everything, fits a phone, and is worked by keyboard alone', async ({ unpack }) => {
  const a = await unpack('phone', { width: 360, height: 740 });
  await a.page.getByLabel('E-mail', { exact: true }).waitFor();
  expect(await accessProblems(a.page)).toEqual([]);
  expect(await overhang(a.page)).toBe(0);

  await a.page.getByLabel('E-mail', { exact: true }).focus();
  await a.page.keyboard.type('doctor@unth.edu.ng');
  await a.page.keyboard.press('Tab');
  await a.page.keyboard.type('Doctor@123');
  await a.page.keyboard.press('Enter');
  await expect(a.page.getByRole('banner').getByRole('status')).toBeVisible();
});

// 720 pixels at 200 % zoom are 360 to the page; a laptop of 1366 at 200 % has 683.
for (const [screen, width, height] of [
  ['a phone of 360 px', 360, 740],
  ['a laptop at 200 % zoom', 683, 384],
  ['a desktop', 1366, 768],
] as const) {
  test(`every page on ${screen}: landmarks, names, and nothing to scroll sideways`, async ({ unpack }) => {
    const a = await unpack('tablet A', { width, height });
    await signIn(a, 'doctor');
    await register(a, {
      Surname: 'Oluwaseun-Adebayo-Okonkwo',
      'First name': 'Oluwadamilola',
      'Hospital number': 'PS-7001',
      Address: 'A house with a very long address that does not fit on one line of a small screen',
    });
    await sent(a);
    const patient = new URL(a.page.url()).pathname;
    const found: string[] = [];
    const record = (path: string) => `${patient}/record/${path}`;
    const own = [patient, `${patient}/edit`, `${patient}/admit`, record('vital_signs'), record('treatment_plans/new')];
    for (const path of [
      ...PAGES,
      ...own,
      record('vital_signs/new'),
      record('prescriptions/new'),
      record('risk_assessments/new'),
    ]) {
      await visit(a, path);
      for (const problem of await accessProblems(a.page)) found.push(`${path}: ${problem}`);
      const px = await overhang(a.page);
      if (px > 0) found.push(`${path}: ${px} px wider than the window`);
    }
    expect(found).toEqual([]);
  });
}

test('with the keyboard alone: the focus is seen on every stop, and a patient is found and opened', async ({ unpack }) => {
  const a = await unpack('desktop', { width: 1366, height: 768 });
  await signIn(a, 'doctor');
  await register(a, { Surname: 'Onuoha', 'First name': 'Ify', 'Hospital number': 'PS-7002' });
  await openPatient(a, 'Onuoha');

  await visit(a, '/');
  const stops = await tabWalk(a.page);
  expect(stops.length).toBeGreaterThan(6);
  expect(stops.filter(({ visible }) => !visible)).toEqual([]);

  await visit(a, '/patients');
  await a.page.getByText('Onuoha').first().waitFor();
  await a.page.keyboard.press('/');
  await a.page.keyboard.type('onuoha');
  await a.page.keyboard.press('ArrowDown');
  await a.page.keyboard.press('Enter');
  await expect(a.page.getByRole('heading', { level: 1 })).toContainText('Onuoha');
});
