import { type Band, defineCalculator } from '../calculator.ts';
import { number, type ValuesOf, yesNo } from '../input.ts';
import { refuse } from '../refusal.ts';
import { above, atLeast, round } from '../round.ts';
import { isSmallChild } from './child.ts';

const BANDS = {
  below: {
    label: 'Below the goal',
    range: 'less than the least of the goal',
    means: 'Check the catheter; raise the rate by 10 to 20 %; low for 2 hours in a row: call the senior.',
    level: 2,
  },
  within: { label: 'Within the goal', range: 'from the least to the most, both included', means: 'Keep the rate.', level: 0 },
  above: {
    label: 'Above the goal',
    range: 'more than the most of the goal',
    means: 'Lower the rate by 10 to 20 %; look for sugar in the urine.',
    level: 1,
  },
} as const satisfies Record<string, Band>;

const inputs = {
  volumeMl: number('Urine', { min: 0, max: 20_000, unit: 'mL' }),
  hours: number('Collected over', { min: 0, max: 24, exclusiveMin: true, unit: 'hours' }),
  weightKg: number('Weight', { min: 1, max: 300, unit: 'kg', fact: 'weight_kg' }),
  ageYears: number('Age', { min: 0, max: 120, unit: 'years', fact: 'age_years' }),
  pigmentOrHighVoltage: yesNo('Dark urine (pigment), or high-voltage injury'),
};

/** Least and most in mL/kg/h. */
const goalOf = ({ ageYears, weightKg, pigmentOrHighVoltage }: ValuesOf<typeof inputs>): readonly [number, number] =>
  pigmentOrHighVoltage || isSmallChild(ageYears, weightKg) ? [1, 1.5] : [0.5, 1];

/** Urine against the goal of burn resuscitation. Source: ABLS 2018. */
export const urineOutput = defineCalculator({
  id: 'urine_output',
  title: 'Urine output in burns',
  about: 'Whether the urine meets the goal of burn resuscitation.',
  version: '1.0',
  system: 'Burns',
  words: ['urine', 'resuscitation', 'catheter', 'goal', 'myoglobin'],
  sources: [{ cite: 'American Burn Association, Advanced Burn Life Support', year: 2018 }],
  licence: null,
  sign: ['consultant', 'anaesthetist'],
  inputs,
  outputs: {
    mlPerKgPerHr: { label: 'Urine', type: 'number', unit: 'mL/kg/h', decimals: 2 },
    goalMin: { label: 'Goal, least', type: 'number', unit: 'mL/kg/h', decimals: 1 },
    goalMax: { label: 'Goal, most', type: 'number', unit: 'mL/kg/h', decimals: 1 },
    status: { label: 'Against the goal', type: 'text', bands: BANDS },
  },
  headline: { value: 'mlPerKgPerHr', trend: 'mlPerKgPerHr', band: 'status' },
  limits: [
    'Sugar in the urine, diuretics and contrast make urine without good perfusion.',
    'One hour alone seldom decides; look at two in a row.',
    'The goal of small children goes to 30 kg; units differ.',
  ],
  compute(values) {
    const { volumeMl, hours, weightKg } = values;
    const rate = volumeMl / hours / weightKg;
    const mlPerKgPerHr = round(rate, 2);
    // A time that is all but nothing.
    if (!Number.isFinite(mlPerKgPerHr)) return refuse('OUT_OF_RANGE', 'hours');
    const [goalMin, goalMax] = goalOf(values);
    const status: keyof typeof BANDS = above(rate, goalMax) ? 'above' : atLeast(rate, goalMin) ? 'within' : 'below';
    return { mlPerKgPerHr, goalMin, goalMax, status };
  },
  working: ({ volumeMl, hours, weightKg }, { mlPerKgPerHr, goalMin, goalMax }) => [
    `${volumeMl} mL ÷ ${hours} h ÷ ${weightKg} kg = ${String(mlPerKgPerHr)} mL/kg/h`,
    `Goal: ${String(goalMin)} to ${String(goalMax)} mL/kg/h; compared before rounding`,
  ],
});
