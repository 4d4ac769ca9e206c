import { type Band, defineCalculator } from '../calculator.ts';
import { number } from '../input.ts';
import { refuse } from '../refusal.ts';
import { atLeast, round } from '../round.ts';

const BANDS = {
  good: { label: 'Good', range: '90 % or more', means: 'Go on as planned.', level: 0 },
  partial: { label: 'Partial', range: '70 to below 90 %', means: 'Look for the cause; dress, and review the rest.', level: 1 },
  poor: {
    label: 'Poor',
    range: 'below 70 %',
    means: 'Look for infection, haematoma, shear; plan for another cover.',
    level: 2,
  },
} as const satisfies Record<string, Band>;

const percent = ({ graftedCm2, takenCm2 }: { graftedCm2: number; takenCm2: number }): number => (takenCm2 / graftedCm2) * 100;

function category(pct: number): keyof typeof BANDS {
  if (atLeast(pct, 90)) return 'good';
  return atLeast(pct, 70) ? 'partial' : 'poor';
}

/** Surviving area as a share of the area that was grafted. Bands are a convention of the unit. */
export const graftTake = defineCalculator({
  id: 'graft_take',
  title: 'Graft / flap take',
  about: 'How much of a graft or flap survived.',
  version: '1.0',
  system: 'Flaps and grafts',
  words: ['skin graft', 'graft loss', 'flap loss', 'survival', 'split skin'],
  sources: [{ cite: 'Unit convention', year: 2026 }],
  licence: null,
  sign: ['consultant'],
  inputs: {
    graftedCm2: number('Area grafted', { min: 0, max: 20000, exclusiveMin: true, unit: 'cm²' }),
    takenCm2: number('Area that has taken', { min: 0, max: 20000, unit: 'cm²' }),
  },
  outputs: {
    takePct: { label: 'Take', type: 'number', unit: '%', decimals: 1 },
    category: { label: 'Class', type: 'text', bands: BANDS },
  },
  headline: { value: 'takePct', trend: 'takePct', band: 'category' },
  limits: ['Look on day 5 and on days 10 to 14.', 'The bands are a local convention that the consultant has yet to confirm.'],
  compute(values) {
    if (values.takenCm2 > values.graftedCm2) return refuse('INCONSISTENT', 'takenCm2');
    const pct = percent(values);
    return { takePct: round(pct, 1), category: category(pct) };
  },
  working: ({ graftedCm2, takenCm2 }, { takePct }) => [
    `${takenCm2} cm² ÷ ${graftedCm2} cm² × 100 = ${String(takePct)} %; the class goes by the unrounded value`,
  ],
});
