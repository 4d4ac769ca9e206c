import { CALCULATORS } from '@psa/domain/clinical';
import contract from '../packages/domain/src/clinical/vectors/contract.json' with { type: 'json' };
import { accessProblems } from './kit/access.ts';
import { openPatient, register, saved, sent, signIn, unlock, visit } from './kit/app.ts';
import { fillScore, seesResult } from './kit/scores.ts';
import { expect, test } from './kit/test.ts';

const PHONE = { width: 360, height: 740 };
/** What all rules together may add to the app, compressed as it is sent. */
const RULES_BYTES_MAX = 60_000;

interface Vector {
  id: string;
  input: Readonly<Record<string, unknown>>;
  expected: Readonly<Record<string, unknown>>;
}

/** The first vector of each rule that has a result. */
const VECTORS: readonly [string, Vector][] = Object.entries(contract.calculators).map(([id, { vectors }]) => {
  const found = (vectors as unknown as Vector[]).find(({ expected }) => !('error' in expected));
  if (!found) throw new Error(`${id} has no vector with a result`);
  return [id, found];
});

const loaded = (entries: readonly string[]) => entries.some((name) => name.includes('/clinical-'));

test('every score on a phone without a network: filled by hand, the result is seen', async ({ hospital, unpack }) => {
  // Some six hundred taps: a minute, and longer where others work on the same machine.
  test.setTimeout(300_000);
  const a = await unpack('phone', PHONE);
  await signIn(a, 'doctor');
  const files = () => a.page.evaluate(() => performance.getEntriesByType('resource').map((entry) => entry.name));
  expect(loaded(await files()), 'the rules come only when a score is asked for').toBe(false);
  await a.offline();
  expect(VECTORS).toHaveLength(contract.counts.calculators);
  for (const [id, vector] of VECTORS) {
    await test.step(vector.id, async () => {
      const calculator = CALCULATORS[id];
      if (!calculator) throw new Error(`there is no rule ${id}`);
      await visit(a, `/scores/${id}`);
      await expect(a.page.getByRole('heading', { level: 1, name: calculator.title })).toBeVisible();
      // Nothing is chosen or filled in for anybody, but for the clock; and there is no result.
      await expect(
        a.page.locator('[data-input] :is([type=radio], [type=checkbox]):checked:not([name$="-as"], [name$="-face"])'),
      ).toHaveCount(0);
      await expect(a.page.getByRole('region', { name: 'Result' })).toHaveCount(0);
      await expect(a.page.locator('.score-bar')).toContainText('still missing');
      await fillScore(a.page, calculator, vector.input);
      await seesResult(a.page, calculator, vector.expected);
      const over = await a.page.locator('main').evaluate((main) => main.scrollWidth - main.clientWidth);
      expect(over, `${id} is wider than the window`).toBe(0);
    });
  }
  expect(await accessProblems(a.page)).toEqual([]);
  const rules = (await files()).find((name) => name.includes('/clinical-'));
  const answer = await fetch(`${hospital.url}${new URL(rules ?? '').pathname}`, { headers: { 'accept-encoding': 'br' } });
  const bytes = Number(answer.headers.get('content-length'));
  expect(bytes).toBeGreaterThan(0);
  expect(bytes).toBeLessThan(RULES_BYTES_MAX);
});

test('a score is saved to a patient without a network, from what is recorded, and followed over time', async ({
  hospital,
  unpack,
}) => {
  const a = await unpack('phone', PHONE);
  await signIn(a, 'doctor');
  await register(a, {
    Surname: 'Afolabi',
    'First name': 'Bisi',
    'Hospital number': 'PS-9001',
    'Date of birth is': 'Exact',
    'Date of birth': '12/3/1980',
  });
  await sent(a);
  const patient = new URL(a.page.url()).pathname;
  const ask = await hospital.as('doctor');
  const measured = new Date(Date.now() - 86_400_000).toISOString();
  await ask('POST', '/api/sync/body-measurements', {
    patient_id: patient.split('/').at(-1),
    measured_at: measured,
    weight: 72.5,
    weight_basis: 'Measured',
  });
  const main = a.page.getByRole('main');
  await expect(main.getByText('72.5 kg').first()).toBeVisible();
  await a.offline();

  await main.getByRole('link', { name: 'New score' }).click();
  await a.page.getByRole('searchbox', { name: 'Find a score' }).fill('obesity');
  await main.getByRole('link', { name: /^Body mass index/ }).click();
  // What is recorded stands there with its date; what is not, is empty.
  const weight = main.getByRole('textbox', { name: 'Weight' });
  const height = main.getByRole('textbox', { name: 'Height' });
  await expect(weight).toHaveValue('72.5');
  await expect(main.getByText(/From the record: 72.5 kg, weighed/)).toBeVisible();
  await expect(height).toHaveValue('');
  await main.getByRole('button', { name: 'Save' }).click();
  await expect(main.getByText('Height is needed: 30 to 250 cm.')).toBeVisible();
  await height.fill('5 ft 9');
  await height.blur();
  await expect(main.getByText('Write a number, 30 to 250 cm.')).toBeVisible();
  await height.fill('170');
  await expect(main.locator('.score-bar')).toContainText('25.1 kg/m²');
  await weight.fill('90,5');
  await expect(main.getByText(/The record says: 72.5 kg/)).toBeVisible();
  await expect(main.locator('.score-bar')).toContainText('31.3 kg/m²');
  await main.getByRole('textbox', { name: 'Assessed' }).fill('yesterday 9:10');
  await main.getByRole('button', { name: 'Save' }).click();
  await expect(a.page.getByText(/^Entered /)).toBeVisible();
  await expect(main.getByRole('region', { name: 'Result' })).toContainText('Obesity class 1');
  await saved(a);

  await openPatient(a, 'PS-9001');
  await main.getByRole('link', { name: 'New score' }).click();
  await main.getByRole('link', { name: /^Body mass index/ }).click();
  await main.getByRole('textbox', { name: 'Height' }).fill('170');
  await expect(main.getByRole('img', { name: /31.3 kg\/m².*25.1 kg\/m²/ })).toBeVisible();
  await main.getByRole('button', { name: 'Save' }).click();
  await expect(a.page.getByText(/^Entered /)).toBeVisible();

  await a.offline(false);
  await sent(a);
  await a.page.reload();
  await unlock(a, 'doctor');
  await openPatient(a, 'PS-9001');
  const scores = main.getByRole('region', { name: 'Scores' });
  await expect(scores).toContainText('25.1 kg/m²');
  await expect(scores).toContainText('Overweight');
  await scores.getByText('2 results over time').click();
  await expect(scores.getByRole('img', { name: /31.3 kg\/m².*25.1 kg\/m²/ })).toBeVisible();
  const { 'risk-assessments': _, ...answer } = await ask<Record<string, unknown>>(
    'GET',
    `/api/sync/risk-assessments?patient_id=${patient.split('/').at(-1)}`,
  );
  const rows = Object.values(answer).find((value): value is Record<string, unknown>[] => Array.isArray(value)) ?? [];
  expect(rows.map((row) => [row.instrument, row.score, row.band]).sort()).toEqual([
    ['bmi', 25.1, 'Overweight'],
    ['bmi', 31.3, 'Obesity class 1'],
  ]);
  expect(rows[0]).toMatchObject({ instrument_version: CALCULATORS.bmi?.version, answers: { heightCm: 170 } });
});
