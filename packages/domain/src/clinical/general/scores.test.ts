import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Calculator, calculate } from '../calculator.ts';
import { refuse } from '../refusal.ts';
import { answersOf, asking, describeRule, workingOf } from '../testing/rule.ts';
import { caprini } from './caprini.ts';
import { gcs } from './gcs.ts';
import { must } from './must.ts';

const bandsOf = (calculator: Calculator, output: string): string[] => Object.keys(calculator.outputs[output]?.bands ?? {});

const capriniNone = { version: '2005', ageYears: 40, sex: 'female', surgeryType: 'none', factors: [] };
describeRule(caprini, capriniNone);

describe('Caprini', () => {
  const ask = asking(caprini, capriniNone);
  const POINTS: Record<number, string[]> = {
    1: [
      ...['bmi_over_25', 'swollen_legs', 'varicose_veins', 'pregnancy_postpartum_1m', 'pregnancy_loss_history'],
      ...[
        'oral_contraceptive_hrt',
        'sepsis_1m',
        'serious_lung_disease_1m',
        'abnormal_pulmonary_function',
        'acute_mi',
        'chf_1m',
      ],
      ...['ibd_history', 'medical_bed_rest', 'major_surgery_1m'],
    ],
    2: ['malignancy', 'confined_bed_72h', 'plaster_cast_1m', 'central_venous_access'],
    3: [
      ...['history_dvt_pe', 'family_history_vte', 'factor_v_leiden', 'prothrombin_20210a', 'lupus_anticoagulant'],
      ...['anticardiolipin', 'homocysteine_elevated', 'hit', 'other_thrombophilia'],
    ],
    5: ['stroke_1m', 'hip_pelvis_leg_fracture_1m', 'spinal_cord_injury_1m', 'multiple_trauma_1m'],
  };
  const ONLY_2013 = ['bmi_over_40', 'smoking', 'diabetes_insulin', 'chemotherapy', 'blood_transfusion', 'surgery_over_2h'];
  const WOMEN = ['pregnancy_postpartum_1m', 'pregnancy_loss_history', 'oral_contraceptive_hrt'];
  const ALL = [...Object.values(POINTS).flat(), ...ONLY_2013];

  test('the factors are these', () => {
    expect(Object.keys(caprini.inputs.factors.values).sort()).toEqual(ALL.toSorted());
  });
  test.each(
    Object.entries(POINTS).flatMap(([points, factors]) => factors.map((factor) => ({ factor, points: Number(points) }))),
  )('$factor is $points', ({ factor, points }) => {
    expect(ask({ factors: [factor] })).toMatchObject({ score: points });
    expect(ask({ factors: [factor, factor] })).toMatchObject({ score: points });
    expect(ask({ factors: [factor], version: '2013' })).toMatchObject({ score: points });
    const male = ask({ factors: [factor], sex: 'male' });
    if (WOMEN.includes(factor)) expect(male).toEqual(refuse('INCONSISTENT', 'factors'));
    else expect(male).toMatchObject({ score: points });
  });
  test.each(ONLY_2013)('%s is 1 in the version of 2013 only', (factor) => {
    expect(ask({ factors: [factor], version: '2013', sex: 'male' })).toMatchObject({ score: 1 });
    expect(ask({ factors: ['acute_mi', factor] })).toEqual(refuse('INCONSISTENT', 'factors'));
  });
  test('two kinds of bed rest do not go together', () => {
    expect(ask({ factors: ['medical_bed_rest', 'confined_bed_72h'] })).toEqual(refuse('INCONSISTENT', 'factors'));
    expect(ask({ factors: ['confined_bed_72h', 'medical_bed_rest'] })).toEqual(refuse('INCONSISTENT', 'factors'));
  });
  test.each([
    [18, 0],
    [40, 0],
    [41, 1],
    [60, 1],
    [61, 2],
    [74, 2],
    [75, 3],
    [120, 3],
  ])('age %d is %d', (ageYears, score) => {
    expect(ask({ ageYears })).toMatchObject({ score });
  });
  test.each(Object.entries({ none: 0, minor: 1, major: 2, laparoscopic: 2, arthroscopic: 2, arthroplasty: 5 }))(
    'operation %s is %d',
    (surgeryType, score) => {
      expect(ask({ surgeryType })).toMatchObject({ score });
    },
  );
  test('every score has its band', () => {
    const upTo: [number, string][] = [
      [0, 'very_low'],
      [2, 'low'],
      [4, 'moderate'],
      [8, 'high'],
      [14, 'highest'],
    ];
    expect(upTo.map(([, band]) => band)).toEqual(bandsOf(caprini, 'band'));
    for (let score = 0; score <= 14; score++) {
      const band = upTo.find(([last]) => score <= last)?.[1];
      expect(ask({ factors: POINTS[1]?.slice(0, score) })).toEqual({ score, band });
    }
  });
  test('a further factor never lowers it, and their order does not matter', () => {
    const of = (factors: readonly string[]) => calculate(caprini, { ...capriniNone, version: '2013', factors });
    const some = fc.subarray(ALL.filter((factor) => factor !== 'confined_bed_72h'));
    fc.assert(
      fc.property(some, fc.constantFrom(...ALL.slice(1)), (factors, more) => {
        const [less, also] = [of(factors), of([...factors, more])];
        expect(of(factors.toReversed())).toEqual(less);
        if ('score' in less && 'score' in also) expect(Number(also.score)).toBeGreaterThanOrEqual(Number(less.score));
      }),
    );
  });
  test('words that are no factors are refused', () => {
    for (const factor of ['constructor', '__proto__', 'Smoking', '', null, 1])
      expect(ask({ factors: [factor] })).toEqual(refuse('INVALID_VALUE', 'factors'));
    expect(ask({ factors: { malignancy: true } })).toEqual(refuse('INVALID_VALUE', 'factors'));
  });
  test('the working', () => {
    expect(workingOf(caprini, { ...capriniNone, ageYears: 62, surgeryType: 'major', factors: ['hit'] })).toMatchInlineSnapshot(`
      [
        "Version 2005",
        "Age 62: 2",
        "Operation: Major open, more than 45 minutes: 2",
        "Heparin-induced thrombocytopenia: 3",
        "2 + 2 + 3 = 7",
      ]
    `);
  });
});

