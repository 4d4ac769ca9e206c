/** What a check found. Pure data: the form shows it, the row keeps what was overruled. */

/** `stop`: it is not saved without a reason. `warn`: it is read. `note`: a line, also for what could not be checked. */
export type FindingSeverity = 'stop' | 'warn' | 'note';

/** The entry of the reference data on which a finding rests, as it was then. */
export interface EntryMark {
  /** `drug/amoxicillin`, `interaction/metronidazole+warfarin`, `lab_test/k` */
  key: string;
  version: string;
  /** Nobody has signed this version yet. */
  unreviewed: boolean;
}

export type FindingCode =
  | 'allergy.contraindicated'
  | 'allergy.avoid'
  | 'allergy.caution'
  | 'allergy.same_name'
  | 'allergy.not_asked'
  | 'allergy.not_compared'
  | 'drug.not_in_reference'
  | 'duplicate.drug'
  | 'duplicate.class'
  | 'interaction.contraindicated'
  | 'interaction.major'
  | 'interaction.moderate'
  | 'interaction.minor'
  | 'dose.single'
  | 'dose.daily'
  | 'dose.often'
  | 'dose.low'
  | 'dose.not_checked'
  | 'renal.avoid'
  | 'renal.adjust'
  | 'renal.not_checked'
  | 'pregnancy.avoid'
  | 'pregnancy.caution'
  | 'pregnancy.not_checked';

export interface Finding {
  code: FindingCode;
  severity: FindingSeverity;
  /** Which line of the draft it concerns, from 0; null: the whole prescription. */
  item: number | null;
  /** What is wrong, in a sentence. */
  say: string;
  /** The rule, and the facts it was held against. */
  why: string;
  /** Who says so; empty where it follows from the record alone. */
  source: string;
  entry: EntryMark | null;
}

const RANK: Readonly<Record<FindingSeverity, number>> = { stop: 0, warn: 1, note: 2 };

/** The gravest first; otherwise as found. */
export const bySeverity = (findings: readonly Finding[]): Finding[] =>
  findings.toSorted((a, b) => RANK[a.severity] - RANK[b.severity]);

/** An entry in words: `drug/amoxicillin, 2026-11, unreviewed`. */
export const entryWords = ({ key, version, unreviewed }: EntryMark): string =>
  [key, version, ...(unreviewed ? ['unreviewed'] : [])].join(', ');

/** What is kept of the warnings that a reason overrules: a line each, its code, its entry and version, and what was said. */
export const overruledWords = (findings: readonly Finding[]): string =>
  findings
    .filter(({ severity }) => severity === 'stop')
    .map(({ code, entry, say }) => `${code}${entry ? ` [${entryWords(entry)}]` : ''} ${say}`)
    .join('\n');

/** What is kept of the entries by which something was checked: a line each. Null: none. */
export const usedWords = (entries: readonly (EntryMark | null)[]): string | null =>
  [...new Set(entries.flatMap((entry) => (entry ? [entryWords(entry)] : [])))].join('\n') || null;
