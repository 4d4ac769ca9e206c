import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { calculate } from '../calculator.ts';
import { refuse } from '../refusal.ts';
import { asking, describeRule, workingOf } from '../testing/rule.ts';
import { bwat } from './bwat.ts';
import { npiapStage } from './npiap_stage.ts';
import { ssiClass } from './ssi_class.ts';
import { woundBed } from './wound_bed.ts';

/** Thirteen items that add up to the score. */
const items = (score: number): number[] => {
  let left = score - 13;
  return Array.from({ length: 13 }, () => {
    const more = Math.min(4, left);
    left -= more;
    return 1 + more;
  });
};
describeRule(bwat, { items: items(20) });

describe('BWAT', () => {
  test('every score from 13 to 65 has its severity', () => {
    const BANDS: [string, number, number][] = [
      ['minimal', 13, 20],
      ['mild', 21, 30],
      ['moderate', 31, 40],
      ['critical', 41, 65],
    ];
    expect(BANDS.map(([severity]) => severity)).toEqual(Object.keys(bwat.outputs.severity?.bands ?? {}));
    for (const [severity, from, to] of BANDS)
      for (let total = from; total <= to; total++)
        expect(calculate(bwat, { items: items(total) })).toEqual({ total, severity });
  });
  test('their order does not count', () => {
    const one = fc.integer({ min: 1, max: 5 });
    fc.assert(
      fc.property(fc.array(one, { minLength: 13, maxLength: 13 }), (given) => {
        expect(calculate(bwat, { items: given.toReversed() })).toEqual(calculate(bwat, { items: given }));
      }),
    );
  });
  test.each<[string, unknown, object]>([
    ['twelve', items(20).slice(1), refuse('INVALID_VALUE', 'items')],
    ['fourteen', [...items(20), 1], refuse('INVALID_VALUE', 'items')],
    ['none', [], refuse('INVALID_VALUE', 'items')],
    ['a half', [1.5, ...items(20).slice(1)], refuse('INVALID_VALUE', 'items')],
    ['a text', ['1', ...items(20).slice(1)], refuse('INVALID_VALUE', 'items')],
    ['a gap', [null, ...items(20).slice(1)], refuse('INVALID_VALUE', 'items')],
    ['an object', { ...items(20), length: 13 }, refuse('INVALID_VALUE', 'items')],
    ['a 0', [0, ...items(20).slice(1)], refuse('OUT_OF_RANGE', 'items')],
    ['a 6', [...items(20).slice(1), 6], refuse('OUT_OF_RANGE', 'items')],
    ['a 6 among twelve', [6, ...items(20).slice(2)], refuse('INVALID_VALUE', 'items')],
  ])('%s is refused', (_, given, refused) => {
    expect(calculate(bwat, { items: given })).toEqual(refused);
  });
  test('the working', () => {
    expect(workingOf(bwat, { items: items(28) })).toMatchInlineSnapshot(`
      [
        "Size: 5",
        "Depth: 5",
        "Edges: 5",
        "Undermining: 4",
        "Kind of dead tissue: 1",
        "Amount of dead tissue: 1",
        "Kind of exudate: 1",
        "Amount of exudate: 1",
        "Colour of the skin around: 1",
        "Swelling of the skin around: 1",
        "Hardness of the skin around: 1",
        "Granulation: 1",
        "New skin: 1",
        "5 + 5 + 5 + 4 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 = 28",
      ]
    `);
  });
});

const clean = { necrotic: 0, slough: 20, granulation: 70, epithelial: 10, other: 0 };
describeRule(woundBed, clean);

describe('wound bed', () => {
  const NONE = { necrotic: 0, slough: 0, granulation: 0, epithelial: 0, other: 0 };
  const TISSUES = Object.keys(NONE);
  const ask = asking(woundBed, NONE);
  test.each(TISSUES)('all %s', (dominant) => {
    const devitalisedPct = dominant === 'necrotic' || dominant === 'slough' ? 100 : 0;
    expect(ask({ [dominant]: 100 })).toEqual({ valid: true, dominant, devitalisedPct });
  });
  test('of two alike the first is told, of two unlike the larger', () => {
    for (const [n, worse] of TISSUES.entries())
      for (const better of TISSUES.slice(n + 1)) {
        expect(ask({ [worse]: 50, [better]: 50 })).toMatchObject({ dominant: worse });
        expect(ask({ [worse]: 49.9, [better]: 50.1 })).toMatchObject({ dominant: better });
      }
    expect(Object.keys(woundBed.outputs.dominant?.bands ?? {})).toEqual(TISSUES);
  });
  test.each([
    [99.99, true],
    [100.01 - 100, false],
    [99.9899, false],
    [99.98, false],
    [100, true],
    [0, false],
  ])('a sum of %d fits: %s', (granulation, fits) => {
    if (fits) expect(ask({ granulation })).toMatchObject({ valid: true });
    else expect(ask({ granulation })).toEqual(refuse('INCONSISTENT', 'sum'));
  });
  test.each([
    [0.01, true],
    [0.0101, false],
    [1, false],
  ])('%d over 100 fits: %s', (slough, fits) => {
    const got = ask({ granulation: 100, slough });
    if (fits) expect(got).toEqual({ valid: true, dominant: 'granulation', devitalisedPct: slough });
    else expect(got).toEqual(refuse('INCONSISTENT', 'sum'));
  });
  test('sums carry no binary noise', () => {
    expect(ask({ necrotic: 0.1, slough: 0.2, other: 99.7 })).toEqual({ valid: true, dominant: 'other', devitalisedPct: 0.3 });
    expect(ask({ necrotic: -0, slough: -0, other: 100 })).toEqual({ valid: true, dominant: 'other', devitalisedPct: 0 });
    expect(ask({ necrotic: 12.3456, slough: 0.00004, other: 87.65436 })).toMatchObject({ devitalisedPct: 12.34564 });
  });
  test('the working', () => {
    expect(workingOf(woundBed, clean)).toMatchInlineSnapshot(`
      [
        "0 + 20 + 70 + 10 + 0 = 100 %",
        "Dead tissue 0 % + slough 20 % = 20 %",
      ]
    `);
  });
});

