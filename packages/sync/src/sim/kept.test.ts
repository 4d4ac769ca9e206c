import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Story, simulate } from './index.ts';

const KEPT = new URL('./kept/', import.meta.url);
const stories = readdirSync(KEPT).map((name) => ({
  name,
  ...(JSON.parse(readFileSync(new URL(name, KEPT), 'utf8')) as Story & { because: string }),
}));

test('days that once failed are kept, each with what it was', () => {
  expect(stories.length).toBeGreaterThan(0);
  for (const { name, because, only, told } of stories) {
    expect(because, name).not.toBe('');
    expect(told.length, `${name} tells every step`).toBe(only.length);
  }
});

test.each(stories)('day $seed, once broken by $because', async ({ seed, plan, only }) => {
  const { violations } = await simulate(seed, { plan, only: new Set(only) });
  expect(violations.map((v) => `[${v.invariant}] ${v.say}`)).toEqual([]);
});
