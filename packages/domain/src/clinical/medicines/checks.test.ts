import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import shipped from '../../reference/drugs.json' with { type: 'json' };
import { type AllergyLevel, DRUGS, DRUGS_VERSION, type Severity } from '../../reference/drugs.ts';
import { calculate } from '../calculator.ts';
import { refuse } from '../refusal.ts';
import { asking, describeRule, levelsOf, workingOf } from '../testing/rule.ts';
import { allergyCheck, allergyLevel, rulesAgainst } from './allergy_check.ts';
import { interactionCheck, interactionsAmong, pairId, pairWords, worstOf } from './interaction_check.ts';

const PENICILLIN = { allergen: 'penicillin', reaction: 'mild', drugId: 'cefalexin' };
const TWO = { drugIds: ['warfarin', 'metronidazole'] };
const NO_IDS = ['', 'constructor', '__proto__', 'toString', 'hasOwnProperty', 'Penicillin', ' warfarin', '0'];
const IDS = DRUGS.drugs.map(({ id }) => id);

describeRule(allergyCheck, PENICILLIN);
describeRule(interactionCheck, TWO);

describe('the drug reference', () => {
  test('names what it speaks of, once', () => {
    const allergens = DRUGS.allergens.map(({ id }) => id);
    expect([new Set(IDS).size, new Set(allergens).size]).toEqual([IDS.length, allergens.length]);
    for (const { allergen, level } of DRUGS.allergyRules) {
      expect(allergens).toContain(allergen);
      expect(['none', 'caution', 'avoid', 'contraindicated']).toContain(level);
    }
    for (const { a, b, severity } of DRUGS.interactions) {
      expect([IDS.includes(a), IDS.includes(b), a === b]).toEqual([true, true, false]);
      expect(['minor', 'moderate', 'major', 'contraindicated']).toContain(severity);
    }
    expect(new Set(DRUGS.interactions.map(pairId)).size).toBe(DRUGS.interactions.length);
  });
  test('is the part of the shipped file that the checks need', () => {
    expect(DRUGS).toEqual({
      title: shipped.title,
      reviewStatus: shipped.reviewStatus,
      provenance: { compiledOn: shipped.provenance.compiledOn },
      allergens: shipped.allergens,
      allergyRules: shipped.allergyRules,
      drugs: shipped.drugs.map(({ id, name, allergyGroups }) => ({ id, name, allergyGroups })),
      interactions: shipped.interactions.map(({ a, b, severity, effect, management }) => ({
        a,
        b,
        severity,
        effect,
        management,
      })),
    });
  });
  test('says that nobody has reviewed it', () => {
    expect(DRUGS_VERSION).toBe('Unit drug reference: doses, allergy rules, interactions, 2026-11, unreviewed');
  });
});