const infected = { ssiDay: 10, deepestTissue: 'fascia_muscle', surveillanceDays: 90, criteriaMet: true };
describeRule(ssiClass, infected);

describe('surgical site infection', () => {
  const ask = asking(ssiClass, infected);
  const CLASS: Readonly<Record<string, string>> = {
    skin_subcutaneous: 'superficial_incisional',
    fascia_muscle: 'deep_incisional',
    organ_space: 'organ_space',
  };
  test('every tissue, window and day', () => {
    for (const [deepestTissue, named] of Object.entries(CLASS))
      for (const surveillanceDays of [30, 90])
        for (const ssiDay of [1, 29, 30, 31, 89, 90, 91, 400])
          for (const criteriaMet of [true, false]) {
            const last = deepestTissue === 'skin_subcutaneous' ? 30 : surveillanceDays;
            const counted = criteriaMet && ssiDay <= last;
            expect(ask({ deepestTissue, surveillanceDays, ssiDay, criteriaMet })).toEqual({
              class: counted ? named : 'not_ssi',
            });
          }
    expect(Object.keys(ssiClass.outputs.class?.bands ?? {}).sort()).toEqual(['not_ssi', ...Object.values(CLASS)].sort());
  });
  test('a window is 30 or 90 days, told after all else', () => {
    for (const surveillanceDays of [31, 60, 89]) {
      expect(ask({ surveillanceDays })).toEqual(refuse('INVALID_VALUE', 'surveillanceDays'));
      expect(ask({ surveillanceDays, criteriaMet: null })).toEqual(refuse('MISSING_INPUT', 'criteriaMet'));
    }
  });
  test('the working', () => {
    expect(workingOf(ssiClass, infected)).toMatchInlineSnapshot(`
      [
        "Day 10 of a window of 90 days",
        "A criterion is met",
      ]
    `);
    expect(workingOf(ssiClass, { ...infected, deepestTissue: 'skin_subcutaneous', criteriaMet: false })).toMatchInlineSnapshot(`
      [
        "Day 10 of a window of 30 days",
        "No criterion is met",
      ]
    `);
  });
});

const open = {
  ...{ mucosal: false, skinIntact: false, discolouration: 'none' },
  ...{ obscuredBySloughOrEschar: false, deepestTissue: 'fat' },
};
describeRule(npiapStage, open);

describe('stage of a pressure injury', () => {
  test('every combination', () => {
    const INTACT: Readonly<Record<string, string>> = {
      none: 'none',
      nonblanchable_erythema: '1',
      deep_red_maroon_purple: 'dtpi',
    };
    const seen = new Set<string>();
    for (const mucosal of [true, false])
      for (const skinIntact of [true, false])
        for (const discolouration of Object.keys(INTACT))
          for (const obscuredBySloughOrEschar of [true, false])
            for (const deepestTissue of ['none', 'dermis', 'fat', 'muscle_tendon_bone']) {
              const given = { mucosal, skinIntact, discolouration, obscuredBySloughOrEschar, deepestTissue };
              // The first of these that holds.
              const order: [boolean, string | null][] = [
                [skinIntact && deepestTissue !== 'none', null],
                [mucosal, 'mucosal'],
                [skinIntact, INTACT[discolouration] ?? ''],
                [deepestTissue === 'muscle_tendon_bone', '4'],
                [obscuredBySloughOrEschar, 'unstageable'],
                [deepestTissue === 'fat', '3'],
                [discolouration === 'deep_red_maroon_purple', 'dtpi'],
                [deepestTissue === 'dermis', '2'],
                [true, null],
              ];
              const stage = order.find(([holds]) => holds)?.[1] ?? null;
              if (stage !== null) seen.add(stage);
              expect({ given, got: calculate(npiapStage, given) }).toEqual({
                given,
                got: stage === null ? refuse('INCONSISTENT', 'deepestTissue') : { stage },
              });
            }
    expect([...seen].sort()).toEqual(Object.keys(npiapStage.outputs.stage?.bands ?? {}).sort());
  });
  test('the working', () => {
    expect(workingOf(npiapStage, open)).toMatchInlineSnapshot(`
      [
        "Mucous membrane: no; skin intact: no",
        "Colour: No lasting change; hidden: no; deepest: Fat",
        "Read in this order: mucous membrane, intact, bone or muscle, hidden, fat, deep colour, dermis",
      ]
    `);
    expect(
      workingOf(npiapStage, {
        ...open,
        mucosal: true,
        skinIntact: true,
        obscuredBySloughOrEschar: true,
        deepestTissue: 'none',
      }),
    ).toMatchInlineSnapshot(`
      [
        "Mucous membrane: yes; skin intact: yes",
        "Colour: No lasting change; hidden: yes; deepest: None",
        "Read in this order: mucous membrane, intact, bone or muscle, hidden, fat, deep colour, dermis",
      ]
    `);
  });
});
