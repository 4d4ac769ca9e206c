import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readAnswers } from './check.ts';
import { below, partLines, total, upTo } from './points.ts';
import { refuse } from './refusal.ts';
import { above, atLeast } from './round.ts';

const LIMITS = [0.3, 1, 2];
const VALUES = ['a', 'b', 'c', 'd'] as const;

test.each([
  [-5, 'a', 'a'],
  [0.2999, 'a', 'a'],
  [0.3, 'a', 'b'],
  [0.1 + 0.2, 'a', 'b'],
  [0.3 + 2e-9, 'b', 'b'],
  [0.3 - 2e-9, 'a', 'a'],
  [0.3 - 5e-10, 'a', 'b'],
  [1, 'b', 'c'],
  [1.5, 'c', 'c'],
  [2, 'c', 'd'],
  [1e9, 'd', 'd'],
])('%d is %s up to, %s below', (value, up, low) => {
  expect([upTo(value, LIMITS, VALUES), below(value, LIMITS, VALUES)]).toEqual([up, low]);
});

test('a limit is reached, and not passed, within binary noise only', () => {
  expect([atLeast(0.3 - 2e-9, 0.3), atLeast(0.3 - 5e-10, 0.3), atLeast(0.3, 0.3), atLeast(0.4, 0.3)]).toEqual([
    false,
    true,
    true,
    true,
  ]);
  expect([above(0.3 + 2e-9, 0.3), above(0.1 + 0.2, 0.3), above(0.3, 0.3), above(0.2, 0.3)]).toEqual([
    true,
    false,
    false,
    false,
  ]);
});

test('tables are monotonic and have no holes', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true }), fc.double({ noNaN: true }), (a, b) => {
      for (const table of [upTo, below]) {
        expect(VALUES).toContain(table(a, LIMITS, VALUES));
        if (a <= b) expect(table(a, LIMITS, VALUES) <= table(b, LIMITS, VALUES)).toBe(true);
      }
    }),
  );
});

test('parts are added and told', () => {
  expect(total([])).toBe(0);
  expect(
    partLines([
      ['Age', 2],
      ['Smokes', 1],
    ]),
  ).toEqual(['Age: 2', 'Smokes: 1', '2 + 1 = 3']);
});

const ITEMS = {
  side: { label: 'Side', values: { left: 'Left', right: 'Right' } },
  share: { label: 'Share', min: 0, max: 100 },
  count: { label: 'Count', min: 1, max: 3, integer: true },
};
test.each<[unknown, object]>([
  [{}, { answers: {} }],
  [{ side: 'left', share: 0.5, count: 2 }, { answers: { side: 'left', share: 0.5, count: 2 } }],
  [{ side: null, share: 100 }, { answers: { share: 100 } }],
  [{ share: -0.1 }, refuse('OUT_OF_RANGE', 'f.share')],
  [{ share: 100.1 }, refuse('OUT_OF_RANGE', 'f.share')],
  [{ share: '5' }, refuse('INVALID_VALUE', 'f.share')],
  [{ share: Number.NaN }, refuse('INVALID_VALUE', 'f.share')],
  [{ count: 1.5 }, refuse('INVALID_VALUE', 'f.count')],
  [{ count: 4 }, refuse('OUT_OF_RANGE', 'f.count')],
  [{ side: 'toString' }, refuse('INVALID_VALUE', 'f.side')],
  [{ side: 1 }, refuse('INVALID_VALUE', 'f.side')],
  [{ constructor: null }, refuse('INVALID_VALUE', 'f.constructor')],
  [JSON.parse('{"__proto__":1}'), refuse('INVALID_VALUE', 'f.__proto__')],
  [{ share: 101, side: 'up' }, refuse('OUT_OF_RANGE', 'f.share')],
  [{ side: 'up', share: 101 }, refuse('INVALID_VALUE', 'f.side')],
])('answers %j', (given, expected) => {
  expect(readAnswers(ITEMS, given as Record<string, unknown>, 'f')).toEqual(expected);
});
