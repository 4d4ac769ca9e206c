import { describe, expect, test } from 'vitest';
import { type Calculator, calculate } from '../calculator.ts';
import { refuse } from '../refusal.ts';
import { asking, describeRule, workingOf } from '../testing/rule.ts';
import { braden } from './braden.ts';
import { waterlow } from './waterlow.ts';

const bandsOf = (calculator: Calculator, output: string): string[] => Object.keys(calculator.outputs[output]?.bands ?? {});

const bradenLeast = { sensoryPerception: 1, moisture: 1, activity: 1, mobility: 1, nutrition: 1, frictionShear: 1 };
describeRule(braden, bradenLeast);

describe('Braden', () => {
  const ask = asking(braden, bradenLeast);
  /** One way to every score, filling the subscales in turn. */
  const withScore = (score: number): Record<string, number> => {
    const given: Record<string, number> = { ...bradenLeast };
    let left = score - 6;
    for (const [name, spec] of Object.entries(braden.inputs)) {
      const more = Math.min(left, spec.max - 1);
      given[name] = 1 + more;
      left -= more;
    }
    return given;
  };
  const BANDS: [string, number, number][] = [
    ['very_high', 6, 9],
    ['high', 10, 12],
    ['moderate', 13, 14],
    ['mild', 15, 18],
    ['none', 19, 23],
  ];
  test('every score from 6 to 23 has its band', () => {
    expect(BANDS.map(([band]) => band)).toEqual(bandsOf(braden, 'band'));
    for (const [band, from, to] of BANDS)
      for (let score = from; score <= to; score++) expect(calculate(braden, withScore(score))).toEqual({ score, band });
  });
  test.each(Object.keys(bradenLeast))('a point of %s is a point of the score', (name) => {
    expect(ask({ [name]: 3 })).toMatchObject({ score: 8 });
    expect(ask({ [name]: 2 })).toMatchObject({ score: 7 });
  });
  test('the working', () => {
    expect(workingOf(braden, { ...bradenLeast, moisture: 3 })).toMatchInlineSnapshot(`
      [
        "Feeling of pressure: 1",
        "Moisture: 3",
        "Activity: 1",
        "Changing position: 1",
        "Food: 1",
        "Sliding and rubbing: 1",
        "1 + 3 + 1 + 1 + 1 + 1 = 8",
      ]
    `);
  });
});

/** Scores 2: a man (1) of 14 to 49 years (1). */
const waterlowMan = {
  ...{ bmi: 22, skinTypes: ['healthy'], sex: 'male', ageYears: 30, mst: 0, continence: 'complete_or_catheter' },
  ...{ mobility: 'full', tissueMalnutrition: [], neuroDeficit: 0, surgery: 'none', medication: 0 },
};
describeRule(waterlow, waterlowMan);

