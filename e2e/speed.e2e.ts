import { Database } from '../apps/server/src/db/database.ts';
import { loadDemo } from '../apps/server/src/db/demo.ts';
import { createPool } from '../apps/server/src/db/pool.ts';
import { searchBox, sent, signIn } from './kit/app.ts';
import { measureStrokes, percentile, type Stroke } from './kit/pace.ts';
import { expect, test } from './kit/test.ts';

const PATIENTS = 10_000;
/** From the key to the painted list. */
const STROKE_MS_MAX = 50;
const WORDS = ['adaeze okafor', 'ibrahim', '0803', 'okonkwo chi'];
const ROUNDS = 3;

test('10,000 patients: every keystroke of a search is answered within 50 ms', async ({ hospital, unpack }) => {
  test.setTimeout(300_000);
  const pool = createPool({ connectionString: hospital.databaseUrl });
  await loadDemo(new Database(pool), undefined, { patients: PATIENTS });
  await pool.end();

  const a = await unpack('tablet A');
  await signIn(a, 'doctor');
  const search = await searchBox(a);
  await expect(a.page.getByText(/^10\s000 patients$/)).toBeVisible({ timeout: 60_000 });

  await sent(a);

  const rounds: Stroke[][] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const strokes: Stroke[] = [];
    for (const words of WORDS) {
      await search.fill('');
      strokes.push(...(await measureStrokes(a.page, search, words)));
    }
    rounds.push(strokes);
  }
  const all = rounds.flat();
  const [wall, cpu] = [all.map((s) => s.wall_ms), all.map((s) => s.cpu_ms)];
  // The same stroke, undisturbed: other programs of this machine hold it up in one round or another, the app itself in each.
  const undisturbed = (rounds[0] ?? []).map((_, i) => Math.min(...rounds.map((strokes) => strokes[i]?.wall_ms ?? Number.NaN)));
  const figures = {
    strokes: all.length,
    wall_ms: { median: percentile(wall, 0.5), p95: percentile(wall, 0.95), worst_undisturbed: Math.max(...undisturbed) },
    cpu_ms: { median: percentile(cpu, 0.5), p95: percentile(cpu, 0.95) },
  };
  process.stdout.write(`search over ${PATIENTS} patients: ${JSON.stringify(figures)}\n`);
  expect(figures.wall_ms.worst_undisturbed).toBeLessThan(STROKE_MS_MAX);
});
