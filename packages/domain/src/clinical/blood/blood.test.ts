import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { refuse } from '../refusal.ts';
import { answersOf, asking, describeRule, levelsOf, workingOf } from '../testing/rule.ts';
import { allowableBloodLoss } from './allowable_blood_loss.ts';
import { genotype } from './genotype.ts';
import { plasmaCompat } from './plasma_compat.ts';
import { rbcCompat } from './rbc_compat.ts';
import { transfusionThreshold } from './transfusion_threshold.ts';

const LOSS = { weightKg: 10, category: 'child', startHb: 12, minHb: 8, method: 'simple' };
const STABLE = { hbGdl: 7, context: 'adult_stable', symptomaticOrBleeding: false };

describeRule(allowableBloodLoss, LOSS, ['minHb']);
describeRule(transfusionThreshold, STABLE);
describeRule(rbcCompat, { recipient: 'A+', donor: 'O-' });
describeRule(plasmaCompat, { recipient: 'A', donor: 'AB' });
describeRule(genotype, { genotype: 'AA' });

describe('allowable_blood_loss', () => {
  const ask = asking(allowableBloodLoss, LOSS);
  test.each([
    ['preterm', 950],
    ['term_neonate', 850],
    ['infant', 800],
    ['child', 750],
    ['adult_male', 750],
    ['adult_female', 650],
  ])('%s of 10 kg: %s mL', (category, ebvMl) => {
    expect(ask({ category, startHb: 12, minHb: 6 })).toEqual({ ebvMl, ablMl: ebvMl / 2 });
  });
  test.each([
    [{}, 750, 250],
    [{ method: 'gross' }, 750, 300],
    [{ startHb: 11, minHb: 7 }, 750, 272],
    [{ startHb: 11, minHb: 7, method: 'gross' }, 750, 333],
    // 47.5 mL of blood: half of it is 23.75, rounded down; the volume itself is rounded.
    [{ weightKg: 0.5, category: 'preterm', startHb: 12, minHb: 6 }, 48, 23],
    // Exact but for binary noise.
    [{ startHb: 0.3 + 2.7, minHb: 2.1, weightKg: 4 }, 300, 90],
  ])('%j: %s mL, %s mL', (patch, ebvMl, ablMl) => {
    expect(ask(patch)).toEqual({ ebvMl, ablMl });
  });
  test('the least accepted is below the first', () => {
    expect(ask({ minHb: 12 })).toEqual(refuse('INCONSISTENT', 'minHb'));
    expect(ask({ minHb: 13 })).toEqual(refuse('INCONSISTENT', 'minHb'));
    expect(ask({ minHb: 11.9 })).toEqual({ ebvMl: 750, ablMl: 6 });
  });
  test('by the mean it is more, but never more than the blood lost to the same fall twice', () => {
    fc.assert(
      fc.property(answersOf(allowableBloodLoss), (given) => {
        const simple = ask({ ...given, method: 'simple' });
        if ('error' in simple) return;
        const loss = (got: object) => Number(Reflect.get(got, 'ablMl'));
        const gross = ask({ ...given, method: 'gross' });
        expect(loss(gross)).toBeGreaterThanOrEqual(loss(simple));
        expect(loss(gross)).toBeLessThanOrEqual(2 * loss(simple) + 2);
        expect(loss(simple)).toBeLessThanOrEqual(Number(Reflect.get(simple, 'ebvMl')));
      }),
    );
  });
  test('working', () => {
    expect(workingOf(allowableBloodLoss, LOSS)).toEqual([
      '75 mL/kg × 10 kg = 750 mL',
      '750 mL × (12 − 8) ÷ 12 = 250 mL, from the unrounded volume, rounded down',
    ]);
    expect(workingOf(allowableBloodLoss, { ...LOSS, method: 'gross' })[1]).toContain('÷ 10 = 300 mL');
  });
});

describe('transfusion_threshold', () => {
  const ask = asking(transfusionThreshold, STABLE);
  test.each([
    ['adult_stable', 7],
    ['haem_onc', 7],
    ['cardiac_surgery', 7.5],
    ['orthopaedic_surgery', 8],
    ['cardiovascular_disease', 8],
    ['child_stable', 7],
  ])('%s: below %s g/dL', (context, thresholdGdl) => {
    expect(ask({ context, hbGdl: thresholdGdl })).toEqual({ thresholdGdl, advice: 'hold' });
    expect(ask({ context, hbGdl: thresholdGdl - 0.01 })).toEqual({ thresholdGdl, advice: 'consider' });
    for (const hbGdl of [1, thresholdGdl, 25])
      expect(ask({ context, hbGdl, symptomaticOrBleeding: true })).toEqual({ thresholdGdl, advice: 'clinical_override' });
  });
  test('g/L is refused', () => {
    expect(ask({ hbGdl: 70 })).toEqual(refuse('OUT_OF_RANGE', 'hbGdl'));
  });
  test('levels and working', () => {
    expect(levelsOf(transfusionThreshold, 'advice')).toEqual({ consider: 2, hold: 0, clinical_override: 2 });
    expect(workingOf(transfusionThreshold, STABLE)).toEqual(['7 g/dL against 7 g/dL']);
    expect(workingOf(transfusionThreshold, { ...STABLE, symptomaticOrBleeding: true })).toEqual([
      '7 g/dL against 7 g/dL; symptoms or bleeding come first',
    ]);
  });
});

