import { type Band, defineCalculator } from '../calculator.ts';
import { choice, instant } from '../input.ts';
import { refuse } from '../refusal.ts';
import { utc } from '../round.ts';
import { HOUR_MS } from '../time.ts';

const HOURS = {
  clear_fluid: 2,
  breast_milk: 4,
  infant_formula: 6,
  nonhuman_milk: 6,
  light_meal: 6,
  full_or_fatty_meal: 8,
} as const;

const FASTED = {
  true: { label: 'Fasted', range: 'the hours have passed', means: 'The anaesthetist decides.', level: 0 },
  false: { label: 'Not fasted', range: 'the hours have not passed', means: 'Wait, or ask the anaesthetist.', level: 2 },
} as const satisfies Record<string, Band>;

/** Whether enough time lies between the last intake and anaesthesia. Source: ASA 2017 and 2023. */
export const fasting = defineCalculator({
  id: 'fasting',
  title: 'Fasting check 2-4-6-8',
  about: 'Whether a patient is fasted for the planned time, and from when.',
  version: '1.0',
  system: 'Theatre',
  words: ['nil by mouth', 'NPO', 'aspiration', 'anaesthesia', 'preoperative fasting'],
  sources: [
    { cite: 'American Society of Anesthesiologists, preoperative fasting', year: 2017 },
    { cite: 'American Society of Anesthesiologists, preoperative fasting, update', year: 2023 },
  ],
  licence: null,
  sign: ['anaesthetist'],
  inputs: {
    intake: choice('Last intake', {
      clear_fluid: 'Clear fluid',
      breast_milk: 'Breast milk',
      infant_formula: 'Infant formula',
      nonhuman_milk: 'Other milk',
      light_meal: 'Light meal',
      full_or_fatty_meal: 'Full or fatty meal',
    }),
    lastIntakeAt: instant('Taken at', { happened: true }),
    plannedAt: instant('Anaesthesia planned at'),
  },
  outputs: {
    requiredHours: { label: 'Hours needed', type: 'integer', unit: 'h' },
    earliestAt: { label: 'Fasted from', type: 'datetime' },
    ok: { label: 'At the planned time', type: 'boolean', bands: FASTED },
  },
  headline: { value: 'earliestAt', band: 'ok' },
  limits: [
    'The stomach empties late after trauma, with opioids, in diabetes and in pregnancy: the anaesthetist decides.',
    'Clear fluid until two hours before is encouraged.',
  ],
  compute({ intake, lastIntakeAt, plannedAt }) {
    if (plannedAt < lastIntakeAt) return refuse('INCONSISTENT', 'plannedAt');
    const earliest = lastIntakeAt + HOURS[intake] * HOUR_MS;
    return { requiredHours: HOURS[intake], earliestAt: utc(earliest), ok: plannedAt >= earliest };
  },
  working: ({ lastIntakeAt, plannedAt }, { requiredHours, earliestAt }) => [
    `${utc(lastIntakeAt)} + ${String(requiredHours)} h = ${String(earliestAt)}; planned ${utc(plannedAt)}`,
  ],
});
