import { defineCalculator } from '../calculator.ts';
import { choice, integer, number } from '../input.ts';
import { round } from '../round.ts';
import { CREATININE, conversion, mgPerDl, wrongUnit } from './creatinine.ts';

const FACTOR = { male: 1, female: 0.85 } as const;

/** Creatinine clearance of an adult in mL/min, for drug doses. Source: Cockcroft and Gault 1976. */
export const cockcroftGault = defineCalculator({
  id: 'cockcroft_gault',
  title: 'Cockcroft-Gault CrCl',
  about: 'Creatinine clearance of an adult, by which drugs are dosed.',
  version: '1.0',
  system: 'Kidneys and fluids',
  words: ['creatinine clearance', 'kidney function', 'renal dose', 'CrCl'],
  sources: [{ cite: 'Cockcroft and Gault, Nephron', year: 1976 }],
  licence: null,
  sign: ['consultant', 'pharmacist'],
  inputs: {
    ...CREATININE,
    ageYears: integer('Age', { min: 18, max: 120, unit: 'years', fact: 'age_years' }),
    weightKg: number('Weight', {
      min: 20,
      max: 300,
      unit: 'kg',
      fact: 'weight_kg',
      help: 'In obesity take the adjusted weight.',
    }),
    sex: choice('Sex', { male: 'Male', female: 'Female' }, { fact: 'sex' }),
  },
  outputs: { crclMlMin: { label: 'Creatinine clearance', type: 'number', unit: 'mL/min', decimals: 1 } },
  headline: { value: 'crclMlMin', trend: 'crclMlMin' },
  limits: ['Only while creatinine is steady: not in acute kidney injury.', 'Not corrected for body surface.'],
  compute(values) {
    const { ageYears, weightKg, sex } = values;
    return wrongUnit(values) ?? { crclMlMin: round(((140 - ageYears) * weightKg * FACTOR[sex]) / (72 * mgPerDl(values)), 1) };
  },
  working: (values, { crclMlMin }) => [
    ...conversion(values),
    `(140 − ${values.ageYears}) × ${values.weightKg} kg × ${FACTOR[values.sex]} ÷ (72 × ${round(mgPerDl(values), 4)} mg/dL) = ${String(crclMlMin)} mL/min`,
  ],
});
