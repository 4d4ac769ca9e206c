import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Calculator, calculate } from '../calculator.ts';
import { refuse } from '../refusal.ts';
import { asking, describeRule, workingOf } from '../testing/rule.ts';
import { LUND_BROWDER, LUND_BROWDER_AGES, type LundBrowderAge, lundBrowder, lundBrowderAge } from './lund_browder.ts';
import { NINES, ruleOfNines } from './rule_of_nines.ts';

const COLUMNS = Object.keys(LUND_BROWDER_AGES) as LundBrowderAge[];
const AGE_OF: Readonly<Record<LundBrowderAge, number>> = { '0': 0.5, '1': 3, '5': 7, '10': 12, '15': 16, adult: 40 };

const child = { ageYears: 3, regions: { head_front: 50, trunk_front: 50 } };
const adult = { ageYears: 30, regions: { trunk_front: 50, arm_right: 100 } };
describeRule(lundBrowder, child);
describeRule(ruleOfNines, adult);

const all = (regions: object, percent: number) => Object.fromEntries(Object.keys(regions).map((id) => [id, percent]));
const pctOf = (calculator: Calculator, given: object) => Number(Reflect.get(calculate(calculator, given), 'tbsaPct'));

describe('Lund and Browder', () => {
  /** The chart, by column. */
  const CHART: Readonly<Record<string, readonly number[]>> = {
    head: [9.5, 8.5, 6.5, 5.5, 4.5, 3.5],
    neck: [1, 1, 1, 1, 1, 1],
    trunk: [13, 13, 13, 13, 13, 13],
    upper_arm: [2, 2, 2, 2, 2, 2],
    forearm: [1.5, 1.5, 1.5, 1.5, 1.5, 1.5],
    hand: [1.25, 1.25, 1.25, 1.25, 1.25, 1.25],
    thigh: [2.75, 3.25, 4, 4.25, 4.5, 4.75],
    leg: [2.5, 2.5, 2.75, 3, 3.25, 3.5],
    foot: [1.75, 1.75, 1.75, 1.75, 1.75, 1.75],
    buttock: [2.5, 2.5, 2.5, 2.5, 2.5, 2.5],
    genitalia: [1, 1, 1, 1, 1, 1],
  };
  const partOf = (id: string) => id.replace(/_(?:right|left|front|back)/g, '');

  test('33 regions, each column exactly 100', () => {
    expect(Object.keys(LUND_BROWDER)).toHaveLength(33);
    for (const column of COLUMNS)
      expect(Object.values(LUND_BROWDER).reduce((sum, { percent }) => sum + percent[column], 0)).toBe(100);
  });
  test.each(COLUMNS)('column %s: every region alone is what the chart says, whole and half', (ageBand) => {
    const ageYears = AGE_OF[ageBand];
    for (const id of Object.keys(LUND_BROWDER)) {
      const percent = CHART[partOf(id)]?.[COLUMNS.indexOf(ageBand)] ?? Number.NaN;
      expect(calculate(lundBrowder, { ageYears, regions: { [id]: 100 } })).toEqual({ tbsaPct: percent, ageBand });
      expect(pctOf(lundBrowder, { ageYears, regions: { [id]: 40 } })).toBeCloseTo(percent * 0.4, 2);
    }
    expect(calculate(lundBrowder, { ageYears, regions: all(LUND_BROWDER, 100) })).toEqual({ tbsaPct: 100, ageBand });
    expect(calculate(lundBrowder, { ageYears, regions: {} })).toEqual({ tbsaPct: 0, ageBand });
  });
  test('names, sides and figures', () => {
    for (const [id, { label, view }] of Object.entries(LUND_BROWDER)) {
      expect(view).toBe(id === 'genitalia' || id.endsWith('_front') ? 'front' : 'back');
      expect(label.startsWith(id.includes('_right') ? 'Right ' : id.includes('_left') ? 'Left ' : '')).toBe(true);
      if (!/buttock|genitalia/.test(id)) expect(label.endsWith(`, ${view}`)).toBe(true);
    }
    expect(new Set(Object.values(LUND_BROWDER).map(({ label }) => label)).size).toBe(33);
    const mirrored = (id: string) => id.replace('_right', '_left');
    for (const [id, { percent, view }] of Object.entries(LUND_BROWDER))
      expect(LUND_BROWDER[mirrored(id)]).toMatchObject({ percent, view });
  });
  test.each([
    [0, '0'],
    [0.99, '0'],
    [1, '1'],
    [4.99, '1'],
    [5, '5'],
    [9.99, '5'],
    [10, '10'],
    [14.99, '10'],
    [15, '15'],
    [17.99, '15'],
    [18, 'adult'],
    [120, 'adult'],
  ])('%d years: column %s', (ageYears, ageBand) => {
    expect(calculate(lundBrowder, { ageYears, regions: {} })).toMatchObject({ ageBand });
    expect(lundBrowderAge(ageYears)).toBe(ageBand);
  });
});

