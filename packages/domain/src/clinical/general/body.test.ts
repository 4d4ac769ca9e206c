import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { refuse } from '../refusal.ts';
import { answersOf, asking, describeRule, workingOf } from '../testing/rule.ts';
import { bsa } from './bsa.ts';
import { ibw } from './ibw.ts';
import { map } from './map.ts';

describeRule(bsa, { weightKg: 70, heightCm: 175 });
describeRule(ibw, { heightCm: 180, sex: 'male', actualKg: 100 });
describeRule(map, { sbp: 120, dbp: 10 });

const numberOf = (got: object, output: string): number => Number(Reflect.get(got, output));

describe('bsa', () => {
  const ask = asking(bsa, {});
  test.each([
    [36, 100, 1],
    [64, 225, 2],
    [70, 175, 1.84],
    [1, 30, 0.09],
    [400, 250, 5.27],
  ])('%s kg, %s cm: %s m²', (weightKg, heightCm, bsaM2) => {
    expect(ask({ weightKg, heightCm })).toEqual({ bsaM2 });
  });
  test('heavier and taller is never less', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 399 }), fc.integer({ min: 30, max: 249 }), (weightKg, heightCm) => {
        const here = numberOf(ask({ weightKg, heightCm }), 'bsaM2');
        expect(numberOf(ask({ weightKg: weightKg + 1, heightCm }), 'bsaM2')).toBeGreaterThanOrEqual(here);
        expect(numberOf(ask({ weightKg, heightCm: heightCm + 1 }), 'bsaM2')).toBeGreaterThanOrEqual(here);
      }),
    );
  });
  test('working', () => {
    expect(workingOf(bsa, { weightKg: 36, heightCm: 100 })).toEqual(['√(100 cm × 36 kg ÷ 3600) = 1 m²']);
  });
});

describe('ibw', () => {
  const ask = asking(ibw, {});
  test.each([
    [152.4, 'male', 50],
    [152.4, 'female', 45.5],
    [177.8, 'male', 73],
    [177.8, 'female', 68.5],
    [250, 'male', 138.4],
  ])('%s cm, %s: %s kg', (heightCm, sex, ibwKg) => {
    expect(ask({ heightCm, sex })).toEqual({ ibwKg, adjustedKg: null });
    expect(ask({ heightCm, sex, actualKg: null })).toEqual({ ibwKg, adjustedKg: null });
  });
  test.each([
    [73, null],
    [72.9, null],
    [73.1, 73],
    [74, 73.4],
    [103, 85],
  ])('70 inches, %s kg: adjusted %s', (actualKg, adjustedKg) => {
    expect(ask({ heightCm: 177.8, sex: 'male', actualKg })).toEqual({ ibwKg: 73, adjustedKg });
  });
  test('nobody is above ideal by binary noise', () => {
    for (let inch = 60; inch <= 98; inch++)
      for (const [sex, base] of [
        ['male', 50],
        ['female', 45.5],
      ] as const)
        expect(ask({ heightCm: inch * 2.54, sex, actualKg: base + 2.3 * (inch - 60) })).toHaveProperty('adjustedKg', null);
  });
  test('adjusted lies between ideal and real', () => {
    fc.assert(
      fc.property(answersOf(ibw), (given) => {
        const got = ask(given);
        const adjusted = Reflect.get(got, 'adjustedKg');
        if (adjusted === null) return;
        expect(numberOf(got, 'adjustedKg')).toBeGreaterThanOrEqual(numberOf(got, 'ibwKg'));
        expect(numberOf(got, 'adjustedKg')).toBeLessThanOrEqual(Number(given.actualKg) + 0.05);
      }),
    );
  });
  test('working', () => {
    expect(workingOf(ibw, { heightCm: 177.8, sex: 'female' })).toEqual(['45.5 kg + 2.3 kg × (177.8 cm ÷ 2.54 − 60) = 68.5 kg']);
    expect(workingOf(ibw, { heightCm: 177.8, sex: 'male', actualKg: 103 })).toEqual([
      '50 kg + 2.3 kg × (177.8 cm ÷ 2.54 − 60) = 73 kg',
      '73 kg + 0.4 × (103 kg − 73 kg) = 85 kg, from the unrounded ideal weight',
    ]);
  });
});

describe('map', () => {
  const ask = asking(map, {});
  test.each([
    [120, 80, 93.3],
    [300, 10, 106.7],
    [20, 10, 13.3],
    [100, 99.9, 99.9],
  ])('%s over %s: %s', (sbp, dbp, mapMmHg) => {
    expect(ask({ sbp, dbp })).toEqual({ mapMmHg });
  });
  test('the diastolic pressure is the lower', () => {
    expect(ask({ sbp: 80, dbp: 80 })).toEqual(refuse('INCONSISTENT', 'dbp'));
    expect(ask({ sbp: 80, dbp: 120 })).toEqual(refuse('INCONSISTENT', 'dbp'));
  });
  test('working', () => {
    expect(workingOf(map, { sbp: 120, dbp: 80 })).toEqual(['(120 + 2 × 80) ÷ 3 = 93.3 mmHg']);
  });
});
