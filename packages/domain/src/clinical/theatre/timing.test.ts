import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { refuse } from '../refusal.ts';
import { asking, describeRule, levelsOf, workingOf } from '../testing/rule.ts';
import { antibioticRedose } from './antibiotic_redose.ts';
import { antibioticTiming } from './antibiotic_timing.ts';
import { fasting } from './fasting.ts';

const AT = '2026-03-01T08:00:00Z';
const START_MS = Date.parse(AT);
/** So many hours, minutes and milliseconds after the start. */
const after = (hours: number, minutes = 0, ms = 0): string =>
  new Date(START_MS + hours * 3_600_000 + minutes * 60_000 + ms).toISOString();

const BEGUN = { drug: 'cefazolin', startedAt: AT, incisionAt: after(0, 40) };
const GIVEN = { drug: 'cefazolin', lastDoseAt: AT, now: after(1), bloodLossMl: 0 };
const FED = { intake: 'clear_fluid', lastIntakeAt: AT, plannedAt: after(2) };

/** Minutes of the window, hours between doses. */
const DRUGS: Readonly<Record<string, readonly [number, number | null]>> = {
  cefazolin: [60, 4],
  cefuroxime: [60, 4],
  cefotaxime: [60, 3],
  cefoxitin: [60, 2],
  ampicillin: [60, 2],
  ampicillin_sulbactam: [60, 2],
  amoxicillin_clavulanate: [60, 2],
  piperacillin_tazobactam: [60, 2],
  aztreonam: [60, 4],
  clindamycin: [60, 6],
  ceftriaxone: [60, null],
  ertapenem: [60, null],
  gentamicin: [60, null],
  metronidazole: [60, null],
  vancomycin: [120, null],
  ciprofloxacin: [120, null],
  levofloxacin: [120, null],
};

describeRule(antibioticTiming, BEGUN);
describeRule(antibioticRedose, GIVEN);
describeRule(fasting, FED);

test('every drug has its window and its interval', () => {
  expect(Object.keys(DRUGS)).toEqual(Object.keys(antibioticTiming.inputs.drug.values));
  expect(Object.keys(DRUGS)).toEqual(Object.keys(antibioticRedose.inputs.drug.values));
});

describe('antibiotic_timing', () => {
  const ask = asking(antibioticTiming, BEGUN);
  test.each(Object.entries(DRUGS))('%s', (drug, [windowMinutes]) => {
    const at = (incisionAt: string) => ask({ drug, incisionAt });
    const told = (minutesBefore: number, status: string) => ({ windowMinutes, minutesBefore, status });
    expect(at(after(0))).toEqual(told(0, 'ok'));
    expect(at(after(0, 0, 59_999))).toEqual(told(0, 'ok'));
    expect(at(after(0, windowMinutes))).toEqual(told(windowMinutes, 'ok'));
    expect(at(after(0, windowMinutes, 1))).toEqual(told(windowMinutes, 'too_early'));
    expect(at(after(0, windowMinutes + 1))).toEqual(told(windowMinutes + 1, 'too_early'));
    expect(at(after(0, 0, -1))).toEqual(told(-1, 'after_incision'));
    expect(at(after(-3))).toEqual(told(-180, 'after_incision'));
  });
  test('the same moment in another zone', () => {
    expect(ask({ incisionAt: '2026-03-01T09:40:00+01:00' })).toEqual(ask({}));
  });
  test('levels and working', () => {
    expect(levelsOf(antibioticTiming, 'status')).toEqual({ ok: 0, too_early: 2, after_incision: 2 });
    expect(workingOf(antibioticTiming, BEGUN)).toEqual([
      'incision less start = 40 min, whole minutes; cefazolin is begun within 60 min before incision',
    ]);
  });
});

