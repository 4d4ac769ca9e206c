import { defineCalculator } from '../calculator.ts';
import { number, optional } from '../input.ts';
import { round } from '../round.ts';

interface Salts {
  na: number;
  cl: number;
  hco3: number;
  k: number | null;
}

const gapOf = ({ na, cl, hco3, k }: Salts): number => na + (k ?? 0) - (cl + hco3);

/** What albumin below 40 g/L hides of the gap. Source: Figge 1998. */
const hidden = (albuminGL: number): number => 0.25 * (40 - albuminGL);

/** Measured cations less anions in mmol/L, with potassium when it is given; and adjusted to albumin of 40 g/L. */
export const anionGap = defineCalculator({
  id: 'anion_gap',
  title: 'Anion gap',
  about: 'The unmeasured anions in an acidosis; normal is about 8 to 12 mmol/L without potassium.',
  version: '1.0',
  system: 'Laboratory',
  words: ['metabolic acidosis', 'lactate', 'ketoacidosis', 'electrolytes', 'bicarbonate'],
  sources: [{ cite: 'Figge et al., Critical Care Medicine (albumin)', year: 1998 }],
  licence: null,
  sign: ['laboratory'],
  inputs: {
    na: number('Sodium', { min: 80, max: 200, unit: 'mmol/L' }),
    cl: number('Chloride', { min: 50, max: 160, unit: 'mmol/L' }),
    hco3: number('Bicarbonate', { min: 1, max: 60, unit: 'mmol/L' }),
    k: optional(number('Potassium', { min: 1, max: 12, unit: 'mmol/L', help: 'With it the normal gap is about 4 higher.' })),
    albuminGL: optional(number('Albumin', { min: 5, max: 70, unit: 'g/L', fact: 'albumin' })),
  },
  outputs: {
    anionGap: { label: 'Anion gap', type: 'number', unit: 'mmol/L', decimals: 1 },
    albuminCorrected: { label: 'Adjusted for albumin', type: 'number', unit: 'mmol/L', decimals: 1, nullable: true },
  },
  headline: { value: 'anionGap', trend: 'anionGap' },
  limits: ['The normal range depends on the analyser: ask the laboratory.', 'A low albumin hides a raised gap.'],
  compute({ albuminGL, ...salts }) {
    const gap = gapOf(salts);
    return { anionGap: round(gap, 1), albuminCorrected: albuminGL === null ? null : round(gap + hidden(albuminGL), 1) };
  },
  working({ albuminGL, ...salts }, { anionGap: gap, albuminCorrected }) {
    const { na, cl, hco3, k } = salts;
    const cations = k === null ? `${na}` : `${na} + ${k}`;
    return [
      `${cations} − (${cl} + ${hco3}) = ${String(gap)} mmol/L`,
      ...(albuminGL === null ? [] : [`${String(gap)} + 0.25 × (40 − ${albuminGL} g/L) = ${String(albuminCorrected)} mmol/L`]),
    ];
  },
});