describe('Waterlow', () => {
  const ask = asking(waterlow, waterlowMan);
  test.each([
    ...([
      [8, 3],
      [19.99, 3],
      [20, 0],
      [24.9, 0],
      [24.99, 0],
      [25, 1],
      [29.99, 1],
      [30, 2],
      [100, 2],
    ].map(([bmi, adds]) => [{ bmi }, adds]) as [object, number][]),
    ...([
      [0, -1],
      [13, -1],
      [14, 0],
      [49, 0],
      [50, 1],
      [64, 1],
      [65, 2],
      [74, 2],
      [75, 3],
      [80, 3],
      [81, 4],
      [120, 4],
    ].map(([ageYears, adds]) => [{ ageYears }, adds]) as [object, number][]),
    ...Object.entries({
      healthy: 0,
      tissue_paper: 1,
      dry: 1,
      oedematous: 1,
      clammy_pyrexia: 1,
      discoloured_stage1: 2,
      broken_stage2_4: 3,
    }).map(([skin, adds]): [object, number] => [{ skinTypes: [skin] }, adds]),
    ...Object.entries({ complete_or_catheter: 0, urinary: 1, faecal: 2, urinary_and_faecal: 3 }).map(
      ([continence, adds]): [object, number] => [{ continence }, adds],
    ),
    ...Object.entries({ full: 0, restless: 1, apathetic: 2, restricted: 3, bedbound: 4, chairbound: 5 }).map(
      ([mobility, adds]): [object, number] => [{ mobility }, adds],
    ),
    ...Object.entries({
      terminal_cachexia: 8,
      multi_organ_failure: 8,
      single_organ_failure: 5,
      peripheral_vascular_disease: 5,
      anaemia_hb_lt_8: 2,
      smoking: 1,
    }).map(([one, adds]): [object, number] => [{ tissueMalnutrition: [one] }, adds]),
    ...Object.entries({ none: 0, orthopaedic_spinal: 5, on_table_over_2h: 5, on_table_over_6h: 8 }).map(
      ([surgery, adds]): [object, number] => [{ surgery }, adds],
    ),
    ...[0, 1, 2, 3, 4, 5].map((mst): [object, number] => [{ mst }, mst]),
    ...[0, 1, 2, 3, 4].map((medication): [object, number] => [{ medication }, medication]),
    ...[0, 4, 5, 6].map((neuroDeficit): [object, number] => [{ neuroDeficit }, neuroDeficit]),
    [{ sex: 'female' }, 1],
    [{ skinTypes: [] }, 0],
    [{ skinTypes: ['dry', 'dry', 'oedematous'] }, 2],
    [{ tissueMalnutrition: ['smoking', 'anaemia_hb_lt_8', 'smoking'] }, 3],
  ] as [object, number][])('%j adds %d', (patch, adds) => {
    expect(ask({ ...patch })).toMatchObject({ score: 2 + adds });
  });
  test.each([1, 2, 3])('%d is no loss of nerve function, told last', (neuroDeficit) => {
    expect(ask({ neuroDeficit })).toEqual(refuse('INVALID_VALUE', 'neuroDeficit'));
    expect(ask({ neuroDeficit, medication: 9 })).toEqual(refuse('OUT_OF_RANGE', 'medication'));
  });
  test('every score has its band', () => {
    expect(bandsOf(waterlow, 'band')).toEqual(['not_at_risk', 'at_risk', 'high', 'very_high']);
    const band = (score: number) => (score < 10 ? 'not_at_risk' : score < 15 ? 'at_risk' : score < 20 ? 'high' : 'very_high');
    for (const mobility of ['full', 'restless', 'apathetic', 'restricted', 'bedbound', 'chairbound'])
      for (const neuroDeficit of [0, 4, 5, 6])
        for (const surgery of ['none', 'orthopaedic_spinal', 'on_table_over_6h']) {
          const got = calculate(waterlow, { ...waterlowMan, mobility, neuroDeficit, surgery });
          expect('score' in got && got.band).toBe(band(Number('score' in got && got.score)));
        }
    for (const [mst, medication, score] of [
      [4, 3, 9],
      [4, 4, 10],
      [5, 4, 11],
    ])
      expect(ask({ mst, medication })).toEqual({ score, band: band(score ?? 0) });
    expect(ask({ neuroDeficit: 6, surgery: 'on_table_over_6h', medication: 3 })).toEqual({ score: 19, band: 'high' });
    expect(ask({ neuroDeficit: 6, surgery: 'on_table_over_6h', medication: 4 })).toEqual({ score: 20, band: 'very_high' });
    expect(ask({ neuroDeficit: 4, surgery: 'on_table_over_6h' })).toEqual({ score: 14, band: 'at_risk' });
    expect(ask({ neuroDeficit: 5, surgery: 'on_table_over_6h' })).toEqual({ score: 15, band: 'high' });
  });
  test('the working', () => {
    expect(workingOf(waterlow, { ...waterlowMan, skinTypes: ['dry'], tissueMalnutrition: ['smoking'] })).toMatchInlineSnapshot(`
      [
        "BMI 22: 0",
        "Dry: 1",
        "Male: 1",
        "Age 30: 1",
        "Weight loss and appetite: 0",
        "Continent, or catheter: 0",
        "Moves fully: 0",
        "Smokes: 1",
        "Loss of nerve function: 0",
        "Operation: None: 0",
        "Medicines: 0",
        "0 + 1 + 1 + 1 + 0 + 0 + 0 + 1 + 0 + 0 + 0 = 4",
      ]
    `);
  });
});
