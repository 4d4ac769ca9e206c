import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { calculate } from '../calculator.ts';
import { refuse } from '../refusal.ts';
import { asking, describeRule, levelsOf, workingOf } from '../testing/rule.ts';
import { clavienDindo } from './clavien_dindo.ts';
import { lahshal } from './lahshal.ts';
import { posas } from './posas.ts';
import { vss } from './vss.ts';

const OBSERVER = { vascularity: 1, pigmentation: 2, thickness: 3, relief: 4, pliability: 5, surfaceArea: 6 };
const PATIENT = { pain: 10, itch: 9, colour: 8, stiffness: 7, thickness: 6, irregularity: 5 };
const SCAR = { pigmentation: 0, vascularity: 0, pliability: 0, height: 0 };
const WELL = {
  complication: true,
  death: false,
  organFailureIcu: 'none',
  intervention: 'none',
  drugTherapyBeyondGradeI: false,
  disabilityAtDischarge: false,
};

describeRule(vss, SCAR);
describeRule(posas, { observer: OBSERVER, patient: PATIENT });
describeRule(clavienDindo, WELL);
describeRule(lahshal, { code: 'LAHSHAL' });

describe('vss', () => {
  test('each property counts once, and no zero is negative', () => {
    const ask = asking(vss, SCAR);
    expect(ask({ pigmentation: 2 })).toEqual({ total: 2 });
    expect(ask({ vascularity: 3 })).toEqual({ total: 3 });
    expect(ask({ pliability: 5 })).toEqual({ total: 5 });
    expect(ask({ height: 3 })).toEqual({ total: 3 });
    expect(ask({ pigmentation: -0, vascularity: -0, pliability: -0, height: -0 })).toEqual({ total: 0 });
  });
  test('every point has words', () => {
    for (const { min, max, steps } of Object.values(vss.inputs))
      expect(Object.keys(steps ?? {}).map(Number)).toEqual(Array.from({ length: max - min + 1 }, (_, n) => min + n));
  });
  test('working', () => {
    expect(workingOf(vss, { pigmentation: 1, vascularity: 2, pliability: 4, height: 3 })).toEqual([
      'Colour against the skin beside it: 1',
      'Redness: 2',
      'Stiffness: 4',
      'Height: 3',
      '1 + 2 + 4 + 3 = 10',
    ]);
  });
});

describe('posas', () => {
  const ask = asking(posas, { observer: OBSERVER, patient: PATIENT });
  test('two totals that stay apart', () => {
    expect(ask({})).toEqual({ observerTotal: 21, patientTotal: 45 });
    expect(ask({ observer: { ...OBSERVER, overall: 10 } })).toEqual({ observerTotal: 21, patientTotal: 45 });
  });
  const both = [
    ['observer', OBSERVER],
    ['patient', PATIENT],
  ] as const;
  test.each(both.flatMap(([field, items]) => Object.keys(items).map((id) => [field, items, id] as const)))(
    '%s %j: %s is a whole number from 1 to 10',
    (field, items, id) => {
      const told = (value: unknown) => ask({ [field]: { ...items, [id]: value } });
      for (const missing of [undefined, null]) expect(told(missing)).toEqual(refuse('MISSING_INPUT', `${field}.${id}`));
      for (const wrong of ['5', 1.5, true, [], Number.NaN])
        expect(told(wrong)).toEqual(refuse('INVALID_VALUE', `${field}.${id}`));
      for (const beyond of [0, 11, -1]) expect(told(beyond)).toEqual(refuse('OUT_OF_RANGE', `${field}.${id}`));
      expect(told(1)).toHaveProperty('observerTotal');
      expect(told(10)).toHaveProperty('patientTotal');
    },
  );
  test('fields before items, items in order, the observer first', () => {
    expect(calculate(posas, { observer: {} })).toEqual(refuse('MISSING_INPUT', 'patient'));
    expect(ask({ observer: {}, patient: {} })).toEqual(refuse('MISSING_INPUT', 'observer.vascularity'));
    expect(ask({ patient: {} })).toEqual(refuse('MISSING_INPUT', 'patient.pain'));
    expect(ask({ observer: { ...OBSERVER, pigmentation: 0, surfaceArea: null } })).toEqual(
      refuse('OUT_OF_RANGE', 'observer.pigmentation'),
    );
    expect(ask({ observer: Object.create(OBSERVER) })).toEqual(refuse('MISSING_INPUT', 'observer.vascularity'));
  });
  test('working', () => {
    const lines = workingOf(posas, { observer: OBSERVER, patient: PATIENT });
    expect(lines).toHaveLength(16);
    expect([lines[0], lines[7], lines[8], lines[9], lines[15]]).toEqual([
      'Observer',
      '1 + 2 + 3 + 4 + 5 + 6 = 21',
      'Patient',
      'Pain: 10',
      '10 + 9 + 8 + 7 + 6 + 5 = 45',
    ]);
  });
});

