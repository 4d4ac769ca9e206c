import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { calculate } from '../calculator.ts';
import { answersOf, asking, describeRule, workingOf } from '../testing/rule.ts';
import { absi } from './absi.ts';
import { baux } from './baux.ts';
import { escharotomy } from './escharotomy.ts';

const grave = { ageYears: 75, tbsaPct: 40, inhalation: true };
describeRule(baux, grave);

describe('Baux', () => {
  test('age and surface, and 17 for inhalation', () => {
    expect(calculate(baux, grave)).toEqual({ baux: 115, revisedBaux: 132 });
    expect(calculate(baux, { ...grave, inhalation: false })).toEqual({ baux: 115, revisedBaux: 115 });
    expect(calculate(baux, { ageYears: 0, tbsaPct: 0, inhalation: false })).toEqual({ baux: 0, revisedBaux: 0 });
    expect(calculate(baux, { ageYears: 0.1, tbsaPct: 0.25, inhalation: true })).toEqual({ baux: 0.4, revisedBaux: 17.4 });
  });
  test('age and surface weigh the same', () => {
    const n = fc.double({ min: 0, max: 100, noNaN: true });
    fc.assert(
      fc.property(n, n, fc.boolean(), (a, b, inhalation) => {
        expect(calculate(baux, { ageYears: a, tbsaPct: b, inhalation })).toEqual(
          calculate(baux, { ageYears: b, tbsaPct: a, inhalation }),
        );
      }),
    );
  });
  test('the working', () => {
    expect(workingOf(baux, grave)).toMatchInlineSnapshot(`
      [
        "Age 75 + 40 % = 115",
        "+ 17 for inhalation injury = 132",
      ]
    `);
    expect(workingOf(baux, { ...grave, inhalation: false })).toMatchInlineSnapshot(`
      [
        "Age 75 + 40 % = 115",
        "No inhalation injury: nothing is added",
      ]
    `);
  });
});

const man = { sex: 'male', ageYears: 20, tbsaPct: 10, inhalation: false, fullThickness: false };
describeRule(absi, man);

describe('ABSI', () => {
  const ask = asking(absi, man);
  test.each<[object, number]>([
    [{}, 2],
    [{ sex: 'female' }, 3],
    [{ inhalation: true }, 3],
    [{ fullThickness: true }, 3],
    ...(
      [
        [0, 2],
        [20, 2],
        [21, 3],
        [40, 3],
        [41, 4],
        [60, 4],
        [61, 5],
        [80, 5],
        [81, 6],
        [120, 6],
      ] as const
    ).map(([ageYears, score]): [object, number] => [{ ageYears }, score]),
    ...(
      [
        [0.01, 2],
        [10, 2],
        [10.01, 3],
        [20, 3],
        [20.5, 4],
        [50, 6],
        [90, 10],
        [90.1, 11],
        [100, 11],
      ] as const
    ).map(([tbsaPct, score]): [object, number] => [{ tbsaPct }, score]),
    [{ sex: 'female', ageYears: 81, tbsaPct: 100, inhalation: true, fullThickness: true }, 18],
  ])('%j: %d', (patch, score) => {
    expect(ask({ ...patch })).toMatchObject({ score });
  });
  test('every score from 2 to 18 has its threat', () => {
    const THREATS: [string, number, number][] = [
      ['very_low', 2, 3],
      ['moderate', 4, 5],
      ['moderately_severe', 6, 7],
      ['serious', 8, 9],
      ['severe', 10, 11],
      ['maximum', 12, 18],
    ];
    expect(THREATS.map(([threat]) => threat)).toEqual(Object.keys(absi.outputs.threat?.bands ?? {}));
    const more = { sex: 'female', ageYears: 81, inhalation: true, fullThickness: true };
    for (const [threat, from, to] of THREATS)
      for (let score = from; score <= to; score++)
        expect(score <= 11 ? ask({ tbsaPct: (score - 1) * 10 }) : ask({ ...more, tbsaPct: (score - 8) * 10 })).toEqual({
          score,
          threat,
        });
  });
  test('older, larger, deeper or with inhalation is never less', () => {
    const of = (given: object) => Number(Reflect.get(calculate(absi, given), 'score'));
    fc.assert(
      fc.property(answersOf(absi), fc.integer({ min: 0, max: 50 }), (given, n) => {
        const worse = [
          { ageYears: Math.min(120, Number(given.ageYears) + n) },
          { tbsaPct: Math.min(100, Number(given.tbsaPct) + n) },
          { inhalation: true },
          { fullThickness: true },
          { sex: 'female' },
        ];
        for (const one of worse) expect(of({ ...given, ...one })).toBeGreaterThanOrEqual(of(given));
      }),
    );
  });
  test('the working', () => {
    expect(workingOf(absi, man)).toMatchInlineSnapshot(`
      [
        "Sex: male: 0",
        "Age 20: 1",
        "Inhalation injury: no: 0",
        "Full thickness: no: 0",
        "Burned surface 10 %, one for each 10 begun: 1",
        "0 + 1 + 0 + 0 + 1 = 2",
      ]
    `);
    expect(workingOf(absi, { ...man, inhalation: true, fullThickness: true })).toMatchInlineSnapshot(`
      [
        "Sex: male: 0",
        "Age 20: 1",
        "Inhalation injury: yes: 1",
        "Full thickness: yes: 1",
        "Burned surface 10 %, one for each 10 begun: 1",
        "0 + 1 + 1 + 1 + 1 = 4",
      ]
    `);
  });
});

