import { calculate } from '../clinical/calculator.ts';
import { ckdEpi2021 } from '../clinical/kidney/ckd_epi_2021.ts';
import { cockcroftGault } from '../clinical/kidney/cockcroft_gault.ts';
import { isRefusal } from '../clinical/refusal.ts';
import type { DrugEntry, PrescribingReference } from './drug-reference.ts';
import type { PrescribingFacts } from './facts.ts';
import type { Finding } from './finding.ts';

/** Kidneys below this, in mL/min, are impaired (KDIGO 2024, G3a and beyond); severely below the second (G4). */
const IMPAIRED = 60;
const SEVERE = 30;
/** Years between which pregnancy is asked for; the range of the Ionising Radiation (Medical Exposure) Regulations 2017 practice. */
const CHILDBEARING = { from: 12, to: 55 } as const;

type Measure = 'CrCl' | 'eGFR';

interface Clause {
  text: string;
  measure: Measure;
  /** Kidney function for which it speaks, in mL/min: from, and below. */
  from: number;
  below: number;
}

const FORBIDS = /avoid|contraindicated/i;
/** Clauses that ask for nothing. */
const NOTHING = /^(no change(?! unless)|preferred|requirement falls)/i;

/** The words of the reference as clauses; without a number they speak for impaired kidneys, with "severe" alone for severely impaired ones. */
export function renalClauses(text: string): Clause[] {
  let measure: Measure | null = null;
  return text.split(';').flatMap((part): Clause[] => {
    const clause = part.trim();
    if (clause === '' || NOTHING.test(clause)) return [];
    measure = /eGFR/.test(clause) ? 'eGFR' : /CrCl/.test(clause) ? 'CrCl' : measure;
    const head = clause.split(':').at(0) ?? '';
    const plain = { text: clause, measure: measure ?? 'CrCl' } as const;
    const range = /(\d+)-(\d+)/.exec(head);
    const below = /below (\d+)/.exec(head);
    const orLess = /(\d+) or less/.exec(head);
    if (measure && below) return [{ ...plain, from: 0, below: Number(below[1]) }];
    if (measure && orLess) return [{ ...plain, from: 0, below: Number(orLess[1]) + 1 }];
    if (measure && range) return [{ ...plain, from: Number(range[1]), below: Number(range[2]) + 1 }];
    const severe = /severe/i.test(clause) && !/moderate/i.test(clause);
    return [{ ...plain, from: 0, below: severe ? SEVERE : IMPAIRED }];
  });
}

/** Kidney function of an adult as the clause measures it; null where something it needs is not recorded. */
function kidney(measure: Measure, facts: PrescribingFacts): number | null {
  const { age_years, sex, weight_kg, creatinine } = facts;
  if (age_years === null || sex === null || creatinine === null) return null;
  const given = { creatinine: creatinine.value, unit: creatinine.unit, ageYears: Math.floor(age_years), sex };
  const result =
    measure === 'eGFR'
      ? calculate(ckdEpi2021, given)
      : weight_kg === null
        ? null
        : calculate(cockcroftGault, { ...given, weightKg: weight_kg.value });
  if (result === null || isRefusal(result)) return null;
  return Number(measure === 'eGFR' ? result.egfr : result.crclMlMin);
}

function whyNot({ age_years, sex, weight_kg, creatinine }: PrescribingFacts): string {
  if (age_years !== null && age_years < 18) return 'the rule is for adults';
  const missing = [
    creatinine === null && 'no recent creatinine',
    weight_kg === null && 'no recent weight',
    age_years === null && 'no date of birth',
    sex === null && 'no sex',
  ].filter((one) => one !== false);
  return missing.length > 0 ? `${missing.join(', ')} recorded` : 'the recorded values do not fit the rule';
}

/** What the kidneys ask for; said as not checked where they are not known. */
export function renalFindings(
  drug: DrugEntry,
  item: number,
  facts: PrescribingFacts,
  reference: PrescribingReference,
): Finding[] {
  const of = { item, source: drug.provenance.join(', '), entry: reference.mark('drug', drug.id) };
  const clauses = renalClauses(drug.renal);
  const judged = clauses.map((clause) => ({ ...clause, value: kidney(clause.measure, facts) }));
  if (judged.some(({ value }) => value === null))
    return [
      {
        ...of,
        code: 'renal.not_checked',
        severity: 'note',
        say: `Kidneys not checked: ${whyNot(facts)}.`,
        why: `${drug.name} in kidney impairment: ${drug.renal}`,
      },
    ];
  return judged.flatMap(({ text, measure, from, below, value }): Finding[] => {
    if (value === null || value < from || value >= below) return [];
    const known = `${measure} ${value} ${measure === 'CrCl' ? 'mL/min' : 'mL/min/1.73 m²'}, from ${facts.creatinine?.said ?? ''}.`;
    return [
      FORBIDS.test(text)
        ? { ...of, code: 'renal.avoid', severity: 'stop', say: `Kidneys: ${text}.`, why: known }
        : { ...of, code: 'renal.adjust', severity: 'warn', say: `Kidneys: ${text}.`, why: known },
    ];
  });
}

const HARMLESS = /^(compatible$|recommended|give when indicated|compatible \()/i;
const HARMS = /^(avoid|contraindicated|stop)/i;

/** What a pregnancy asks for; where none is recorded either way it is said, never assumed. */
export function pregnancyFindings(
  drug: DrugEntry,
  item: number,
  facts: PrescribingFacts,
  reference: PrescribingReference,
): Finding[] {
  const { sex, age_years: age, pregnant } = facts;
  if (sex === 'male' || HARMLESS.test(drug.pregnancy)) return [];
  const of = { item, source: drug.provenance.join(', '), entry: reference.mark('drug', drug.id) };
  if (pregnant === null) {
    if (age !== null && (age < CHILDBEARING.from || age > CHILDBEARING.to)) return [];
    const why = `${drug.name} in pregnancy: ${drug.pregnancy}`;
    const say = 'Pregnancy not checked: it is not recorded.';
    return [{ ...of, code: 'pregnancy.not_checked', severity: 'note', say, why }];
  }
  if (!pregnant.value) return [];
  const say = `${drug.name} in pregnancy: ${drug.pregnancy}.`;
  return [
    HARMS.test(drug.pregnancy)
      ? { ...of, code: 'pregnancy.avoid', severity: 'stop', say, why: pregnant.said }
      : { ...of, code: 'pregnancy.caution', severity: 'warn', say, why: pregnant.said },
  ];
}
