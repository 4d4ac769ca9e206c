import { describe, expect, test } from 'vitest';
import { calc, typed } from './calc.ts';

function run(file: unknown): { ok: boolean; lines: string[] } {
  const lines: string[] = [];
  return { ok: calc(file, (line) => lines.push(...line.split('\n'))), lines };
}
const bmi = (...vectors: object[]) => ({ title: 'Some', calculators: { bmi: { vectors } } });
const RIGHT = { id: 'a', input: { weightKg: 80, heightCm: 200 }, expected: { bmi: 20 } };
const WRONG = { id: 'b', input: { weightKg: 80, heightCm: 200 }, expected: { bmi: 21 } };

describe('psa calc', () => {
  test('counts what passed', () => {
    expect(run(bmi(RIGHT, { ...RIGHT, id: 'c' }))).toEqual({ ok: true, lines: ['2 passed, 0 failed'] });
  });

  test('tells a vector that fails, with what was expected', () => {
    const { ok, lines } = run(bmi(RIGHT, WRONG));
    expect(ok).toBe(false);
    expect(lines).toContain('bmi b');
    expect(lines).toContain('  expected {"bmi":21}');
    expect(lines.at(-1)).toBe('1 passed, 1 failed');
  });

  test('fails for a calculator that does not exist', () => {
    const { ok, lines } = run({ calculators: { constructor: { vectors: [RIGHT] } } });
    expect([ok, lines]).toEqual([false, ['There is no calculator named constructor.', '0 passed, 0 failed']]);
  });

  test('a file of something else is refused', () => {
    expect(() => run({ patients: [] })).toThrow();
    expect(() => run(null)).toThrow();
  });

  test('a path is taken from where the person stands, not from where npm runs', () => {
    expect(typed('v.json', { INIT_CWD: '/ward' })).toBe('/ward/v.json');
    expect(typed('/papers/v.json', { INIT_CWD: '/ward' })).toBe('/papers/v.json');
  });
});
