import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renalClauses } from './cautions.ts';
import type { DraftLine, PrescribingFacts } from './facts.ts';
import { overruledWords } from './finding.ts';
import { checkPrescription } from './prescription.ts';
import { allergyTo, line, NONE_KNOWN, REFERENCE, WELL } from './testing-facts.ts';

const check = (lines: DraftLine[], facts: Partial<PrescribingFacts> = {}) =>
  checkPrescription(lines, { ...WELL, ...facts }, REFERENCE);
const codes = (lines: DraftLine[], facts: Partial<PrescribingFacts> = {}) =>
  check(lines, facts).map(({ code, severity, item }) => `${severity} ${code}${item === null ? '' : ` ${item}`}`);

const CHILD: Partial<PrescribingFacts> = { age_years: 6, weight_kg: { value: 20, said: '20 kg, weighed today' } };

describe('allergies', () => {
  it.each([
    ['penicillin', 'anaphylaxis', 'Life-threatening', 'amoxicillin', ['stop allergy.contraindicated 0']],
    ['Penicillins', 'rash', 'Mild', 'Flucloxacillin', ['stop allergy.contraindicated 0']],
    ['penicillin', 'rash', 'Mild', 'cefalexin', ['stop allergy.avoid 0']],
    ['penicillin', 'Anaphylactic shock', 'Mild', 'cefalexin', ['stop allergy.contraindicated 0']],
    // What was not described, or only called severe, weighs as much as anaphylaxis.
    ['penicillin', null, null, 'cefalexin', ['stop allergy.contraindicated 0']],
    ['penicillin', 'rash', 'Severe', 'cefalexin', ['stop allergy.contraindicated 0']],
    ['penicillin', 'rash', 'Mild', 'cefazolin', ['warn allergy.caution 0']],
    ['penicillin', 'Stevens-Johnson syndrome', 'Severe', 'cefazolin', ['stop allergy.contraindicated 0']],
    ['penicillin', 'TEN in 2019', 'Severe', 'cefazolin', ['stop allergy.contraindicated 0']],
    ['penicillin', 'rash after ten days', 'Mild', 'cefazolin', ['warn allergy.caution 0']],
    // A drug stands for its class, and is itself never given.
    ['amoxycillin', 'rash', 'Mild', 'benzylpenicillin', ['stop allergy.contraindicated 0']],
    ['Lignocaine', 'rash', 'Mild', 'lidocaine', ['stop allergy.same_name 0']],
    ['ibuprofen', 'wheeze', 'Mild', 'diclofenac', ['warn allergy.caution 0']],
    ['penicillin', 'anaphylaxis', 'Severe', 'clindamycin', []],
    ['egg', 'anaphylaxis', 'Severe', 'propofol', []],
  ])('%s (%s, %s) against %s: %j', (substance, reaction, severity, name, expected) => {
    expect(codes([line(name)], { allergies: [allergyTo(substance, reaction, severity)] })).toEqual(expected);
  });

  it('an allergy entered under the very name that is prescribed stops, also outside the reference', () => {
    expect(codes([line('Wonder balm')], { allergies: [allergyTo('wonder  Balm', null)] })).toEqual([
      'stop allergy.same_name 0',
      'warn allergy.not_compared',
      'note drug.not_in_reference 0',
    ]);
  });

  it('nobody asked, none known, resolved, and old free text are four things', () => {
    expect(codes([line('clindamycin')], { allergies: [] })).toEqual(['warn allergy.not_asked']);
    expect(codes([line('clindamycin')], { allergies: [NONE_KNOWN] })).toEqual([]);
    expect(
      codes([line('amoxicillin')], { allergies: [allergyTo('penicillin', 'rash', 'Mild', 'Refuted'), NONE_KNOWN] }),
    ).toEqual([]);
    expect(codes([line('amoxicillin')], { allergies: [allergyTo('penicillin', 'rash', 'Mild', 'Resolved')] })).toEqual([
      'warn allergy.not_asked',
    ]);
    expect(codes([line('clindamycin')], { allergies_written: 'penicillin?' })).toEqual(['warn allergy.not_compared']);
    expect(codes([line(' ')], { allergies: [] })).toEqual([]);
  });

  it('says on which rule and version it rests, and that nobody signed it', () => {
    const [found] = check([line('amoxicillin')], { allergies: [allergyTo('penicillin', 'anaphylaxis')] });
    expect(found).toMatchObject({
      entry: { key: 'allergy_rule/penicillin+penicillin', version: '1', unreviewed: true },
      source: 'Macy/Khan, AAAAI/ACAAI drug allergy practice parameter 2022',
    });
    expect(overruledWords(found ? [found] : [])).toBe(
      'allergy.contraindicated [allergy_rule/penicillin+penicillin, 1, unreviewed] ' +
        'Amoxicillin must not be given: allergy to penicillin (anaphylaxis).',
    );
  });
});

