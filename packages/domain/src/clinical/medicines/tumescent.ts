import { type Band, defineCalculator } from '../calculator.ts';
import { number } from '../input.ts';
import { above, round, roundDown } from '../round.ts';

/** mg of lidocaine for each kg: the limit we work by, and the one nobody passes. */
const WORKING_LIMIT = 35;
const LAST_LIMIT = 55;

const BANDS = {
  within_35: {
    label: 'Within 35 mg/kg',
    range: 'up to 35 mg/kg',
    means: 'Within the working limit; observe 8 to 16 hours.',
    level: 0,
  },
  caution_35_55: {
    label: 'Above the working limit',
    range: 'above 35 to 55 mg/kg',
    means: 'Only for liposuction, and only when a senior approves.',
    level: 2,
  },
  exceeds_55: { label: 'Too much', range: 'above 55 mg/kg', means: 'Do not give it.', level: 3 },
} as const satisfies Record<string, Band>;

interface Planned {
  weightKg: number;
  lidocaineMgPerL: number;
  plannedVolumeMl: number;
}

const mgOf = ({ lidocaineMgPerL, plannedVolumeMl }: Planned): number => (lidocaineMgPerL * plannedVolumeMl) / 1000;

function statusOf(mgPerKg: number): keyof typeof BANDS {
  if (above(mgPerKg, LAST_LIMIT)) return 'exceeds_55';
  return above(mgPerKg, WORKING_LIMIT) ? 'caution_35_55' : 'within_35';
}

/** Lidocaine in a planned tumescent infiltration, in mg/kg. Sources: Klein 1990 and ASPS (35), ASDS (55). */
export const tumescent = defineCalculator({
  id: 'tumescent',
  title: 'Tumescent lidocaine check',
  about: 'Whether the lidocaine of a planned tumescent infiltration is within its limit.',
  version: '1.0',
  system: 'Medicines',
  words: ['liposuction', 'tumescent', 'lidocaine', 'lignocaine', 'Klein', 'WALANT'],
  sources: [
    { cite: 'Klein, Journal of Dermatologic Surgery and Oncology', year: 1990 },
    { cite: 'Klein and Jeske, Anesthesia and Analgesia', year: 2016 },
  ],
  licence: null,
  sign: ['consultant', 'anaesthetist', 'pharmacist'],
  inputs: {
    weightKg: number('Weight', { min: 30, max: 200, unit: 'kg', fact: 'weight_kg' }),
    lidocaineMgPerL: number('Lidocaine in the solution', { min: 100, max: 1500, unit: 'mg/L', help: '0.1 % is 1000 mg/L.' }),
    plannedVolumeMl: number('Planned volume', { min: 0, max: 20000, unit: 'mL' }),
  },
  outputs: {
    plannedMg: { label: 'Lidocaine planned', type: 'number', unit: 'mg', decimals: 1 },
    mgPerKg: { label: 'For each kg', type: 'number', unit: 'mg/kg', decimals: 1 },
    status: { label: 'Status', type: 'text', bands: BANDS },
    maxVolumeMl35: { label: 'Volume that reaches 35 mg/kg', type: 'integer', unit: 'mL' },
  },
  headline: { value: 'mgPerKg', band: 'status' },
  limits: [
    'Without liposuction the safe limit is lower: about 28 mg/kg by Klein and Jeske.',
    'The peak comes after 8 to 16 hours: observe, and give no other amide that day.',
    'Give less with CYP3A4 inhibitors (fluconazole, macrolides) and in liver disease. Never where nobody monitors.',
  ],
  compute(planned) {
    const mg = mgOf(planned);
    const mgPerKg = mg / planned.weightKg;
    return {
      plannedMg: round(mg, 1),
      mgPerKg: round(mgPerKg, 1),
      status: statusOf(mgPerKg),
      maxVolumeMl35: roundDown((WORKING_LIMIT * planned.weightKg * 1000) / planned.lidocaineMgPerL),
    };
  },
  working: ({ weightKg, lidocaineMgPerL, plannedVolumeMl }, { plannedMg, mgPerKg, maxVolumeMl35 }) => [
    `${lidocaineMgPerL} mg/L × ${plannedVolumeMl} mL ÷ 1000 = ${String(plannedMg)} mg`,
    `÷ ${weightKg} kg = ${String(mgPerKg)} mg/kg; the status goes by the unrounded value`,
    `35 mg/kg × ${weightKg} kg ÷ ${lidocaineMgPerL} mg/L × 1000 = ${String(maxVolumeMl35)} mL, rounded down`,
  ],
});
