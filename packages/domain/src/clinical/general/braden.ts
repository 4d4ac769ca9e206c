import { type Band, defineCalculator } from '../calculator.ts';
import { integer, type ValuesOf } from '../input.ts';
import { type Part, partLines, total, upTo } from '../points.ts';

const BANDS = {
  very_high: {
    label: 'Very high risk',
    range: '6–9 points',
    means: 'Pressure-relieving surface, turning plan, daily review.',
    level: 3,
  },
  high: {
    label: 'High risk',
    range: '10–12 points',
    means: 'Turning plan, foam wedges, pressure-relieving surface.',
    level: 2,
  },
  moderate: {
    label: 'Moderate risk',
    range: '13–14 points',
    means: 'Turning plan, heels off the bed, care for what lowers it.',
    level: 2,
  },
  mild: {
    label: 'Mild risk',
    range: '15–18 points',
    means: 'Frequent turning, moving early, care for what lowers it.',
    level: 1,
  },
  none: {
    label: 'No risk by this scale',
    range: '19–23 points',
    means: 'Assess again as planned and after any change.',
    level: 0,
  },
} as const satisfies Record<string, Band>;

const inputs = {
  sensoryPerception: integer('Feeling of pressure', {
    min: 1,
    max: 4,
    help: 'Whether discomfort from pressure is felt and told.',
    steps: {
      1: 'Feels or tells nothing',
      2: 'Only pain, or not on half the body',
      3: 'Cannot always tell, or not on one or two limbs',
      4: 'Feels and tells everything',
    },
  }),
  moisture: integer('Moisture', {
    min: 1,
    max: 4,
    help: 'How much the skin lies in sweat, urine or other fluid.',
    steps: { 1: 'Always wet', 2: 'Often wet, linen each shift', 3: 'Sometimes wet, one extra change a day', 4: 'Seldom wet' },
  }),
  activity: integer('Activity', {
    min: 1,
    max: 4,
    help: 'How much the patient is up.',
    steps: { 1: 'In bed', 2: 'In bed and chair', 3: 'Walks now and then', 4: 'Walks often' },
  }),
  mobility: integer('Changing position', {
    min: 1,
    max: 4,
    help: 'Whether the patient moves without help.',
    steps: { 1: 'Does not move at all', 2: 'Moves a little, seldom', 3: 'Moves a little, often', 4: 'Moves freely' },
  }),
  nutrition: integer('Food', {
    min: 1,
    max: 4,
    help: 'What is usually eaten.',
    steps: {
      1: 'A third of meals or less, or nothing for over 5 days',
      2: 'About half of meals, or too little by tube',
      3: 'Most of meals, or enough by tube or vein',
      4: 'All of meals',
    },
  }),
  frictionShear: integer('Sliding and rubbing', {
    min: 1,
    max: 3,
    help: 'Whether the skin is dragged over the sheet.',
    steps: {
      1: 'Slides, needs much help to move',
      2: 'Slides a little, needs some help',
      3: 'Holds position, moves without rubbing',
    },
  }),
};

const parts = (values: ValuesOf<typeof inputs>): Part[] => [
  [inputs.sensoryPerception.label, values.sensoryPerception],
  [inputs.moisture.label, values.moisture],
  [inputs.activity.label, values.activity],
  [inputs.mobility.label, values.mobility],
  [inputs.nutrition.label, values.nutrition],
  [inputs.frictionShear.label, values.frictionShear],
];

/** Risk of pressure injury; few points are bad. Source: Bergstrom and Braden 1987. */
export const braden = defineCalculator({
  id: 'braden',
  title: 'Braden scale',
  about: 'Risk of a pressure injury; a low score is bad.',
  version: '1.0',
  system: 'General',
  words: ['pressure sore', 'bedsore', 'pressure ulcer', 'pressure injury', 'skin'],
  sources: [{ cite: 'Bergstrom N, Braden BJ et al., The Braden Scale for predicting pressure sore risk', year: 1987 }],
  licence:
    'Copyright Barbara Braden and Nancy Bergstrom. The wording here is our own; their permission is needed before release.',
  sign: ['consultant'],
  inputs,
  outputs: {
    score: { label: 'Score', type: 'integer', unit: 'points of 23' },
    band: { label: 'Risk', type: 'text', bands: BANDS },
  },
  headline: { value: 'score', trend: 'score', band: 'band' },
  limits: [
    'Assess on admission, every 24 to 48 hours, and after any change.',
    'It does not count age, fever, low pressure or long operations, which add to the risk.',
  ],
  compute(values) {
    const score = total(parts(values));
    const band: keyof typeof BANDS = upTo(score, [9, 12, 14, 18], ['very_high', 'high', 'moderate', 'mild', 'none']);
    return { score, band };
  },
  working: (values) => partLines(parts(values)),
});
