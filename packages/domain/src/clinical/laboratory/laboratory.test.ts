import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { refuse } from '../refusal.ts';
import { answersOf, asking, describeRule, levelsOf, workingOf } from '../testing/rule.ts';
import { anionGap } from './anion_gap.ts';
import { correctedCalcium } from './corrected_calcium.ts';
import { labFlag } from './lab_flag.ts';

const SALTS = { na: 140, cl: 104, hco3: 24 };
const POTASSIUM = { value: 4, refLow: 3.5, refHigh: 5, critLow: 2.8, critHigh: 6.2 };

describeRule(correctedCalcium, { calcium: 9, unit: 'mg/dL', albuminGL: 40 });
describeRule(anionGap, SALTS);
describeRule(labFlag, { value: 4 });

describe('corrected_calcium', () => {
  const ask = asking(correctedCalcium, { albuminGL: 40 });
  test.each([
    ['mmol/L', 2.2, 40, 2.2],
    ['mmol/L', 2, 30, 2.2],
    ['mmol/L', 2.5, 50, 2.3],
    ['mmol/L', 6, 5, 6.7],
    ['mmol/L', 0.6, 70, 0],
    ['mmol/L', 0.1, 70, -0.5],
    ['mg/dL', 9, 40, 9],
    ['mg/dL', 8, 30, 8.8],
    ['mg/dL', 3, 70, 0.6],
    ['mg/dL', 20, 5, 22.8],
  ])('%s: %s with albumin %s: %s', (unit, calcium, albuminGL, adjusted) => {
    expect(ask({ unit, calcium, albuminGL })).toEqual({ adjusted });
  });
  test.each([
    ['mmol/L', 6.01],
    ['mmol/L', 9],
    ['mg/dL', 2.99],
    ['mg/dL', 2.2],
  ])('%s %s is the other unit', (unit, calcium) => {
    expect(ask({ unit, calcium })).toEqual(refuse('OUT_OF_RANGE', 'calcium'));
    expect(ask({ unit, calcium, albuminGL: 4 })).toEqual(refuse('OUT_OF_RANGE', 'albuminGL'));
  });
  test('less albumin never lowers it', () => {
    fc.assert(
      fc.property(answersOf(correctedCalcium), (given) => {
        const got = ask(given);
        if ('error' in got) return;
        const thinner = ask({ ...given, albuminGL: 5 });
        expect(Number(Reflect.get(thinner, 'adjusted'))).toBeGreaterThanOrEqual(Number(Reflect.get(got, 'adjusted')));
      }),
    );
  });
  test('working', () => {
    expect(workingOf(correctedCalcium, { unit: 'mmol/L', calcium: 2, albuminGL: 30 })).toEqual([
      '2 + 0.02 × (40 − 30 g/L) = 2.2 mmol/L',
    ]);
    expect(workingOf(correctedCalcium, { unit: 'mg/dL', calcium: 8, albuminGL: 30 })).toEqual([
      '8 + 0.8 × (4 − 30 g/L ÷ 10) = 8.8 mg/dL',
    ]);
  });
});

describe('anion_gap', () => {
  const ask = asking(anionGap, SALTS);
  test.each([
    [{}, 12, null],
    [{ k: null, albuminGL: null }, 12, null],
    [{ na: 141 }, 13, null],
    [{ cl: 105 }, 11, null],
    [{ hco3: 25 }, 11, null],
    [{ k: 4 }, 16, null],
    [{ albuminGL: 40 }, 12, 12],
    [{ albuminGL: 20 }, 12, 17],
    [{ albuminGL: 50, k: 4 }, 16, 13.5],
    [{ na: 100 }, -28, null],
    // 0.14 and 0.26: each is rounded from what is not yet rounded.
    [{ na: 128.14, albuminGL: 39.52 }, 0.1, 0.3],
  ])('%j: %s, adjusted %s', (patch, gap, albuminCorrected) => {
    expect(ask(patch)).toEqual({ anionGap: gap, albuminCorrected });
  });
  test('working', () => {
    expect(workingOf(anionGap, SALTS)).toEqual(['140 − (104 + 24) = 12 mmol/L']);
    expect(workingOf(anionGap, { ...SALTS, k: 4, albuminGL: 20 })).toEqual([
      '140 + 4 − (104 + 24) = 16 mmol/L',
      '16 + 0.25 × (40 − 20 g/L) = 21 mmol/L',
    ]);
  });
});