describe('what is given together', () => {
  it.each([
    [['metronidazole'], ['warfarin'], ['stop interaction.major 0']],
    [['warfarin', 'metronidazole'], [], ['stop interaction.major 1']],
    [['Ketorolac'], ['Ibuprofen'], ['stop interaction.contraindicated 0', 'warn duplicate.class 0']],
    [['amlodipine'], ['amlodipine', 'Amlodipine'], ['stop duplicate.drug 0']],
    [['paracetamol'], ['warfarin'], ['warn interaction.moderate 0']],
    [['cefazolin'], ['clindamycin'], []],
    // Two electrolytes are no duplicate.
    [['calcium gluconate'], ['potassium chloride'], []],
  ])('%j beside %j: %j', (names, active, expected) => {
    const without = { creatinine: { value: 60, unit: 'umol/L', said: '' } };
    expect(
      codes(
        names.map((name) => line(name)),
        { ...without, active },
      ),
    ).toEqual(expected);
  });
});

describe('doses', () => {
  it.each([
    ['amoxicillin', '500 mg', 'tds', {}, []],
    ['amoxicillin', '1 g', 'every 8 hours', {}, []],
    ['amoxicillin', '1.5 g', 'bd', {}, ['stop dose.single 0']],
    ['amoxicillin', '1,500 mg', 'od', {}, ['stop dose.single 0']],
    ['paracetamol', '1 g', 'every 4-6 hours', {}, ['stop dose.daily 0']],
    ['paracetamol', '1 g', '6-hourly', {}, []],
    ['amoxicillin', '250 mg', 'tds', {}, ['note dose.low 0']],
    ['methotrexate', '10 mg', 'daily', {}, ['stop dose.often 0']],
    ['methotrexate', '10 mg', 'once weekly', {}, []],
    ['ceftriaxone', '1 g', 'bd', {}, ['warn dose.often 0']],
    ['amoxicillin', '10 mL', 'tds', {}, ['note dose.not_checked 0']],
    ['amoxicillin', '1,5 g', 'tds', {}, ['note dose.not_checked 0']],
    ['amoxicillin', '500 mg', 'as the mother says', {}, ['note dose.not_checked 0']],
    ['gentamicin', '5 mg/kg', 'daily', {}, ['note dose.not_checked 0', 'note renal.not_checked 0']],
    ['paracetamol', '300 mg', 'every 6 hours', CHILD, []],
    ['paracetamol', '301 mg', 'every 6 hours', CHILD, ['stop dose.single 0', 'stop dose.daily 0']],
    ['paracetamol', '15 mg/kg', 'qds', CHILD, []],
    ['paracetamol', '20 mg/kg', 'tds', CHILD, ['stop dose.single 0']],
    ['paracetamol', '300 mg', 'qds', { ...CHILD, weight_kg: null }, ['warn dose.not_checked 0']],
    // Nobody gets more than an adult, whatever is not known.
    ['paracetamol', '2 g', 'stat', { ...CHILD, weight_kg: null }, ['stop dose.single 0', 'warn dose.not_checked 0']],
    ['paracetamol', '2 g', 'stat', { age_years: null }, ['stop dose.single 0', 'warn dose.not_checked 0']],
    ['paracetamol', '30 mg', 'qds', { age_years: 0, weight_kg: { value: 3, said: '' } }, ['warn dose.not_checked 0']],
  ])('%s %s %s %j: %j', (name, dosage, frequency, facts, expected) => {
    const found = codes([line(name, dosage, frequency)], facts).filter(
      (one) => name === 'gentamicin' || !one.includes('renal'),
    );
    if (name === 'gentamicin') expect(found).toContain(expected[0]);
    else expect(found).toEqual(expected);
  });

  it('in children a heavier one may have more, and never more than an adult', () => {
    const stops = (mg: number, kg: number, age_years: number) =>
      codes([line('paracetamol', `${mg} mg`, 'stat')], { age_years, weight_kg: { value: kg, said: '' } }).includes(
        'stop dose.single 0',
      );
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3000 }),
        fc.integer({ min: 1, max: 150 }),
        fc.integer({ min: 1, max: 60 }),
        (mg, kg, age) => {
          if (!stops(mg, kg, age))
            expect([stops(mg, kg + 1, age), stops(Math.max(1, mg - 1), kg, age)]).toEqual([false, false]);
          if (mg > 1000) expect(stops(mg, kg, age)).toBe(true);
        },
      ),
    );
  });
});

