import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { refuse } from '../refusal.ts';
import { answersOf, asking, describeRule, levelsOf, workingOf } from '../testing/rule.ts';
import { doseMgkg } from './dose_mgkg.ts';
import { localAnaesthetic } from './local_anaesthetic.ts';
import { tumescent } from './tumescent.ts';

const PLAIN = { agent: 'lidocaine', adrenaline: false, weightKg: 10, concentrationPct: 1 };
const PLANNED = { weightKg: 70, lidocaineMgPerL: 1000, plannedVolumeMl: 1000 };
const DOSE = { mgPerKg: 15, weightKg: 20, maxSingleMg: 1000 };

describeRule(localAnaesthetic, PLAIN);
describeRule(tumescent, PLANNED);
describeRule(doseMgkg, DOSE);

const numberOf = (got: object, output: string): number => Number(Reflect.get(got, output));

describe('local_anaesthetic', () => {
  const ask = asking(localAnaesthetic, PLAIN);
  test.each([
    ['lidocaine', false, 30, 200],
    ['lidocaine', true, 70, 500],
    ['bupivacaine', false, 20, 150],
    ['bupivacaine', true, 20, 150],
    ['levobupivacaine', false, 20, 150],
    ['levobupivacaine', true, 20, 150],
    ['ropivacaine', false, 30, 200],
    ['ropivacaine', true, 30, 200],
    ['prilocaine', false, 60, 400],
    ['prilocaine', true, 60, 400],
  ])('%s, adrenaline %s: %s mg at 10 kg, never above %s mg', (agent, adrenaline, light, cap) => {
    expect(ask({ agent, adrenaline })).toEqual({ maxMg: light, maxMl: light / 10, limitedBy: 'weight' });
    expect(ask({ agent, adrenaline, weightKg: 200 })).toEqual({ maxMg: cap, maxMl: cap / 10, limitedBy: 'cap' });
  });
  test.each([
    // 45 mg in 2 %: 2.25 mL, rounded down
    [{ weightKg: 15, concentrationPct: 2 }, 45, 2.2, 'weight'],
    [{ agent: 'bupivacaine', weightKg: 75 }, 150, 15, 'weight'],
    [{ agent: 'bupivacaine', weightKg: 75.01 }, 150, 15, 'cap'],
    [{ agent: 'bupivacaine', weightKg: 74.99, concentrationPct: 0.5 }, 149.9, 29.9, 'weight'],
    // 100.1 mg in 2.002 %: exactly 5 mL, not 4.9
    [{ adrenaline: true, weightKg: 14.3, concentrationPct: 2.002 }, 100.1, 5, 'weight'],
    // the volume comes from 10.23 mg, not from 10.2
    [{ weightKg: 3.41, concentrationPct: 0.01 }, 10.2, 102.3, 'weight'],
  ])('%j: %s mg, %s mL, by %s', (patch, maxMg, maxMl, limitedBy) => {
    expect(ask(patch)).toEqual({ maxMg, maxMl, limitedBy });
  });
  test('a solution too thin for any number', () => {
    expect(ask({ concentrationPct: 5e-324 })).toEqual(refuse('OUT_OF_RANGE', 'concentrationPct'));
    expect(ask({ concentrationPct: 1e-300 })).toHaveProperty('maxMl');
  });
  test('the volume never holds more than the limit; heavier is never less; adrenaline never takes away', () => {
    fc.assert(
      fc.property(answersOf(localAnaesthetic), fc.constantFrom(0.25, 0.5, 1, 2), (given, concentrationPct) => {
        const got = ask({ ...given, concentrationPct });
        expect(numberOf(got, 'maxMl') * 10 * concentrationPct).toBeLessThan(numberOf(got, 'maxMg') + 0.1 + 1e-6);
        const heavier = ask({ ...given, concentrationPct, weightKg: Math.min(200, Number(given.weightKg) + 1) });
        expect(numberOf(heavier, 'maxMg')).toBeGreaterThanOrEqual(numberOf(got, 'maxMg'));
        const plain = ask({ ...given, concentrationPct, adrenaline: false });
        expect(numberOf(ask({ ...given, concentrationPct, adrenaline: true }), 'maxMg')).toBeGreaterThanOrEqual(
          numberOf(plain, 'maxMg'),
        );
      }),
    );
  });
  test('working', () => {
    expect(workingOf(localAnaesthetic, { ...PLAIN, adrenaline: true, concentrationPct: 2 })).toEqual([
      '7 mg/kg × 10 kg, never above 500 mg: 70 mg',
      '÷ (10 mg/mL × 2) = 3.5 mL, rounded down',
    ]);
  });
});

