import { expect, test } from 'vitest';
import { distance, joined, planOf, slipsOf, spelt, speltOtherwise } from './search-plan.ts';

const HERE = '00000000-0000-7000-8000-00000000abcd';
const plan = (typed: string) => planOf(HERE, typed);

test('slips between two words are counted, a swap of neighbours as one', () => {
  const cases: [string, string, number][] = [
    ['okafor', 'okafor', 0],
    ['okafor', 'okafro', 1],
    ['okafor', 'okaffor', 1],
    ['okafor', 'okfor', 1],
    ['okafor', 'ukafor', 1],
    ['mohammed', 'muhamad', 3],
    ['ab', 'ba', 1],
    ['', 'ab', 2],
  ];
  for (const [a, b, slips] of cases) expect([a, b, distance(a, b, 9), distance(b, a, 9)]).toEqual([a, b, slips, slips]);
  expect(distance('okafor', 'ok', 2)).toBeGreaterThan(2);
});

test('a name may begin with either end, and words lead to patients by their beginning', () => {
  expect(plan('Ngozi  Ọkáfọ̀')).toMatchObject({
    number: 'ngoziokafo',
    phone: null,
    starts: ['ngozi okafo', 'okafo ngozi'],
    given: null,
    query: "('abcdngozi':*)&('abcdokafo':*)",
    narrow: [],
  });
  expect(plan('Eze')).toMatchObject({ starts: ['eze'], given: 'eze' });
});

test('a number is looked for from its first digit, a phone in national form, spaces or not', () => {
  expect(plan('UNTH/2024/00123')).toMatchObject({ number: 'unth202400123', phone: null, query: "('abcd202400123':*)" });
  for (const typed of ['+234 803 123 4567', '0803-123-4567', '234 (0) 8031234567']) {
    expect(plan(typed)?.phone).toBe('08031234567');
  }
});

test('short words only narrow; without a letter or digit nothing is asked', () => {
  expect(plan('o okafor 12')).toMatchObject({ query: "('abcdokafor':*)", narrow: [' o', '12'] });
  expect(plan('chi oka')).toMatchObject({ query: "('abcdchi':*)", narrow: [' oka'] });
  expect(plan('kn77123')).toMatchObject({ query: "('abcd77123':*)", narrow: [' kn77123'] });
  expect(plan('o')).toMatchObject({ query: null, starts: ['o'], given: 'o' });
  expect([plan('2024')?.query, plan('123')?.query]).toEqual(["'abcd2024':*", "'abcd123'"]);
  for (const nothing of ['', '  ', "%_\\'", '—']) expect(plan(nothing)).toBeNull();
});

test('what is typed never becomes part of the query language', () => {
  for (const typed of ["o'neil | !ada", 'a:*b & c', "x' <-> 'y", '\\okafor\\', 'okafor:A']) {
    expect(plan(typed)?.query ?? '').toMatch(/^(\('abcd[a-z0-9]+':\*\)&?)*$/);
  }
});

test('other spellings: near names in use, neighbours joined, and nothing far off', () => {
  const okafro = plan('okafro ngozi');
  const nobody = plan('okafro');
  if (!okafro || !nobody) throw new Error('no plan');
  expect([spelt(okafro), joined(okafro)]).toEqual([['okafro', 'ngozi'], ['okafrongozi']]);
  const near = slipsOf('okafro', ['okafor', 'okafrom', 'okafo', 'okaro', 'okonkwo']);
  expect(near).toEqual(['okafor', 'okafrom', 'okafo', 'okaro']);
  // Too many begin so to be listed.
  expect(speltOtherwise(HERE, okafro, new Map([['okafro', { near, longer: null }]]))).toBe(
    "((('abcdokafro':*)|'abcdokafor'|'abcdokafo'|'abcdokaro')&(('abcdngozi':*)))|((('abcdokafrongozi':*)))",
  );
  const listed = new Map([
    ['okafro', { near, longer: ['okafrom'] }],
    ['ngozi', { near: [], longer: ['ngozi', 'ngozika'] }],
    ['okafrongozi', { near: [], longer: [] }],
  ]);
  expect(speltOtherwise(HERE, okafro, listed)).toBe(
    "(('abcdokafrom'|'abcdokafor'|'abcdokafo'|'abcdokaro')&('abcdngozi'|'abcdngozika'))",
  );
  const far = new Map([['okafro', { near: slipsOf('okafro', ['balogun']), longer: [] }]]);
  expect(speltOtherwise(HERE, nobody, far)).toBeNull();
});

test('what was typed is part of the query for other spellings', () => {
  const two = plan('okafor ngozi');
  if (!two) throw new Error('no plan');
  const one = new Map([['okaforngozi', { near: [], longer: ['okaforngozika'] }]]);
  expect(speltOtherwise(HERE, two, one)).toBe(`(${two.query})|(('abcdokaforngozika'))`);
});
