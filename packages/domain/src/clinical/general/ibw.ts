import { defineCalculator } from '../calculator.ts';
import { choice, number, optional } from '../input.ts';
import { above, round } from '../round.ts';

const BASE_KG = { male: 50, female: 45.5 } as const;

interface Person {
  heightCm: number;
  sex: keyof typeof BASE_KG;
}

const ideal = ({ heightCm, sex }: Person): number => BASE_KG[sex] + 2.3 * (heightCm / 2.54 - 60);

/** Ideal weight by height from 60 inches, and the weight by which obese people are dosed. Source: Devine 1974. */
export const ibw = defineCalculator({
  id: 'ibw',
  title: 'Ideal and adjusted body weight (Devine)',
  about: 'The weights by which some drugs and ventilators are set, when the real weight misleads.',
  version: '1.0',
  system: 'General',
  words: ['ideal body weight', 'adjusted body weight', 'obesity', 'IBW', 'Devine'],
  sources: [{ cite: 'Devine, Drug Intelligence and Clinical Pharmacy', year: 1974 }],
  licence: null,
  sign: ['consultant', 'pharmacist'],
  inputs: {
    heightCm: number('Height', { min: 152.4, max: 250, unit: 'cm', fact: 'height_cm' }),
    sex: choice('Sex', { male: 'Male', female: 'Female' }, { fact: 'sex' }),
    actualKg: optional(number('Real weight', { min: 20, max: 400, unit: 'kg', fact: 'weight_kg' })),
  },
  outputs: {
    ibwKg: { label: 'Ideal weight', type: 'number', unit: 'kg', decimals: 1 },
    adjustedKg: { label: 'Adjusted weight', type: 'number', unit: 'kg', decimals: 1, nullable: true },
  },
  headline: { value: 'ibwKg' },
  limits: [
    'For adults of 152.4 cm (60 inches) and taller.',
    'There is no adjusted weight when the real weight is not above the ideal.',
  ],
  compute({ actualKg, ...person }) {
    const kg = ideal(person);
    const adjusted = actualKg !== null && above(actualKg, kg) ? round(kg + 0.4 * (actualKg - kg), 1) : null;
    return { ibwKg: round(kg, 1), adjustedKg: adjusted };
  },
  working: ({ actualKg, heightCm, sex }, { ibwKg, adjustedKg }) => [
    `${BASE_KG[sex]} kg + 2.3 kg × (${heightCm} cm ÷ 2.54 − 60) = ${String(ibwKg)} kg`,
    ...(adjustedKg === null
      ? []
      : [
          `${String(ibwKg)} kg + 0.4 × (${String(actualKg)} kg − ${String(ibwKg)} kg) = ${String(adjustedKg)} kg, from the unrounded ideal weight`,
        ]),
  ],
});
