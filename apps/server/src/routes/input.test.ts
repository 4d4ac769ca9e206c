import { expect, test } from 'vitest';
import { jsonDepth } from './input.ts';

test.each([
  ['1', 0],
  ['{}', 1],
  ['{"a":[{"b":1}]}', 3],
  ['["[[[[", "\\"[[["]', 1],
  ['[[],[[]]]', 3],
  ['"\\\\', 0],
])('%s is %i deep', (text, depth) => {
  expect(jsonDepth(text, 99)).toBe(depth);
});

test('counting stops beyond what is wanted to know', () => {
  expect(jsonDepth('['.repeat(1_000_000), 32)).toBe(33);
});
