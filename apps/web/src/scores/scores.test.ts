import { CALCULATORS, type Calculator, calculate, isRefusal } from '@psa/domain/clinical';
import { describe, expect, test } from 'vitest';
import { drawnAs, SHAPES } from './figure-shapes.ts';
import { findScores } from './find.ts';
import { type Assessment, assessmentOf, latestOfEach, pointsOf } from './kept.ts';
import { rangeWords, refusalWords } from './refusals.ts';
import { marksFor } from './Trend.tsx';
import { sayAnswer, sayOutput } from './words.ts';

const READER = { zone: 'Africa/Lagos', now: '2026-11-22T13:00:00.000Z' };
const ALL = Object.values(CALCULATORS);

const rule = (id: string): Calculator => {
  const found = CALCULATORS[id];
  if (!found) throw new Error(`no rule ${id}`);
  return found;
};

describe('finding', () => {
  test.each([
    ['NEWS2', 'news2'],
    ['braden', 'braden'],
    ['eGFR', 'ckd_epi_2021'],
    ['TBSA', 'lund_browder'],
    ['coma', 'gcs'],
    ['body mass', 'bmi'],
  ])('%s finds %s', (query, id) => {
    expect(findScores(ALL, query).map((one) => one.id)).toContain(id);
  });

  test('the name comes before what is only said about it; a system finds its scores', () => {
    expect(findScores(ALL, 'wound bed')[0]?.id).toBe('wound_bed');
    expect(findScores(ALL, 'burns').every((one) => `${one.system} ${one.about} ${one.words.join(' ')}`.match(/burns?/i))).toBe(
      true,
    );
    expect(findScores(ALL, 'no such thing')).toEqual([]);
    expect(findScores(ALL, ' ')).toHaveLength(ALL.length);
  });
});

describe('the figure', () => {
  test('draws each region of Lund and Browder once, and those of the rule of nines', () => {
    const regions = (id: string) => {
      const spec = rule(id).inputs.regions;
      return spec?.type === 'object' ? Object.keys(spec.items) : [];
    };
    expect(SHAPES.map((shape) => shape.id).sort()).toEqual(regions('lund_browder').sort());
    expect(drawnAs(regions('lund_browder'))).toBeDefined();
    const nines = drawnAs(regions('rule_of_nines'));
    expect(new Set(SHAPES.map((shape) => nines?.(shape)))).toEqual(new Set(regions('rule_of_nines')));
    expect(drawnAs(['head_front', 'tail'])).toBeUndefined();
  });

  test('the right side of the patient stands left on the front and right on the back', () => {
    for (const { id, face, at } of SHAPES.filter((shape) => shape.id.includes('_right')))
      expect({ id, left: at[0] < 100 }).toEqual({ id, left: face === 'front' });
  });
});

describe('what is kept', () => {
  const braden = rule('braden');
  const given = { sensoryPerception: 2, moisture: 3, activity: 2, mobility: 2, nutrition: 3, frictionShear: 2 };
  const result = calculate(braden, given);
  if (isRefusal(result)) throw new Error('refused');
  const about = { patientId: 'p', stayId: 's', at: '2026-11-22T12:00:00.000Z', remarks: ' ', reader: READER };

  test('answers, value, band and version of the rule', () => {
    expect(assessmentOf(braden, { given, result }, about)).toEqual({
      patient_id: 'p',
      admission_id: 's',
      assessed_at: '2026-11-22T12:00:00.000Z',
      instrument: 'braden',
      instrument_version: braden.version,
      answers: given,
      score: 14,
      band: 'Moderate risk',
      result,
    });
  });

  test('a value beyond the field stands in the whole result only', () => {
    const fluid = rule('burn_resuscitation');
    const kept = assessmentOf(fluid, { given: {}, result: { rateMlPerHr: 20_000, total24hMl: 20_000 } }, about);
    expect(kept).not.toHaveProperty('score');
  });

  const row = (id: string, assessed_at: string, score: number | null, instrument = 'braden'): Assessment => {
    const found: unknown = { id, instrument, instrument_version: '1.0', assessed_at, score, band: null, result: null };
    return found as Assessment;
  };

  test('over time: the same instrument only, oldest first, without what has no number', () => {
    const rows = [
      row('b', '2026-11-02T00:00:00.000Z', 15),
      row('a', '2026-11-01T00:00:00.000Z', 12),
      row('c', '2026-11-03T00:00:00.000Z', null),
      row('d', '2026-11-04T00:00:00.000Z', 3, 'must'),
    ];
    expect(pointsOf(braden, rows).map(({ id, value }) => [id, value])).toEqual([
      ['a', 12],
      ['b', 15],
    ]);
    expect(latestOfEach(rows).map(({ id }) => id)).toEqual(['d', 'c']);
  });
});

