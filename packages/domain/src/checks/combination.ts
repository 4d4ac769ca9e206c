import { interactionsAmong, pairId } from '../clinical/medicines/interaction_check.ts';
import type { Severity } from '../reference/drugs.ts';
import type { DrugEntry, PrescribingReference } from './drug-reference.ts';
import type { Finding, FindingSeverity } from './finding.ts';

/** Another medicine of the same patient. */
export interface Other {
  drug: DrugEntry;
  /** `is given now`, `stands in line 1` */
  where: string;
}

const GRAVE: Readonly<Record<Severity, FindingSeverity>> = {
  contraindicated: 'stop',
  major: 'stop',
  moderate: 'warn',
  minor: 'note',
};

/** Classes that say what a thing is, not what it does: two of them are no duplicate. */
const NO_CLASS = ['electrolyte'];

const classesOf = ({ drugClass }: DrugEntry): readonly string[] =>
  drugClass
    .split(/ [+/] /)
    .map((part) => part.trim().toLowerCase())
    .filter((part) => !NO_CLASS.includes(part));

/** The same drug, or another of its class, beside it. */
export function duplicateFindings(
  drug: DrugEntry,
  others: readonly Other[],
  item: number,
  reference: PrescribingReference,
): Finding[] {
  const mine = classesOf(drug);
  return others.flatMap(({ drug: other, where }): Finding[] => {
    const of = { item, source: '', entry: reference.mark('drug', drug.id) };
    if (other.id === drug.id)
      return [
        {
          ...of,
          code: 'duplicate.drug',
          severity: 'stop',
          say: `${drug.name} ${where} already.`,
          why: 'Both together may be more than the most for a day.',
        },
      ];
    const shared = classesOf(other).filter((one) => mine.includes(one));
    if (shared.length === 0) return [];
    const say = `${other.name} ${where}: it is of the same class.`;
    return [{ ...of, code: 'duplicate.class', severity: 'warn', say, why: `Both: ${shared.join(', ')}.` }];
  });
}

/** Listed pairs of the drug with each of the others. */
export function interactionFindings(
  drug: DrugEntry,
  others: readonly Other[],
  item: number,
  reference: PrescribingReference,
): Finding[] {
  return others.flatMap(({ drug: other, where }) =>
    other.id === drug.id
      ? []
      : interactionsAmong([drug.id, other.id], reference.interactions).map((pair): Finding => {
          const { severity, effect, management, provenance } = pair;
          return {
            code: `interaction.${severity}`,
            severity: GRAVE[severity],
            item,
            say: `${drug.name} with ${other.name}, which ${where}: ${effect}.`,
            why: `${severity[0]?.toUpperCase()}${severity.slice(1)} interaction. ${management}.`,
            source: provenance,
            entry: reference.mark('interaction', pairId(pair)),
          };
        }),
  );
}
