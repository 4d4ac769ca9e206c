import * as rules from '@psa/domain/clinical';
import { describe, expect, test } from 'vitest';
import type { Raws } from '../record/form.ts';
import { readAnswers, readNumber } from './answers.ts';
import { missingWords } from './words.ts';

const PRESENT = { now: '2026-11-22T13:20:30.000Z', today: '2026-11-22', zone: 'Africa/Lagos' };
const BOUNDS = { min: 1, max: 400, unit: 'kg' };

const read = (id: string, raws: Raws) => {
  const calculator = rules.calculatorOf(id);
  if (!calculator) throw new Error(`no rule ${id}`);
  return readAnswers(rules, calculator, raws, PRESENT);
};

describe('a number as typed', () => {
  test.each([
    ['72', 72],
    [' 72.5 ', 72.5],
    ['72,5', 72.5],
    ['.5', 0.5],
  ])('%j is %d', (typed, value) => {
    expect(readNumber(typed, { min: 0, max: 400 }, false)).toEqual({ value });
  });

  test.each([
    ['1,000', 'Leave out the comma between thousands; for a fraction write a point.'],
    ['160 lb', 'Write a number, 1 to 400 kg.'],
    ['seventy', 'Write a number, 1 to 400 kg.'],
    ['1e2', 'Write a number, 1 to 400 kg.'],
    ['7.2.1', 'Write a number, 1 to 400 kg.'],
    ['0.99', 'This must be 1 to 400 kg.'],
    ['401', 'This must be 1 to 400 kg.'],
    ['', 'Write a number, 1 to 400 kg.'],
  ])('%j is refused with unit and range', (typed, problem) => {
    expect(readNumber(typed, BOUNDS, false)).toEqual({ problem });
  });

  test('whole numbers and limits that are themselves out', () => {
    expect(readNumber('2.5', { min: 0, max: 5 }, true)).toEqual({ problem: 'A whole number, 0 to 5.' });
    expect(readNumber('2.0', { min: 0, max: 5 }, true)).toEqual({ value: 2 });
    expect(readNumber('0', { min: 0, max: 100, exclusiveMin: true, unit: '%' }, false)).toEqual({
      problem: 'This must be above 0, up to 100 %.',
    });
    expect(readNumber('-0', { min: -5, max: 5 }, false)).toEqual({ value: 0 });
  });
});

test('an untouched form gives no result and names everything that is missing', () => {
  for (const calculator of Object.values(rules.CALCULATORS)) {
    const { outcome, missing, given } = readAnswers(rules, calculator, {}, PRESENT);
    expect({ id: calculator.id, outcome, given }).toEqual({ id: calculator.id, outcome: null, given: {} });
    expect(missing.length).toBeGreaterThan(0);
  }
});

test('a half-filled score gives no result; the last answer does', () => {
  const half = { sensoryPerception: '4', moisture: '4', activity: '4' };
  const before = read('braden', half);
  expect(before.outcome).toBeNull();
  expect(before.missing.map((one) => one.field)).toEqual(['mobility', 'nutrition', 'frictionShear']);
  const after = read('braden', { ...half, mobility: '4', nutrition: '4', frictionShear: '3' });
  expect(after.outcome?.result).toMatchObject({ score: 23, band: 'none' });
});

test('none of several has to be said', () => {
  const raws = { version: '2005', ageYears: '40', sex: 'female', surgeryType: 'none' };
  expect(read('caprini', raws).missing.map((one) => one.field)).toEqual(['factors']);
  expect(read('caprini', { ...raws, factors: [] }).outcome?.result).toMatchObject({ score: 0 });
});

test('what is asked only sometimes is neither missing nor given otherwise', () => {
  const traced = read('wound_area', { method: 'planimetry', lengthCm: '6', tracedAreaCm2: '12' });
  expect(traced.given).toEqual({ method: 'planimetry', tracedAreaCm2: 12 });
  expect(traced.outcome?.result).toMatchObject({ areaCm2: 12 });
  expect(read('wound_area', { method: 'ellipse', lengthCm: '6' }).missing.map((one) => one.field)).toEqual(['widthCm']);
});

test('items of a rule are counted one by one, and a list is given whole or not at all', () => {
  const posas = read('posas', { observer: { vascularity: '3' } });
  expect(posas.missing.map((one) => one.field)).toEqual(['patient']);
  const items = read('posas', { observer: { vascularity: '3' }, patient: { pain: '1' } });
  expect(items.missing).toHaveLength(10);
  expect(items.missing[0]?.field).toBe('observer.pigmentation');
  expect(items.outcome).toBeNull();
  const bwat = read('bwat', { items: ['1', null, '2'] });
  expect(bwat.given).toEqual({});
  expect(bwat.missing).toHaveLength(11);
});

test('only the items of the chosen phase are read', () => {
  const raws = { phase: 'sign_out', previousPhaseComplete: true, answers: { site_marked: 'no', counts_correct: 'no' } };
  expect(read('who_checklist', raws).given).toEqual({ ...raws, answers: { counts_correct: 'no' } });
});

test('a region out of range is told beside it; depths are kept of burned regions only', () => {
  const raws = {
    ageYears: '30',
    regions: { head_front: '50', trunk_front: '0' },
    regions_depth: { head_front: 'full', trunk_front: 'deep' },
  };
  const burn = read('lund_browder', raws);
  expect(burn.given.regions_depth).toEqual({ head_front: 'full' });
  expect(burn.outcome?.result).toMatchObject({ tbsaPct: 1.75 });
  const wrong = read('lund_browder', { ...raws, regions: { head_front: '101' } });
  expect(Object.keys(wrong.problems)).toEqual(['regions.head_front']);
  expect(wrong.missing).toEqual([]);
});

