import { expect, test } from 'vitest';
import { FAULTS, planOf, QUICK, strikesOf, triggerOf } from './plan.ts';

const ROUNDS = Array.from({ length: 70 }, (_, i) => i + 1);

test('a seed gives the same plans every time, and another seed others', () => {
  expect(ROUNDS.map((n) => planOf(7, n))).toEqual(ROUNDS.map((n) => planOf(7, n)));
  expect(planOf(7, 1)).not.toEqual(planOf(8, 1));
});

test('every fault strikes first once in each seven rounds', () => {
  for (let turn = 0; turn < 10; turn++) {
    const faults = ROUNDS.slice(turn * 7, turn * 7 + 7).map((n) => planOf(7, n).strikes[0]?.fault);
    expect([...faults].sort()).toEqual(Object.keys(FAULTS).sort());
  }
});

test('two faults at once, both sides, both orders of coming back and every kind of write turn up', () => {
  const plans = ROUNDS.map((n) => planOf(7, n));
  expect(plans.some((p) => p.strikes.length === 2 && p.strikes[0]?.fault !== p.strikes[1]?.fault)).toBe(true);
  expect(new Set(plans.map((p) => p.first_back))).toEqual(new Set(['server', 'tablets']));
  expect(new Set(plans.map((p) => p.trigger.side))).toEqual(new Set(['A', 'B']));
  expect(new Set(plans.flatMap((p) => p.work.A.quick.map((q) => q.kind)))).toEqual(new Set(QUICK));
});

test('a plan is told in words', () => {
  const plan = planOf(7, 1);
  const told = {
    ...plan,
    trigger: { side: 'A', on: 'push asked', nth: 3, delay_ms: 12 },
    strikes: [
      { fault: 'server-kill', side: 'B' },
      { fault: 'line-cut', side: 'B' },
    ],
    between_ms: 40,
  } as const;
  expect(strikesOf({ ...told, strikes: [...told.strikes] })).toBe(
    'kill -9 of the server, and 40 ms later the network is cut (B)',
  );
  expect(triggerOf({ ...told, strikes: [...told.strikes] })).toBe('12 ms after "push asked" no. 3 of A');
});
