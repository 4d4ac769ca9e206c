import { type Band, defineCalculator } from '../calculator.ts';
import { choice, integer, yesNo } from '../input.ts';
import { refuse } from '../refusal.ts';

const BANDS = {
  not_ssi: {
    label: 'Not a surgical site infection',
    range: 'no criterion, or past the window',
    means: 'Not counted.',
    level: 0,
  },
  superficial_incisional: {
    label: 'Superficial incisional',
    range: 'skin and fat, day 1 to 30',
    means: 'Counted. Open and drain as needed.',
    level: 1,
  },
  deep_incisional: {
    label: 'Deep incisional',
    range: 'fascia or muscle, within the window of the procedure',
    means: 'Counted. Drain, and look for a deeper cause.',
    level: 2,
  },
  organ_space: {
    label: 'Organ or space',
    range: 'deeper than the incision, within the window of the procedure',
    means: 'Counted. Senior review; source control.',
    level: 3,
  },
} as const satisfies Record<string, Band>;

const CLASS_OF = {
  skin_subcutaneous: 'superficial_incisional',
  fascia_muscle: 'deep_incisional',
  organ_space: 'organ_space',
} as const satisfies Record<string, keyof typeof BANDS>;

/** Skin and fat are watched this long whatever the procedure. */
const SUPERFICIAL_DAYS = 30;
const WINDOWS = [SUPERFICIAL_DAYS, 90];

/** Class of a surgical site infection. Source: CDC/NHSN 2024. The day of the procedure is day 1. */
export const ssiClass = defineCalculator({
  id: 'ssi_class',
  title: 'Surgical site infection',
  about: 'Whether an infection counts as one of the surgical site, and how deep.',
  version: '1.0',
  system: 'Wounds',
  words: ['SSI', 'wound infection', 'surveillance', 'NHSN', 'CDC'],
  sources: [{ cite: 'CDC/NHSN, Surgical Site Infection Event, patient safety component manual', year: 2024 }],
  licence: null,
  sign: ['consultant'],
  inputs: {
    ssiDay: integer('Day of the infection', { min: 1, max: 400, unit: 'days', help: 'The day of the procedure is day 1.' }),
    deepestTissue: choice('Deepest tissue', {
      skin_subcutaneous: 'Skin or fat',
      fascia_muscle: 'Fascia or muscle',
      organ_space: 'Organ or space',
    }),
    surveillanceDays: integer('Window of the procedure', {
      min: 30,
      max: 90,
      unit: 'days',
      help: '90 for breast, hernia, fracture fixation and listed implants; else 30.',
      steps: { 30: '30 days', 90: '90 days' },
    }),
    criteriaMet: yesNo('A criterion is met', {
      help: 'Pus; a germ from a clean sample; opened because of pain, swelling, redness or heat; or diagnosed by a clinician.',
    }),
  },
  outputs: { class: { label: 'Class', type: 'text', bands: BANDS } },
  headline: { value: 'class', band: 'class' },
  limits: [
    'A stitch abscess, an infected pin site, a burn infection or cellulitis alone is none.',
    'It counts infections for surveillance; it does not decide treatment.',
  ],
  compute({ ssiDay, deepestTissue, surveillanceDays, criteriaMet }) {
    if (!WINDOWS.includes(surveillanceDays)) return refuse('INVALID_VALUE', 'surveillanceDays');
    const window = deepestTissue === 'skin_subcutaneous' ? SUPERFICIAL_DAYS : surveillanceDays;
    return { class: criteriaMet && ssiDay <= window ? CLASS_OF[deepestTissue] : 'not_ssi' };
  },
  working: ({ ssiDay, deepestTissue, surveillanceDays, criteriaMet }) => [
    `Day ${ssiDay} of a window of ${deepestTissue === 'skin_subcutaneous' ? SUPERFICIAL_DAYS : surveillanceDays} days`,
    criteriaMet ? 'A criterion is met' : 'No criterion is met',
  ],
});
