/**
 * Kills the real parts while two people write, and looks for every write that the app called saved: `npm run torture -- --rounds 100`,
 * `-- --seed 4711 --from 12 --rounds 1` to play a round's plan again, `-- --project DIR` for another build. Ctrl-C ends it with what was found so
 * far; exit code 1 when something is broken. Loopback only; needs a build (`npm test -- build`).
 */
import { parseArgs } from 'node:util';
import { findBrowser } from './browser.ts';
import { torture } from './torture/run.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    from: { type: 'string', default: '1' },
    project: { type: 'string' },
  },
});
const [rounds, seed, from] = [Number(values.rounds), Number(values.seed), Number(values.from)];
if (![rounds, seed, from].every((n) => Number.isSafeInteger(n) && n >= 0) || rounds < 1 || from < 1) {
  process.stderr.write('Give whole numbers: npm run torture -- --rounds 100 --seed 1\n');
  process.exit(1);
}

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    // A terminal and npm may both send it: only the first counts.
    process.on(signal, () => undefined);
    process.stderr.write('Stopping\n');
    stop.abort();
  });
}

process.env.PSA_E2E_BROWSER = (await findBrowser()).path;
process.stdout.write(`seed ${seed}, ${rounds} rounds\n`);
const began = performance.now();
const report = await torture({
  rounds,
  seed,
  from,
  ...(values.project === undefined ? {} : { project: values.project }),
  say: (line) => process.stdout.write(`${line}\n`),
  signal: stop.signal,
});
const { broken, ...figures } = report;
const seconds = Math.round((performance.now() - began) / 1000);
process.stdout.write(`${JSON.stringify({ seed, ...figures, seconds })}\n`);
if (broken.length > 0) process.stdout.write(`\nBROKEN\n${broken.join('\n')}\n`);
process.stdout.write(broken.length === 0 ? `Nothing that was called saved is missing.\n` : '');
process.exitCode = broken.length > 0 ? 1 : stop.signal.aborted ? 130 : 0;
