import { torture } from '../tools/torture/run.ts';
import { expect, test } from './kit/test.ts';

/** A seed gives the same plans every time; `npm run torture` takes a new one. */
const SEED = 5;
const ROUNDS = 5;

test('[S1, S5, S20, S21] five rounds of killed servers, databases, browsers and lines: nothing that was called saved is missing', async () => {
  test.setTimeout(400_000);
  const { broken, rounds, saved, faults } = await torture({ rounds: ROUNDS, seed: SEED, say: (line) => console.log(line) });
  expect(broken).toEqual([]);
  expect(rounds).toBe(ROUNDS);
  // Something was written, and something was killed.
  expect(saved).toBeGreaterThan(ROUNDS * 10);
  expect(Object.keys(faults).length).toBeGreaterThanOrEqual(ROUNDS);
});
