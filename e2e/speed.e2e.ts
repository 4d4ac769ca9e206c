import { loadDemo } from '../apps/server/src/db/demo.ts';
import { createPool } from '../apps/server/src/db/pool.ts';
import { searchBox, signIn } from './kit/app.ts';
import { median, strokeTimes } from './kit/pace.ts';
import { expect, test } from './kit/test.ts';

const PATIENTS = 10_000;
/** From the key to the painted list. */
const STROKE_MS_MAX = 50;

test('10,000 patients: every keystroke of a search is answered within 50 ms', async ({ hospital, unpack }, info) => {
  test.setTimeout(300_000);
  const pool = createPool({ connectionString: hospital.databaseUrl });
  await loadDemo(pool, undefined, { patients: PATIENTS });
  await pool.end();

  const a = await unpack('tablet A');
  await signIn(a, 'doctor');
  const search = await searchBox(a);
  await expect(a.page.getByText(/^10\s000 patients$/)).toBeVisible({ timeout: 60_000 });

  const times: number[] = [];
  for (const words of ['adaeze okafor', 'ibrahim', '0803', 'okonkwo chi']) {
    await search.fill('');
    times.push(...(await strokeTimes(a.page, search, words)));
  }
  const figures = { strokes: times.length, median_ms: median(times), worst_ms: Math.max(...times) };
  info.annotations.push({ type: 'figures', description: JSON.stringify(figures) });
  process.stdout.write(`search over ${PATIENTS} patients: ${JSON.stringify(figures)}\n`);
  // The machine may be busy with other tests: one stroke in ten may be held up by it, never the usual one.
  const sorted = [...times].sort((x, y) => x - y);
  expect(sorted[Math.floor(sorted.length * 0.9)]).toBeLessThan(STROKE_MS_MAX);
});
