import { defineCalculator } from '../calculator.ts';
import { choice, number } from '../input.ts';
import { refuse } from '../refusal.ts';
import { round } from '../round.ts';

/** A value beyond these belongs to the other unit. */
const MMOL_MOST = 6;
const MG_LEAST = 3;

/** Calcium as it would be with albumin of 40 g/L, in the unit given. Source: Payne 1973. */
export const correctedCalcium = defineCalculator({
  id: 'corrected_calcium',
  title: 'Albumin-adjusted calcium',
  about: 'Total calcium, adjusted for albumin.',
  version: '1.0',
  system: 'Laboratory',
  words: ['calcium', 'albumin', 'hypocalcaemia', 'hypercalcaemia', 'corrected calcium'],
  sources: [{ cite: 'Payne et al., British Medical Journal', year: 1973 }],
  licence: null,
  sign: ['laboratory'],
  inputs: {
    calcium: number('Total calcium', { min: 0, max: 20, exclusiveMin: true }),
    unit: choice('Unit', { 'mmol/L': 'mmol/L', 'mg/dL': 'mg/dL' }),
    albuminGL: number('Albumin', { min: 5, max: 70, unit: 'g/L', fact: 'albumin' }),
  },
  outputs: { adjusted: { label: 'Adjusted calcium, in the unit given', type: 'number', decimals: 2 } },
  headline: { value: 'adjusted' },
  limits: ['Weak when albumin is very low and in the severely ill: measure ionised calcium where possible.'],
  compute({ calcium, unit, albuminGL }) {
    if (unit === 'mmol/L') {
      if (calcium > MMOL_MOST) return refuse('OUT_OF_RANGE', 'calcium');
      return { adjusted: round(calcium + 0.02 * (40 - albuminGL), 2) };
    }
    if (calcium < MG_LEAST) return refuse('OUT_OF_RANGE', 'calcium');
    return { adjusted: round(calcium + 0.8 * (4 - albuminGL / 10), 2) };
  },
  working: ({ calcium, unit, albuminGL }, { adjusted }) => [
    unit === 'mmol/L'
      ? `${calcium} + 0.02 × (40 − ${albuminGL} g/L) = ${String(adjusted)} mmol/L`
      : `${calcium} + 0.8 × (4 − ${albuminGL} g/L ÷ 10) = ${String(adjusted)} mg/dL`,
  ],
});