const limb = { deepBurn: true, circumferential: 'limb', distalDoppler: 'present', ventilatoryCompromise: false };
describeRule(escharotomy, limb);

describe('escharotomy', () => {
  const ask = asking(escharotomy, limb);
  const PLACES = ['none', 'limb', 'digit', 'chest', 'abdomen', 'neck'];
  test('every combination', () => {
    for (const deepBurn of [true, false])
      for (const circumferential of PLACES)
        for (const distalDoppler of ['present', 'diminished', 'absent', 'not_done'])
          for (const distalSpo2 of [null, 40, 89.9, 90, 100])
            for (const compartmentPressureMmHg of [null, 0, 29.9, 30, 150])
              for (const ventilatoryCompromise of [true, false]) {
                const around = deepBurn && circumferential !== 'none';
                const end = circumferential === 'limb' || circumferential === 'digit';
                const signs = [
                  around && end && ['diminished', 'absent'].includes(distalDoppler) ? 'DOPPLER' : '',
                  around && end && [40, 89.9].includes(distalSpo2 ?? 0) ? 'DISTAL_SPO2' : '',
                  [30, 150].includes(compartmentPressureMmHg ?? 0) ? 'COMPARTMENT_PRESSURE' : '',
                  around && !end && ventilatoryCompromise ? 'VENTILATION' : '',
                ].filter((sign) => sign !== '');
                const calm = around ? { level: 'watch', reasons: ['CIRCUMFERENTIAL_DEEP'] } : { level: 'none', reasons: [] };
                const given = {
                  deepBurn,
                  circumferential,
                  distalDoppler,
                  distalSpo2,
                  compartmentPressureMmHg,
                  ventilatoryCompromise,
                };
                expect({ given, got: calculate(escharotomy, given) }).toEqual({
                  given,
                  got: signs.length > 0 ? { level: 'urgent', reasons: signs } : calm,
                });
              }
  });
  test('what was not measured may be left out or null', () => {
    expect(ask({ distalSpo2: null, compartmentPressureMmHg: null })).toEqual(ask({}));
  });
  test('every level and reason is described', () => {
    expect(Object.keys(escharotomy.outputs.level?.bands ?? {})).toEqual(['none', 'watch', 'urgent']);
    expect(escharotomy.outputs.reasons?.values).toMatchObject({
      DISTAL_SPO2: 'Saturation beyond the burn under 90 %',
      COMPARTMENT_PRESSURE: 'Compartment pressure 30 mmHg or more',
    });
  });
  test('the working', () => {
    expect(workingOf(escharotomy, limb)).toMatchInlineSnapshot(`
      [
        "Deep; all around: A limb",
        "Doppler: Present; saturation: not measured; pressure: not measured",
        "Breathing hindered: no",
      ]
    `);
    expect(
      workingOf(escharotomy, {
        ...limb,
        deepBurn: false,
        distalSpo2: 88,
        compartmentPressureMmHg: 31,
        ventilatoryCompromise: true,
      }),
    ).toMatchInlineSnapshot(`
      [
        "Not deep; all around: A limb",
        "Doppler: Present; saturation: 88; pressure: 31",
        "Breathing hindered: yes",
      ]
    `);
  });
});
