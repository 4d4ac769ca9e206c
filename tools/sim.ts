/**
 * Runs the simulation of sync from a shell: `npm run sim -- --seed 4711`, `npm run sim -- --seeds 10000 --from 1`; with `--ablation name` a
 * planted fault that must be caught. Ctrl-C ends it after the day that is under way. `--shrink` tells a failing day in few steps, `--keep why`
 * also writes it to packages/sync/src/sim/kept/. Ends with code 1 when an invariant was broken.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ABLATIONS, shrink, simulate } from '@psa/sync/sim';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string', default: '200' },
    from: { type: 'string', default: '1' },
    ablation: { type: 'string' },
    shrink: { type: 'boolean', default: false },
    keep: { type: 'string' },
  },
});

/** How often a line of progress is printed, ms. */
const PROGRESS_MS = 5000;
const KEPT = new URL('../packages/sync/src/sim/kept/', import.meta.url);

const from = Number(values.seed ?? values.from);
const count = values.seed === undefined ? Number(values.seeds) : 1;
const ablation = ABLATIONS.find((a) => a.name === values.ablation);
if (values.ablation !== undefined && !ablation) {
  console.error(`No planted fault is called ${values.ablation}; there are ${ABLATIONS.map((a) => a.name).join(', ')}.`);
  process.exit(1);
}
const again = (seed: number) => `npm run sim -- --seed ${seed}${ablation ? ` --ablation ${ablation.name}` : ''}`;

/** Tells a failing day in few steps, and keeps it when asked to. */
async function shorten(seed: number): Promise<void> {
  const story = await shrink(seed, ablation, (steps, tries) => {
    if (process.stdout.isTTY) process.stdout.write(`\r  ${steps} steps after ${tries} tries `);
  });
  if (!story) return;
  console.log(`\n  [${story.invariant}] ${story.say}`);
  for (const line of story.told) console.log(`    ${line}`);
  if (values.keep === undefined) return;
  const file = new URL(`invariant-${story.invariant}-seed-${seed}.json`, KEPT);
  // A stack names folders of this machine.
  const say = story.say.split('\n', 1)[0];
  writeFileSync(file, `${JSON.stringify({ because: values.keep, ...story, say }, null, 2)}\n`);
  console.log(`  kept as ${file.pathname}`);
}

const stop = { asked: false };
process.on('SIGINT', () => {
  stop.asked = true;
});

const broken: number[] = [];
const totals: Record<string, number> = {};
const began = performance.now();
let told = began;
let done = 0;

function progress(): void {
  const now = performance.now();
  if (now - told < PROGRESS_MS) return;
  told = now;
  const rate = done / ((now - began) / 1000);
  const left = (count - done) / rate;
  const time = left > 90 ? `${Math.round(left / 60)} min` : `${Math.round(left)} s`;
  console.log(`${done} of ${count} days, ${rate.toFixed(1)} a second, ${time} left, ${broken.length} broken`);
}

for (let seed = from; seed < from + count && !stop.asked; seed++) {
  const { violations, stats, plan } = await simulate(seed, ablation);
  done++;
  for (const [name, value] of Object.entries(stats)) totals[name] = (totals[name] ?? 0) + value;
  if (violations.length > 0) {
    broken.push(seed);
    console.log(`seed ${seed}: ${violations.length} violations. Again: ${again(seed)}`);
    for (const { invariant, say } of violations.slice(0, values.seed === undefined ? 3 : 40))
      console.log(`  [${invariant}] ${say}`);
    if (values.shrink || values.keep !== undefined) await shorten(seed);
  }
  if (values.seed !== undefined) console.log(JSON.stringify(plan), JSON.stringify(stats));
  else progress();
  // Lets a signal be heard.
  await new Promise((resolve) => setImmediate(resolve));
}
const seconds = (performance.now() - began) / 1000;
console.log(`${done} days in ${seconds.toFixed(1)} s; ${JSON.stringify(totals)}`);
if (stop.asked) console.log(`stopped; go on with --from ${from + done}`);
console.log(`${done - broken.length} passed, ${broken.length} failed`);
process.exitCode = broken.length > 0 ? 1 : 0;