const mustWell = { bmi: 22, weightLossPct: 0, acutelyIllNoIntake5d: false };
describeRule(must, mustWell);

describe('MUST', () => {
  const ask = asking(must, mustWell);
  const BMI: [number, number][] = [
    [8, 2],
    [18.49, 2],
    [18.5, 1],
    [19, 1],
    [20, 1],
    [20.01, 0],
    [100, 0],
  ];
  const LOSS: [number, number][] = [
    [0, 0],
    [4.99, 0],
    [5, 1],
    [10, 1],
    [10.01, 2],
    [60, 2],
  ];
  test('every sum has its band', () => {
    for (const [bmi, a] of BMI)
      for (const [weightLossPct, b] of LOSS)
        for (const acutelyIllNoIntake5d of [true, false]) {
          const score = a + b + (acutelyIllNoIntake5d ? 2 : 0);
          expect(ask({ bmi, weightLossPct, acutelyIllNoIntake5d })).toEqual({
            score,
            band: ['low', 'medium'][score] ?? 'high',
          });
        }
  });
  test('less weight never lowers it, nor more loss', () => {
    const scoreOf = (given: object) => Number(Reflect.get(calculate(must, given), 'score'));
    fc.assert(
      fc.property(
        answersOf(must),
        fc.double({ min: 8, max: 100, noNaN: true }),
        fc.double({ min: 0, max: 60, noNaN: true }),
        (given, bmi, loss) => {
          expect(scoreOf({ ...given, bmi: Math.min(bmi, Number(given.bmi)) })).toBeGreaterThanOrEqual(scoreOf(given));
          expect(scoreOf({ ...given, weightLossPct: Math.max(loss, Number(given.weightLossPct)) })).toBeGreaterThanOrEqual(
            scoreOf(given),
          );
        },
      ),
    );
  });
  test('the working', () => {
    expect(workingOf(must, { bmi: 19, weightLossPct: 12, acutelyIllNoIntake5d: true })).toMatchInlineSnapshot(`
      [
        "BMI 19: 1",
        "Loss of 12 %: 2",
        "No food for more than 5 days: yes: 2",
        "1 + 2 + 2 = 5",
      ]
    `);
    expect(workingOf(must, mustWell)).toMatchInlineSnapshot(`
      [
        "BMI 22: 0",
        "Loss of 0 %: 0",
        "No food for more than 5 days: no: 0",
        "0 + 0 + 0 = 0",
      ]
    `);
  });
});

const awake = { eye: 4, verbal: 5, motor: 6 };
describeRule(gcs, awake);

describe('Glasgow Coma Scale', () => {
  test('every combination has its total, severity and components', () => {
    for (const eye of [1, 2, 3, 4, 'NT'])
      for (const verbal of [1, 2, 3, 4, 5, 'NT'])
        for (const motor of [1, 2, 3, 4, 5, 6, 'NT']) {
          const sum = Number(eye) + Number(verbal) + Number(motor);
          const told = Number.isNaN(sum)
            ? { total: null, severity: null }
            : { total: sum, severity: sum >= 13 ? 'mild' : sum >= 9 ? 'moderate' : 'severe' };
          expect(calculate(gcs, { eye, verbal, motor })).toEqual({ ...told, display: `E${eye}V${verbal}M${motor}` });
        }
    expect(bandsOf(gcs, 'severity')).toEqual(['severe', 'moderate', 'mild']);
  });
  test.each(['nt', 'NT ', 'T', '4', 'toString', ''])('%j is no answer', (eye) => {
    expect(calculate(gcs, { ...awake, eye })).toEqual(refuse('INVALID_VALUE', 'eye'));
  });
  test('the working', () => {
    expect(workingOf(gcs, awake)).toMatchInlineSnapshot(`
      [
        "4 + 5 + 6 = 15",
      ]
    `);
    expect(workingOf(gcs, { ...awake, verbal: 'NT' })).toMatchInlineSnapshot(`
      [
        "Eyes 4, speech NT, movement 6: no total, for a part cannot be tested",
      ]
    `);
  });
});
