import { allergyLevel, rulesAgainst } from '../clinical/medicines/allergy_check.ts';
import type { AllergyLevel } from '../reference/drugs.ts';
import type { DrugEntry, PrescribingReference } from './drug-reference.ts';
import type { PrescribingFacts, RecordedAllergy } from './facts.ts';
import type { Finding } from './finding.ts';
import { allergensNamed, drugNamed, folded } from './names.ts';

const standing = ({ allergies }: PrescribingFacts): readonly RecordedAllergy[] =>
  allergies.filter((a) => a.status === 'Active');

const SEVERE_DELAYED = /\bstevens|\btoxic epidermal/i;
// As short names only: "ten days later" is no reaction.
const SEVERE_SHORT = /\b(SJS|TEN|DRESS)\b/;
const ANAPHYLAXIS = /\banaphyla/i;

/** The reaction as the rules ask for it; what was only called severe, or not described, is unknown, which weighs as much as anaphylaxis. */
function reactionOf({ reaction, severity }: RecordedAllergy) {
  const said = reaction ?? '';
  if (SEVERE_DELAYED.test(said) || SEVERE_SHORT.test(said)) return 'severe_delayed' as const;
  if (ANAPHYLAXIS.test(said)) return 'anaphylaxis' as const;
  return severity === 'Mild' || severity === 'Moderate' ? ('mild' as const) : ('unknown' as const);
}

const SEVERITY = { contraindicated: 'stop', avoid: 'stop', caution: 'warn' } as const;
const SAYS: Readonly<Record<Exclude<AllergyLevel, 'none'>, string>> = {
  contraindicated: 'must not be given',
  avoid: 'is to be avoided',
  caution: 'may cross-react',
};

/** As recorded: `allergy to penicillin (anaphylaxis, life-threatening)`. */
function recorded({ substance, reaction, severity }: RecordedAllergy): string {
  const how = [reaction ?? 'reaction not recorded', severity?.toLowerCase()].filter(Boolean).join(', ');
  return `allergy to ${substance ?? ''} (${how})`;
}

function against(
  allergy: RecordedAllergy,
  typed: string,
  drug: DrugEntry | undefined,
  item: number,
  reference: PrescribingReference,
): Finding | null {
  const substance = allergy.substance ?? '';
  const culprit = drugNamed(substance, reference);
  const at = { item, entry: drug ? reference.mark('drug', drug.id) : null };
  if (folded(substance) === folded(typed) || (drug && culprit?.id === drug.id))
    return {
      ...at,
      code: 'allergy.same_name',
      severity: 'stop',
      say: `${typed} is what the patient is allergic to.`,
      why: `Recorded: ${recorded(allergy)}.`,
      source: '',
    };
  if (!drug) return null;
  const rules = allergensNamed(substance, reference).flatMap((allergen) =>
    rulesAgainst(allergen, drug.allergyGroups, reference.allergyRules),
  );
  const level = allergyLevel(rules, reactionOf(allergy));
  if (level === 'none') return null;
  return {
    ...at,
    code: `allergy.${level}`,
    severity: SEVERITY[level],
    say: `${drug.name} ${SAYS[level]}: ${recorded(allergy)}.`,
    why: rules.map(({ note }) => note).join('; '),
    source: [...new Set(rules.map(({ source }) => source))].join('; '),
    entry: reference.mark('allergy_rule', rules.map(({ allergen, group }) => `${allergen}+${group}`).at(0) ?? ''),
  };
}

/** A line against every allergy that stands. */
export const allergyFindings = (
  typed: string,
  drug: DrugEntry | undefined,
  item: number,
  facts: PrescribingFacts,
  reference: PrescribingReference,
): Finding[] =>
  standing(facts).flatMap((allergy) =>
    allergy.assertion === 'Allergy' ? (against(allergy, typed, drug, item, reference) ?? []) : [],
  );

/** What the record does not say of allergies, or says in words that cannot be compared. */
export function allergyGaps(facts: PrescribingFacts, reference: PrescribingReference): Finding[] {
  const of = { item: null, source: '', entry: null } as const;
  const said = standing(facts);
  const unknown = said.filter(
    ({ assertion, substance }) =>
      assertion === 'Allergy' &&
      allergensNamed(substance ?? '', reference).length === 0 &&
      !drugNamed(substance ?? '', reference),
  );
  const old = facts.allergies_written?.trim() ?? '';
  return [
    ...(said.length === 0
      ? [
          {
            ...of,
            code: 'allergy.not_asked' as const,
            severity: 'warn' as const,
            say: 'Allergies have not been asked.',
            why: 'The record holds neither an allergy nor a statement that none is known.',
          },
        ]
      : []),
    ...unknown.map((allergy) => ({
      ...of,
      code: 'allergy.not_compared' as const,
      severity: 'warn' as const,
      say: `Not checked: ${recorded(allergy)}.`,
      why: 'The reference does not know it by this name.',
    })),
    ...(old === ''
      ? []
      : [
          {
            ...of,
            code: 'allergy.not_compared' as const,
            severity: 'warn' as const,
            say: `Not checked: allergies as written in an older record: ${old}`,
            why: 'Free text is not compared; enter each allergy.',
          },
        ]),
  ];
}
