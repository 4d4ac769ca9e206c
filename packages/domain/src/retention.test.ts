import { expect, test } from 'vitest';
import { keptUntil, RETENTION } from './retention.ts';

test.each([
  ['an adult: ten years after the last contact', '2015-03-10', '1970-01-01', '2025-03-10'],
  ['a child: until 25 where that is later', '2015-03-10', '2012-06-30', '2037-06-30'],
  ['a boy of 17: ten years are later than 25', '2020-01-02', '2002-05-01', '2030-01-02'],
  ['on the eighteenth birthday an adult', '2020-05-01', '2002-05-01', '2030-05-01'],
  ['29 February', '2012-02-29', '1960-02-29', '2022-03-01'],
])('%s', (_what, last, born, until) => {
  expect(keptUntil(RETENTION, last, born)).toBe(until);
});

test('of whoever has no known day of birth nothing is decided', () => {
  expect(keptUntil(RETENTION, '2001-01-01', null)).toBeNull();
});
