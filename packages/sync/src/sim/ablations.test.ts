import { expect, test } from 'vitest';
import { ABLATIONS } from './ablations.ts';
import { simulate } from './simulate.ts';

/** Days within which a planted fault must show. */
const DAYS_MAX = 60;

test('every fault that docs/sync.md names is planted', () => {
  const names = ['seq', 'dedupe', 'lww', 'upsert', 'ackbase', 'skipDirty', 'halfGroup', 'dropRefused', 'gate', 'oldBase'];
  expect(ABLATIONS.map((a) => a.name)).toEqual(names);
});

test.each(ABLATIONS)('$name is caught: $about', { timeout: 120_000 }, async (ablation) => {
  const others = new Set<number>();
  for (let seed = 1; seed <= DAYS_MAX; seed++) {
    const { violations } = await simulate(seed, ablation);
    if (violations.some((v) => ablation.caughtBy.includes(v.invariant))) return;
    for (const v of violations) others.add(v.invariant);
  }
  expect.fail(
    `not caught in ${DAYS_MAX} days by ${ablation.caughtBy.join(', ')}; seen instead: ${[...others].join(', ') || 'nothing'}`,
  );
});
