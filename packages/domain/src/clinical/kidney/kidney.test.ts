import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Calculator, calculate } from '../calculator.ts';
import { refuse } from '../refusal.ts';
import { asking, describeRule, levelsOf, workingOf } from '../testing/rule.ts';
import { ckdEpi2021 } from './ckd_epi_2021.ts';
import { cockcroftGault } from './cockcroft_gault.ts';
import { schwartz } from './schwartz.ts';

const MAN = { creatinine: 0.9, unit: 'mg/dL', ageYears: 40, sex: 'male' };
const WEIGHED = { ...MAN, creatinine: 1, weightKg: 72 };
const CHILD = { creatinine: 0.5, unit: 'mg/dL', ageYears: 4, heightCm: 100 };
const ALL: readonly [Calculator, typeof MAN | typeof WEIGHED | typeof CHILD, string][] = [
  [ckdEpi2021, MAN, 'egfr'],
  [cockcroftGault, WEIGHED, 'crclMlMin'],
  [schwartz, CHILD, 'egfr'],
];

for (const [calculator, example] of ALL) describeRule(calculator, example, ['creatinine']);

describe.each(ALL)('creatinine of $id', (calculator, example, output) => {
  const ask = asking(calculator, example);
  const value = (patch: object): number => Number(Reflect.get(ask({ ...patch }), output));
  test.each([
    ['mg/dL', 0.05, true],
    ['mg/dL', 0.0499, false],
    ['mg/dL', 30, true],
    ['mg/dL', 30.01, false],
    ['umol/L', 4.42, true],
    ['umol/L', 4.41, false],
    ['umol/L', 2652, true],
    ['umol/L', 2652.5, false],
    ['umol/L', 0.9, false],
    ['mg/dL', 88.4, false],
  ])('%s %s: taken %s', (unit, creatinine, taken) => {
    const got = ask({ unit, creatinine });
    if (taken) expect(got).toHaveProperty(output);
    else expect(got).toEqual(refuse('OUT_OF_RANGE', 'creatinine'));
  });
  test('the unit is looked at after every field', () => {
    expect(ask({ creatinine: 500, ageYears: 0 })).toEqual(refuse('OUT_OF_RANGE', 'ageYears'));
  });
  test('either unit gives the same, and more creatinine never more', () => {
    fc.assert(
      fc.property(fc.integer({ min: 30, max: 2000 }), fc.integer({ min: 1, max: 900 }), (hundredths, more) => {
        const creatinine = hundredths / 100;
        expect(value({ creatinine: creatinine * 88.4, unit: 'umol/L' })).toBeCloseTo(value({ creatinine }), 6);
        expect(value({ creatinine: creatinine + more / 100 })).toBeLessThanOrEqual(value({ creatinine }));
      }),
    );
  });
});

