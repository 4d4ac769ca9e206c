import { expect, test } from 'vitest';
import { Days } from './days.ts';

const FROM = 251;
const DAYS = 250;
const DAYS_PER_TEST = 25;

const days = new Days();
const starts = Array.from({ length: DAYS / DAYS_PER_TEST }, (_, i) => FROM + i * DAYS_PER_TEST);

test.each(starts)('days %i and on keep every invariant', { timeout: 120_000 }, async (from) => {
  expect(await days.live(from, from + DAYS_PER_TEST - 1)).toEqual([]);
});
