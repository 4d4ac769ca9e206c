import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { calculate } from '../calculator.ts';
import { refuse } from '../refusal.ts';
import { asking, describeRule, workingOf } from '../testing/rule.ts';
import { abpi } from './abpi.ts';
import { sinbad } from './sinbad.ts';
import { universityTexas } from './university_texas.ts';
import { wagner } from './wagner.ts';
import { wifi } from './wifi.ts';
import { wifiIschaemia } from './wifi_ischaemia.ts';

const BOTH = [true, false];

const healthy = { openUlcer: false, deepToTendonCapsuleBone: false, abscessOsteomyelitisSepticJoint: false, gangrene: 'none' };
describeRule(wagner, healthy);

describe('Wagner', () => {
  test('the worst finding decides', () => {
    for (const openUlcer of BOTH)
      for (const deepToTendonCapsuleBone of BOTH)
        for (const abscessOsteomyelitisSepticJoint of BOTH)
          for (const [gangrene, black] of Object.entries({ none: 0, forefoot_or_heel: 4, whole_foot: 5 })) {
            const given = { openUlcer, deepToTendonCapsuleBone, abscessOsteomyelitisSepticJoint, gangrene };
            const found = [openUlcer ? 1 : 0, deepToTendonCapsuleBone ? 2 : 0, abscessOsteomyelitisSepticJoint ? 3 : 0, black];
            expect({ given, got: calculate(wagner, given) }).toEqual({ given, got: { grade: Math.max(...found) } });
          }
    expect(Object.keys(wagner.outputs.grade?.bands ?? {})).toEqual(['0', '1', '2', '3', '4', '5']);
  });
  test('the working', () => {
    expect(workingOf(wagner, { ...healthy, openUlcer: true })).toMatchInlineSnapshot(`
      [
        "Open: yes; deep: no; abscess, bone or joint: no; gangrene: None",
        "The worst of them is grade 1",
      ]
    `);
  });
});

const ulcer = { grade: 2, infection: true, ischaemia: false };
describeRule(universityTexas, ulcer);

describe('University of Texas', () => {
  test('every class, each described', () => {
    const STAGES = { A: [false, false], B: [true, false], C: [false, true], D: [true, true] };
    const codes = [0, 1, 2, 3].flatMap((grade) =>
      Object.entries(STAGES).map(([stage, [infection, ischaemia]]) => {
        const code = `${grade}${stage}`;
        expect(calculate(universityTexas, { grade, infection, ischaemia })).toEqual({ code });
        return code;
      }),
    );
    const bands = universityTexas.outputs.code?.bands ?? {};
    expect(Object.keys(bands).sort()).toEqual(codes.sort());
    expect(codes.map((code) => `${code}${bands[code]?.level}`).join(' ')).toBe(
      '0A0 0B2 0C2 0D3 1A1 1B2 1C2 1D3 2A1 2B2 2C2 2D3 3A1 3B2 3C2 3D3',
    );
    expect(bands['3D']).toMatchObject({ label: 'To bone or joint, infection and ischaemia', range: 'grade 3, stage D' });
  });
  test('the working', () => {
    expect(workingOf(universityTexas, ulcer)).toMatchInlineSnapshot(`
      [
        "Grade 2; infection: yes; ischaemia: no",
        "A neither, B infection, C ischaemia, D both: 2B",
      ]
    `);
    expect(workingOf(universityTexas, { grade: 0, infection: false, ischaemia: true })).toMatchInlineSnapshot(`
      [
        "Grade 0; infection: no; ischaemia: yes",
        "A neither, B infection, C ischaemia, D both: 0C",
      ]
    `);
  });
});

const limb = { wound: 1, ischaemia: 2, footInfection: 1 };
describeRule(wifi, limb);

describe('WIfI', () => {
  /** Rows of the published table: a wound each; columns: ischaemia 0 to 3, in each foot infection 0 to 3. */
  const TABLE = ['1123 1234 2234 2334', '1123 1234 2344 3344', '2234 3344 3444 4444', '3344 4444 4444 4444'];
  const stageOf = (wound: number, ischaemia: number, footInfection: number) =>
    Number(TABLE[wound]?.split(' ')[ischaemia]?.[footInfection]);
  const GRADES = [0, 1, 2, 3];
  test('every cell of the table', () => {
    for (const wound of GRADES)
      for (const ischaemia of GRADES)
        for (const footInfection of GRADES) {
          const stage = stageOf(wound, ischaemia, footInfection);
          const risk = ['very_low', 'low', 'moderate', 'high'][stage - 1];
          expect(calculate(wifi, { wound, ischaemia, footInfection })).toEqual({ stage, risk });
        }
    expect(Object.keys(wifi.outputs.risk?.bands ?? {})).toEqual(['very_low', 'low', 'moderate', 'high']);
  });
  test('nothing that is worse lowers the stage', () => {
    const of = (given: object) => Number(Reflect.get(calculate(wifi, given), 'stage'));
    for (const wound of GRADES)
      for (const ischaemia of GRADES)
        for (const footInfection of GRADES)
          for (const name of ['wound', 'ischaemia', 'footInfection']) {
            const given = { wound, ischaemia, footInfection };
            const worse = { ...given, [name]: Math.min(3, Number(Reflect.get(given, name)) + 1) };
            expect(of(worse)).toBeGreaterThanOrEqual(of(given));
          }
  });
  test('the working', () => {
    expect(workingOf(wifi, limb)).toMatchInlineSnapshot(`
      [
        "Table of 2014, ischaemia 2, wound 1, foot infection 1: stage 3",
      ]
    `);
  });
});

