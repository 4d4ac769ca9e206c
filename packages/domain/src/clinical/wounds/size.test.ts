import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Calculator, calculate } from '../calculator.ts';
import { refuse } from '../refusal.ts';
import { asking, describeRule, workingOf } from '../testing/rule.ts';
import { areaReduction } from './area_reduction.ts';
import { healingTrajectory } from './healing_trajectory.ts';
import { push } from './push.ts';
import { woundArea } from './wound_area.ts';

const sore = { lengthCm: 2, widthCm: 1, exudate: 2, tissue: 3 };
describeRule(push, sore);

describe('PUSH', () => {
  const ask = asking(push, sore);
  test.each([
    [0.0001, 1],
    [0.2999, 1],
    [0.3, 2],
    [0.6, 2],
    [0.6001, 3],
    [0.65, 3],
    [1, 3],
    [1.0001, 4],
    [2, 4],
    [2.0001, 5],
    [3, 5],
    [3.0001, 6],
    [4, 6],
    [4.0001, 7],
    [8, 7],
    [8.0001, 8],
    [12, 8],
    [12.0001, 9],
    [24, 9],
    [24.0001, 10],
    [100, 10],
  ])('%d cm² is %d', (widthCm, areaScore) => {
    expect(ask({ lengthCm: 1, widthCm, exudate: 0, tissue: 1 })).toEqual({ areaScore, total: areaScore + 1 });
    expect(ask({ lengthCm: widthCm, widthCm: 1, exudate: 0, tissue: 1 })).toEqual({ areaScore, total: areaScore + 1 });
  });
  test('the area is read with four digits', () => {
    expect(0.1 * 3).toBeGreaterThan(0.3);
    expect(ask({ lengthCm: 0.1, widthCm: 3 })).toMatchObject({ areaScore: 2 });
    expect(ask({ lengthCm: 1, widthCm: 0.29994 })).toMatchObject({ areaScore: 1 });
    expect(ask({ lengthCm: 1, widthCm: 0.29995 })).toMatchObject({ areaScore: 2 });
    expect(ask({ lengthCm: 1, widthCm: 0.60004 })).toMatchObject({ areaScore: 2 });
    expect(ask({ lengthCm: 1, widthCm: 0.60005 })).toMatchObject({ areaScore: 3 });
  });
  test('closed is without area, and the other way round', () => {
    for (const tissue of [1, 2, 3, 4]) expect(ask({ lengthCm: 0, tissue })).toEqual(refuse('INCONSISTENT', 'tissue'));
    expect(ask({ tissue: 0 })).toEqual(refuse('INCONSISTENT', 'tissue'));
    expect(ask({ lengthCm: 0.005, widthCm: 0.005 })).toEqual(refuse('INCONSISTENT', 'tissue'));
    expect(ask({ lengthCm: 0.005, widthCm: 0.005, tissue: 0 })).toEqual({ areaScore: 0, total: 2 });
    expect(ask({ widthCm: 0, tissue: 0, exudate: 0 })).toEqual({ areaScore: 0, total: 0 });
  });
  test('every point of exudate and tissue counts', () => {
    for (const exudate of [0, 1, 2, 3])
      for (const tissue of [1, 2, 3, 4])
        expect(ask({ exudate, tissue })).toEqual({ areaScore: 4, total: 4 + exudate + tissue });
  });
  test('the working', () => {
    expect(workingOf(push, sore)).toMatchInlineSnapshot(`
      [
        "2 cm × 1 cm = 2 cm²",
        "Area 2 cm²: 4",
        "Exudate: 2",
        "Worst tissue: 3",
        "4 + 2 + 3 = 9",
      ]
    `);
  });
});

const oval = { method: 'ellipse', lengthCm: 6, widthCm: 4 };
describeRule(woundArea, oval);

