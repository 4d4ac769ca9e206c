import { defineCalculator } from '../calculator.ts';
import { number } from '../input.ts';
import { refuse } from '../refusal.ts';
import { round } from '../round.ts';

/** What is gone of the baseline, in per cent and full precision; negative when the wound grew. */
export const percentGone = (baseline: number, current: number): number => ((baseline - current) / baseline) * 100;

/** How fast a wound closes. Source: Sheehan 2003 for the use of the per cent. */
export const areaReduction = defineCalculator({
  id: 'area_reduction',
  title: 'Wound area reduction',
  about: 'How much smaller a wound has become, and how fast.',
  version: '1.0',
  system: 'Wounds',
  words: ['healing', 'percent', 'closure', 'wound size'],
  sources: [{ cite: 'Sheehan P et al., Percent change in wound area of diabetic foot ulcers', year: 2003 }],
  licence: null,
  sign: ['consultant'],
  inputs: {
    baselineCm2: number('Area at first', { min: 0, max: 10_000, exclusiveMin: true, unit: 'cm²' }),
    currentCm2: number('Area now', { min: 0, max: 10_000, unit: 'cm²', help: 'By the same method.' }),
    days: number('Days between', { min: 0, max: 3650, exclusiveMin: true, unit: 'days' }),
  },
  outputs: {
    pctReduction: { label: 'Smaller by', type: 'number', unit: '%', decimals: 1 },
    pctPerWeek: { label: 'In a week', type: 'number', unit: '%', decimals: 1 },
  },
  headline: { value: 'pctReduction', trend: 'pctReduction' },
  limits: [
    'A negative number is growth.',
    'Areas by different methods do not compare.',
    'A wound grows at first when dead tissue is taken away.',
  ],
  compute({ baselineCm2, currentCm2, days }) {
    const gone = percentGone(baselineCm2, currentCm2);
    const pctReduction = round(gone, 1);
    // An area or a time that is all but nothing.
    if (!Number.isFinite(pctReduction)) return refuse('OUT_OF_RANGE', 'baselineCm2');
    const pctPerWeek = round((gone * 7) / days, 1);
    return Number.isFinite(pctPerWeek) ? { pctReduction, pctPerWeek } : refuse('OUT_OF_RANGE', 'days');
  },
  working: ({ baselineCm2, currentCm2, days }, { pctReduction, pctPerWeek }) => [
    `(${baselineCm2} − ${currentCm2}) cm² ÷ ${baselineCm2} cm² = ${String(pctReduction)} %`,
    `÷ (${days} days ÷ 7) = ${String(pctPerWeek)} % a week`,
  ],
});
