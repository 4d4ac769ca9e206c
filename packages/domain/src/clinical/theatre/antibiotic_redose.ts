import { type Band, defineCalculator } from '../calculator.ts';
import { instant, number } from '../input.ts';
import { refuse } from '../refusal.ts';
import { utc } from '../round.ts';
import { HOUR_MS } from '../time.ts';
import { ASHP, PROPHYLAXIS, type ProphylaxisDrug } from './antibiotics.ts';

/** Hours from the start of one dose to the next while the operation lasts; null: it lasts long enough. */
const INTERVAL: Readonly<Record<ProphylaxisDrug, number | null>> = {
  cefazolin: 4,
  cefuroxime: 4,
  cefotaxime: 3,
  cefoxitin: 2,
  ampicillin: 2,
  ampicillin_sulbactam: 2,
  amoxicillin_clavulanate: 2,
  piperacillin_tazobactam: 2,
  aztreonam: 4,
  clindamycin: 6,
  ceftriaxone: null,
  ertapenem: null,
  gentamicin: null,
  metronidazole: null,
  vancomycin: null,
  ciprofloxacin: null,
  levofloxacin: null,
};

/** Above this loss another dose is due whatever the hour. */
const LOSS_ML = 1500;

const DUE = {
  true: {
    label: 'Due',
    range: 'the interval has passed, or blood loss is above 1500 mL',
    means: 'Give the next dose now.',
    level: 2,
  },
  false: { label: 'Not due', range: 'before the interval has passed, or no repeat', means: 'No dose now.', level: 0 },
} as const satisfies Record<string, Band>;

function reasonOf(dueMs: number, now: number, bloodLossMl: number): 'interval' | 'blood_loss' | 'none' {
  if (now >= dueMs) return 'interval';
  return bloodLossMl > LOSS_ML ? 'blood_loss' : 'none';
}

/** Whether prophylaxis is to be repeated during an operation. Source: ASHP 2013, table 1. */
export const antibioticRedose = defineCalculator({
  id: 'antibiotic_redose',
  title: 'Prophylaxis re-dosing',
  about: 'Whether another dose of the antibiotic is due during the operation.',
  version: '1.0',
  system: 'Theatre',
  words: ['antibiotic prophylaxis', 'redose', 'repeat dose', 'long operation', 'blood loss'],
  sources: [ASHP],
  licence: null,
  sign: ['consultant', 'pharmacist'],
  inputs: {
    drug: PROPHYLAXIS,
    lastDoseAt: instant('Last dose begun', { happened: true }),
    now: instant('Now', { fact: 'now', happened: true }),
    bloodLossMl: number('Blood loss since the last dose', { min: 0, max: 30000, unit: 'mL' }),
  },
  outputs: {
    intervalHours: { label: 'Interval', type: 'integer', unit: 'h', nullable: true },
    dueAt: { label: 'Next dose at', type: 'datetime', nullable: true },
    due: { label: 'Next dose', type: 'boolean', bands: DUE },
    reason: {
      label: 'Reason',
      type: 'text',
      values: { interval: 'The interval has passed', blood_loss: 'Blood loss', none: 'None' },
    },
  },
  headline: { value: 'dueAt', band: 'due' },
  limits: [
    'During the operation only: stop at its end, at the latest after 24 hours. Drains are no reason to go on.',
    'The interval of amoxicillin-clavulanate is uncertain. Failing kidneys lengthen intervals.',
  ],
  compute({ drug, lastDoseAt, now, bloodLossMl }) {
    if (now < lastDoseAt) return refuse('INCONSISTENT', 'now');
    const intervalHours = INTERVAL[drug];
    if (intervalHours === null) return { intervalHours, dueAt: null, due: false, reason: 'none' };
    const dueMs = lastDoseAt + intervalHours * HOUR_MS;
    const reason = reasonOf(dueMs, now, bloodLossMl);
    return { intervalHours, dueAt: utc(dueMs), due: reason !== 'none', reason };
  },
  working: ({ drug, lastDoseAt, now, bloodLossMl }, { intervalHours, dueAt }) =>
    intervalHours === null
      ? [`${drug} is not repeated during an operation`]
      : [
          `${utc(lastDoseAt)} + ${String(intervalHours)} h = ${String(dueAt)}; now ${utc(now)}`,
          `blood loss ${bloodLossMl} mL; above ${LOSS_ML} mL a dose is due at once`,
        ],
});
