import { type Band, defineCalculator } from '../calculator.ts';
import { number } from '../input.ts';
import { below } from '../points.ts';
import { round } from '../round.ts';

const BANDS = {
  underweight: { label: 'Underweight', range: 'below 18.5', means: 'Screen for malnutrition (MUST).', level: 2 },
  normal: { label: 'Normal weight', range: '18.5 to below 25', means: 'No step follows from weight alone.', level: 0 },
  overweight: { label: 'Overweight', range: '25 to below 30', means: 'Count it among the risks of operation.', level: 1 },
  obese_1: { label: 'Obesity class 1', range: '30 to below 35', means: 'Count it among the risks of operation.', level: 1 },
  obese_2: {
    label: 'Obesity class 2',
    range: '35 to below 40',
    means: 'Plan airway, clot prevention and doses for it.',
    level: 2,
  },
  obese_3: {
    label: 'Obesity class 3',
    range: '40 and above',
    means: 'Plan airway, clot prevention and doses for it.',
    level: 2,
  },
} as const satisfies Record<string, Band>;

const category = (bmi: number): keyof typeof BANDS =>
  below(bmi, [18.5, 25, 30, 35, 40], ['underweight', 'normal', 'overweight', 'obese_1', 'obese_2', 'obese_3']);

/** Weight in kg over height in m squared; classes of WHO for adults. Source: WHO Technical Report 894, 2000. */
export const bmi = defineCalculator({
  id: 'bmi',
  title: 'Body mass index',
  about: 'Weight for height of an adult, with the class of WHO.',
  version: '1.0',
  system: 'Nutrition',
  words: ['BMI', 'obesity', 'underweight', 'weight', 'height'],
  sources: [{ cite: 'WHO Technical Report Series 894', year: 2000 }],
  licence: null,
  sign: ['consultant'],
  inputs: {
    weightKg: number('Weight', { min: 1, max: 400, unit: 'kg', fact: 'weight_kg' }),
    heightCm: number('Height', { min: 30, max: 250, unit: 'cm', fact: 'height_cm' }),
  },
  outputs: {
    bmi: { label: 'BMI', type: 'number', unit: 'kg/m²', decimals: 1 },
    category: { label: 'Class', type: 'text', bands: BANDS },
  },
  headline: { value: 'bmi', trend: 'bmi', band: 'category' },
  limits: ['The classes are of adults.', 'Oedema, casts and missing limbs mislead.'],
  compute({ weightKg, heightCm }) {
    const value = weightKg / (heightCm / 100) ** 2;
    return { bmi: round(value, 1), category: category(value) };
  },
  working: ({ weightKg, heightCm }, { bmi: value }) => [
    `${weightKg} kg ÷ (${heightCm} cm ÷ 100)² = ${value} kg/m²; the class goes by the unrounded value`,
  ],
});
