import { expect, test } from 'vitest';
import { clockIndependence } from './clocks.ts';
import { Days } from './days.ts';
import { WRITTEN } from './kinds.ts';
import { simulate } from './simulate.ts';

/** Half of the days of every test run; the others are in sim-further.test.ts, beside this. */
const DAYS = 250;
const DAYS_PER_TEST = 25;

const days = new Days();
const starts = Array.from({ length: DAYS / DAYS_PER_TEST }, (_, i) => 1 + i * DAYS_PER_TEST);

test.each(starts)('days %i and on keep every invariant', { timeout: 120_000 }, async (from) => {
  expect(await days.live(from, from + DAYS_PER_TEST - 1)).toEqual([]);
});

test('enough happens on these days to find something, in every kind of record', () => {
  for (const [name, value] of Object.entries({ ...days.totals, ...days.sorts })) {
    expect(value, `${name} in ${DAYS} days`).toBeGreaterThan(10);
  }
  expect(WRITTEN.filter((kind) => !days.kinds.has(kind))).toEqual([]);
  expect(days.totals.conflicts).toBeGreaterThan(300);
  expect(days.totals.merged).toBeGreaterThan(100);
  expect(days.totals.settled).toBeGreaterThan(60);
});

test('one seed is one day, the second time too', async () => {
  const [first, second] = [await simulate(7), await simulate(7)];
  expect(second.stats).toEqual(first.stats);
  expect([...second.evidence.oracle.rows]).toEqual([...first.evidence.oracle.rows]);
});

test.each([11, 12, 13, 14, 15, 16, 17, 18, 19, 20])(
  '[21] day %i ends the same whatever the clocks of the devices say',
  async (seed) => expect(await clockIndependence(seed)).toEqual([]),
);
