import { describe, expect, test } from 'vitest';
import { CALCULATORS, calculatorOf } from '../index.ts';
import boundaries from './boundaries.json' with { type: 'json' };
import contract from './contract.json' with { type: 'json' };
import { answers, runVectors, type VectorFile } from './run.ts';

const FILE = contract as unknown as VectorFile;

describe('the contract of the calculators', () => {
  test('every vector passes', () => {
    const report = runVectors(CALCULATORS, FILE);
    expect(report.failed).toEqual([]);
    expect(report.unknown).toEqual([]);
    expect(report.passed).toBe(contract.counts.vectors);
  });

  test('so does every vector at a boundary, whose answers were computed apart from the rules', () => {
    const report = runVectors(CALCULATORS, boundaries as unknown as VectorFile);
    expect(report.failed).toEqual([]);
    expect(report.unknown).toEqual([]);
    expect(report.passed).toBeGreaterThan(250);
  });

  test('there is a rule for every name, and no other', () => {
    expect(Object.keys(CALCULATORS).sort()).toEqual(Object.keys(FILE.calculators).sort());
  });

  test.each(Object.entries(contract.calculators))('%s asks what the contract says', (id, { inputs }) => {
    const asked = Object.entries(calculatorOf(id)?.inputs ?? {});
    expect(asked.map(([name]) => name)).toEqual(inputs.map(({ name }) => name));
    for (const [n, [, spec]] of asked.entries()) {
      const wanted = inputs[n] as Readonly<Record<string, unknown>>;
      const { type, min, max, exclusiveMin = false, optional = false, values } = wanted;
      expect(spec).toMatchObject({ type, ...(min === undefined ? {} : { min, max }) });
      expect('exclusiveMin' in spec && spec.exclusiveMin === true).toBe(exclusiveMin);
      expect(spec.optional === true).toBe(optional);
      if (values) expect('values' in spec && Object.keys(spec.values)).toEqual(values);
    }
  });
});

describe('comparing', () => {
  test.each([
    [{ a: 1 }, { a: 1.0000005, b: 2 }, true],
    [{ a: 1 }, { a: 1.00001 }, false],
    [{ a: 1 }, { a: '1' }, false],
    [{ a: null }, {}, false],
    [{ a: null }, { a: null }, true],
    [{ a: ['x', 'y'] }, { a: ['y', 'x'] }, false],
    [{ at: '2026-11-22T10:00:00+01:00' }, { at: '2026-11-22T09:00:00.000Z' }, true],
    [{ error: { code: 'MISSING_INPUT', field: 'a' } }, { error: { code: 'MISSING_INPUT', field: 'a' } }, true],
    [{ error: { code: 'MISSING_INPUT', field: 'a' } }, { error: { code: 'MISSING_INPUT', field: 'b' } }, false],
    [{ error: { code: 'MISSING_INPUT', field: 'a' } }, { error: { code: 'MISSING_INPUT', field: 'a' }, b: 1 }, false],
  ])('%j and %j: %s', (expected, got, is) => {
    expect(answers(expected, got)).toBe(is);
  });
});
