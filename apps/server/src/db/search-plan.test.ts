import { expect, test } from 'vitest';
import { distance, planOf, speltOtherwise } from './search-plan.ts';

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
  if (!okafro) throw new Error('no plan');
  const alike = ['okafor', 'okafo', 'okaro', 'okonkwo'].map((word) => ({ typed: 'okafro', word }));
  expect(speltOtherwise(HERE, okafro, alike)).toBe(
    "((('abcdokafro':*)|'abcdokafor'|'abcdokafo'|'abcdokaro')&(('abcdngozi':*)))|((('abcdokafrongozi':*)))",
  );
  const nobody = plan('okafro');
  expect(nobody && speltOtherwise(HERE, nobody, [{ typed: 'okafro', word: 'balogun' }])).toBeNull();
});
