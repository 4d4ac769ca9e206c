/**
 * Kills the real parts while two people write, and looks for every write that the app called saved: `npm run torture -- --rounds 100`.
 *   --seed 4711 --from 12 --rounds 1    the plan of one round again
 *   --fault browser-kill                this fault in every round
 *   --project DIR                       the build of another folder
 * Ctrl-C ends it with what was found so far; exit code 1 when something is broken. Loopback only; needs a build (`npm test -- build`).
 */
import { parseArgs } from 'node:util';
import { findBrowser } from './browser.ts';
import { FAULTS, type Fault } from './torture/plan.ts';
import { torture } from './torture/run.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    from: { type: 'string', default: '1' },
    fault: { type: 'string' },
    project: { type: 'string' },
  },
});
const [rounds, seed, from] = [Number(values.rounds), Number(values.seed), Number(values.from)];
if (![rounds, seed, from].every((n) => Number.isSafeInteger(n) && n >= 0) || rounds < 1 || from < 1) {
  process.stderr.write('Give whole numbers: npm run torture -- --rounds 100 --seed 1\n');
  process.exit(1);
}
const only = (Object.keys(FAULTS) as Fault[]).find((fault) => fault === values.fault);
if (values.fault !== undefined && only === undefined) {
  process.stderr.write(`No fault is called ${values.fault}; there are ${Object.keys(FAULTS).join(', ')}.\n`);
  process.exit(1);
}

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // A terminal and npm may both send it: only the first counts.
    if (!stop.signal.aborted) process.stderr.write('Stopping\n');
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
  ...(only === undefined ? {} : { only }),
  ...(values.project === undefined ? {} : { project: values.project }),
  say: (line) => process.stdout.write(`${line}\n`),
  signal: stop.signal,
});
const { broken, ...figures } = report;
const seconds = Math.round((performance.now() - began) / 1000);
process.stdout.write(`${JSON.stringify({ seed, ...figures, seconds })}\n`);
if (broken.length > 0) process.stdout.write(`\nBROKEN\n${broken.join('\n')}\n`);
else if (!stop.signal.aborted) process.stdout.write('Nothing that was called saved is missing.\n');
// All is closed; after a stop, what was under way may still wait for something that will not come.
process.exit(broken.length > 0 ? 1 : stop.signal.aborted ? 130 : 0);
