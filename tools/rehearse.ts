/**
 * Plays one rehearsal and prints its figures: `npm run rehearse -- NAME`; without a name, what there is.
 * Needs nothing that runs; makes what it needs in a folder of its own and removes it. Ctrl-C ends it, cleaned up. Exit code 1 when
 * something was not as it must be.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Stage } from './rehearse/rehearsal.ts';
import { REHEARSALS } from './rehearse/rehearsals.ts';

const [name, ...words] = process.argv.slice(2);
const entry = REHEARSALS.find((one) => one.name === name);
if (!entry) {
  const list = REHEARSALS.map((one) => `  npm run rehearse -- ${one.name.padEnd(10)} ${one.summary}`);
  process.stderr.write(
    `${name === undefined ? 'Say which:' : `No rehearsal is called ${name}. There are:`}\n${list.join('\n')}\n`,
  );
  process.exit(64);
}

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (!stop.signal.aborted) process.stderr.write('Stopping\n');
    stop.abort(new Error('stopped'));
  });
}

const began = performance.now();
const seconds = (): string => ((performance.now() - began) / 1000).toFixed(1);
const line = (text: string): void => void process.stdout.write(`${text}\n`);
const ends: (() => unknown)[] = [];
const figures: Record<string, number | string> = {};
const failed: string[] = [];
let checks = 0;

const folder = mkdtempSync(join(tmpdir(), `psa-rehearse-${entry.name}-`));
// PostgreSQL and proxies run under accounts of their own.
chmodSync(folder, 0o755);
const stage: Stage = {
  folder,
  words,
  signal: stop.signal,
  say: (text) => line(`${seconds().padStart(6)} s  ${text}`),
  figure: (what, value, unit) => {
    figures[unit === undefined ? what : `${what} (${unit})`] = value;
  },
  check: (what, holds, why) => {
    checks += 1;
    const told = `${what}${why === undefined ? '' : ` (${why})`}`;
    if (!holds) failed.push(told);
    stage.say(`${holds ? 'ok     ' : 'NOT SO '} ${told}`);
  },
  after: (end) => void ends.push(end),
};

try {
  const { default: rehearse } = await entry.load();
  await rehearse(stage);
} catch (error) {
  failed.push(`it could not go on: ${error instanceof Error ? error.message : String(error)}`);
} finally {
  for (const end of ends.reverse()) {
    try {
      await end();
    } catch (error) {
      line(`Something did not end well: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
}

const wide = Math.max(...Object.keys(figures).map((what) => what.length), 0);
line('');
for (const [what, value] of Object.entries(figures)) line(`  ${what.padEnd(wide)}  ${value}`);
line(
  JSON.stringify({
    rehearsal: entry.name,
    checks,
    failed: failed.length,
    seconds: Number(seconds()),
    load: loadavg()[0],
    ...figures,
  }),
);
for (const what of failed) line(`FAILED ${what}`);
line(
  failed.length === 0
    ? `The ${entry.name} rehearsal went well: ${checks} of ${checks} checks.`
    : `The ${entry.name} rehearsal FAILED.`,
);
process.exit(stop.signal.aborted ? 130 : failed.length === 0 ? 0 : 1);