describeRule(wifiIschaemia, { abi: 0.8 });

describe('WIfI ischaemia', () => {
  const of = (given: object) => calculate(wifiIschaemia, given);
  const PRESSURES = [
    [0, 3],
    [29.9, 3],
    [30, 2],
    [39.9, 2],
    [40, 1],
    [59.9, 1],
    [60, 0],
    [150, 0],
  ];
  test.each(PRESSURES)('%d mmHg is %d', (mmHg, grade) => {
    expect(of({ toePressureMmHg: mmHg })).toEqual({ grade, basis: 'toe_pressure', needsToePressure: false });
    expect(of({ tcPO2MmHg: mmHg })).toEqual({ grade, basis: 'tcpo2', needsToePressure: false });
  });
  test.each([
    [0, 3],
    [0.394, 3],
    [0.395, 2],
    [0.4, 2],
    [0.594, 2],
    [0.595, 1],
    [0.6, 1],
    [0.794, 1],
    [0.795, 0],
    [0.8, 0],
    [1.4, 0],
    [1.404, 0],
  ])('an index of %d is %d', (abi, grade) => {
    expect(of({ abi })).toEqual({ grade, basis: 'abi', needsToePressure: false });
  });
  test.each([1.405, 1.41, 3])('an index of %d is not used', (abi) => {
    expect(of({ abi })).toEqual({ grade: null, basis: 'none', needsToePressure: true });
    expect(of({ abi, toePressureMmHg: 35 })).toEqual({ grade: 2, basis: 'toe_pressure', needsToePressure: false });
    expect(of({ abi, tcPO2MmHg: 45 })).toEqual({ grade: 1, basis: 'tcpo2', needsToePressure: false });
  });
  test('toe pressure before TcPO2 before the index', () => {
    expect(of({ toePressureMmHg: 0, tcPO2MmHg: 45, abi: 0.9 })).toMatchObject({ grade: 3, basis: 'toe_pressure' });
    expect(of({ toePressureMmHg: null, tcPO2MmHg: 0, abi: 0.9 })).toMatchObject({ grade: 3, basis: 'tcpo2' });
  });
  test('one of them is needed', () => {
    for (const none of [{}, { toePressureMmHg: null, tcPO2MmHg: null, abi: null }])
      expect(of(none)).toEqual(refuse('MISSING_INPUT', 'toePressureMmHg'));
    expect(of({ abi: 3.1 })).toEqual(refuse('OUT_OF_RANGE', 'abi'));
  });
  test('the working', () => {
    expect(workingOf(wifiIschaemia, { tcPO2MmHg: 35, abi: 0.9 })).toMatchInlineSnapshot(`
      [
        "Toe pressure: not given; TcPO2: 35; index: 0.9",
        "The first of them that is given: grade 2",
      ]
    `);
    expect(workingOf(wifiIschaemia, { toePressureMmHg: 35 })).toMatchInlineSnapshot(`
      [
        "Toe pressure: 35; TcPO2: not given; index: not given",
        "The first of them that is given: grade 2",
      ]
    `);
    expect(workingOf(wifiIschaemia, { abi: 1.5 })).toMatchInlineSnapshot(`
      [
        "Toe pressure: not given; TcPO2: not given; index: 1.5",
        "The index is above 1.40 and cannot be used",
      ]
    `);
  });
});

const toe = {
  site: 'forefoot',
  ischaemia: false,
  neuropathy: false,
  infection: false,
  areaCm2: 0.5,
  depth: 'skin_subcutaneous',
};
describeRule(sinbad, toe);

describe('SINBAD', () => {
  test('six points, each alone and all together', () => {
    for (const site of ['forefoot', 'midfoot_hindfoot'])
      for (const ischaemia of BOTH)
        for (const neuropathy of BOTH)
          for (const infection of BOTH)
            for (const areaCm2 of [0, 0.99, 1, 1000])
              for (const depth of ['skin_subcutaneous', 'muscle_tendon_bone']) {
                const points = [
                  site !== 'forefoot',
                  ischaemia,
                  neuropathy,
                  infection,
                  areaCm2 >= 1,
                  depth !== 'skin_subcutaneous',
                ];
                const score = points.filter(Boolean).length;
                const given = { site, ischaemia, neuropathy, infection, areaCm2, depth };
                expect({ given, got: calculate(sinbad, given) }).toEqual({ given, got: { score, higherRisk: score > 2 } });
              }
  });
  test('the working', () => {
    expect(workingOf(sinbad, { ...toe, neuropathy: true, areaCm2: 1 })).toMatchInlineSnapshot(`
      [
        "Site: Forefoot: 0",
        "Ischaemia: 0",
        "Neuropathy: 1",
        "Bacterial infection: 0",
        "Area 1 cm²: 1",
        "Depth: Skin or fat: 0",
        "0 + 0 + 1 + 0 + 1 + 0 = 2",
      ]
    `);
  });
});

