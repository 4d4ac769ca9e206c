import { defineCalculator } from '../calculator.ts';
import { number } from '../input.ts';
import { round } from '../round.ts';

/** Body surface in m², from weight in kg and height in cm. Source: Mosteller 1987. */
export const bsa = defineCalculator({
  id: 'bsa',
  title: 'BSA (Mosteller)',
  about: 'Body surface area from weight and height.',
  version: '1.0',
  system: 'General',
  words: ['body surface area', 'BSA', 'Mosteller', 'weight', 'height'],
  sources: [{ cite: 'Mosteller, New England Journal of Medicine', year: 1987 }],
  licence: null,
  sign: ['consultant'],
  inputs: {
    weightKg: number('Weight', { min: 1, max: 400, unit: 'kg', fact: 'weight_kg' }),
    heightCm: number('Height', { min: 30, max: 250, unit: 'cm', fact: 'height_cm' }),
  },
  outputs: { bsaM2: { label: 'Body surface area', type: 'number', unit: 'm²', decimals: 2 } },
  headline: { value: 'bsaM2', trend: 'bsaM2' },
  limits: ['It is not the share of the body that is burned.', 'Formulas differ by a few per cent, most in small children.'],
  compute: ({ weightKg, heightCm }) => ({ bsaM2: round(Math.sqrt((heightCm * weightKg) / 3600), 2) }),
  working: ({ weightKg, heightCm }, { bsaM2 }) => [`√(${heightCm} cm × ${weightKg} kg ÷ 3600) = ${String(bsaM2)} m²`],
});
