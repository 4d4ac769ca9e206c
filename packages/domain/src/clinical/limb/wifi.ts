import { type Band, defineCalculator } from '../calculator.ts';
import { integer, type ValuesOf } from '../input.ts';
import { upTo } from '../points.ts';

/** Stage by ischaemia, wound and foot infection, each 0–3. It is looked up, never summed. Source: Mills 2014. */
const STAGES = [
  ['1123', '1123', '2234', '3344'],
  ['1234', '1234', '3344', '4444'],
  ['2234', '2344', '3444', '4444'],
  ['2334', '3344', '4444', '4444'],
] as const;

const RISKS = ['very_low', 'low', 'moderate', 'high'] as const;

const BANDS = {
  very_low: { label: 'Very low', range: 'stage 1', means: 'Very low risk of amputation within a year.', level: 0 },
  low: { label: 'Low', range: 'stage 2', means: 'Low risk of amputation within a year.', level: 1 },
  moderate: {
    label: 'Moderate',
    range: 'stage 3',
    means: 'Moderate risk of amputation within a year: vascular review.',
    level: 2,
  },
  high: { label: 'High', range: 'stage 4', means: 'High risk of amputation within a year: urgent vascular review.', level: 3 },
} as const satisfies Record<(typeof RISKS)[number], Band>;

const inputs = {
  wound: integer('Wound', {
    min: 0,
    max: 3,
    steps: {
      0: 'No ulcer, no gangrene',
      1: 'Small and shallow, no bone but the last one of a toe',
      2: 'Deep with bone, joint or tendon, or gangrene of toes only',
      3: 'Extensive, heel bone, or gangrene of the fore or midfoot',
    },
  }),
  ischaemia: integer('Ischaemia', {
    min: 0,
    max: 3,
    help: 'By toe pressure or TcPO2; see WIfI ischaemia.',
    steps: { 0: '60 mmHg or more', 1: '40 to 59 mmHg', 2: '30 to 39 mmHg', 3: 'Under 30 mmHg' },
  }),
  footInfection: integer('Foot infection', {
    min: 0,
    max: 3,
    steps: {
      0: 'None',
      1: 'Mild: skin only, redness to 2 cm',
      2: 'Moderate: redness over 2 cm, or deep',
      3: 'Severe: two or more signs of SIRS',
    },
  }),
};

const stageOf = ({ wound, ischaemia, footInfection }: ValuesOf<typeof inputs>): number =>
  Number(STAGES[ischaemia]?.[wound]?.charAt(footInfection));

/** Threat to a limb within a year. Source: Mills 2014, Society for Vascular Surgery. */
export const wifi = defineCalculator({
  id: 'wifi',
  title: 'WIfI stage',
  about: 'How threatened a limb is by wound, ischaemia and foot infection.',
  version: '1.0',
  system: 'Diabetic foot and limb',
  words: ['diabetic foot', 'amputation', 'ischaemia', 'limb threat', 'gangrene', 'peripheral arterial disease'],
  sources: [{ cite: 'Mills JL et al., The Society for Vascular Surgery WIfI classification system', year: 2014 }],
  licence: null,
  sign: ['consultant'],
  inputs,
  outputs: {
    stage: { label: 'Stage', type: 'integer', unit: 'of 4' },
    risk: { label: 'Risk of amputation in a year', type: 'text', bands: BANDS },
  },
  headline: { value: 'stage', trend: 'stage', band: 'risk' },
  limits: [
    'A foot that cannot be saved is a clinical judgement, written down apart.',
    'What is to be gained by revascularisation has another table, not given here.',
    'Bone infection is noted beside it.',
  ],
  compute(values) {
    const stage = stageOf(values);
    return { stage, risk: upTo(stage, [1, 2, 3], RISKS) };
  },
  working: ({ wound, ischaemia, footInfection }, { stage }) => [
    `Table of 2014, ischaemia ${ischaemia}, wound ${wound}, foot infection ${footInfection}: stage ${String(stage)}`,
  ],
});