describe('allergy_check', () => {
  const ask = asking(allergyCheck, PENICILLIN);
  const rule = (level: AllergyLevel) => ({ allergen: 'x', group: 'g', level, note: '', source: '' });
  test.each([
    ['none', ['none', 'none', 'none', 'none']],
    ['caution', ['caution', 'caution', 'contraindicated', 'caution']],
    ['avoid', ['avoid', 'contraindicated', 'contraindicated', 'contraindicated']],
    ['contraindicated', ['contraindicated', 'contraindicated', 'contraindicated', 'contraindicated']],
  ] as const)('%s, raised by the reaction', (level, raised) => {
    for (const [n, reaction] of (['mild', 'anaphylaxis', 'severe_delayed', 'unknown'] as const).entries()) {
      expect(allergyLevel([rule(level)], reaction)).toBe(raised[n]);
      expect(allergyLevel([rule('none'), rule(level), rule('none')], reaction)).toBe(raised[n]);
    }
  });
  test('no rule is none, whatever the reaction', () => {
    expect(allergyLevel([], 'severe_delayed')).toBe('none');
  });
  test('a rule counts for its own allergy and group', () => {
    const rules = [rule('avoid'), { ...rule('caution'), group: 'h' }, { ...rule('none'), allergen: 'y' }];
    expect(rulesAgainst('x', ['f', 'g'], rules)).toEqual([rules[0]]);
    expect(rulesAgainst('y', ['g', 'h'], rules)).toEqual([rules[2]]);
    expect(rulesAgainst('x', [], rules)).toEqual([]);
  });
  test.each([
    [{}, 'avoid'],
    [{ drugId: 'amoxicillin' }, 'contraindicated'],
    [{ drugId: 'cefazolin' }, 'caution'],
    [{ drugId: 'cefazolin', reaction: 'anaphylaxis' }, 'caution'],
    [{ drugId: 'cefazolin', reaction: 'severe_delayed' }, 'contraindicated'],
    [{ drugId: 'vancomycin', reaction: 'severe_delayed' }, 'none'],
    [{ reaction: 'unknown' }, 'contraindicated'],
    [{ allergen: 'egg', drugId: 'propofol', reaction: 'anaphylaxis' }, 'none'],
    [{ allergen: 'ceftazidime', drugId: 'aztreonam' }, 'contraindicated'],
    [{ allergen: 'latex', drugId: 'propofol' }, 'none'],
  ])('%j: %s', (patch, level) => {
    expect(ask(patch)).toMatchObject({ level, reference: DRUGS_VERSION });
  });
  test('the reasons are those of the rules', () => {
    expect(ask({ drugId: 'cefazolin' })).toHaveProperty('reasons', [
      'Dissimilar side chain: about 2 % or less; cefazolin lowest (Macy/Khan, AAAAI/ACAAI drug allergy practice parameter 2022)',
    ]);
    expect(ask({ drugId: 'vancomycin' })).toHaveProperty('reasons', []);
  });
  test.each(NO_IDS)('%j is neither allergy nor drug', (id) => {
    expect(ask({ allergen: id })).toEqual(refuse('INVALID_VALUE', 'allergen'));
    expect(ask({ drugId: id })).toEqual(refuse('INVALID_VALUE', 'drugId'));
    expect(ask({ allergen: id, drugId: id })).toEqual(refuse('INVALID_VALUE', 'allergen'));
    expect(ask({ allergen: id, drugId: null })).toEqual(refuse('MISSING_INPUT', 'drugId'));
  });
  test('a worse reaction never lowers the level', () => {
    const order = ['none', 'caution', 'avoid', 'contraindicated'];
    for (const { id: allergen } of DRUGS.allergens)
      for (const drugId of IDS) {
        const at = (reaction: string) => order.indexOf(String(Reflect.get(ask({ allergen, drugId, reaction }), 'level')));
        const [mild, unknown, anaphylaxis, delayed] = [at('mild'), at('unknown'), at('anaphylaxis'), at('severe_delayed')];
        expect([unknown, mild <= unknown, unknown <= delayed]).toEqual([anaphylaxis, true, true]);
      }
  });
  test('levels and working', () => {
    expect(levelsOf(allergyCheck, 'level')).toEqual({ none: 0, caution: 1, avoid: 2, contraindicated: 3 });
    expect(workingOf(allergyCheck, { ...PENICILLIN, reaction: 'unknown' })).toEqual([
      'penicillin against r1_amino: avoid',
      'penicillin against cephalosporin: caution',
      'highest: avoid; reaction unknown: contraindicated',
    ]);
    expect(workingOf(allergyCheck, { ...PENICILLIN, drugId: 'vancomycin' })).toEqual(['highest: none; reaction mild: none']);
  });
});