const leg = { dorsalisPedis: 120, posteriorTibial: 126, brachialRight: 120, brachialLeft: 118 };
describeRule(abpi, leg);

describe('ABPI', () => {
  const indexed = (ankle: number) => calculate(abpi, { dorsalisPedis: ankle, brachialLeft: 100 });
  test.each([
    [0, 0, 'severe', 'none'],
    [40.4, 0.4, 'severe', 'none'],
    [40.5, 0.41, 'mild_moderate', 'none'],
    [49.4, 0.49, 'mild_moderate', 'none'],
    [49.5, 0.5, 'mild_moderate', 'reduced_specialist'],
    [79.4, 0.79, 'mild_moderate', 'reduced_specialist'],
    [79.5, 0.8, 'mild_moderate', 'full'],
    [90.4, 0.9, 'mild_moderate', 'full'],
    [90.5, 0.91, 'borderline', 'full'],
    [99.4, 0.99, 'borderline', 'full'],
    [99.5, 1, 'normal', 'full'],
    [130.4, 1.3, 'normal', 'full'],
    [130.5, 1.31, 'normal', 'specialist'],
    [140.4, 1.4, 'normal', 'specialist'],
    [140.5, 1.41, 'non_compressible', 'specialist'],
    [300, 3, 'non_compressible', 'specialist'],
  ])('%d over 100: %d, %s, %s', (ankle, index, band, compression) => {
    expect(indexed(ankle)).toEqual({ abpi: index, band, compression });
  });
  test('every hundredth has one band and one gate', () => {
    expect(Object.keys(abpi.outputs.band?.bands ?? {})).toEqual([
      'severe',
      'mild_moderate',
      'borderline',
      'normal',
      'non_compressible',
    ]);
    expect(Object.keys(abpi.outputs.compression?.bands ?? {})).toEqual(['none', 'reduced_specialist', 'full', 'specialist']);
    for (let n = 0; n <= 300; n++) {
      const band =
        n <= 40 ? 'severe' : n <= 90 ? 'mild_moderate' : n < 100 ? 'borderline' : n <= 140 ? 'normal' : 'non_compressible';
      const compression = n < 50 ? 'none' : n < 80 ? 'reduced_specialist' : n <= 130 ? 'full' : 'specialist';
      expect(indexed(n)).toEqual({ abpi: n / 100, band, compression });
    }
  });
  test('the higher ankle over the higher arm, whichever was measured', () => {
    const mmHg = fc.option(fc.integer({ min: 1, max: 300 }));
    fc.assert(
      fc.property(mmHg, mmHg, mmHg, mmHg, (dorsalisPedis, posteriorTibial, brachialRight, brachialLeft) => {
        const [ankle, arm] = [
          Math.max(dorsalisPedis ?? 0, posteriorTibial ?? 0),
          Math.max(brachialRight ?? 0, brachialLeft ?? 0),
        ];
        const got = calculate(abpi, { dorsalisPedis, posteriorTibial, brachialRight, brachialLeft });
        const turned = { dorsalisPedis: posteriorTibial, posteriorTibial: dorsalisPedis, brachialRight: brachialLeft };
        expect(calculate(abpi, { ...turned, brachialLeft: brachialRight })).toEqual(got);
        if (ankle === 0) expect(got).toEqual(refuse('MISSING_INPUT', 'dorsalisPedis'));
        else if (arm === 0) expect(got).toEqual(refuse('MISSING_INPUT', 'brachialRight'));
        else expect(Number(Reflect.get(got, 'abpi'))).toBeCloseTo(ankle / arm, 1);
      }),
    );
  });
  test('an arm without pressure is out of range', () => {
    for (const arm of [
      { brachialRight: 0 },
      { brachialLeft: 0 },
      { brachialRight: 0, brachialLeft: 0 },
      { brachialRight: 5e-324 },
    ])
      for (const dorsalisPedis of [0, 120])
        if (dorsalisPedis > 0 || !Object.values(arm).includes(5e-324))
          expect(calculate(abpi, { dorsalisPedis, ...arm })).toEqual(refuse('OUT_OF_RANGE', 'brachialRight'));
    expect(calculate(abpi, { dorsalisPedis: 0, brachialRight: 0, brachialLeft: 100 })).toMatchObject({ abpi: 0 });
  });
  test('what is missing is told before an arm without pressure', () => {
    expect(asking(abpi, {})({ brachialRight: 0 })).toEqual(refuse('MISSING_INPUT', 'dorsalisPedis'));
  });
  test('the working', () => {
    expect(workingOf(abpi, leg)).toMatchInlineSnapshot(`
      [
        "Higher ankle pressure 126 mmHg ÷ higher arm pressure 120 mmHg = 1.05",
        "The classes go by the index of two digits",
      ]
    `);
  });
});