describe('ckd_epi_2021', () => {
  const ask = asking(ckdEpi2021, MAN);
  test.each([
    // 142 × 0.9938^age, × 1.012 for women, at the knee of either sex; half and twice the knee
    ['male', 0.9, 20, 125],
    ['female', 0.7, 20, 127],
    ['male', 0.45, 20, 155],
    ['female', 0.35, 20, 150],
    ['male', 1.8, 20, 55],
    ['female', 1.4, 20, 55],
    ['male', 0.9, 120, 67],
    ['female', 30, 120, 1],
  ])('%s, %s mg/dL, %s years: %s', (sex, creatinine, ageYears, egfr) => {
    expect(ask({ sex, creatinine, ageYears })).toMatchObject({ egfr });
  });
  test('the stage goes by the whole number shown', () => {
    const stages = new Map<unknown, unknown>();
    for (let n = 40; n <= 3000; n++) {
      const got = calculate(ckdEpi2021, { ...MAN, creatinine: n / 100 });
      stages.set(Reflect.get(got, 'egfr'), Reflect.get(got, 'stage'));
    }
    const edges = {
      91: 'G1',
      90: 'G1',
      89: 'G2',
      60: 'G2',
      59: 'G3a',
      45: 'G3a',
      44: 'G3b',
      30: 'G3b',
      29: 'G4',
      15: 'G4',
      14: 'G5',
    };
    for (const [egfr, stage] of Object.entries(edges)) expect(stages.get(Number(egfr))).toBe(stage);
    // 89.6 is shown as 90.
    expect(ask({ creatinine: 1.0735 })).toEqual({ egfr: 90, stage: 'G1' });
  });
  test('a year older is never a better kidney', () => {
    fc.assert(
      fc.property(fc.integer({ min: 18, max: 119 }), fc.constantFrom('male', 'female'), (ageYears, sex) => {
        const at = (age: number) => Number(Reflect.get(ask({ ageYears: age, sex }), 'egfr'));
        expect(at(ageYears + 1)).toBeLessThanOrEqual(at(ageYears));
      }),
    );
  });
  test('levels and working', () => {
    expect(levelsOf(ckdEpi2021, 'stage')).toEqual({ G1: 0, G2: 0, G3a: 1, G3b: 2, G4: 2, G5: 3 });
    expect(workingOf(ckdEpi2021, { ...MAN, creatinine: 120, unit: 'umol/L', ageYears: 55 })).toEqual([
      '120 µmol/L ÷ 88.4 = 1.3575 mg/dL',
      '142 × min(1.3575 ÷ 0.9, 1)^-0.302 × max(1.3575 ÷ 0.9, 1)^-1.2 × 0.9938^55 × 1 = 61.6',
      '62 mL/min/1.73 m²; the stage goes by this whole number',
    ]);
    expect(workingOf(ckdEpi2021, { ...MAN, sex: 'female' })[0]).toBe(
      '142 × min(0.9 ÷ 0.7, 1)^-0.241 × max(0.9 ÷ 0.7, 1)^-1.2 × 0.9938^40 × 1.012 = 82.88',
    );
  });
});

describe('cockcroft_gault', () => {
  const ask = asking(cockcroftGault, WEIGHED);
  test.each([
    [{}, 100],
    [{ sex: 'female' }, 85],
    [{ ageYears: 41 }, 99],
    [{ ageYears: 120 }, 20],
    [{ weightKg: 144 }, 200],
    [{ creatinine: 2 }, 50],
    [{ creatinine: 0.7 }, 142.9],
    [{ creatinine: 88.4, unit: 'umol/L' }, 100],
  ])('%j: %s mL/min', (patch, crclMlMin) => {
    expect(ask(patch)).toEqual({ crclMlMin });
  });
  test('working', () => {
    expect(workingOf(cockcroftGault, { ...WEIGHED, creatinine: 100, unit: 'umol/L', sex: 'female' })).toEqual([
      '100 µmol/L ÷ 88.4 = 1.1312 mg/dL',
      '(140 − 40) × 72 kg × 0.85 ÷ (72 × 1.1312 mg/dL) = 75.1 mL/min',
    ]);
    expect(workingOf(cockcroftGault, WEIGHED)).toHaveLength(1);
  });
});

describe('schwartz', () => {
  const ask = asking(schwartz, CHILD);
  test.each([
    [{}, 82.6],
    [{ heightCm: 200 }, 165.2],
    [{ creatinine: 1 }, 41.3],
    [{ creatinine: 44.2, unit: 'umol/L' }, 82.6],
    [{ ageYears: 17.99 }, 82.6],
  ])('%j: %s', (patch, egfr) => {
    expect(ask(patch)).toEqual({ egfr });
  });
  test('eighteen is grown up', () => {
    expect(ask({ ageYears: 18 })).toEqual(refuse('OUT_OF_RANGE', 'ageYears'));
  });
  test('working', () => {
    expect(workingOf(schwartz, { ...CHILD, creatinine: 44.2, unit: 'umol/L' })).toEqual([
      '44.2 µmol/L ÷ 88.4 = 0.5 mg/dL',
      '0.413 × 100 cm ÷ 0.5 mg/dL = 82.6 mL/min/1.73 m²',
    ]);
  });
});