test('answers that do not agree are told in words', () => {
  const raws = { necrotic: '10', slough: '20', granulation: '30', epithelial: '10', other: '10' };
  expect(read('wound_bed', raws)).toMatchObject({ outcome: null, problems: { sum: 'The percentages must add up to 100.' } });
});

test('moments are read in the zone of the hospital; impossible ones are refused', () => {
  const raws = { intake: 'clear_fluid', lastIntakeAt: 'now', plannedAt: '23:00' };
  expect(read('fasting', raws).given).toMatchObject({
    lastIntakeAt: '2026-11-22T13:20:00.000Z',
    plannedAt: '2026-11-22T22:00:00.000Z',
  });
  expect(Object.keys(read('fasting', { ...raws, lastIntakeAt: '31/2/2026 10:00' }).problems)).toEqual(['lastIntakeAt']);
});

describe('what a form refuses, or asks, beside the field', () => {
  const problemOf = (id: string, raws: Raws, field: string) => read(id, raws).problems[field];
  const kidney = { creatinine: '1,2', unit: 'mg/dL', ageYears: '60', sex: 'female' };
  const burn = {
    formula: 'parkland',
    weightKg: '72,5',
    tbsaPct: '20',
    ageYears: '30',
    highVoltageElectrical: false,
    injuryAt: '12:20',
    now: 'now',
    fluidGivenMl: '0',
  };

  test('a decimal comma is a point', () => {
    expect(read('burn_resuscitation', burn)).toMatchObject({ problems: {}, given: { weightKg: 72.5 } });
    expect(read('ckd_epi_2021', kidney).given.creatinine).toBe(1.2);
  });

  test.each([
    ['160 lb', 'Write a number, 1 to 300 kg.'],
    ['160lbs', 'Write a number, 1 to 300 kg.'],
    ['11 st 6', 'Write a number, 1 to 300 kg.'],
    ['1,600', 'Leave out the comma between thousands; for a fraction write a point.'],
    ['72kg', 'Write a number, 1 to 300 kg.'],
    ['660', 'This must be 1 to 300 kg.'],
  ])('a weight of %j', (weightKg, said) => {
    const { outcome, problems } = read('burn_resuscitation', { ...burn, weightKg });
    expect({ outcome, problems }).toEqual({ outcome: null, problems: { weightKg: said } });
  });

  test('a creatinine without its unit is asked for it, one in the other unit is refused', () => {
    const { unit: _unit, ...without } = kidney;
    expect(read('ckd_epi_2021', without)).toMatchObject({ outcome: null, missing: [{ field: 'unit' }] });
    expect(problemOf('ckd_epi_2021', { ...kidney, creatinine: '88' }, 'creatinine')).toMatch(/^This must be /);
    expect(problemOf('ckd_epi_2021', { ...kidney, creatinine: '1,2', unit: 'umol/L' }, 'creatinine')).toMatch(/^This must be /);
  });

  test('someone born after the assessment has no age', () => {
    expect(problemOf('burn_resuscitation', { ...burn, ageYears: '-0.17' }, 'ageYears')).toBe('This must be 0 to 120 years.');
  });

  test('what has happened did not happen tomorrow, nor in a minute', () => {
    expect(problemOf('burn_resuscitation', { ...burn, injuryAt: '23/11 10:00' }, 'injuryAt')).toBe(
      '23 Nov 10:00 has not come yet: write when it was.',
    );
    expect(problemOf('burn_resuscitation', { ...burn, now: '14:21' }, 'now')).toBe(
      'Today 14:21 has not come yet: write when it was.',
    );
    expect(read('burn_resuscitation', { ...burn, now: '14:20' }).problems).toEqual({});
    const breach = { awareAt: 'tomorrow 9:00', riskToRights: true, highRisk: false };
    expect(read('breach_deadline', breach)).toMatchObject({
      outcome: null,
      problems: { awareAt: expect.stringContaining('has not come yet') },
    });
    const dose = { drug: 'cefazolin', lastDoseAt: '15:00', now: 'now', bloodLossMl: '0' };
    expect(Object.keys(read('antibiotic_redose', dose).problems)).toEqual(['lastDoseAt']);
    const prophylaxis = { drug: 'cefazolin', startedAt: '15:00', incisionAt: '15:30' };
    expect(Object.keys(read('antibiotic_timing', prophylaxis).problems)).toEqual(['startedAt']);
    const planned = read('antibiotic_timing', { ...prophylaxis, startedAt: '14:00', incisionAt: '14:40' });
    expect(planned.outcome?.result).toMatchObject({ status: 'ok' });
    expect(Object.keys(read('fasting', { intake: 'clear_fluid', lastIntakeAt: '15:00', plannedAt: '23:00' }).problems)).toEqual(
      ['lastIntakeAt'],
    );
  });

  test.each(['31/2/2026 10:00', '2026-13-01 10:00', '25:00', 'yesterday', 'soon'])('%j is no moment', (injuryAt) => {
    const { outcome, problems } = read('burn_resuscitation', { ...burn, injuryAt });
    expect(outcome).toBeNull();
    expect(Object.keys(problems)).toEqual(['injuryAt']);
  });
});

test('what is missing is said in one line', () => {
  const labels = ['A', 'B', 'C', 'D', 'E'].map((label) => ({ label }));
  expect(missingWords([])).toBe('');
  expect(missingWords(labels.slice(0, 1))).toBe('1 still missing: A');
  expect(missingWords(labels)).toBe('5 still missing: A, B, C and 2 more');
});