describe('tumescent', () => {
  const ask = asking(tumescent, PLANNED);
  test.each([
    [{ plannedVolumeMl: 0 }, 0, 0, 'within_35'],
    [{ plannedVolumeMl: 2450 }, 2450, 35, 'within_35'],
    [{ plannedVolumeMl: 2450.1 }, 2450.1, 35, 'caution_35_55'],
    [{ plannedVolumeMl: 3850 }, 3850, 55, 'caution_35_55'],
    [{ plannedVolumeMl: 3850.1 }, 3850.1, 55, 'exceeds_55'],
    [{ lidocaineMgPerL: 500, plannedVolumeMl: 4000 }, 2000, 28.6, 'within_35'],
  ])('%j: %s mg, %s mg/kg, %s', (patch, plannedMg, mgPerKg, status) => {
    expect(ask(patch)).toMatchObject({ plannedMg, mgPerKg, status });
  });
  test.each([
    [{}, 2450],
    [{ lidocaineMgPerL: 500 }, 4900],
    [{ weightKg: 55, lidocaineMgPerL: 900 }, 2138],
    [{ weightKg: 30, lidocaineMgPerL: 1500 }, 700],
  ])('%j reaches 35 mg/kg with %s mL', (patch, maxVolumeMl35) => {
    expect(ask(patch)).toMatchObject({ maxVolumeMl35 });
  });
  test('binary noise passes no limit', () => {
    for (let n = 300; n <= 2000; n++) {
      const weightKg = n / 10;
      const with35 = ask({ weightKg, lidocaineMgPerL: 700, plannedVolumeMl: weightKg * 50 });
      expect(with35).toMatchObject({ mgPerKg: 35, status: 'within_35', maxVolumeMl35: n * 5 });
      const with55 = ask({ weightKg, lidocaineMgPerL: 1100, plannedVolumeMl: weightKg * 50 });
      expect(with55).toMatchObject({ mgPerKg: 55, status: 'caution_35_55' });
    }
  });
  test('the volume it names is within the limit, one mL more is not', () => {
    fc.assert(
      fc.property(answersOf(tumescent), (given) => {
        const most = numberOf(ask(given), 'maxVolumeMl35');
        if (most > 19_999) return;
        expect(ask({ ...given, plannedVolumeMl: most })).toMatchObject({ status: 'within_35' });
        expect(ask({ ...given, plannedVolumeMl: most + 1 })).not.toMatchObject({ status: 'within_35' });
      }),
    );
  });
  test('levels and working', () => {
    expect(levelsOf(tumescent, 'status')).toEqual({ within_35: 0, caution_35_55: 2, exceeds_55: 3 });
    expect(workingOf(tumescent, PLANNED)).toEqual([
      '1000 mg/L × 1000 mL ÷ 1000 = 1000 mg',
      '÷ 70 kg = 14.3 mg/kg; the status goes by the unrounded value',
      '35 mg/kg × 70 kg ÷ 1000 mg/L × 1000 = 2450 mL, rounded down',
    ]);
  });
});

describe('dose_mgkg', () => {
  const ask = asking(doseMgkg, DOSE);
  test.each([
    [{}, 300, 300, false],
    [{ maxSingleMg: null }, 300, 300, false],
    [{ maxSingleMg: 300 }, 300, 300, false],
    [{ maxSingleMg: 299.9 }, 299.9, 299.9, true],
    [{ mgPerKg: 0.1, weightKg: 12.5 }, 1.3, 1.25, false],
    // 0.30000000000000004 is 0.3.
    [{ mgPerKg: 0.1, weightKg: 3, maxSingleMg: 0.3 }, 0.3, 0.3, false],
    [{ mgPerKg: 0.01, weightKg: 7 }, 0.1, 0.07, false],
    [{ mgPerKg: 1, weightKg: 7, maxSingleMg: 0.25 }, 0.3, 0.25, true],
    [{ mgPerKg: 0.00012, weightKg: 1.5 }, 0, 0.0002, false],
  ])('%j: %s mg, exactly %s, capped %s', (patch, doseMg, exactMg, capped) => {
    expect(ask(patch)).toEqual({ doseMg, exactMg, capped });
  });
  test('never above the maximum; heavier is never less', () => {
    fc.assert(
      fc.property(answersOf(doseMgkg), (given) => {
        const got = ask(given);
        const { maxSingleMg, weightKg } = given;
        if (typeof maxSingleMg === 'number') expect(numberOf(got, 'exactMg')).toBeLessThanOrEqual(maxSingleMg + 5e-5);
        else expect(got).toHaveProperty('capped', false);
        const heavier = ask({ ...given, weightKg: Math.min(300, Number(weightKg) + 1) });
        expect(numberOf(heavier, 'doseMg')).toBeGreaterThanOrEqual(numberOf(got, 'doseMg'));
      }),
    );
  });
  test('working', () => {
    expect(workingOf(doseMgkg, DOSE)).toEqual(['15 mg/kg × 20 kg = 300 mg', 'rounded to 0.1 mg: 300 mg']);
    expect(workingOf(doseMgkg, { ...DOSE, maxSingleMg: 250 })).toEqual([
      '15 mg/kg × 20 kg = 300 mg',
      'above the maximum of 250 mg: 250 mg',
      'rounded to 0.1 mg: 250 mg',
    ]);
    expect(workingOf(doseMgkg, { mgPerKg: 0.0123, weightKg: 1.5 })[0]).toBe('0.0123 mg/kg × 1.5 kg = 0.0185 mg');
  });
});
