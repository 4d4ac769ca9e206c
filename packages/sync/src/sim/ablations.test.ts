import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ABLATIONS, type Ablation } from './ablations.ts';
import { clockIndependence } from './clocks.ts';
import { simulate } from './simulate.ts';

/** Days within which a planted fault must show. */
const DAYS_MAX = 60;

const rules = readFileSync(new URL('../../../../docs/sync.md', import.meta.url), 'utf8');
const section = rules.slice(rules.indexOf('## Invariants'));

test('every invariant of docs/sync.md has a planted fault, and every planted fault stands there', () => {
  const invariants = [...section.matchAll(/^- \*\*(\d+) /gm)].map((m) => Number(m[1]));
  expect(invariants).toEqual(Array.from({ length: 26 }, (_, i) => i + 1));
  const caught = new Set(ABLATIONS.flatMap((a) => a.caughtBy));
  expect(invariants.filter((n) => !caught.has(n))).toEqual([]);
  expect(ABLATIONS.filter((a) => !section.includes(`\`${a.name}\` (${a.about})`)).map((a) => a.name)).toEqual([]);
});

/** What a planted fault breaks on a day. */
async function broken(seed: number, ablation: Ablation): Promise<number[]> {
  if (ablation.caughtBy.includes(21)) return (await clockIndependence(seed, ablation)).length > 0 ? [21] : [];
  return (await simulate(seed, ablation)).violations.map((v) => v.invariant);
}

test.each(ABLATIONS)('$name is caught: $about', { timeout: 120_000 }, async (ablation) => {
  const others = new Set<number>();
  for (let seed = 1; seed <= DAYS_MAX; seed++) {
    const seen = await broken(seed, ablation);
    if (seen.some((n) => ablation.caughtBy.includes(n))) return;
    for (const n of seen) others.add(n);
  }
  expect.fail(
    `not caught in ${DAYS_MAX} days by ${ablation.caughtBy.join(', ')}; seen instead: ${[...others].join(', ') || 'nothing'}`,
  );
});
