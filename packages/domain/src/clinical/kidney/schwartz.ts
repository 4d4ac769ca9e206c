import { defineCalculator } from '../calculator.ts';
import { number } from '../input.ts';
import { round } from '../round.ts';
import { CREATININE, conversion, mgPerDl, wrongUnit } from './creatinine.ts';

const K = 0.413;

/** Estimated filtration of a child in mL/min/1.73 m², by height and enzymatic (IDMS) creatinine. Source: Schwartz 2009. */
export const schwartz = defineCalculator({
  id: 'schwartz',
  title: 'Bedside Schwartz eGFR',
  about: 'Estimated glomerular filtration of a child.',
  version: '1.0',
  system: 'Kidneys and fluids',
  words: ['eGFR', 'child', 'paediatric', 'kidney function', 'renal function'],
  sources: [{ cite: 'Schwartz et al., Journal of the American Society of Nephrology', year: 2009 }],
  licence: null,
  sign: ['consultant', 'laboratory'],
  inputs: {
    ...CREATININE,
    ageYears: number('Age', { min: 1, max: 17.99, unit: 'years', fact: 'age_years' }),
    heightCm: number('Height', { min: 45, max: 200, unit: 'cm', fact: 'height_cm' }),
  },
  outputs: { egfr: { label: 'eGFR', type: 'number', unit: 'mL/min/1.73 m²', decimals: 1 } },
  headline: { value: 'egfr', trend: 'egfr' },
  limits: [
    'Creatinine must be measured by an IDMS-traceable method.',
    'Not for acute kidney injury, nor under one year of age.',
  ],
  compute: (values) => wrongUnit(values) ?? { egfr: round((K * values.heightCm) / mgPerDl(values), 1) },
  working: (values, { egfr }) => [
    ...conversion(values),
    `${K} × ${values.heightCm} cm ÷ ${round(mgPerDl(values), 4)} mg/dL = ${String(egfr)} mL/min/1.73 m²`,
  ],
});