describe('rule of nines', () => {
  test('every region, and the whole', () => {
    const whole = {
      head_neck: 9,
      arm_right: 9,
      arm_left: 9,
      trunk_front: 18,
      trunk_back: 18,
      leg_right: 18,
      leg_left: 18,
      perineum: 1,
    };
    expect(Object.fromEntries(Object.entries(NINES).map(([id, { percent }]) => [id, percent]))).toEqual(whole);
    for (const [id, tbsaPct] of Object.entries(whole))
      expect(calculate(ruleOfNines, { ageYears: 16, regions: { [id]: 100 } })).toEqual({ tbsaPct });
    expect(calculate(ruleOfNines, { ageYears: 40, regions: all(NINES, 100) })).toEqual({ tbsaPct: 100 });
    expect(calculate(ruleOfNines, { ageYears: 40, regions: {} })).toEqual({ tbsaPct: 0 });
  });
  test('not under 16 years', () => {
    expect(calculate(ruleOfNines, { ...adult, ageYears: 15.99 })).toEqual(refuse('OUT_OF_RANGE', 'ageYears'));
  });
});

describe.each([
  [lundBrowder, LUND_BROWDER, child],
  [ruleOfNines, NINES, adult],
] as [Calculator, object, Readonly<Record<string, unknown>>][])('$id', (calculator, regions, example) => {
  const ask = asking(calculator, example);
  const known = Object.keys(regions);
  test('regions that are none are refused', () => {
    for (const id of ['face', 'constructor', 'toString', '', 'HEAD_FRONT', '0'])
      for (const value of [10, null])
        expect(ask({ regions: { [id]: value } })).toEqual(refuse('INVALID_VALUE', `regions.${id}`));
    expect(ask({ regions: JSON.parse('{"__proto__":10}') as unknown })).toEqual(refuse('INVALID_VALUE', 'regions.__proto__'));
  });
  test.each(known)('%s takes 0 to 100', (id) => {
    for (const value of [-0.01, 100.01, -1, 101])
      expect(ask({ regions: { [id]: value } })).toEqual(refuse('OUT_OF_RANGE', `regions.${id}`));
    for (const value of ['50', true, [], {}, Number.NaN, Number.POSITIVE_INFINITY])
      expect(ask({ regions: { [id]: value } })).toEqual(refuse('INVALID_VALUE', `regions.${id}`));
    for (const value of [0, -0, null, undefined]) expect(ask({ regions: { [id]: value } })).toMatchObject({ tbsaPct: 0 });
  });
  test('the first wrong region in the order given is told', () => {
    const [a = '', b = ''] = known;
    expect(ask({ regions: { [b]: 101, [a]: 'x' } })).toEqual(refuse('OUT_OF_RANGE', `regions.${b}`));
    expect(ask({ regions: { [a]: 'x', [b]: 101 } })).toEqual(refuse('INVALID_VALUE', `regions.${a}`));
  });
  test('more burned is never less, and the order does not matter', () => {
    const share = fc.double({ min: 0, max: 100, noNaN: true });
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...known), share), fc.constantFrom(...known), share, (burned, id, more) => {
        const larger = { ...burned, [id]: Math.max(more, burned[id] ?? 0) };
        expect(pctOf(calculator, { ...example, regions: larger })).toBeGreaterThanOrEqual(
          pctOf(calculator, { ...example, regions: burned }),
        );
        const turned = Object.fromEntries(Object.entries(burned).toReversed());
        expect(pctOf(calculator, { ...example, regions: turned })).toBe(pctOf(calculator, { ...example, regions: burned }));
      }),
    );
  });
});

test('the working of both', () => {
  expect(
    workingOf(lundBrowder, { ...child, regions: { ...child.regions, genitalia: 0, foot_left_back: null } }),
  ).toMatchInlineSnapshot(`
    [
      "Column: 1 to 4 years",
      "Head, front: 50 % of 8.5",
      "Trunk, front: 50 % of 13",
      "Sum: 10.75 % of the body surface",
    ]
  `);
  expect(
    workingOf(ruleOfNines, { ...adult, regions: { ...adult.regions, perineum: 0, leg_left: null } }),
  ).toMatchInlineSnapshot(`
    [
      "Right arm: 100 % of 9",
      "Trunk, front: 50 % of 18",
      "Sum: 18 % of the body surface",
    ]
  `);
});
