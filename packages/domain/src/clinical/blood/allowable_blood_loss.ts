import { defineCalculator } from '../calculator.ts';
import { choice, number } from '../input.ts';
import { refuse } from '../refusal.ts';
import { round, roundDown } from '../round.ts';

/** Blood volume, mL for each kg. */
const ML_PER_KG = { preterm: 95, term_neonate: 85, infant: 80, child: 75, adult_male: 75, adult_female: 65 } as const;

interface Asked {
  weightKg: number;
  category: keyof typeof ML_PER_KG;
  startHb: number;
  minHb: number;
  method: 'simple' | 'gross';
}

const volumeOf = ({ weightKg, category }: Asked): number => ML_PER_KG[category] * weightKg;

/** What the fall of haemoglobin is divided by. */
const divisorOf = ({ startHb, minHb, method }: Asked): number => (method === 'gross' ? (startHb + minHb) / 2 : startHb);

/** Blood that may be lost before haemoglobin (or haematocrit) falls to the least accepted, in mL, rounded down. Source: Gross 1983. */
export const allowableBloodLoss = defineCalculator({
  id: 'allowable_blood_loss',
  title: 'Allowable blood loss',
  about: 'How much blood may be lost before haemoglobin falls to the least you accept.',
  version: '1.0',
  system: 'Blood',
  words: ['blood loss', 'haemorrhage', 'burn excision', 'EBV', 'estimated blood volume', 'transfusion'],
  sources: [{ cite: 'Gross, Anesthesiology', year: 1983 }],
  licence: null,
  sign: ['anaesthetist'],
  inputs: {
    weightKg: number('Weight', { min: 0.5, max: 300, unit: 'kg', fact: 'weight_kg' }),
    category: choice('Patient', {
      preterm: 'Preterm baby',
      term_neonate: 'Newborn',
      infant: 'Infant',
      child: 'Child',
      adult_male: 'Man',
      adult_female: 'Woman',
    }),
    startHb: number('Haemoglobin now', { min: 2, max: 25, unit: 'g/dL', fact: 'haemoglobin' }),
    minHb: number('Least accepted haemoglobin', { min: 2, max: 25, unit: 'g/dL' }),
    method: choice('Method', { simple: 'Simple: over the first value', gross: 'Gross: over the mean' }),
  },
  outputs: {
    ebvMl: { label: 'Blood volume', type: 'integer', unit: 'mL' },
    ablMl: { label: 'Allowable loss', type: 'integer', unit: 'mL' },
  },
  headline: { value: 'ablMl' },
  limits: [
    'Blood volumes differ by 5 to 10 mL/kg between texts; the anaesthetist has yet to confirm ours.',
    'It holds while volume is replaced. Bleeding that goes on is judged at the bedside.',
  ],
  compute(asked) {
    const { startHb, minHb } = asked;
    if (minHb >= startHb) return refuse('INCONSISTENT', 'minHb');
    const ebv = volumeOf(asked);
    return { ebvMl: round(ebv), ablMl: roundDown((ebv * (startHb - minHb)) / divisorOf(asked)) };
  },
  working: (asked, { ebvMl, ablMl }) => [
    `${ML_PER_KG[asked.category]} mL/kg × ${asked.weightKg} kg = ${String(ebvMl)} mL`,
    `${String(ebvMl)} mL × (${asked.startHb} − ${asked.minHb}) ÷ ${divisorOf(asked)} = ${String(ablMl)} mL, from the unrounded volume, rounded down`,
  ],
});
