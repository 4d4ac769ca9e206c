import { type Band, defineCalculator } from '../calculator.ts';
import { choice, integer, number, type ValuesOf, yesNo } from '../input.ts';
import { type Part, partLines, total, upTo } from '../points.ts';
import { round } from '../round.ts';

const BANDS = {
  low: {
    label: 'Low',
    range: '0–4 points, no single 3',
    means: 'Observe every 12 hours at 0, every 4 to 6 hours at 1–4.',
    level: 0,
  },
  low_medium: {
    label: 'Low to medium',
    range: 'below 5 points with one sign of 3',
    means: 'Observe every hour; a clinician decides whether more care is needed.',
    level: 1,
  },
  medium: {
    label: 'Medium',
    range: '5–6 points',
    means: 'Urgent review; observe every hour; think of sepsis.',
    level: 2,
  },
  high: {
    label: 'High',
    range: '7 points and more',
    means: 'Emergency review by critical care; observe without pause; think of sepsis.',
    level: 3,
  },
} as const satisfies Record<string, Band>;

const inputs = {
  ageYears: integer('Age', { min: 16, max: 120, unit: 'years', fact: 'age_years' }),
  respiratoryRate: integer('Breaths', { min: 0, max: 80, unit: 'per minute' }),
  spo2: integer('Oxygen saturation', { min: 40, max: 100, unit: '%' }),
  spo2Scale: integer('Saturation scale', {
    min: 1,
    max: 2,
    help: 'Scale 2 only for proven failure with high carbon dioxide, on a clinician’s order, target 88–92 %.',
    steps: { 1: 'Scale 1, most patients', 2: 'Scale 2, target 88–92 %' },
  }),
  onOxygen: yesNo('On oxygen'),
  sbp: integer('Systolic blood pressure', { min: 20, max: 300, unit: 'mmHg' }),
  pulse: integer('Pulse', { min: 0, max: 300, unit: 'per minute' }),
  consciousness: choice('Consciousness', {
    A: 'Alert',
    C: 'Newly confused',
    V: 'Answers to voice',
    P: 'Answers to pain',
    U: 'Does not answer',
  }),
  temperatureC: number('Temperature', { min: 25, max: 45, unit: '°C' }),
};
type Values = ValuesOf<typeof inputs>;

function saturation({ spo2, spo2Scale, onOxygen }: Values): number {
  if (spo2Scale === 1) return upTo(spo2, [91, 93, 95], [3, 2, 1, 0]);
  const low = upTo(spo2, [83, 85, 87], [3, 2, 1, 0]);
  // Too much is counted only while oxygen is given.
  return low > 0 || !onOxygen ? low : upTo(spo2, [92, 94, 96], [0, 1, 2, 3]);
}

const parts = (v: Values): Part[] => [
  [`Breaths ${v.respiratoryRate}`, upTo(v.respiratoryRate, [8, 11, 20, 24], [3, 1, 0, 2, 3])],
  [`Saturation ${v.spo2} %, scale ${v.spo2Scale}`, saturation(v)],
  [v.onOxygen ? 'On oxygen' : 'On air', v.onOxygen ? 2 : 0],
  [`Systolic pressure ${v.sbp} mmHg`, upTo(v.sbp, [90, 100, 110, 219], [3, 2, 1, 0, 3])],
  [`Pulse ${v.pulse}`, upTo(v.pulse, [40, 50, 90, 110, 130], [3, 1, 0, 1, 2, 3])],
  [`Consciousness ${v.consciousness}`, v.consciousness === 'A' ? 0 : 3],
  [`Temperature ${v.temperatureC} °C`, upTo(round(v.temperatureC, 1), [35, 36, 38, 39], [3, 1, 0, 1, 2])],
];

/** Early warning of a patient getting worse. Source: Royal College of Physicians, NEWS2, 2017. */
export const news2 = defineCalculator({
  id: 'news2',
  title: 'NEWS2',
  about: 'Early warning that an adult is getting worse.',
  version: '1.0',
  system: 'General',
  words: ['early warning', 'deterioration', 'sepsis', 'vital signs', 'observations'],
  sources: [{ cite: 'Royal College of Physicians, National Early Warning Score (NEWS) 2', year: 2017 }],
  licence: 'Copyright Royal College of Physicians 2017; free to use with its source named. The wording here is our own.',
  sign: ['consultant', 'anaesthetist'],
  inputs,
  outputs: {
    score: { label: 'Score', type: 'integer', unit: 'points of 20' },
    risk: { label: 'Risk', type: 'text', bands: BANDS },
    anySingle3: { label: 'One sign alone gives 3', type: 'boolean' },
  },
  headline: { value: 'score', trend: 'score', band: 'risk' },
  limits: [
    'Not for those under 16 years or pregnant.',
    'Not for injury of the spinal cord without care.',
    'It does not replace worry: call for help for any patient who looks unwell.',
  ],
  compute(values) {
    const all = parts(values);
    const score = total(all);
    const anySingle3 = all.some(([, points]) => points === 3);
    const risk: keyof typeof BANDS = upTo(score, [4, 6], [anySingle3 ? 'low_medium' : 'low', 'medium', 'high']);
    return { score, risk, anySingle3 };
  },
  working: (values) => partLines(parts(values)),
});