test('marks of an axis hold every value, also one alone and negative ones', () => {
  expect(marksFor([14, 18])).toEqual([14, 16, 18]);
  expect(marksFor([0])).toEqual([-0.5, 0, 0.5]);
  for (const values of [[0.1, 0.35], [-20, 45], [11_200], [0, 0, 1e6]]) {
    const marks = marksFor(values);
    expect(marks[0]).toBeLessThanOrEqual(Math.min(...values));
    expect(marks.at(-1)).toBeGreaterThanOrEqual(Math.max(...values));
    expect(marks.length).toBeLessThan(8);
  }
});

describe('words', () => {
  test('every output of every rule can be said, missing ones too', () => {
    for (const one of ALL)
      for (const spec of Object.values(one.outputs))
        expect(sayOutput(spec, null, READER)).toBe('Cannot be told from these answers');
  });

  test('values with their unit, ids in words', () => {
    expect(sayOutput({ label: '', type: 'number', unit: 'mL' }, 11200, READER)).toBe('11 200 mL');
    expect(sayOutput({ label: '', type: 'boolean' }, false, READER)).toBe('No');
    expect(sayOutput({ label: '', type: 'list', values: { a: 'Alpha' } }, ['a', 'b'], READER)).toBe('Alpha, b');
    expect(sayOutput({ label: '', type: 'list' }, [], READER)).toBe('None');
    expect(sayOutput({ label: '', type: 'datetime' }, '2026-11-22T09:00:00.000Z', READER)).toBe('Today 10:00');
    expect(sayOutput({ label: '', type: 'object', values: { none: 'Not affected' } }, { right: 'none' }, READER)).toBe(
      'Right: Not affected',
    );
  });

  test('answers as they were given', () => {
    expect(sayAnswer({ type: 'number', label: '', min: 1, max: 9, unit: 'kg' }, 7.5, READER)).toBe('7.5 kg');
    expect(sayAnswer({ type: 'integer', label: '', min: 1, max: 4, steps: { 1: 'None' } }, 1, READER)).toBe('1 None');
    expect(sayAnswer({ type: 'array<enum>', label: '', values: { a: 'Alpha' } }, [], READER)).toBe('None of these');
    expect(sayAnswer({ type: 'array<integer>', label: '', min: 1, max: 5, items: ['Size', 'Depth'] }, [2, 3], READER)).toBe(
      'Size: 2; Depth: 3',
    );
    const items = { head: { label: 'Head', min: 0, max: 100, unit: '%' } };
    expect(sayAnswer({ type: 'object', label: '', items }, { head: 50 }, READER)).toBe('Head: 50 %');
  });

  test('refusals name unit and range', () => {
    expect(rangeWords({ min: -1e9, max: 1e9 })).toBe('');
    const bmi = rule('bmi');
    expect(refusalWords(bmi, { error: { code: 'MISSING_INPUT', field: 'weightKg' } })).toBe('Weight is needed: 1 to 400 kg.');
    expect(refusalWords(bmi, { error: { code: 'OUT_OF_RANGE', field: 'heightCm' } })).toBe('This must be 30 to 250 cm.');
  });
});
