import { type Band, defineCalculator } from '../calculator.ts';
import { number, type ValuesOf, yesNo } from '../input.ts';
import { type Part, partLines, total } from '../points.ts';

const BANDS = {
  low: { label: 'Low risk', range: '0 points', means: 'Usual care; in hospital screen again each week.', level: 0 },
  medium: { label: 'Medium risk', range: '1 point', means: 'Write down what is eaten for 3 days; screen again.', level: 1 },
  high: {
    label: 'High risk',
    range: '2–6 points',
    means: 'Refer to the dietitian; plan, raise and watch what is eaten.',
    level: 2,
  },
} as const satisfies Record<string, Band>;

const inputs = {
  bmi: number('BMI', { min: 8, max: 100, unit: 'kg/m²' }),
  weightLossPct: number('Weight lost without wanting to', {
    min: 0,
    max: 60,
    unit: '%',
    help: 'In the last 3 to 6 months, of the weight before.',
  }),
  acutelyIllNoIntake5d: yesNo('Acutely ill, and no food for more than 5 days', {
    help: 'Or none likely for more than 5 days.',
  }),
};

const bmiPoints = (bmi: number): number => (bmi < 18.5 ? 2 : bmi <= 20 ? 1 : 0);
const lossPoints = (pct: number): number => (pct < 5 ? 0 : pct <= 10 ? 1 : 2);

/** A BMI of exactly 20 and a loss of exactly 10 % score 1 each. */
const parts = ({ bmi, weightLossPct, acutelyIllNoIntake5d }: ValuesOf<typeof inputs>): Part[] => [
  [`BMI ${bmi}`, bmiPoints(bmi)],
  [`Loss of ${weightLossPct} %`, lossPoints(weightLossPct)],
  [`No food for more than 5 days: ${acutelyIllNoIntake5d ? 'yes' : 'no'}`, acutelyIllNoIntake5d ? 2 : 0],
];

/** Screening of adults for malnutrition. Source: BAPEN, Malnutrition Universal Screening Tool, 2003. */
export const must = defineCalculator({
  id: 'must',
  title: 'MUST',
  about: 'Screens an adult for malnutrition.',
  version: '1.0',
  system: 'Nutrition',
  words: ['malnutrition', 'screening', 'weight loss', 'dietitian', 'BAPEN'],
  sources: [{ cite: 'BAPEN, Malnutrition Universal Screening Tool', year: 2003 }],
  licence: 'Copyright BAPEN. The wording here is our own; BAPEN’s permission is needed before release.',
  sign: ['dietitian', 'consultant'],
  inputs,
  outputs: {
    score: { label: 'Score', type: 'integer', unit: 'points of 6' },
    band: { label: 'Risk', type: 'text', bands: BANDS },
  },
  headline: { value: 'score', trend: 'score', band: 'band' },
  limits: [
    'For adults only.',
    'Swelling, burns resuscitation and missing limbs mislead weight and BMI.',
    'It screens; it does not measure what a burn or a wound needs.',
  ],
  compute(values) {
    const score = total(parts(values));
    const band: keyof typeof BANDS = score === 0 ? 'low' : score === 1 ? 'medium' : 'high';
    return { score, band };
  },
  working: (values) => partLines(parts(values)),
});