describe('wound area', () => {
  const ask = asking(woundArea, oval);
  test('ellipse and rectangle', () => {
    expect(ask({})).toEqual({ areaCm2: 18.85 });
    expect(ask({ method: 'rectangle' })).toEqual({ areaCm2: 24 });
    expect(ask({ method: 'rectangle', lengthCm: 1.005, widthCm: 1 })).toEqual({ areaCm2: 1.01 });
    for (const method of ['ellipse', 'rectangle']) expect(ask({ method, widthCm: 0 })).toEqual({ areaCm2: 0 });
  });
  test('traced', () => {
    expect(calculate(woundArea, { method: 'planimetry', tracedAreaCm2: 17.345 })).toEqual({ areaCm2: 17.35 });
    expect(calculate(woundArea, { method: 'planimetry', tracedAreaCm2: -0 })).toEqual({ areaCm2: 0 });
    expect(ask({ method: 'planimetry', tracedAreaCm2: 3 })).toEqual({ areaCm2: 3 });
  });
  test('what the method needs is asked for, in order', () => {
    for (const method of ['ellipse', 'rectangle']) {
      expect(calculate(woundArea, { method, tracedAreaCm2: 3 })).toEqual(refuse('MISSING_INPUT', 'lengthCm'));
      expect(calculate(woundArea, { method, lengthCm: 3 })).toEqual(refuse('MISSING_INPUT', 'widthCm'));
    }
    expect(ask({ method: 'planimetry' })).toEqual(refuse('MISSING_INPUT', 'tracedAreaCm2'));
    expect(ask({ method: 'planimetry', tracedAreaCm2: 10_000.1 })).toEqual(refuse('OUT_OF_RANGE', 'tracedAreaCm2'));
  });
  test('the rule itself refuses what its form would not let through', () => {
    const none = { lengthCm: null, widthCm: null, tracedAreaCm2: null };
    expect(woundArea.compute({ ...none, method: 'planimetry' })).toEqual(refuse('MISSING_INPUT', 'tracedAreaCm2'));
    expect(woundArea.compute({ ...none, method: 'ellipse' })).toEqual(refuse('MISSING_INPUT', 'lengthCm'));
    expect(woundArea.compute({ ...none, method: 'ellipse', lengthCm: 1 })).toEqual(refuse('MISSING_INPUT', 'widthCm'));
  });
  test('what is not needed is looked at when it is given', () => {
    expect(ask({ method: 'planimetry', tracedAreaCm2: 3, lengthCm: 101 })).toEqual(refuse('OUT_OF_RANGE', 'lengthCm'));
  });
  test('length and width may be turned round', () => {
    const cm = fc.double({ min: 0, max: 100, noNaN: true });
    fc.assert(
      fc.property(fc.constantFrom('ellipse', 'rectangle'), cm, cm, (method, a, b) => {
        expect(ask({ method, lengthCm: a, widthCm: b })).toEqual(ask({ method, lengthCm: b, widthCm: a }));
      }),
    );
  });
  test('the working', () => {
    expect(workingOf(woundArea, oval)).toMatchInlineSnapshot(`
      [
        "π/4 × 6 cm × 4 cm = 18.85 cm²",
      ]
    `);
    expect(workingOf(woundArea, { ...oval, method: 'rectangle' })).toMatchInlineSnapshot(`
      [
        "6 cm × 4 cm = 24 cm²",
      ]
    `);
    expect(workingOf(woundArea, { method: 'planimetry', tracedAreaCm2: 3.5 })).toMatchInlineSnapshot(`
      [
        "Traced: 3.5 cm²",
      ]
    `);
  });
});

const half = { baselineCm2: 10, currentCm2: 5, days: 28 };
describeRule(areaReduction, half);

describe('area reduction', () => {
  const ask = asking(areaReduction, half);
  test.each<[object, number, number]>([
    [{}, 50, 12.5],
    [{ currentCm2: 10 }, 0, 0],
    [{ currentCm2: 0, days: 21 }, 100, 33.3],
    [{ currentCm2: 15, days: 14 }, -50, -25],
    [{ currentCm2: 10.0005, days: 1 }, 0, 0],
    [{ currentCm2: 10.005, days: 7 }, -0.1, -0.1],
    [{ baselineCm2: 3, currentCm2: 1.8, days: 7 }, 40, 40],
    [{ days: 0.5 }, 50, 700],
  ])('%j: %d %%, %d %% a week', (patch, pctReduction, pctPerWeek) => {
    expect(ask({ ...patch })).toEqual({ pctReduction, pctPerWeek });
  });
  test('areas and times that are all but nothing are out of range', () => {
    expect(ask({ baselineCm2: 5e-324 })).toEqual(refuse('OUT_OF_RANGE', 'baselineCm2'));
    expect(ask({ days: 5e-324 })).toEqual(refuse('OUT_OF_RANGE', 'days'));
    expect(ask({ days: 5e-324, currentCm2: 10 })).toEqual({ pctReduction: 0, pctPerWeek: 0 });
  });
  test('a smaller wound is never less of a reduction', () => {
    const cm2 = fc.double({ min: 0, max: 10_000, noNaN: true });
    const of = (currentCm2: number) => Number(Reflect.get(ask({ currentCm2 }), 'pctReduction'));
    fc.assert(
      fc.property(cm2, cm2, (a, b) => {
        expect(of(Math.min(a, b))).toBeGreaterThanOrEqual(of(Math.max(a, b)));
      }),
    );
  });
  test('the working', () => {
    expect(workingOf(areaReduction, half)).toMatchInlineSnapshot(`
      [
        "(10 − 5) cm² ÷ 10 cm² = 50 %",
        "÷ (28 days ÷ 7) = 12.5 % a week",
      ]
    `);
  });
});