const RED = ['O-', 'O+', 'A-', 'A+', 'B-', 'B+', 'AB-', 'AB+'];
const ABO = ['O', 'A', 'B', 'AB'];
/** What red cells carry: A, B and D. */
const antigens = (group: string): string[] => [...group.replace('+', 'D').replace(/[O-]/g, '')];
const within = (inner: string, outer: string): boolean => antigens(inner).every((one) => antigens(outer).includes(one));

describe('rbc_compat', () => {
  const ask = asking(rbcCompat, {});
  test.each(RED)('%s may have what carries nothing more', (recipient) => {
    const compatibleDonors = RED.filter((donor) => within(donor, recipient));
    for (const none of [{}, { donor: null }])
      expect(ask({ recipient, ...none })).toEqual({ compatibleDonors, compatible: null });
    for (const donor of RED)
      expect(ask({ recipient, donor })).toEqual({ compatibleDonors, compatible: within(donor, recipient) });
  });
  test('nothing said later changes the table', () => {
    const donors = Reflect.get(ask({ recipient: 'O-' }), 'compatibleDonors');
    if (!Array.isArray(donors)) throw new Error('no list');
    donors.push('AB+');
    expect(ask({ recipient: 'O-' })).toEqual({ compatibleDonors: ['O-'], compatible: null });
  });
  test('levels and working', () => {
    expect(levelsOf(rbcCompat, 'compatible')).toEqual({ true: 0, false: 3 });
    expect(workingOf(rbcCompat, { recipient: 'A-' })).toEqual(['A- may have red cells of O-, A-']);
    expect(workingOf(rbcCompat, { recipient: 'A-', donor: 'A+' })[1]).toBe('A+ is not among them');
    expect(workingOf(rbcCompat, { recipient: 'A-', donor: 'A-' })[1]).toBe('A- is among them');
  });
});

describe('plasma_compat', () => {
  const ask = asking(plasmaCompat, {});
  test.each(ABO)('%s: the other way round than red cells', (recipient) => {
    const compatibleDonors = ABO.filter((donor) => within(recipient, donor));
    for (const none of [{}, { donor: null }])
      expect(ask({ recipient, ...none })).toEqual({ compatibleDonors, compatible: null });
    for (const donor of ABO)
      expect(ask({ recipient, donor })).toEqual({ compatibleDonors, compatible: within(recipient, donor) });
  });
  test('D is no part of it', () => {
    expect(ask({ recipient: 'A+' })).toEqual(refuse('INVALID_VALUE', 'recipient'));
  });
  test('nothing said later changes the table', () => {
    const donors = Reflect.get(ask({ recipient: 'AB' }), 'compatibleDonors');
    if (!Array.isArray(donors)) throw new Error('no list');
    donors.push('O');
    expect(ask({ recipient: 'AB' })).toEqual({ compatibleDonors: ['AB'], compatible: null });
  });
  test('working', () => {
    expect(workingOf(plasmaCompat, { recipient: 'A' })).toEqual(['A may have plasma of A, AB']);
    expect(workingOf(plasmaCompat, { recipient: 'A', donor: 'O' })[1]).toBe('O is not among them');
    expect(workingOf(plasmaCompat, { recipient: 'A', donor: 'AB' })[1]).toBe('AB is among them');
  });
});

describe('genotype', () => {
  const ask = asking(genotype, {});
  test.each([
    ['AA', false, false],
    ['AS', false, true],
    ['AC', false, true],
    ['SS', true, false],
    ['SC', true, false],
    ['CC', false, false],
  ])('%s: disease %s, carrier %s', (type, disease, carrier) => {
    expect(ask({ genotype: type })).toEqual({ sickleCellDisease: disease, carrier, tourniquetCaution: disease });
  });
  test.each(['SA', 'as', 'HbSS', 'constructor', '__proto__'])('%s is not asked for', (type) => {
    expect(ask({ genotype: type })).toEqual(refuse('INVALID_VALUE', 'genotype'));
  });
  test('levels and working', () => {
    expect(levelsOf(genotype, 'sickleCellDisease')).toEqual({ true: 3, false: 0 });
    expect(workingOf(genotype, { genotype: 'SC' })).toEqual(['SC: SS and SC are sickle cell disease, AS and AC carriers']);
  });
});
