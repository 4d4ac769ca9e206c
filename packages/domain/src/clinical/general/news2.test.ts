import { describe, expect, test } from 'vitest';
import { calculate } from '../calculator.ts';
import { asking, describeRule, workingOf } from '../testing/rule.ts';
import { news2 } from './news2.ts';

/** Scores 0. */
const well = {
  ...{ ageYears: 40, respiratoryRate: 16, spo2: 98, spo2Scale: 1, onOxygen: false, sbp: 120, pulse: 75 },
  ...{ consciousness: 'A', temperatureC: 37 },
};
const ask = asking(news2, well);
describeRule(news2, well);

const sweep = (
  name: string,
  rows: readonly (readonly [from: number, to: number, points: number])[],
  also: object = {},
  plus = 0,
  step = 1,
) => {
  let last = Number.NaN;
  for (const [from, to, points] of rows) {
    if (!Number.isNaN(last)) expect(from).toBeCloseTo(last + step, 6);
    last = to;
    for (let n = Math.round(from / step); n <= Math.round(to / step); n++)
      expect({ ...ask({ ...also, [name]: n * step }), at: n * step }).toMatchObject({
        score: points + plus,
        anySingle3: points === 3,
      });
  }
};

describe('NEWS2', () => {
  test('breaths', () =>
    sweep('respiratoryRate', [
      [0, 8, 3],
      [9, 11, 1],
      [12, 20, 0],
      [21, 24, 2],
      [25, 80, 3],
    ]));
  test('saturation on scale 1, on air and on oxygen', () => {
    const rows = [
      [40, 91, 3],
      [92, 93, 2],
      [94, 95, 1],
      [96, 100, 0],
    ] as const;
    sweep('spo2', rows);
    sweep('spo2', rows, { onOxygen: true }, 2);
  });
  test('saturation on scale 2 on air', () =>
    sweep(
      'spo2',
      [
        [40, 83, 3],
        [84, 85, 2],
        [86, 87, 1],
        [88, 100, 0],
      ],
      { spo2Scale: 2 },
    ));
  test('saturation on scale 2 on oxygen', () =>
    sweep(
      'spo2',
      [
        [40, 83, 3],
        [84, 85, 2],
        [86, 87, 1],
        [88, 92, 0],
        [93, 94, 1],
        [95, 96, 2],
        [97, 100, 3],
      ],
      { spo2Scale: 2, onOxygen: true },
      2,
    ));
  test('systolic pressure', () =>
    sweep('sbp', [
      [20, 90, 3],
      [91, 100, 2],
      [101, 110, 1],
      [111, 219, 0],
      [220, 300, 3],
    ]));
  test('pulse', () =>
    sweep('pulse', [
      [0, 40, 3],
      [41, 50, 1],
      [51, 90, 0],
      [91, 110, 1],
      [111, 130, 2],
      [131, 300, 3],
    ]));
  test('temperature', () =>
    sweep(
      'temperatureC',
      [
        [25, 35, 3],
        [35.1, 36, 1],
        [36.1, 38, 0],
        [38.1, 39, 1],
        [39.1, 45, 2],
      ],
      {},
      0,
      0.1,
    ));
  test.each([
    [35.04, 3],
    [35.05, 1],
    [36.04, 1],
    [36.05, 0],
    [38.04, 0],
    [38.05, 1],
    [39.04, 1],
    [39.05, 2],
  ])('a temperature of %d is rounded first: %d', (temperatureC, score) => {
    expect(ask({ temperatureC })).toMatchObject({ score });
  });
  test.each(['C', 'V', 'P', 'U'])('consciousness %s is 3', (consciousness) => {
    expect(ask({ consciousness })).toEqual({ score: 3, risk: 'low_medium', anySingle3: true });
  });
  test('age does not count', () => {
    expect([ask({ ageYears: 16 }), ask({ ageYears: 120 })]).toEqual([ask({}), ask({})]);
  });
  test.each([
    [{}, 0, 'low'],
    [{ onOxygen: true, respiratoryRate: 21 }, 4, 'low'],
    [{ respiratoryRate: 8, pulse: 50 }, 4, 'low_medium'],
    [{ onOxygen: true, respiratoryRate: 21, pulse: 50 }, 5, 'medium'],
    [{ respiratoryRate: 8, onOxygen: true }, 5, 'medium'],
    [{ onOxygen: true, respiratoryRate: 21, pulse: 111 }, 6, 'medium'],
    [{ onOxygen: true, respiratoryRate: 21, pulse: 111, sbp: 110 }, 7, 'high'],
    [{ respiratoryRate: 8, pulse: 40, sbp: 90, spo2: 40, consciousness: 'U', temperatureC: 25, onOxygen: true }, 20, 'high'],
  ])('%j: %d, %s', (patch, score, risk) => {
    expect(calculate(news2, { ...well, ...patch })).toMatchObject({ score, risk });
  });
  test('every band is described', () => {
    expect(Object.keys(news2.outputs.risk?.bands ?? {})).toEqual(['low', 'low_medium', 'medium', 'high']);
  });
  test('the working', () => {
    expect(workingOf(news2, { ...well, onOxygen: true })).toMatchInlineSnapshot(`
      [
        "Breaths 16: 0",
        "Saturation 98 %, scale 1: 0",
        "On oxygen: 2",
        "Systolic pressure 120 mmHg: 0",
        "Pulse 75: 0",
        "Consciousness A: 0",
        "Temperature 37 °C: 0",
        "0 + 0 + 2 + 0 + 0 + 0 + 0 = 2",
      ]
    `);
    expect(workingOf(news2, well)).toMatchInlineSnapshot(`
      [
        "Breaths 16: 0",
        "Saturation 98 %, scale 1: 0",
        "On air: 0",
        "Systolic pressure 120 mmHg: 0",
        "Pulse 75: 0",
        "Consciousness A: 0",
        "Temperature 37 °C: 0",
        "0 + 0 + 0 + 0 + 0 + 0 + 0 = 0",
      ]
    `);
  });
});