describe('kidneys', () => {
  const creatinine = (value: number) => ({ creatinine: { value, unit: 'umol/L', said: 'sample of today' } });
  it.each([
    ['ibuprofen', creatinine(80), []],
    ['ibuprofen', creatinine(400), ['stop renal.avoid 0']],
    ['ibuprofen', { creatinine: null }, ['note renal.not_checked 0']],
    ['ibuprofen', { weight_kg: null }, ['note renal.not_checked 0']],
    ['clindamycin', { creatinine: null }, []],
    // 70 kg, 40 years, man: 97 mL/min at 100, 24 at 400 µmol/L.
    ['cefazolin', creatinine(400), ['warn renal.adjust 0']],
    ['metformin', creatinine(400), ['stop renal.avoid 0']],
    ['ketorolac', creatinine(190), ['stop renal.avoid 0']],
    ['benzylpenicillin', creatinine(190), []],
    ['benzylpenicillin', creatinine(400), ['warn renal.adjust 0']],
    ['paracetamol', { ...CHILD, ...creatinine(80) }, ['note renal.not_checked 0']],
  ])('%s, %j: %j', (name, facts, expected) => {
    expect(codes([line(name)], facts)).toEqual(expected);
  });

  it('reads the clauses of the reference', () => {
    expect(
      renalClauses('CrCl 35-54: full dose, at least 8-hourly; 11-34: half dose every 12 h; 10 or less: half'),
    ).toMatchObject([
      { from: 35, below: 55 },
      { from: 11, below: 35 },
      { from: 0, below: 11 },
    ]);
    expect(renalClauses('eGFR 30-44: max 1 g/day; below 30 contraindicated')).toMatchObject([
      { measure: 'eGFR', from: 30, below: 45 },
      { measure: 'eGFR', from: 0, below: 30 },
    ]);
    expect(renalClauses('No change')).toEqual([]);
  });

  it('the worse the kidneys, the graver: no gap between clauses lets a drug through that a better kidney stops', () => {
    const worst = (name: string, value: number) =>
      ['stop', 'warn'].findIndex((severity) => codes([line(name)], creatinine(value)).some((one) => one.startsWith(severity)));
    for (const name of ['ibuprofen', 'metformin', 'ketorolac', 'rivaroxaban', 'co-trimoxazole'])
      for (let value = 60; value < 1500; value += 15) {
        if (worst(name, value) === 0) expect([name, value + 15, worst(name, value + 15)]).toEqual([name, value + 15, 0]);
      }
  });
});

describe('pregnancy', () => {
  const woman = { sex: 'female', age_years: 28 } as const;
  const yes = { value: true, said: 'test positive, 3 Nov 2026' };
  it.each([
    ['warfarin', { ...woman, pregnant: yes }, 'stop pregnancy.avoid 0'],
    ['ciprofloxacin', { ...woman, pregnant: yes }, 'stop pregnancy.avoid 0'],
    ['vancomycin', { ...woman, pregnant: yes }, 'warn pregnancy.caution 0'],
    ['amoxicillin', { ...woman, pregnant: yes }, null],
    ['warfarin', { ...woman, pregnant: { value: false, said: '' } }, null],
    ['warfarin', { ...woman, pregnant: null }, 'note pregnancy.not_checked 0'],
    ['warfarin', { ...woman, sex: null, pregnant: null }, 'note pregnancy.not_checked 0'],
    ['warfarin', { ...woman, age_years: null, pregnant: null }, 'note pregnancy.not_checked 0'],
    ['warfarin', { ...woman, age_years: 70, pregnant: null }, null],
    ['warfarin', { pregnant: null }, null],
  ])('%s, %j: %s', (name, facts, expected) => {
    expect(codes([line(name)], facts).filter((one) => one.includes('pregnancy'))).toEqual(expected === null ? [] : [expected]);
  });
});

it('is total: whatever is typed, every finding has its line, words, and an entry of the reference', () => {
  const typed = fc.oneof(fc.string(), fc.constantFrom(...REFERENCE.drugs.map(({ name }) => name), 'toString', '__proto__'));
  const lines = fc.array(
    fc.record({ medication_name: fc.option(typed), dosage: fc.option(fc.string()), frequency: fc.option(fc.string()) }),
    { maxLength: 6 },
  );
  const allergies = fc.array(
    fc.record({
      status: fc.constantFrom('Active', 'Refuted'),
      assertion: fc.constant('Allergy'),
      substance: fc.option(typed),
      reaction: fc.option(fc.string()),
      severity: fc.option(fc.constantFrom('Mild', 'Severe')),
    }),
    { maxLength: 3 },
  );
  fc.assert(
    fc.property(lines, allergies, fc.array(typed, { maxLength: 4 }), (draft, known, active) => {
      const found = check(draft, { allergies: known, active });
      for (const { item, say, why } of found) {
        expect(item === null || (item >= 0 && item < draft.length)).toBe(true);
        expect(say).not.toMatch(/undefined|NaN|null/);
        expect(why).not.toMatch(/undefined|NaN/);
      }
      // More medicines never take a warning away.
      const more = check(draft, { allergies: known, active: [...active, 'warfarin'] });
      const said = (one: (typeof found)[number]) => `${one.item} ${one.code} ${one.say}`;
      expect(more.map(said)).toEqual(expect.arrayContaining(found.map(said)));
    }),
  );
});
