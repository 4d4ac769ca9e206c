import { calculate } from '../clinical/calculator.ts';
import { doseMgkg } from '../clinical/medicines/dose_mgkg.ts';
import { isRefusal } from '../clinical/refusal.ts';
import { above, round } from '../clinical/round.ts';
import { type Amount, readDose, readFrequency } from './amounts.ts';
import type { DrugEntry, PrescribingReference } from './drug-reference.ts';
import type { DraftLine, PrescribingFacts } from './facts.ts';
import type { Finding, FindingCode, FindingSeverity } from './finding.ts';

/** From this age in years on, the doses of adults stand. */
const ADULT_YEARS = 18;
/** Younger children are newborn: the doses of the reference begin after them. Completed months, as the age comes. */
const NEWBORN_YEARS = 1 / 12;
const DAY_HOURS = 24;

type Add = (code: FindingCode, severity: FindingSeverity, say: string, why: string) => void;

/** mg/kg × kg by the rule for doses by weight; null when the weight cannot be. */
function byWeight(mgPerKg: number, weightKg: number, maxSingleMg: number | null): number | null {
  const result = calculate(doseMgkg, { mgPerKg, weightKg, maxSingleMg });
  return isRefusal(result) ? null : Number(result.exactMg);
}

const shown = (mg: number): string => `${round(mg, 3)} mg`;
const least = (...limits: (number | null | undefined)[]): number | null => {
  const given = limits.filter((one) => typeof one === 'number');
  return given.length > 0 ? Math.min(...given) : null;
};

interface Limits {
  low: number | null;
  single: number | null;
  daily: number | null;
  /** Where they come from. */
  said: string;
}

/** What stands for this patient; nobody gets more than an adult. */
function limitsOf(drug: DrugEntry, { age_years: age, weight_kg: weight }: PrescribingFacts): Limits {
  const { adult, paediatric, maxPerDay } = drug;
  const adultSingle = adult.singleMg?.at(-1);
  const forAdults = { low: null, single: least(adultSingle), daily: least(maxPerDay.adultMg), said: `Adults: ${adult.text}` };
  if (age === null) return forAdults;
  if (age >= ADULT_YEARS) return { ...forAdults, low: least(adult.singleMg?.at(0)) };
  const cap = least(paediatric.maxSingleMg, adultSingle);
  const [from, to] = [paediatric.mgPerKgPerDose?.at(0), paediatric.mgPerKgPerDose?.at(-1)];
  const said = `Children: ${paediatric.text}`;
  if (weight === null) return { low: null, single: cap, daily: forAdults.daily, said };
  const perDay = maxPerDay.paediatricMgPerKg;
  return {
    low: from === undefined ? null : byWeight(from, weight.value, cap),
    single: to === undefined ? cap : least(byWeight(to, weight.value, cap), cap),
    daily: least(perDay === null ? null : byWeight(perDay, weight.value, null), maxPerDay.adultMg),
    said: `${said}; ${weight.said}`,
  };
}

/** What one dose comes to in mg; null when it goes by a weight that is not known. */
function inMg({ mg, perKg }: Amount, { weight_kg: weight }: PrescribingFacts): number | null {
  if (!perKg) return mg;
  return weight === null ? null : byWeight(mg, weight.value, null);
}

/** What cannot be judged of the dose, and why. */
function gaps(drug: DrugEntry, facts: PrescribingFacts, amount: Amount, limits: Limits, add: Add): void {
  const { age_years: age, weight_kg: weight } = facts;
  const child = age !== null && age < ADULT_YEARS;
  const byKg = amount.perKg || (child && drug.paediatric.mgPerKgPerDose !== null);
  if (age === null)
    add('dose.not_checked', 'warn', 'Dose for the age not checked: the date of birth is not recorded.', limits.said);
  else if (age < NEWBORN_YEARS)
    add('dose.not_checked', 'warn', 'Dose not checked for a newborn: the reference begins after the first month.', limits.said);
  if (weight === null && byKg)
    add(
      'dose.not_checked',
      'warn',
      'Dose by weight not checked: no recent weight is recorded.',
      `${limits.said}. Weigh the patient, and enter it.`,
    );
  if (limits.single === null && limits.daily === null && !(weight === null && byKg))
    add('dose.not_checked', 'note', `Dose not checked: the reference gives no maximum for ${drug.name}.`, limits.said);
}

function often(drug: DrugEntry, perDay: number, facts: PrescribingFacts, add: Add): void {
  const child = facts.age_years !== null && facts.age_years < ADULT_YEARS;
  const intervals = (child ? drug.paediatric : drug.adult).intervalHours;
  const shortest = intervals === null ? null : Math.min(...intervals);
  if (shortest === null || !above(shortest, DAY_HOURS / perDay)) return;
  // What is given once a week kills when it is given every day.
  const severity = shortest > DAY_HOURS ? 'stop' : 'warn';
  add(
    'dose.often',
    severity,
    `More often than the reference: every ${round(DAY_HOURS / perDay, 1)} h, there every ${shortest} h.`,
    `${child ? 'Children' : 'Adults'}: ${(child ? drug.paediatric : drug.adult).text}`,
  );
}

/** The dose against age, weight, and the most of one dose and of a day. */
export function doseFindings(
  line: DraftLine,
  drug: DrugEntry,
  item: number,
  facts: PrescribingFacts,
  reference: PrescribingReference,
): Finding[] {
  const found: Finding[] = [];
  const doubt = drug.verify ? ' The reference marks this entry as uncertain.' : '';
  const of = { item, source: drug.provenance.join(', '), entry: reference.mark('drug', drug.id) };
  const add: Add = (code, severity, say, why) => found.push({ ...of, code, severity, say, why: `${why}${doubt}` });
  if (line.dosage === null) return [];
  const limits = limitsOf(drug, facts);
  const perDay = line.frequency === null ? null : readFrequency(line.frequency);
  if (perDay !== null) often(drug, perDay, facts, add);
  const amount = readDose(line.dosage);
  if (amount === null) {
    add('dose.not_checked', 'note', 'Dose not checked: it is not written in mg, g or micrograms.', limits.said);
    return found;
  }
  gaps(drug, facts, amount, limits, add);
  const mg = inMg(amount, facts);
  if (mg === null) return found;
  if (limits.single !== null && above(mg, limits.single))
    add('dose.single', 'stop', `One dose of ${shown(mg)} is above the most of ${shown(limits.single)}.`, limits.said);
  else if (limits.low !== null && above(limits.low, mg))
    add('dose.low', 'note', `One dose of ${shown(mg)} is below the usual ${shown(limits.low)}.`, limits.said);
  if (perDay === null) {
    if (line.frequency !== null && limits.daily !== null)
      add('dose.not_checked', 'note', 'The amount for a day not checked: how often cannot be read.', limits.said);
  } else if (limits.daily !== null && above(mg * perDay, limits.daily))
    add('dose.daily', 'stop', `${shown(mg * perDay)} a day is above the most of ${shown(limits.daily)}.`, limits.said);
  return found;
}