describe('interaction_check', () => {
  const ask = asking(interactionCheck, TWO);
  const pair = (a: string, b: string, severity: Severity) => ({ a, b, severity, effect: '', management: '' });
  test('every listed pair is found, in either order, and alone', () => {
    for (const { a, b, severity, effect, management } of DRUGS.interactions) {
      const found = { worst: severity, pairs: [[a, b].sort().join('+')], advice: [`${effect}: ${management}`] };
      expect(ask({ drugIds: [a, b] })).toEqual({ ...found, reference: DRUGS_VERSION });
      expect(ask({ drugIds: [b, a, b] })).toEqual({ ...found, reference: DRUGS_VERSION });
      for (const alone of [[a], [b], [a, a], [b, b]])
        expect(ask({ drugIds: alone })).toMatchObject({ worst: 'none', pairs: [] });
    }
  });
  test('the worst of several', () => {
    const rising = [
      pair('a', 'b', 'minor'),
      pair('a', 'c', 'moderate'),
      pair('a', 'd', 'major'),
      pair('a', 'e', 'contraindicated'),
    ];
    for (const [n, { severity }] of rising.entries()) {
      expect(worstOf(rising.slice(0, n + 1))).toBe(severity);
      expect(worstOf(rising.slice(0, n + 1).toReversed())).toBe(severity);
    }
    expect(worstOf([])).toBe('none');
  });
  test('pairs in the order of their names, whichever way they are listed', () => {
    const listed = [
      pair('z', 'b', 'major'),
      pair('a', 'z', 'minor'),
      pair('c', 'b', 'minor'),
      pair('a', 'b', 'minor'),
      pair('a', 'q', 'minor'),
    ];
    expect(interactionsAmong(['z', 'c', 'b', 'a'], listed).map(pairId)).toEqual(['a+b', 'a+z', 'b+c', 'b+z']);
    expect(listed[0]).toMatchObject({ a: 'z', b: 'b' });
  });
  test('no drugs, and drugs that are not known', () => {
    expect(ask({ drugIds: [] })).toMatchObject({ worst: 'none', pairs: [], advice: [] });
    for (const id of NO_IDS) {
      expect(ask({ drugIds: [id] })).toEqual(refuse('INVALID_VALUE', 'drugIds'));
      expect(ask({ drugIds: ['warfarin', 'metronidazole', id] })).toEqual(refuse('INVALID_VALUE', 'drugIds'));
    }
    for (const wrong of ['warfarin', ['warfarin', null], [['warfarin']], { 0: 'warfarin' }])
      expect(ask({ drugIds: wrong })).toEqual(refuse('INVALID_VALUE', 'drugIds'));
  });
  test('order and repetition mean nothing, and one drug more never makes it better', () => {
    const order = ['none', 'minor', 'moderate', 'major', 'contraindicated'];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...IDS), { maxLength: 30 }), fc.constantFrom(...IDS), (drugIds, more) => {
        const got = ask({ drugIds });
        expect(ask({ drugIds: [...drugIds, ...drugIds].toReversed() })).toEqual(got);
        const worse = ask({ drugIds: [...drugIds, more] });
        const at = (answer: object) => order.indexOf(String(Reflect.get(answer, 'worst')));
        expect(at(worse)).toBeGreaterThanOrEqual(at(got));
        const pairs = Reflect.get(got, 'pairs');
        if (!Array.isArray(pairs)) throw new Error('no list');
        expect(pairs).toEqual([...new Set(pairs)].sort());
      }),
    );
  });
  test('every pair has its words', () => {
    const words = interactionCheck.outputs.pairs?.values ?? {};
    expect(Object.keys(words)).toHaveLength(DRUGS.interactions.length);
    expect(words['metronidazole+warfarin']).toBe('Metronidazole with Warfarin');
    expect(pairWords({ a: 'warfarin', b: 'garlic' })).toBe('Warfarin with garlic');
    expect(calculate(interactionCheck, { drugIds: IDS })).toHaveProperty('pairs', Object.keys(words).sort());
  });
  test('levels and working', () => {
    expect(levelsOf(interactionCheck, 'worst')).toEqual({ none: 0, minor: 1, moderate: 1, major: 2, contraindicated: 3 });
    expect(workingOf(interactionCheck, { drugIds: ['warfarin', 'metronidazole', 'warfarin', 'cetirizine'] })).toEqual([
      'drugs: 3; pairs looked at: 3; listed: 1',
      'Metronidazole with Warfarin: major',
    ]);
  });
});