describe('antibiotic_redose', () => {
  const ask = asking(antibioticRedose, GIVEN);
  test.each(Object.entries(DRUGS))('%s', (drug, [, intervalHours]) => {
    if (intervalHours === null) {
      const never = { intervalHours: null, dueAt: null, due: false, reason: 'none' };
      expect(ask({ drug, now: after(30), bloodLossMl: 9000 })).toEqual(never);
      expect(ask({ drug, now: after(0, 0, -1) })).toEqual(refuse('INCONSISTENT', 'now'));
      return;
    }
    const told = (reason: string) => ({ intervalHours, dueAt: after(intervalHours), due: reason !== 'none', reason });
    expect(ask({ drug, now: after(intervalHours, 0, -1) })).toEqual(told('none'));
    expect(ask({ drug, now: after(intervalHours) })).toEqual(told('interval'));
    expect(ask({ drug, now: AT, bloodLossMl: 1500 })).toEqual(told('none'));
    expect(ask({ drug, now: AT, bloodLossMl: 1500.5 })).toEqual(told('blood_loss'));
    expect(ask({ drug, now: after(intervalHours), bloodLossMl: 3000 })).toEqual(told('interval'));
  });
  test('nobody gives the last dose later than now', () => {
    expect(ask({ now: after(0, 0, -1) })).toEqual(refuse('INCONSISTENT', 'now'));
    expect(ask({ now: after(0, 0, -1), bloodLossMl: -1 })).toEqual(refuse('OUT_OF_RANGE', 'bloodLossMl'));
  });
  test('what is due stays due', () => {
    fc.assert(
      fc.property(fc.nat(600), fc.nat(600), fc.nat(3000), (minutes, more, bloodLossMl) => {
        const due = (m: number) => Number(Reflect.get(ask({ now: after(0, m), bloodLossMl }), 'due'));
        expect(due(minutes + more)).toBeGreaterThanOrEqual(due(minutes));
      }),
    );
  });
  test('levels and working', () => {
    expect(levelsOf(antibioticRedose, 'due')).toEqual({ true: 2, false: 0 });
    expect(workingOf(antibioticRedose, GIVEN)).toEqual([
      '2026-03-01T08:00:00.000Z + 4 h = 2026-03-01T12:00:00.000Z; now 2026-03-01T09:00:00.000Z',
      'blood loss 0 mL; above 1500 mL a dose is due at once',
    ]);
    expect(workingOf(antibioticRedose, { ...GIVEN, drug: 'vancomycin' })).toEqual([
      'vancomycin is not repeated during an operation',
    ]);
  });
});

describe('fasting', () => {
  const ask = asking(fasting, FED);
  test.each([
    ['clear_fluid', 2],
    ['breast_milk', 4],
    ['infant_formula', 6],
    ['nonhuman_milk', 6],
    ['light_meal', 6],
    ['full_or_fatty_meal', 8],
  ])('%s: %s h', (intake, requiredHours) => {
    const told = (ok: boolean) => ({ requiredHours, earliestAt: after(requiredHours), ok });
    expect(ask({ intake, plannedAt: AT })).toEqual(told(false));
    expect(ask({ intake, plannedAt: after(requiredHours, 0, -1) })).toEqual(told(false));
    expect(ask({ intake, plannedAt: after(requiredHours) })).toEqual(told(true));
    expect(ask({ intake, plannedAt: after(99) })).toEqual(told(true));
    expect(ask({ intake, plannedAt: after(0, 0, -1) })).toEqual(refuse('INCONSISTENT', 'plannedAt'));
  });
  test('over a leap day and between zones', () => {
    expect(ask({ lastIntakeAt: '2028-02-29T23:00:00Z', plannedAt: '2028-03-01T02:00:00+01:00' })).toEqual({
      requiredHours: 2,
      earliestAt: '2028-03-01T01:00:00.000Z',
      ok: true,
    });
  });
  test('at the end of the calendar it still answers', () => {
    expect(ask({ lastIntakeAt: '9999-12-31T23:59:59Z', plannedAt: '9999-12-31T23:59:59Z' })).toMatchObject({ ok: false });
  });
  test('levels and working', () => {
    expect(levelsOf(fasting, 'ok')).toEqual({ true: 0, false: 2 });
    expect(workingOf(fasting, FED)).toEqual([
      '2026-03-01T08:00:00.000Z + 2 h = 2026-03-01T10:00:00.000Z; planned 2026-03-01T10:00:00.000Z',
    ]);
  });
});