describe('lab_flag', () => {
  const ask = asking(labFlag, POTASSIUM);
  const flag = (patch: object): unknown => Reflect.get(ask({ ...patch }), 'flag');
  test.each([
    [2.7, 'critical_low'],
    [2.8, 'critical_low'],
    [2.81, 'low'],
    [3.49, 'low'],
    [3.5, 'normal'],
    [5, 'normal'],
    [5.01, 'high'],
    [6.19, 'high'],
    [6.2, 'critical_high'],
    [7, 'critical_high'],
  ])('%s: %s', (value, is) => {
    expect(ask({ value })).toEqual({ flag: is, interval: 'both' });
  });
  test('a bound that was not given is not crossed', () => {
    expect(ask({ value: 0, refLow: null, critLow: null })).toEqual({ flag: 'normal', interval: 'high_only' });
    expect(ask({ value: 100, refHigh: null, critHigh: null })).toEqual({ flag: 'normal', interval: 'low_only' });
    expect(ask({ value: 0, refLow: null })).toEqual({ flag: 'critical_low', interval: 'high_only' });
    expect(ask({ value: 2, critLow: null })).toEqual({ flag: 'low', interval: 'both' });
    expect(ask({ value: 9, critHigh: null })).toEqual({ flag: 'high', interval: 'both' });
    expect(ask({ value: 4, refLow: null, refHigh: null })).toEqual({ flag: 'normal', interval: 'none' });
    // Nothing given is not zero.
    expect(ask({ value: -5, refLow: null, refHigh: -1, critLow: null })).toEqual({ flag: 'normal', interval: 'high_only' });
    expect(ask({ value: 5, refLow: 1, refHigh: null, critHigh: null })).toEqual({ flag: 'normal', interval: 'low_only' });
    expect(ask({ value: 0, refLow: 0, refHigh: 0, critLow: null, critHigh: null })).toMatchObject({ flag: 'normal' });
  });
  test('an interval the wrong way round', () => {
    expect(ask({ refLow: 5.1 })).toEqual(refuse('INCONSISTENT', 'refHigh'));
    expect(ask({ refLow: 5, value: 5 })).toMatchObject({ flag: 'normal' });
  });
  test('a higher value is never flagged lower', () => {
    const order = ['critical_low', 'low', 'normal', 'high', 'critical_high'];
    fc.assert(
      fc.property(fc.double({ min: 0, max: 10, noNaN: true }), fc.double({ min: 0, max: 10, noNaN: true }), (a, b) => {
        const [lower, higher] = [Math.min(a, b), Math.max(a, b)].map((value) => order.indexOf(String(flag({ value }))));
        expect(lower).toBeLessThanOrEqual(higher ?? -1);
      }),
    );
  });
  test('levels and working', () => {
    expect(levelsOf(labFlag, 'flag')).toEqual({ critical_low: 3, low: 1, normal: 0, high: 1, critical_high: 3 });
    expect(workingOf(labFlag, POTASSIUM)).toEqual([
      '4 against the interval 3.5 to 5 and the critical bounds 2.8 and 6.2: normal',
    ]);
    expect(workingOf(labFlag, { value: 4, critHigh: 6 })).toEqual([
      '4 against the interval open to open and the critical bounds open and 6: normal',
      'No interval was given: the value is neither normal nor abnormal',
    ]);
  });
});
