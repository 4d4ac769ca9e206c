import { expect, test } from 'vitest';
import { contrast, MODES, TOKENS, type Tokens } from './tokens.ts';

const ON_PAGES = [
  'ink',
  'muted',
  'brand',
  'info',
  'caution',
  'danger',
  'done',
  'conflict',
] as const satisfies readonly (keyof Tokens)[];
const WASHED = ['brand', 'info', 'caution', 'danger', 'done', 'conflict'] as const;

test('contrast is that of WCAG', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5);
  expect(contrast('#767676', '#ffffff')).toBeCloseTo(4.54, 2);
});

test.each(MODES)('every word can be read in %s mode', (mode) => {
  const t = TOKENS[mode];
  const least = mode === 'theatre' ? 7 : 4.5;
  const weak: string[] = [];
  const pair = (a: keyof Tokens, b: keyof Tokens, need = least) => {
    const found = contrast(t[a], t[b]);
    if (found < need) weak.push(`${a} on ${b}: ${found.toFixed(2)}`);
  };
  for (const name of ON_PAGES) for (const ground of ['paper', 'sunk', 'raised'] as const) pair(name, ground);
  for (const name of WASHED) {
    pair(name, `${name}-wash`);
    pair('ink', `${name}-wash`);
    pair('muted', `${name}-wash`);
  }
  pair('brand-ink', 'brand');
  // The edge of a control must be seen against the page (3:1).
  pair('line-strong', 'paper', 3);
  pair('line-strong', 'raised', 3);
  expect(weak).toEqual([]);
});