describe('clavien_dindo', () => {
  const ask = asking(clavienDindo, WELL);
  test.each([
    [{}, 'I'],
    [{ drugTherapyBeyondGradeI: true }, 'II'],
    [{ intervention: 'without_ga' }, 'IIIa'],
    [{ intervention: 'under_ga', drugTherapyBeyondGradeI: true }, 'IIIb'],
    [{ organFailureIcu: 'single_organ', intervention: 'under_ga' }, 'IVa'],
    [{ organFailureIcu: 'multi_organ', intervention: 'without_ga' }, 'IVb'],
  ])('%j: %s, and d when disability persists', (patch, grade) => {
    expect(ask(patch)).toEqual({ grade });
    expect(ask({ ...patch, disabilityAtDischarge: true })).toEqual({ grade: `${grade}d` });
    expect(ask({ ...patch, death: true })).toEqual({ grade: 'V' });
    expect(ask({ ...patch, death: true, disabilityAtDischarge: true })).toEqual({ grade: 'V' });
  });
  test('none, and nothing that contradicts it', () => {
    expect(ask({ complication: false })).toEqual({ grade: 'none' });
    for (const positive of [
      { death: true },
      { organFailureIcu: 'single_organ' },
      { organFailureIcu: 'multi_organ' },
      { intervention: 'without_ga' },
      { intervention: 'under_ga' },
      { drugTherapyBeyondGradeI: true },
      { disabilityAtDischarge: true },
    ])
      expect(ask({ complication: false, ...positive })).toEqual(refuse('INCONSISTENT', 'complication'));
  });
  test('levels', () => {
    const levels = { I: 1, II: 1, IIIa: 2, IIIb: 2, IVa: 3, IVb: 3 };
    const withDisability = Object.fromEntries(Object.entries(levels).map(([grade, level]) => [`${grade}d`, level]));
    expect(levelsOf(clavienDindo, 'grade')).toEqual({ none: 0, ...levels, V: 3, ...withDisability });
    expect(clavienDindo.outputs.grade?.bands?.IVad).toMatchObject({
      label: 'Grade IVad',
      range: 'threat to life, one organ fails, intensive care; disability persists at discharge',
    });
  });
  test('working', () => {
    expect(workingOf(clavienDindo, { ...WELL, complication: false })).toEqual(['No complication']);
    const operated = { ...WELL, intervention: 'under_ga' };
    const line = 'The highest that applies: intervention under general anaesthesia';
    expect(workingOf(clavienDindo, operated)).toEqual([`${line}: IIIb`]);
    expect(workingOf(clavienDindo, { ...operated, disabilityAtDischarge: true })).toEqual([
      `${line}; disability persists: d: IIIbd`,
    ]);
    expect(workingOf(clavienDindo, { ...WELL, death: true, disabilityAtDischarge: true })).toEqual([
      'The highest that applies: death: V',
    ]);
  });
});

describe('lahshal', () => {
  const ask = asking(lahshal, {});
  test.each([
    ['.......', 'none', 'none', 'none', 'none'],
    ['L......', 'right', 'complete', 'none', 'none'],
    ['*......', 'right', 'microform', 'none', 'none'],
    ['.a.....', 'right', 'none', 'none', 'none'],
    ['......l', 'left', 'none', 'incomplete', 'none'],
    ['.....A.', 'left', 'none', 'none', 'none'],
    ['l.....*', 'bilateral', 'incomplete', 'microform', 'none'],
    ['.A...A.', 'bilateral', 'none', 'none', 'none'],
    ['..h....', 'palate_only', 'none', 'none', 'incomplete'],
    ['...*...', 'palate_only', 'none', 'none', 'incomplete'],
    ['....H..', 'palate_only', 'none', 'none', 'complete'],
    ['..hSh..', 'palate_only', 'none', 'none', 'complete'],
    ['..*s*..', 'palate_only', 'none', 'none', 'incomplete'],
    ['LAHSh..', 'right', 'complete', 'none', 'complete'],
  ])('%s: %s; lip %s, %s; palate %s', (code, laterality, right, left, palate) => {
    expect(ask({ code })).toEqual({ laterality, lip: { right, left }, palate });
  });
  test.each(['', 'LAHSAL', 'LAHSHALL', ' LAHSHAL', 'LAHSHAL\n', 'AAHSHAL', 'LAHSHAI', 'LA-SHAL', 'LAHſHAL', '😀😀....'])(
    '%j is no code',
    (code) => {
      expect(ask({ code })).toEqual(refuse('INVALID_VALUE', 'code'));
    },
  );
  test.each([0, 1, 2, 3, 4, 5, 6])('position %s takes its own letter only', (n) => {
    const own = 'LAHSHAL'.charAt(n);
    for (const letter of ['L', 'A', 'H', 'S', '.', '*', 'l', 'a', 'h', 's', 'x', '1']) {
      const code = `${'.......'.slice(0, n)}${letter}${'.......'.slice(n + 1)}`;
      const fits = [own, own.toLowerCase(), '.', '*'].includes(letter);
      expect('error' in ask({ code })).toBe(!fits);
    }
  });
  test('read from the other side, the sides change places', () => {
    const letters = [...'LAHSHAL'].map((letter) => fc.constantFrom(letter, letter.toLowerCase(), '.', '*'));
    const swap: Readonly<Record<string, string>> = { left: 'right', right: 'left' };
    fc.assert(
      fc.property(fc.tuple(...letters), (code) => {
        const one = calculate(lahshal, { code: code.join('') });
        const other = calculate(lahshal, { code: code.toReversed().join('') });
        if ('error' in one || 'error' in other) throw new Error('refused');
        const { right, left } = Object(one.lip);
        const side = String(one.laterality);
        expect(other).toEqual({ laterality: swap[side] ?? side, lip: { right: left, left: right }, palate: one.palate });
      }),
    );
  });
  test('working', () => {
    expect(workingOf(lahshal, { code: 'Lah*..l' })).toEqual([
      'L right lip: complete',
      'a right alveolus: incomplete',
      'h right hard palate: incomplete',
      '* soft palate: microform',
      '. left hard palate: none',
      '. left alveolus: none',
      'l left lip: incomplete',
    ]);
  });
});