const foot = { aetiology: 'dfu', baselineCm2: 6, currentCm2: 3, weeks: 4 };
describeRule(healingTrajectory, foot);

describe('healing trajectory', () => {
  const ask = asking(healingTrajectory, foot);
  test.each([
    ['dfu', 100, 50, 4, 50, 'on_track'],
    ['dfu', 100, 50.01, 4, 50, 'off_track'],
    ['dfu', 100, 50, 3.99, 50, 'too_early'],
    ['dfu', 100, 99, 3.99, 1, 'too_early'],
    ['vlu', 100, 60, 4, 40, 'on_track'],
    ['vlu', 100, 60.01, 4, 40, 'off_track'],
    ['vlu', 100, 60, 3.99, 40, 'too_early'],
    ['vlu', 3, 1.8, 4, 40, 'on_track'],
    ['pressure', 100, 99.99, 2, 0, 'on_track'],
    ['pressure', 100, 100, 2, 0, 'off_track'],
    ['pressure', 100, 50, 1.99, 50, 'too_early'],
    ['pressure', 100, 100, 1.99, 0, 'too_early'],
    ['pressure', 100, 100.01, 0, 0, 'deteriorating'],
    ['vlu', 100, 101, 10, -1, 'deteriorating'],
    ['dfu', 100, 100, 4, 0, 'off_track'],
    ['dfu', 100, 0, 0, 100, 'healed'],
    ['pressure', 100, 0, 52, 100, 'healed'],
  ])('%s from %d to %d cm² after %d weeks: %d %%, %s', (aetiology, baselineCm2, currentCm2, weeks, pctReduction, flag) => {
    expect(calculate(healingTrajectory, { aetiology, baselineCm2, currentCm2, weeks })).toEqual({ pctReduction, flag });
  });
  test('limits reached by arithmetic are reached', () => {
    for (let baselineCm2 = 0.1; baselineCm2 < 40; baselineCm2 += 0.1) {
      expect(ask({ baselineCm2, currentCm2: baselineCm2 * 0.5 })).toMatchObject({ flag: 'on_track' });
      expect(ask({ aetiology: 'vlu', baselineCm2, currentCm2: baselineCm2 * 0.6 })).toMatchObject({ flag: 'on_track' });
    }
  });
  test('an area that is all but nothing is out of range', () => {
    expect(ask({ baselineCm2: 5e-324 })).toEqual(refuse('OUT_OF_RANGE', 'baselineCm2'));
    expect(ask({ baselineCm2: 5e-324, currentCm2: 0 })).toEqual({ pctReduction: 100, flag: 'healed' });
  });
  test('every class is described', () => {
    const described: Calculator['outputs'] = healingTrajectory.outputs;
    const flags = ['healed', 'on_track', 'too_early', 'off_track', 'deteriorating'];
    expect(Object.keys(described.flag?.bands ?? {})).toEqual(flags);
  });
  test('the working', () => {
    expect(workingOf(healingTrajectory, foot)).toMatchInlineSnapshot(`
      [
        "(6 − 3) cm² ÷ 6 cm² = 50 %",
        "After 4 weeks; the checkpoint is at 4 weeks: 50 % or more",
      ]
    `);
    expect(workingOf(healingTrajectory, { ...foot, aetiology: 'pressure' })).toMatchInlineSnapshot(`
      [
        "(6 − 3) cm² ÷ 6 cm² = 50 %",
        "After 4 weeks; the checkpoint is at 2 weeks: any reduction",
      ]
    `);
  });
});
