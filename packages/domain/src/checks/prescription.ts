import { allergyFindings, allergyGaps } from './allergy.ts';
import { pregnancyFindings, renalFindings } from './cautions.ts';
import { duplicateFindings, interactionFindings, type Other } from './combination.ts';
import { doseFindings } from './dose.ts';
import type { PrescribingReference } from './drug-reference.ts';
import type { DraftLine, PrescribingFacts } from './facts.ts';
import { bySeverity, type Finding, usedWords } from './finding.ts';
import { drugNamed } from './names.ts';

/** Other medicines of the patient: what is given now, and the lines above, so that a pair is said once. */
function othersOf(
  lines: readonly DraftLine[],
  item: number,
  facts: PrescribingFacts,
  reference: PrescribingReference,
): Other[] {
  const named = (name: string | null, where: string): Other[] => {
    const drug = name === null ? undefined : drugNamed(name, reference);
    return drug ? [{ drug, where }] : [];
  };
  const all = [
    ...facts.active.flatMap((name) => named(name, 'is given now')),
    ...lines.slice(0, item).flatMap((line, n) => named(line.medication_name, `stands in line ${n + 1}`)),
  ];
  return all.filter(({ drug, where }, at) => all.findIndex((one) => one.drug.id === drug.id && one.where === where) === at);
}

function lineFindings(
  lines: readonly DraftLine[],
  item: number,
  facts: PrescribingFacts,
  reference: PrescribingReference,
): Finding[] {
  const line = lines[item];
  const typed = line?.medication_name?.trim() ?? '';
  if (!line || typed === '') return [];
  const drug = drugNamed(typed, reference);
  const allergies = allergyFindings(typed, drug, item, facts, reference);
  if (!drug)
    return [
      ...allergies,
      {
        code: 'drug.not_in_reference',
        severity: 'note',
        item,
        say: 'Not checked: the reference has no medicine of exactly this name.',
        why: 'Write the generic name alone, without strength or form. Allergies, interactions and doses are then compared.',
        source: '',
        entry: null,
      },
    ];
  const others = othersOf(lines, item, facts, reference);
  return [
    ...allergies,
    ...duplicateFindings(drug, others, item, reference),
    ...interactionFindings(drug, others, item, reference),
    ...doseFindings(line, drug, item, facts, reference),
    ...renalFindings(drug, item, facts, reference),
    ...pregnancyFindings(drug, item, facts, reference),
  ];
}

/**
 * A prescription being written against what is recorded of the patient and what the reference says. Nothing is guessed: a name that is not exactly
 * in the reference, an amount that cannot be read and a fact that is not recorded are findings themselves.
 * @param lines what stands in the form, also while it is typed.
 * @returns the gravest first; a pair of two lines is said at the later one.
 */
export function checkPrescription(
  lines: readonly DraftLine[],
  facts: PrescribingFacts,
  reference: PrescribingReference,
): Finding[] {
  const findings = lines.flatMap((_line, item) => lineFindings(lines, item, facts, reference));
  const begun = lines.some((line) => (line.medication_name?.trim() ?? '') !== '');
  return bySeverity([...(begun ? allergyGaps(facts, reference) : []), ...findings]);
}

/** The entries by which a line was judged: that of its medicine, and those on which a finding rests; as they are kept with the line. */
export function entriesUsed(line: DraftLine, findings: readonly Finding[], reference: PrescribingReference): string | null {
  const drug = drugNamed(line.medication_name ?? '', reference);
  return usedWords([drug ? reference.mark('drug', drug.id) : null, ...findings.map(({ entry }) => entry)]);
}
