import { defineCalculator } from '../calculator.ts';
import { choice, number, yesNo } from '../input.ts';
import { refuse } from '../refusal.ts';
import { above, roundDown } from '../round.ts';

interface Limit {
  mgPerKg: number;
  capMg: number;
}

/** The least amount each agent may reach; only for lidocaine does adrenaline allow more. */
const PLAIN = {
  lidocaine: { mgPerKg: 3, capMg: 200 },
  bupivacaine: { mgPerKg: 2, capMg: 150 },
  levobupivacaine: { mgPerKg: 2, capMg: 150 },
  ropivacaine: { mgPerKg: 3, capMg: 200 },
  prilocaine: { mgPerKg: 6, capMg: 400 },
} as const satisfies Record<string, Limit>;

const LIDOCAINE_WITH_ADRENALINE: Limit = { mgPerKg: 7, capMg: 500 };

/** 1 % is 10 mg in each mL. */
const MG_PER_ML_PCT = 10;

interface Planned {
  agent: keyof typeof PLAIN;
  adrenaline: boolean;
  weightKg: number;
}

function limitsOf({ agent, adrenaline, weightKg }: Planned): Limit & { byWeightMg: number; mg: number } {
  const limit = agent === 'lidocaine' && adrenaline ? LIDOCAINE_WITH_ADRENALINE : PLAIN[agent];
  const byWeightMg = limit.mgPerKg * weightKg;
  return { ...limit, byWeightMg, mg: Math.min(byWeightMg, limit.capMg) };
}

/** The most of one agent, in mg and mL, both rounded down. Unit limits after BNF, AAGBI 2010 and ASRA 2018. */
export const localAnaesthetic = defineCalculator({
  id: 'local_anaesthetic',
  title: 'Local anaesthetic maximum',
  about: 'The most of a local anaesthetic that may be infiltrated.',
  version: '1.0',
  system: 'Medicines',
  words: ['lidocaine', 'lignocaine', 'xylocaine', 'bupivacaine', 'marcaine', 'infiltration', 'nerve block', 'toxicity', 'LAST'],
  sources: [
    { cite: 'AAGBI safety guideline on local anaesthetic toxicity', year: 2010 },
    { cite: 'ASRA advisory on local anaesthetic systemic toxicity', year: 2018 },
    { cite: 'British National Formulary 86', year: 2023 },
  ],
  licence: null,
  sign: ['anaesthetist', 'pharmacist'],
  inputs: {
    agent: choice('Agent', {
      lidocaine: 'Lidocaine',
      bupivacaine: 'Bupivacaine',
      levobupivacaine: 'Levobupivacaine',
      ropivacaine: 'Ropivacaine',
      prilocaine: 'Prilocaine',
    }),
    adrenaline: yesNo('With adrenaline?'),
    weightKg: number('Weight', { min: 2, max: 200, unit: 'kg', fact: 'weight_kg', help: 'In obesity take the ideal weight.' }),
    concentrationPct: number('Concentration', {
      min: 0,
      max: 5,
      exclusiveMin: true,
      unit: '%',
      help: '1 % is 10 mg in each mL.',
    }),
  },
  outputs: {
    maxMg: { label: 'At most', type: 'number', unit: 'mg', decimals: 1 },
    maxMl: { label: 'At most, of this solution', type: 'number', unit: 'mL', decimals: 1 },
    limitedBy: {
      label: 'Limited by',
      type: 'text',
      values: { weight: 'The patient’s weight', cap: 'The most for anybody' },
    },
  },
  headline: { value: 'maxMl' },
  limits: [
    'Unit limits that anaesthetist and pharmacist have yet to sign; the 200 mg of ropivacaine are uncertain.',
    'Give 20 to 30 % less in the elderly, in liver or heart disease and in pregnancy.',
    'For mixtures add the shares: each dose over its maximum; together at most 1.',
    'Toxicity: stop, call for help, airway, lipid emulsion 20 % 1.5 mL/kg, then 15 mL/kg/h.',
  ],
  compute({ concentrationPct, ...planned }) {
    const { byWeightMg, capMg, mg } = limitsOf(planned);
    const maxMl = roundDown(mg / (MG_PER_ML_PCT * concentrationPct), 1);
    // So thin that no number holds the volume: nothing that is injected.
    if (!Number.isFinite(maxMl)) return refuse('OUT_OF_RANGE', 'concentrationPct');
    return { maxMg: roundDown(mg, 1), maxMl, limitedBy: above(byWeightMg, capMg) ? 'cap' : 'weight' };
  },
  working({ concentrationPct, ...planned }, { maxMg, maxMl }) {
    const { mgPerKg, capMg } = limitsOf(planned);
    return [
      `${mgPerKg} mg/kg × ${planned.weightKg} kg, never above ${capMg} mg: ${String(maxMg)} mg`,
      `÷ (10 mg/mL × ${concentrationPct}) = ${String(maxMl)} mL, rounded down`,
    ];
  },
});
