/**
 * Runs the simulation of sync from a shell: `npm run sim -- --seed 4711`, `npm run sim -- --seeds 2000 --from 1`, and with
 * `--ablation name` a planted fault that must be caught. Ends with code 1 when an invariant was broken.
 */
import { parseArgs } from 'node:util';
import { ABLATIONS, simulate } from '@psa/sync/sim';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string', default: '200' },
    from: { type: 'string', default: '1' },
    ablation: { type: 'string' },
  },
});

const from = Number(values.seed ?? values.from);
const count = values.seed === undefined ? Number(values.seeds) : 1;
const ablation = ABLATIONS.find((a) => a.name === values.ablation);
if (values.ablation !== undefined && !ablation) {
  console.error(`No planted fault is called ${values.ablation}; there are ${ABLATIONS.map((a) => a.name).join(', ')}.`);
  process.exit(1);
}
const again = (seed: number) => `npm run sim -- --seed ${seed}${ablation ? ` --ablation ${ablation.name}` : ''}`;
const broken: number[] = [];
const totals: Record<string, number> = {};
const began = performance.now();
for (let seed = from; seed < from + count; seed++) {
  const { violations, stats, plan } = await simulate(seed, ablation);
  for (const [name, value] of Object.entries(stats)) totals[name] = (totals[name] ?? 0) + value;
  if (violations.length > 0) {
    broken.push(seed);
    console.log(`seed ${seed}: ${violations.length} violations. Again: ${again(seed)}`);
    for (const { invariant, say } of violations.slice(0, values.seed === undefined ? 3 : 40))
      console.log(`  [${invariant}] ${say}`);
  }
  if (values.seed !== undefined) console.log(JSON.stringify(plan), JSON.stringify(stats));
  else if ((seed - from + 1) % 50 === 0) console.log(`${seed - from + 1} of ${count} days, ${broken.length} broken`);
}
const seconds = (performance.now() - began) / 1000;
console.log(`${count} days in ${seconds.toFixed(1)} s; ${JSON.stringify(totals)}`);
console.log(`${count - broken.length} passed, ${broken.length} failed`);
process.exitCode = broken.length > 0 ? 1 : 0;
