import { defineCalculator } from '../calculator.ts';
import { readAnswers } from '../check.ts';
import { type AnswerItem, answers, number } from '../input.ts';
import { round } from '../round.ts';

/** What each region is of an adult's body surface, in per cent. Source: Wallace 1951. */
export const NINES: Readonly<Record<string, { label: string; percent: number }>> = {
  head_neck: { label: 'Head and neck', percent: 9 },
  arm_right: { label: 'Right arm', percent: 9 },
  arm_left: { label: 'Left arm', percent: 9 },
  trunk_front: { label: 'Trunk, front', percent: 18 },
  trunk_back: { label: 'Trunk, back', percent: 18 },
  leg_right: { label: 'Right leg', percent: 18 },
  leg_left: { label: 'Left leg', percent: 18 },
  perineum: { label: 'Perineum', percent: 1 },
};

const ITEMS: Readonly<Record<string, AnswerItem>> = Object.fromEntries(
  Object.entries(NINES).map(([id, { label }]) => [id, { label, min: 0, max: 100, unit: '% of it' }]),
);

/** Burned surface of an adult by nines. Source: Wallace 1951. */
export const ruleOfNines = defineCalculator({
  id: 'rule_of_nines',
  title: 'Rule of nines',
  about: 'How much of an adult’s body surface is burned, quickly.',
  version: '1.0',
  system: 'Burns',
  words: ['TBSA', 'burn size', 'Wallace', 'burned surface'],
  sources: [{ cite: 'Wallace AB, The exposure treatment of burns', year: 1951 }],
  licence: null,
  sign: ['consultant'],
  inputs: {
    ageYears: number('Age', {
      min: 16,
      max: 120,
      unit: 'years',
      fact: 'age_years',
      help: 'Under 16 years use the Lund and Browder chart.',
    }),
    regions: answers('Burned regions', { help: 'Per cent of each region that is burned; 0 where none.', items: ITEMS }),
  },
  outputs: { tbsaPct: { label: 'Burned surface', type: 'number', unit: '% of the body', decimals: 2 } },
  headline: { value: 'tbsaPct', trend: 'tbsaPct' },
  limits: [
    'For a first estimate; the Lund and Browder chart is more exact.',
    'Count partial and full thickness only; leave out plain redness.',
    'A region that is not given counts as not burned.',
  ],
  compute({ regions }) {
    const read = readAnswers<string, number>(ITEMS, regions, 'regions');
    if ('error' in read) return read;
    const tbsa = Object.entries(NINES).reduce((sum, [id, { percent }]) => sum + (percent * (read.answers[id] ?? 0)) / 100, 0);
    return { tbsaPct: round(tbsa, 2) };
  },
  working: ({ regions }, { tbsaPct }) => [
    ...Object.entries(NINES)
      .filter(([id]) => Number(regions[id] ?? 0) > 0)
      .map(([id, { label, percent }]) => `${label}: ${Number(regions[id])} % of ${percent}`),
    `Sum: ${String(tbsaPct)} % of the body surface`,
  ],
});
