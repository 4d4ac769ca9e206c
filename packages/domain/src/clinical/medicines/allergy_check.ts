import { ALLERGEN_OF, type AllergyLevel, type AllergyRule, DRUG_OF, DRUGS, DRUGS_VERSION } from '../../reference/drugs.ts';
import { type Band, defineCalculator } from '../calculator.ts';
import { choice, text } from '../input.ts';
import { refuse } from '../refusal.ts';

const LEVELS = {
  none: {
    label: 'No rule against it',
    range: 'no rule names it',
    means: 'No rule is no proof of safety: ask what happened.',
    level: 0,
  },
  caution: {
    label: 'Caution',
    range: 'cross-reaction is possible',
    means: 'Give it when needed; observe the first dose.',
    level: 1,
  },
  avoid: { label: 'Avoid', range: 'cross-reaction is likely', means: 'Choose another drug.', level: 2 },
  contraindicated: {
    label: 'Contraindicated',
    range: 'the same or a closely related drug, or a severe reaction',
    means: 'Do not give it.',
    level: 3,
  },
} as const satisfies Record<AllergyLevel, Band>;

const ORDER = ['none', 'caution', 'avoid', 'contraindicated'] as const satisfies readonly AllergyLevel[];

const REACTIONS = {
  mild: 'Mild',
  anaphylaxis: 'Anaphylaxis',
  severe_delayed: 'Severe delayed: SJS/TEN, DRESS, organ injury',
  unknown: 'Unknown',
} as const;

type Reaction = keyof typeof REACTIONS;

/** The rules that an allergy sets against a drug of these groups. */
export function rulesAgainst(
  allergen: string,
  groups: readonly string[],
  rules: readonly AllergyRule[],
): readonly AllergyRule[] {
  return rules.filter((rule) => rule.allergen === allergen && groups.includes(rule.group));
}

const highest = (rules: readonly AllergyRule[]): AllergyLevel =>
  ORDER.findLast((level) => rules.some((rule) => rule.level === level)) ?? 'none';

/** The highest level of the rules, raised by a reaction that was severe or is not known. */
export function allergyLevel(rules: readonly AllergyRule[], reaction: Reaction): AllergyLevel {
  const level = highest(rules);
  const raised = reaction === 'severe_delayed' ? level !== 'none' : reaction !== 'mild' && level === 'avoid';
  return raised ? 'contraindicated' : level;
}

const groupsOf = (drugId: string): readonly string[] =>
  DRUGS.drugs.filter(({ id }) => id === drugId).flatMap(({ allergyGroups }) => allergyGroups);

const against = (allergen: string, drugId: string): readonly AllergyRule[] =>
  rulesAgainst(allergen, groupsOf(drugId), DRUGS.allergyRules);

/** One known allergy against one drug, by the rules of the drug reference. */
export const allergyCheck = defineCalculator({
  id: 'allergy_check',
  title: 'Allergy against a medicine',
  about: 'Whether a known allergy speaks against a drug, with cross-reactions.',
  version: '1.0',
  system: 'Medicines',
  words: ['allergy', 'penicillin', 'cephalosporin', 'cross-reactivity', 'anaphylaxis', 'NSAID', 'latex'],
  sources: [
    { cite: 'AAAAI/ACAAI drug allergy practice parameter', year: 2022 },
    { cite: 'EAACI/ENDA on NSAID hypersensitivity', year: 2013 },
    { cite: 'NAP6, Royal College of Anaesthetists', year: 2018 },
  ],
  licence: null,
  sign: ['pharmacist', 'consultant'],
  inputs: {
    allergen: text('Allergy to', { offered: Object.fromEntries(ALLERGEN_OF) }),
    reaction: choice('Reaction', REACTIONS),
    drugId: text('Drug', { offered: Object.fromEntries(Array.from(DRUG_OF, ([id, { name }]) => [id, name])) }),
  },
  outputs: {
    level: { label: 'Level', type: 'text', bands: LEVELS },
    reasons: { label: 'Why', type: 'list' },
    reference: { label: 'Reference', type: 'text' },
  },
  headline: { value: 'level', band: 'level' },
  limits: [
    'The rules are a draft that no pharmacist has reviewed.',
    'A drug or allergy that no rule names is not thereby safe. For an allergy to one NSAID the culprit itself is contraindicated.',
  ],
  compute({ allergen, reaction, drugId }) {
    if (!ALLERGEN_OF.has(allergen)) return refuse('INVALID_VALUE', 'allergen');
    if (!DRUG_OF.has(drugId)) return refuse('INVALID_VALUE', 'drugId');
    const rules = against(allergen, drugId);
    return {
      level: allergyLevel(rules, reaction),
      reasons: rules.map(({ note, source }) => `${note} (${source})`),
      reference: DRUGS_VERSION,
    };
  },
  working({ allergen, reaction, drugId }, { level }) {
    const rules = against(allergen, drugId);
    return [
      ...rules.map((rule) => `${rule.allergen} against ${rule.group}: ${rule.level}`),
      `highest: ${highest(rules)}; reaction ${reaction}: ${String(level)}`,
    ];
  },
});
