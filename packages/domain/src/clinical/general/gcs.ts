import { type Band, defineCalculator } from '../calculator.ts';
import { integerOr } from '../input.ts';
import { upTo } from '../points.ts';

const BANDS = {
  severe: { label: 'Severe', range: '3–8', means: 'The airway may not be safe: anaesthetist at once.', level: 3 },
  moderate: { label: 'Moderate', range: '9–12', means: 'Close observation; find the cause.', level: 2 },
  mild: { label: 'Mild or none', range: '13–15', means: 'Observe; below 15 find the cause.', level: 0 },
} as const satisfies Record<string, Band>;

const NT = { NT: 'Cannot be tested' };

/** Depth of consciousness. Sources: Teasdale and Jennett 1974; the update of 2014. */
export const gcs = defineCalculator({
  id: 'gcs',
  title: 'Glasgow Coma Scale',
  about: 'How awake the patient is, by eyes, speech and movement.',
  version: '1.0',
  system: 'General',
  words: ['GCS', 'coma', 'consciousness', 'head injury'],
  sources: [
    { cite: 'Teasdale G, Jennett B, Assessment of coma and impaired consciousness', year: 1974 },
    { cite: 'Teasdale G et al., The Glasgow Coma Scale at 40 years', year: 2014 },
  ],
  licence: null,
  sign: ['consultant', 'anaesthetist'],
  inputs: {
    eye: integerOr('Eyes open', NT, {
      min: 1,
      max: 4,
      steps: { 1: 'Not at all', 2: 'To pressure', 3: 'To sound', 4: 'By themselves' },
    }),
    verbal: integerOr('Speech', NT, {
      min: 1,
      max: 5,
      help: 'Under 5 years: 5 usual babble or words, 4 less than usual, 3 cries to pain, 2 moans, 1 none.',
      steps: { 1: 'None', 2: 'Sounds', 3: 'Single words', 4: 'Confused', 5: 'Orientated' },
    }),
    motor: integerOr('Movement', NT, {
      min: 1,
      max: 6,
      steps: { 1: 'None', 2: 'Stretches', 3: 'Bends abnormally', 4: 'Bends normally', 5: 'Reaches for the place', 6: 'Obeys' },
    }),
  },
  outputs: {
    total: { label: 'Total', type: 'integer', unit: 'points of 15', nullable: true },
    severity: { label: 'Severity', type: 'text', nullable: true, bands: BANDS },
    display: { label: 'Components', type: 'text' },
  },
  headline: { value: 'display', trend: 'total', band: 'severity' },
  limits: [
    'What cannot be tested (tube, swelling) gives no total.',
    'Drink, sedation and eyelids swollen by a burn lower it.',
    'Always pass on the components, not the total alone.',
  ],
  compute({ eye, verbal, motor }) {
    const display = `E${eye}V${verbal}M${motor}`;
    if (eye === 'NT' || verbal === 'NT' || motor === 'NT') return { total: null, severity: null, display };
    const sum = eye + verbal + motor;
    const severity: keyof typeof BANDS = upTo(sum, [8, 12], ['severe', 'moderate', 'mild']);
    return { total: sum, severity, display };
  },
  working: ({ eye, verbal, motor }, { total }) => [
    total === null
      ? `Eyes ${eye}, speech ${verbal}, movement ${motor}: no total, for a part cannot be tested`
      : `${eye} + ${verbal} + ${motor} = ${String(total)}`,
  ],
});
