import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { refuse } from '../refusal.ts';
import { answersOf, asking, describeRule, levelsOf, workingOf } from '../testing/rule.ts';
import { flapAlert } from './flap_alert.ts';
import { flapSchedule } from './flap_schedule.ts';
import { graftTake } from './graft_take.ts';

const WELL = { colour: 'normal', capRefillSec: 2, tempDiffC: 0, turgor: 'normal', doppler: 'present', pinprick: 'not_done' };

describeRule(flapSchedule, { protocol: 'intensive', hoursSinceEnd: 0 });
describeRule(flapAlert, WELL);
describeRule(graftTake, { graftedCm2: 100, takenCm2: 0 });

describe('flap_schedule', () => {
  test.each([
    [0, 30, 60],
    [23.99, 30, 60],
    [24, 60, 120],
    [47.99, 60, 120],
    [48, 120, 240],
    [71.99, 120, 240],
    [72, 480, 480],
    [2000, 480, 480],
  ])('%s h: every %s min, or %s', (hoursSinceEnd, intensive, standard) => {
    const ask = asking(flapSchedule, { hoursSinceEnd });
    expect(ask({ protocol: 'intensive' })).toEqual({ intervalMinutes: intensive });
    expect(ask({ protocol: 'standard' })).toEqual({ intervalMinutes: standard });
  });
  test('working', () => {
    expect(workingOf(flapSchedule, { protocol: 'standard', hoursSinceEnd: 30 })).toEqual([
      'standard: 60, 120, 240, 480 min for 0 to <24 h, 24 to <48 h, 48 to <72 h, from 72 h',
      '30 h after surgery: every 120 min',
    ]);
  });
});

describe('flap_alert', () => {
  const ask = asking(flapAlert, WELL);
  test.each([
    [{}, 'green', 'none', 0],
    [{ pinprick: 'bright' }, 'green', 'none', 0],
    [{ colour: 'pale' }, 'amber', 'arterial', 1],
    [{ colour: 'congested_blue' }, 'amber', 'venous', 1],
    [{ colour: 'mottled' }, 'amber', 'undetermined', 1],
    [{ capRefillSec: 3 }, 'green', 'none', 0],
    [{ capRefillSec: 3.1 }, 'amber', 'arterial', 1],
    [{ capRefillSec: 1 }, 'green', 'none', 0],
    [{ capRefillSec: 0.9 }, 'amber', 'venous', 1],
    [{ tempDiffC: -1.9 }, 'green', 'none', 0],
    [{ tempDiffC: -2 }, 'amber', 'undetermined', 1],
    [{ tempDiffC: 10 }, 'green', 'none', 0],
    [{ turgor: 'flaccid' }, 'amber', 'arterial', 1],
    [{ turgor: 'tense' }, 'amber', 'venous', 1],
    [{ doppler: 'weak' }, 'amber', 'undetermined', 1],
    [{ doppler: 'absent' }, 'red', 'arterial', 1],
    [{ pinprick: 'none' }, 'red', 'arterial', 1],
    [{ pinprick: 'dark_rapid' }, 'red', 'venous', 1],
    [{ colour: 'mottled', tempDiffC: -5 }, 'red', 'undetermined', 2],
    [{ colour: 'pale', doppler: 'weak' }, 'red', 'arterial', 2],
    [{ turgor: 'tense', tempDiffC: -3 }, 'red', 'venous', 2],
    [{ turgor: 'tense', doppler: 'absent' }, 'red', 'mixed', 2],
    [
      { colour: 'pale', capRefillSec: 5, tempDiffC: -4, turgor: 'flaccid', doppler: 'absent', pinprick: 'none' },
      'red',
      'arterial',
      6,
    ],
  ])('%j: %s, %s, %s', (patch, level, pattern, signs) => {
    expect(ask(patch)).toEqual({ level, pattern, signs });
  });
  test('levels', () => {
    expect(levelsOf(flapAlert, 'level')).toEqual({ green: 0, amber: 2, red: 3 });
  });
  test('what is put right never raises the alert', () => {
    const urgency: Readonly<Record<string, number>> = { green: 0, amber: 1, red: 2 };
    const worry = (given: object) => urgency[String(Reflect.get(ask({ ...given }), 'level'))] ?? Number.NaN;
    fc.assert(
      fc.property(answersOf(flapAlert), fc.constantFrom(...Object.keys(WELL)), (given, one) => {
        expect(worry({ ...given, [one]: Reflect.get(WELL, one) })).toBeLessThanOrEqual(worry(given));
      }),
    );
  });
  test('working', () => {
    expect(workingOf(flapAlert, WELL)).toEqual(['0 signs: green']);
    expect(workingOf(flapAlert, { ...WELL, tempDiffC: -2.5 })).toEqual([
      '2.5 °C colder, 2 °C or more (neither)',
      '1 sign: amber',
    ]);
    expect(workingOf(flapAlert, { ...WELL, capRefillSec: 4, doppler: 'absent' })).toEqual([
      'refill 4 s, above 3 s (arterial)',
      'Doppler absent (arterial): red by itself',
      '2 signs: red',
    ]);
  });
});

describe('graft_take', () => {
  const ask = asking(graftTake, {});
  test.each([
    [100, 100, 100, 'good'],
    [100, 90, 90, 'good'],
    [100, 89.99, 90, 'partial'],
    [100, 70, 70, 'partial'],
    [100, 69.99, 70, 'poor'],
    [300, 200, 66.7, 'poor'],
    [80, 0, 0, 'poor'],
  ])('of %s cm², %s: %s %%, %s', (graftedCm2, takenCm2, takePct, category) => {
    expect(ask({ graftedCm2, takenCm2 })).toEqual({ takePct, category });
  });
  test('binary noise does not cost a graft its class', () => {
    for (let n = 1; n <= 3000; n++) {
      const graftedCm2 = n / 10;
      expect(ask({ graftedCm2, takenCm2: (9 * n) / 100 })).toEqual({ takePct: 90, category: 'good' });
      expect(ask({ graftedCm2, takenCm2: (7 * n) / 100 })).toEqual({ takePct: 70, category: 'partial' });
    }
  });
  test('no more takes than was grafted', () => {
    expect(ask({ graftedCm2: 50, takenCm2: 50.1 })).toEqual(refuse('INCONSISTENT', 'takenCm2'));
  });
  test('levels and working', () => {
    expect(levelsOf(graftTake, 'category')).toEqual({ good: 0, partial: 1, poor: 2 });
    expect(workingOf(graftTake, { graftedCm2: 3, takenCm2: 2 })).toEqual([
      '2 cm² ÷ 3 cm² × 100 = 66.7 %; the class goes by the unrounded value',
    ]);
  });
});
