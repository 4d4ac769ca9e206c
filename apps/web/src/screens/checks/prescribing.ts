/** What the record says to a prescription being written. Pure. */
import type { RECORDS, Row } from '@psa/domain';
import type { DraftLine, Finding, PrescribingFacts, Recorded } from '@psa/domain/checks';
import type { Present, Raws } from '../../record/form.ts';
import { factsOf, type Known, type Source } from '../../scores/facts.ts';
import { dayIn, showDay } from '../../ui/days.ts';

type Records = typeof RECORDS;

/** What is read of the record of one patient. */
export interface PrescribingSource extends Source {
  allergies: readonly Row<Records['patient_allergies']>[];
  prescriptions: readonly Row<Records['prescriptions']>[];
  items: readonly Row<Records['prescription_items']>[];
  assessments: readonly Row<Records['preoperative_assessments']>[];
}

/** A pregnancy test says nothing of a later month. */
const PREGNANCY_DAYS = 14;
const DAY_MS = 86_400_000;

const recorded = (known: Known | undefined): Recorded<number> | null =>
  known ? { value: Number(known.raw), said: known.said } : null;

/** Only a test counts, and only a recent one; "Not tested" and "Not applicable" say nothing. */
function pregnancy(assessments: PrescribingSource['assessments'], present: Present): PrescribingFacts['pregnant'] {
  const age = (at: string | null) => Date.parse(present.now) - Date.parse(at ?? '');
  const tested = assessments
    .filter(({ pregnancy_excluded: said }) => said === 'Test negative' || said === 'Test positive')
    .map(({ pregnancy_excluded, assessed_at, created_at }) => ({ said: pregnancy_excluded, at: assessed_at ?? created_at }))
    .filter(({ at }) => age(at) >= 0 && age(at) <= PREGNANCY_DAYS * DAY_MS)
    .sort((a, b) => age(a.at) - age(b.at))
    .at(0);
  if (!tested?.at) return null;
  const on = showDay(dayIn(tested.at, present.zone));
  return { value: tested.said === 'Test positive', said: `${tested.said} in the assessment of ${on}` };
}

/** @param self the line that is being changed: it does not stand beside itself. */
export function prescribingFacts(source: PrescribingSource, present: Present, self?: string): PrescribingFacts {
  const { patient, allergies, prescriptions, items, assessments } = source;
  const facts = factsOf(source, present);
  const going = new Set(prescriptions.filter(({ status }) => status === 'Active' || status === 'On Hold').map(({ id }) => id));
  const creatinine = recorded(facts.creatinine);
  return {
    allergies,
    allergies_written: patient.allergies,
    active: items
      .filter((item) => item.id !== self && item.is_stopped !== true && going.has(item.prescription_id))
      .map((item) => item.medication_name),
    age_years: facts.age_years ? Number(facts.age_years.raw) : null,
    sex: facts.sex?.raw === 'male' || facts.sex?.raw === 'female' ? facts.sex.raw : null,
    weight_kg: recorded(facts.weight_kg),
    creatinine: creatinine && facts.creatinine?.unit ? { ...creatinine, unit: facts.creatinine.unit } : null,
    pregnant: pregnancy(assessments, present),
  };
}

const word = (raw: Raws[string] | undefined): string | null =>
  typeof raw === 'string' && raw.trim() !== '' ? raw.trim() : null;

/** A line as it stands in the form. */
export const draftLine = (raws: Raws): DraftLine => ({
  medication_name: word(raws.medication_name),
  dosage: word(raws.dosage),
  frequency: word(raws.frequency),
});

/** Findings of one line; of the whole prescription with null. */
export const findingsOf = (findings: readonly Finding[], item: number | null): Finding[] =>
  findings.filter((finding) => finding.item === item);

/** Whether a line may be saved: nothing stops it, or somebody wrote why. */
export const isExplained = (findings: readonly Finding[], reason: Raws[string] | undefined): boolean =>
  word(reason) !== null || !findings.some(({ severity }) => severity === 'stop');

export const EXPLAIN = 'Say why it is given despite the warning, or change it.';
