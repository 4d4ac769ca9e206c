import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Calculator, calculate } from '../calculator.ts';
import { refuse } from '../refusal.ts';
import { answersOf, asking, describeRule, workingOf } from '../testing/rule.ts';
import { burnResuscitation } from './burn_resuscitation.ts';
import { maintenanceFluid } from './maintenance_fluid.ts';
import { urineOutput } from './urine_output.ts';

const INJURY = Date.UTC(2026, 2, 1, 9);
const after = (hours: number, ms = 0) => new Date(INJURY + hours * 3_600_000 + ms).toISOString();
const adult = {
  ...{ formula: 'parkland', weightKg: 70, tbsaPct: 40, ageYears: 35, highVoltageElectrical: false },
  ...{ injuryAt: after(0), now: after(0), fluidGivenMl: 0 },
};
const ask = asking(burnResuscitation, adult);
describeRule(burnResuscitation, adult);
describeRule(maintenanceFluid, { weightKg: 25 });
const urine = { volumeMl: 70, hours: 2, weightKg: 70, ageYears: 35, pigmentOrHighVoltage: false };
describeRule(urineOutput, urine);

describe('burn resuscitation', () => {
  test.each([
    ['parkland', 14, false, 4],
    ['modified_brooke', 14, false, 2],
    ['aba_consensus', 14, false, 2],
    ['parkland', 13.99, false, 3],
    ['modified_brooke', 13.99, false, 3],
    ['aba_consensus', 0, false, 3],
    ['modified_brooke', 35, true, 4],
    ['aba_consensus', 5, true, 4],
  ])('%s at %d years, high voltage %s: %d', (formula, ageYears, highVoltageElectrical, ml) => {
    expect(ask({ formula, ageYears, highVoltageElectrical })).toMatchObject({
      mlPerKgPerPct: ml,
      total24hMl: ml * 2800,
      firstHalfMl: ml * 1400,
      rateMlPerHr: Math.round((ml * 1400) / 8),
    });
  });

  test.each([
    [0, 0, 'first_8h', 700],
    [4, 0, 'first_8h', 1400],
    [4, 2800, 'first_8h', 700],
    [4, 5600, 'first_8h', 0],
    [4, 9000, 'first_8h', 0],
    [7.5, 5100, 'first_8h', 1000],
    [8, 5600, 'next_16h', 350],
    [8, 0, 'next_16h', 700],
    [16, 5600, 'next_16h', 700],
    [23, 11_100, 'next_16h', 100],
    [23, 11_200, 'next_16h', 0],
    [23, 12_000, 'next_16h', 0],
    [24, 0, 'after_24h', null],
    [500, 0, 'after_24h', null],
  ])('%d hours after the injury with %d mL given: %s, %s mL/h', (hours, fluidGivenMl, phase, rateMlPerHr) => {
    expect(ask({ now: after(hours), fluidGivenMl })).toMatchObject({
      phase,
      rateMlPerHr,
      total24hMl: 11_200,
      firstHalfMl: 5600,
    });
  });

  test('the phases change at the millisecond', () => {
    expect(ask({ now: after(8, -1), fluidGivenMl: 5600 })).toMatchObject({ phase: 'first_8h', rateMlPerHr: 0 });
    expect(ask({ now: after(24, -1), fluidGivenMl: 11_200 })).toMatchObject({ phase: 'next_16h', rateMlPerHr: 0 });
    expect(ask({ now: after(0, -1) })).toEqual(refuse('INCONSISTENT', 'injuryAt'));
  });

  test('half of an odd total is rounded from the whole', () => {
    expect(ask({ weightKg: 1.25, tbsaPct: 1, formula: 'modified_brooke' })).toMatchObject({
      total24hMl: 3,
      firstHalfMl: 1,
      rateMlPerHr: 0,
    });
  });

  test('both ends are told in UTC, whatever the zone and across a leap day', () => {
    const ends = { firstHalfEndsAt: '2028-02-28T23:30:00.000Z', endsAt: '2028-02-29T15:30:00.000Z' };
    for (const injuryAt of ['2028-02-28T15:30:00Z', '2028-02-28T16:30:00+01:00', '2028-02-28T10:00:00-05:30'])
      expect(ask({ injuryAt, now: '2028-02-29T15:29:59.999Z' })).toMatchObject({ ...ends, phase: 'next_16h' });
  });

  test.each([
    ['2027-02-29T10:00:00Z'],
    ['2026-03-01T10:00:00'],
    ['2026-03-01'],
    ['2026-03-01 10:00:00Z'],
    ['2026-13-01T10:00:00Z'],
    ['2026-03-01T24:01:00Z'],
    [''],
    [1_772_355_600_000],
  ])('%j is no moment', (injuryAt) => {
    expect(ask({ injuryAt })).toEqual(refuse('INVALID_VALUE', 'injuryAt'));
    expect(ask({ now: injuryAt })).toEqual(refuse('INVALID_VALUE', 'now'));
  });

  test.each([
    [13.99, 30, 70],
    [13.99, 10, 40],
    [13.99, 25.55, 65.6],
    [13.99, 30.01, 0],
    [14, 30, 0],
    [0, 3.5, 14],
  ])('at %d years and %d kg maintenance of %d mL/h beside it', (ageYears, weightKg, maintenanceMlPerHr) => {
    expect(ask({ ageYears, weightKg })).toMatchObject({ maintenanceMlPerHr });
    expect(ask({ ageYears, weightKg, now: after(30) })).toMatchObject({ maintenanceMlPerHr });
  });

  test.each<[object, string[]]>([
    [{ tbsaPct: 14.99 }, ['BELOW_FORMAL_RESUS_THRESHOLD']],
    [{ tbsaPct: 15 }, []],
    [{ tbsaPct: 14.99, ageYears: 14 }, ['BELOW_FORMAL_RESUS_THRESHOLD']],
    [{ tbsaPct: 10, ageYears: 13.99 }, []],
    [{ tbsaPct: 9.99, ageYears: 13.99 }, ['BELOW_FORMAL_RESUS_THRESHOLD']],
    [{ now: after(4) }, []],
    [{ now: after(4, 1000) }, ['LATE_START_REVIEW']],
    [{ now: after(4), fluidGivenMl: 1 }, []],
    [{ now: after(6), fluidGivenMl: 2800 }, []],
    [{ now: after(6), fluidGivenMl: 2799 }, ['LATE_START_REVIEW']],
    [{ now: after(16) }, []],
    [{ now: after(17) }, ['LATE_START_REVIEW']],
    [{ now: after(20), fluidGivenMl: 5600 }, []],
    [{ now: after(20), fluidGivenMl: 5599 }, ['LATE_START_REVIEW']],
    [{ now: after(24) }, []],
    [{ fluidGivenMl: 17_500 }, []],
    [{ fluidGivenMl: 17_501 }, ['IVY_INDEX_EXCEEDED']],
    [{ fluidGivenMl: 17_501, now: after(30) }, ['IVY_INDEX_EXCEEDED']],
    [{ tbsaPct: 1, fluidGivenMl: 17_501 }, ['BELOW_FORMAL_RESUS_THRESHOLD', 'IVY_INDEX_EXCEEDED']],
    [{ tbsaPct: 14, now: after(5) }, ['BELOW_FORMAL_RESUS_THRESHOLD', 'LATE_START_REVIEW']],
  ])('%j warns of %j', (patch, warnings) => {
    expect(ask({ ...patch })).toMatchObject({ warnings });
  });
  test('late and too much at once, in order', () => {
    // Nearly 400 mL/kg are planned.
    const given = { ...adult, weightKg: 10, tbsaPct: 99, highVoltageElectrical: true, now: after(23), fluidGivenMl: 2501 };
    expect(calculate(burnResuscitation, given)).toMatchObject({ warnings: ['LATE_START_REVIEW', 'IVY_INDEX_EXCEEDED'] });
    expect(Object.keys(burnResuscitation.outputs.warnings?.values ?? {})).toEqual([
      'BELOW_FORMAL_RESUS_THRESHOLD',
      'LATE_START_REVIEW',
      'IVY_INDEX_EXCEEDED',
    ]);
  });

  test('more burned or heavier is never less; more given never raises the rate', () => {
    const value = (given: object, name: string) => Number(Reflect.get(calculate(burnResuscitation, given), name));
    const hours = fc.integer({ min: 0, max: 23 });
    fc.assert(
      fc.property(answersOf(burnResuscitation), hours, fc.double({ min: 1, max: 100, noNaN: true }), (given, h, n) => {
        const base = { ...given, injuryAt: after(0), now: after(h) };
        const more = (name: string, most: number) => ({
          ...base,
          [name]: Math.min(most, Number(Reflect.get(given, name)) + n),
        });
        expect(value(more('tbsaPct', 100), 'total24hMl')).toBeGreaterThanOrEqual(value(base, 'total24hMl'));
        expect(value(more('weightKg', 300), 'total24hMl')).toBeGreaterThanOrEqual(value(base, 'total24hMl'));
        expect(value(more('fluidGivenMl', 100_000), 'rateMlPerHr')).toBeLessThanOrEqual(value(base, 'rateMlPerHr'));
        expect(value(base, 'rateMlPerHr')).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  test('the working', () => {
    expect(workingOf(burnResuscitation, { ...adult, now: after(2), fluidGivenMl: 500 })).toMatchInlineSnapshot(`
      [
        "4 mL × 70 kg × 40 % = 11200 mL in 24 hours; half of it 5600 mL",
        "2 hours since the injury, 500 mL given",
        "(5600 mL − 500 mL, not below 0) ÷ 6 hours left = 850 mL/h",
      ]
    `);
    expect(workingOf(burnResuscitation, { ...adult, now: after(12), fluidGivenMl: 6000 })).toMatchInlineSnapshot(`
      [
        "4 mL × 70 kg × 40 % = 11200 mL in 24 hours; half of it 5600 mL",
        "12 hours since the injury, 6000 mL given",
        "(11200 mL − 6000 mL, not below 0) ÷ 12 hours left = 433 mL/h",
      ]
    `);
    expect(workingOf(burnResuscitation, { ...adult, now: after(24) })).toMatchInlineSnapshot(`
      [
        "4 mL × 70 kg × 40 % = 11200 mL in 24 hours; half of it 5600 mL",
        "24 hours since the injury, 0 mL given",
        "The 24 hours are over: the formula gives no rate",
      ]
    `);
  });
});

describe('maintenance', () => {
  test.each([
    [2, 8, 200],
    [3.52, 14.1, 352],
    [9.99, 40, 999],
    [10, 40, 1000],
    [10.5, 41, 1025],
    [19, 58, 1450],
    [20, 60, 1500],
    [20.5, 60.5, 1510],
    [70, 110, 2500],
    [150, 190, 4100],
  ])('%d kg: %d mL/h, %d mL/day', (weightKg, mlPerHr, mlPerDay) => {
    expect(calculate(maintenanceFluid, { weightKg })).toEqual({ mlPerHr, mlPerDay });
  });
  test('heavier is never less', () => {
    const of = (weightKg: number) => Number(Reflect.get(calculate(maintenanceFluid, { weightKg }), 'mlPerHr'));
    const kg = fc.double({ min: 2, max: 150, noNaN: true });
    fc.assert(
      fc.property(kg, kg, (a, b) => {
        expect(of(Math.max(a, b))).toBeGreaterThanOrEqual(of(Math.min(a, b)));
      }),
    );
  });
  test('the working', () => {
    expect(workingOf(maintenanceFluid, { weightKg: 25 })).toMatchInlineSnapshot(`
      [
        "4 mL/h for each of the first 10 kg, 2 for the next 10, 1 for the rest of 25 kg = 65 mL/h",
        "100 mL a day for each of the first 10 kg, 50 for the next 10, 20 for the rest = 1600 mL/day",
      ]
    `);
  });
});

describe('urine', () => {
  const of = asking(urineOutput, urine);
  test.each([
    [14, 20, false, 0.5],
    [13.99, 30, false, 1],
    [13.99, 30.01, false, 0.5],
    [13.99, 70, true, 1],
    [0, 3, false, 1],
    [35, 70, true, 1],
    [35, 20, false, 0.5],
  ])('at %d years, %d kg, pigment %s the goal begins at %d', (ageYears, weightKg, pigmentOrHighVoltage, goalMin) => {
    expect(of({ ageYears, weightKg, pigmentOrHighVoltage })).toMatchObject({ goalMin, goalMax: goalMin + 0.5 });
  });
  test.each([
    [69.9, false, 'below', 0.5],
    [70, false, 'within', 0.5],
    [140, false, 'within', 1],
    [140.1, false, 'above', 1],
    [139.9, true, 'below', 1],
    [140, true, 'within', 1],
    [210, true, 'within', 1.5],
    [210.1, true, 'above', 1.5],
    [0, false, 'below', 0],
  ])('%d mL, pigment %s: %s', (volumeMl, pigmentOrHighVoltage, status, mlPerKgPerHr) => {
    expect(of({ volumeMl, pigmentOrHighVoltage })).toMatchObject({ status, mlPerKgPerHr });
  });
  test('bounds reached by arithmetic are within', () => {
    for (let weightKg = 1; weightKg <= 300; weightKg += 0.7)
      for (const hours of [0.1, 0.3, 0.7, 1.1, 3, 7, 24]) {
        expect(of({ weightKg, hours, volumeMl: 0.5 * weightKg * hours })).toMatchObject({ status: 'within' });
        expect(of({ weightKg, hours, volumeMl: weightKg * hours })).toMatchObject({ status: 'within' });
      }
  });
  test('a time that is all but nothing is out of range', () => {
    expect(of({ hours: 5e-324 })).toEqual(refuse('OUT_OF_RANGE', 'hours'));
    expect(of({ hours: 5e-324, volumeMl: 0 })).toMatchObject({ mlPerKgPerHr: 0, status: 'below' });
  });
  test('every class is described', () => {
    const described: Calculator['outputs'] = urineOutput.outputs;
    expect(Object.keys(described.status?.bands ?? {})).toEqual(['below', 'within', 'above']);
  });
  test('the working', () => {
    expect(workingOf(urineOutput, urine)).toMatchInlineSnapshot(`
      [
        "70 mL ÷ 2 h ÷ 70 kg = 0.5 mL/kg/h",
        "Goal: 0.5 to 1 mL/kg/h; compared before rounding",
      ]
    `);
  });
});
