import { DRUG_OF, DRUGS, DRUGS_VERSION, type Interaction, type Severity } from '../../reference/drugs.ts';
import { type Band, defineCalculator } from '../calculator.ts';
import { texts } from '../input.ts';
import { refuse } from '../refusal.ts';

const WORST = {
  none: {
    label: 'None known',
    range: 'no pair is listed',
    means: 'That a pair is not listed is no proof of safety.',
    level: 0,
  },
  minor: { label: 'Minor', range: 'the worst pair is minor', means: 'Know about it.', level: 1 },
  moderate: { label: 'Moderate', range: 'the worst pair is moderate', means: 'Adjust or watch, as the pair says.', level: 1 },
  major: { label: 'Major', range: 'the worst pair is major', means: 'Avoid, or watch closely, as the pair says.', level: 2 },
  contraindicated: {
    label: 'Contraindicated',
    range: 'a pair that must not be',
    means: 'Do not give them together.',
    level: 3,
  },
} as const satisfies Record<Severity | 'none', Band>;

const ORDER = ['minor', 'moderate', 'major', 'contraindicated'] as const satisfies readonly Severity[];

const nameOf = (id: string): string => DRUG_OF.get(id)?.name ?? id;

/** The name of a pair, whichever of the two came first. */
export const pairId = ({ a, b }: { a: string; b: string }): string => [a, b].sort().join('+');

/** A pair in words, by their ids where the names are not known. */
export const pairWords = ({ a, b }: { a: string; b: string }): string => `${nameOf(a)} with ${nameOf(b)}`;

/** The listed pairs among these drugs, in the order of their names. */
export function interactionsAmong<I extends Interaction>(ids: readonly string[], listed: readonly I[]): readonly I[] {
  const given = new Set(ids);
  return listed.filter(({ a, b }) => given.has(a) && given.has(b)).sort((x, y) => (pairId(x) < pairId(y) ? -1 : 1));
}

/** The worst severity among these pairs. */
export const worstOf = (pairs: readonly Interaction[]): Severity | 'none' =>
  ORDER.findLast((severity) => pairs.some((pair) => pair.severity === severity)) ?? 'none';

/** Every listed pair among the drugs given, and the worst of them, by the drug reference. */
export const interactionCheck = defineCalculator({
  id: 'interaction_check',
  title: 'Interactions between medicines',
  about: 'Which of several drugs are known to harm together.',
  version: '1.0',
  system: 'Medicines',
  words: ['interaction', 'drug interaction', 'prescription', 'polypharmacy', 'warfarin'],
  sources: [{ cite: 'British National Formulary 86, interactions; FDA labels', year: 2023 }],
  licence: null,
  sign: ['pharmacist', 'consultant'],
  inputs: {
    drugIds: texts('Drugs', { offered: Object.fromEntries(Array.from(DRUG_OF, ([id, { name }]) => [id, name])) }),
  },
  outputs: {
    worst: { label: 'Worst', type: 'text', bands: WORST },
    pairs: {
      label: 'Pairs',
      type: 'list',
      values: Object.fromEntries(DRUGS.interactions.map((pair) => [pairId(pair), pairWords(pair)])),
    },
    advice: { label: 'What to do', type: 'list' },
    reference: { label: 'Reference', type: 'text' },
  },
  headline: { value: 'worst', band: 'worst' },
  limits: [
    'The pairs are a draft that no pharmacist has reviewed.',
    'That a pair is not listed is no proof of safety. It knows no dose, route or timing.',
  ],
  compute({ drugIds }) {
    if (!drugIds.every((id) => DRUG_OF.has(id))) return refuse('INVALID_VALUE', 'drugIds');
    const found = interactionsAmong(drugIds, DRUGS.interactions);
    return {
      worst: worstOf(found),
      pairs: found.map(pairId),
      advice: found.map(({ effect, management }) => `${effect}: ${management}`),
      reference: DRUGS_VERSION,
    };
  },
  working: ({ drugIds }) => {
    const found = interactionsAmong(drugIds, DRUGS.interactions);
    const drugs = new Set(drugIds).size;
    return [
      `drugs: ${drugs}; pairs looked at: ${(drugs * (drugs - 1)) / 2}; listed: ${found.length}`,
      ...found.map((pair) => `${pairWords(pair)}: ${pair.severity}`),
    ];
  },
});
