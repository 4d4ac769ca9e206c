import { type Band, defineCalculator } from '../calculator.ts';
import { choice, number, yesNo } from '../input.ts';

/** Haemoglobin in g/dL below which red cells are considered. */
const THRESHOLD = {
  adult_stable: 7,
  haem_onc: 7,
  cardiac_surgery: 7.5,
  orthopaedic_surgery: 8,
  cardiovascular_disease: 8,
  child_stable: 7,
} as const;

const ADVICE = {
  consider: {
    label: 'Consider red cells',
    range: 'below the threshold',
    means: 'Consider one unit, then look again.',
    level: 2,
  },
  hold: { label: 'Hold', range: 'at or above the threshold', means: 'No red cells for the number alone.', level: 0 },
  clinical_override: {
    label: 'The bedside decides',
    range: 'symptoms or active bleeding, at any haemoglobin',
    means: 'The threshold does not apply: treat the patient.',
    level: 2,
  },
} as const satisfies Record<string, Band>;

function adviceOf(hbGdl: number, threshold: number, symptomaticOrBleeding: boolean): keyof typeof ADVICE {
  if (symptomaticOrBleeding) return 'clinical_override';
  return hbGdl < threshold ? 'consider' : 'hold';
}

/** The restrictive thresholds for red cells; consider only below them. Source: AABB 2023. */
export const transfusionThreshold = defineCalculator({
  id: 'transfusion_threshold',
  title: 'Restrictive RBC threshold',
  about: 'Whether haemoglobin is below the threshold at which red cells are considered.',
  version: '1.0',
  system: 'Blood',
  words: ['transfusion', 'anaemia', 'haemoglobin', 'red cells', 'packed cells'],
  sources: [{ cite: 'Carson JL et al., Red Blood Cell Transfusion, AABB International Guidelines, JAMA', year: 2023 }],
  licence: null,
  sign: ['consultant', 'anaesthetist'],
  inputs: {
    hbGdl: number('Haemoglobin', { min: 1, max: 25, unit: 'g/dL', fact: 'haemoglobin', help: '70 g/L is 7 g/dL.' }),
    context: choice('Patient', {
      adult_stable: 'Adult, stable',
      haem_onc: 'Blood disease or cancer',
      cardiac_surgery: 'Heart surgery',
      orthopaedic_surgery: 'Orthopaedic surgery',
      cardiovascular_disease: 'Heart or vessel disease',
      child_stable: 'Child, stable',
    }),
    symptomaticOrBleeding: yesNo('Symptoms of anaemia, or bleeding?'),
  },
  outputs: {
    thresholdGdl: { label: 'Threshold', type: 'number', unit: 'g/dL', decimals: 1 },
    advice: { label: 'Advice', type: 'text', bands: ADVICE },
  },
  headline: { value: 'advice', band: 'advice' },
  limits: [
    'No number is given for acute coronary syndrome.',
    'Sickle cell disease (SS, SC): aim near 10 g/dL before surgery of moderate risk, never above 11; ask haematology.',
  ],
  compute({ hbGdl, context, symptomaticOrBleeding }) {
    const thresholdGdl = THRESHOLD[context];
    return { thresholdGdl, advice: adviceOf(hbGdl, thresholdGdl, symptomaticOrBleeding) };
  },
  working: ({ hbGdl, symptomaticOrBleeding }, { thresholdGdl }) => [
    `${hbGdl} g/dL against ${String(thresholdGdl)} g/dL${symptomaticOrBleeding ? '; symptoms or bleeding come first' : ''}`,
  ],
});
