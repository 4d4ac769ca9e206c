import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Page } from '@playwright/test';
import { build } from 'esbuild';
import { withBrowser } from './kit/browser.ts';
import { atRest } from './kit/cpu.ts';
import { openRig } from './kit/rig.ts';
import { median, quantile, short } from './kit/stats.ts';

const { values: words } = parseArgs({
  args: process.argv.slice(3),
  options: { patients: { type: 'string', default: '20000' }, rounds: { type: 'string', default: '5' } },
});
const PATIENTS = Number(words.patients);
const ROUNDS = Number(words.rounds);
/** A tablet is so many times slower than the machine of a bench. */
const SLOWER = 4;
const SAVES = 200;

/** What `page/tablet.ts` offers. */
interface PageBench {
  warm(device: string): Promise<{ bytes: number; rows: number }>;
  ours(name: string): Promise<{ ms: number; patients: number; hits: number; long: number[] }>;
  unsealed(name: string): Promise<{ ms: number; patients: number; hits: number; cold: number }>;
  coldOpen(name: string): Promise<{ ms: number; patients: number; hits: number }>;
  saves(name: string, count: number): Promise<number[]>;
  keystrokes(name: string): Promise<number[]>;
  rowByRow(name: string, device: string): Promise<{ ms: number; patients: number }>;
}

/** Calls a function of the page's bench with plain arguments. */
function call<K extends keyof PageBench>(page: Page, name: K, ...args: Parameters<PageBench[K]>): ReturnType<PageBench[K]> {
  return page.evaluate(
    ([fn, given]) => {
      const { bench } = globalThis as unknown as { bench: Record<string, (...a: unknown[]) => unknown> };
      return bench[fn as string]?.(...(given as unknown[]));
    },
    [name, args] as const,
  ) as ReturnType<PageBench[K]>;
}

const spread = (times: readonly number[]) => ({ median: short(median(times)), p95: short(quantile(times, 0.95)) });

/**
 * Twenty thousand patients into an empty browser, sealed and searchable, against one row per record in the same browser and run. Neither pays
 * for the other: the server has made its snapshots before, garbage is collected and the browser's storage has come to rest before each, and
 * they take turns in going first.
 */
export async function benchFirstSync(): Promise<object> {
  const entry = fileURLToPath(new URL('./page/tablet.ts', import.meta.url));
  const bundled = await build({ entryPoints: [entry], bundle: true, format: 'esm', write: false, target: 'es2023' });
  const script = bundled.outputFiles[0]?.text ?? '';
  const rig = await openRig(PATIENTS);
  try {
    return await withBrowser(async (context) => {
      const page = await context.newPage();
      await page.route('**/bench.html', (route) =>
        route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>bench</title>' }),
      );
      await page.goto(`${rig.url}/bench.html`);
      await page.addScriptTag({ content: script, type: 'module' });
      await page.waitForFunction('globalThis.bench !== undefined');
      const tools = await context.newCDPSession(page);
      const cleanly = async <T>(measure: () => Promise<T>): Promise<T> => {
        await tools.send('HeapProfiler.collectGarbage');
        await atRest();
        return await measure();
      };
      const rounds = [];
      for (let round = 0; round < ROUNDS; round++) {
        const wire = await call(page, 'warm', `tablet-${round}`);
        const rowByRow = () => cleanly(() => call(page, 'rowByRow', `rows-${round}`, `tablet-${round}`));
        const first = round % 2 === 0 ? await rowByRow() : null;
        const ours = await cleanly(() => call(page, 'ours', `tablet-${round}`));
        const rows = first ?? (await rowByRow());
        const cold = await cleanly(() => call(page, 'coldOpen', `tablet-${round}`));
        await call(page, 'warm', `bare-${round}`);
        const bare = await cleanly(() => call(page, 'unsealed', `bare-${round}`));
        for (const { patients } of [rows, ours, bare, cold]) {
          if (patients !== PATIENTS) throw new Error(`${patients} patients arrived instead of ${PATIENTS}.`);
        }
        if (ours.hits === 0 || cold.hits !== ours.hits || bare.hits !== ours.hits)
          throw new Error('The search does not find what it should.');
        rounds.push({
          rows: rows.ms,
          ours: ours.ms,
          cold: cold.ms,
          bare: bare.ms,
          bareCold: bare.cold,
          longest: Math.max(0, ...ours.long),
          wire,
        });
        process.stderr.write(`  round ${round + 1} of ${ROUNDS}\n`);
      }
      const keystroke_ms = spread(await call(page, 'keystrokes', 'tablet-0'));
      await tools.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
      const slower = spread(await call(page, 'keystrokes', 'tablet-0'));
      await tools.send('Emulation.setCPUThrottlingRate', { rate: 1 });
      const { bytes, rows } = rounds[0]?.wire ?? { bytes: 0, rows: 1 };
      return {
        bench: 'first-sync',
        patients: PATIENTS,
        first_sync_ms: short(median(rounds.map((r) => r.ours))),
        first_sync_best_ms: short(Math.min(...rounds.map((r) => r.ours))),
        row_by_row_ms: short(median(rounds.map((r) => r.rows))),
        row_by_row_best_ms: short(Math.min(...rounds.map((r) => r.rows))),
        times_faster: short(median(rounds.map((r) => r.rows / r.ours))),
        /** Of the best of both: what is left when other work of the machine is not in the way. */
        times_faster_best: short(Math.min(...rounds.map((r) => r.rows)) / Math.min(...rounds.map((r) => r.ours))),
        cold_open_ms: short(median(rounds.map((r) => r.cold))),
        /** The same without the cipher: a search never meets it, as what is in memory is open. */
        unsealed: {
          first_sync_ms: short(median(rounds.map((r) => r.bare))),
          cold_open_ms: short(median(rounds.map((r) => r.bareCold))),
        },
        save_ms: spread(await call(page, 'saves', 'tablet-0', SAVES)),
        keystroke_ms,
        [`keystroke_ms_slowed_${SLOWER}_times`]: slower,
        /** Main thread held without a pause, the longest in each round; none above 50 ms is told as 0. */
        longest_task_ms: rounds.map(({ longest }) => short(longest)),
        bytes_per_row: short(bytes / rows),
        rounds: rounds.map(({ wire: _, longest: __, ...times }) => times),
      };
    });
  } finally {
    await rig.close();
  }
}
