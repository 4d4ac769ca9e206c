import { defineCalculator } from '../calculator.ts';
import { number, optional } from '../input.ts';
import { above, round } from '../round.ts';

interface Asked {
  mgPerKg: number;
  weightKg: number;
  maxSingleMg: number | null;
}

function doseOf({ mgPerKg, weightKg, maxSingleMg }: Asked): { mg: number; capped: boolean } {
  const mg = mgPerKg * weightKg;
  return maxSingleMg !== null && above(mg, maxSingleMg) ? { mg: maxSingleMg, capped: true } : { mg, capped: false };
}

/** mg/kg × kg, at most the single maximum; a dose equal to the maximum is not capped. */
export const doseMgkg = defineCalculator({
  id: 'dose_mgkg',
  title: 'Weight-based dose with cap',
  about: 'One dose by weight, never above the single maximum.',
  version: '1.0',
  system: 'Medicines',
  words: ['dose', 'mg/kg', 'paediatric dose', 'child', 'maximum dose'],
  sources: [{ cite: 'Arithmetic; dose and maximum come from who prescribes', year: 2026 }],
  licence: null,
  sign: ['pharmacist'],
  inputs: {
    mgPerKg: number('Dose by weight', { min: 0, max: 1000, exclusiveMin: true, unit: 'mg/kg' }),
    weightKg: number('Weight', { min: 0.5, max: 300, unit: 'kg', fact: 'weight_kg' }),
    maxSingleMg: optional(number('Single maximum', { min: 0, max: 100000, exclusiveMin: true, unit: 'mg' })),
  },
  outputs: {
    exactMg: { label: 'Dose', type: 'number', unit: 'mg', decimals: 4 },
    doseMg: { label: 'Rounded to 0.1 mg', type: 'number', unit: 'mg', decimals: 1 },
    capped: { label: 'Held at the maximum', type: 'boolean' },
  },
  headline: { value: 'exactMg' },
  limits: [
    'Without a maximum nothing holds the dose back: look up the adult dose.',
    'Small doses lose by rounding to 0.1 mg: below 10 mg take the dose before rounding, and never more than the maximum.',
    'It knows nothing of kidneys, liver, age or interval.',
  ],
  compute(asked) {
    const { mg, capped } = doseOf(asked);
    return { doseMg: round(mg, 1), exactMg: round(mg, 4), capped };
  },
  working(asked, { exactMg, doseMg, capped }) {
    const { mgPerKg, weightKg, maxSingleMg } = asked;
    return [
      `${mgPerKg} mg/kg × ${weightKg} kg = ${round(mgPerKg * weightKg, 4)} mg`,
      ...(capped ? [`above the maximum of ${String(maxSingleMg)} mg: ${String(exactMg)} mg`] : []),
      `rounded to 0.1 mg: ${String(doseMg)} mg`,
    ];
  },
});
