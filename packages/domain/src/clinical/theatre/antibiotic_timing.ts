import { type Band, defineCalculator } from '../calculator.ts';
import { instant } from '../input.ts';
import { MINUTE_MS } from '../time.ts';
import { ASHP, PROPHYLAXIS } from './antibiotics.ts';

/** Given slowly, so begun earlier. */
const SLOW: readonly string[] = ['vancomycin', 'ciprofloxacin', 'levofloxacin'];

const windowOf = (drug: string): 60 | 120 => (SLOW.includes(drug) ? 120 : 60);

const STATUS = {
  ok: { label: 'In time', range: 'within the window before incision', means: 'No further step.', level: 0 },
  too_early: {
    label: 'Too early',
    range: 'longer before incision than the window',
    means: 'Before incision: ask the anaesthetist whether to repeat it.',
    level: 2,
  },
  after_incision: { label: 'After incision', range: 'begun after incision', means: 'Record why; it protects less.', level: 2 },
} as const satisfies Record<string, Band>;

/** Whether prophylaxis was begun in its window before incision. Source: ASHP 2013. */
export const antibioticTiming = defineCalculator({
  id: 'antibiotic_timing',
  title: 'Prophylaxis timing',
  about: 'Whether the antibiotic was begun in time before incision.',
  version: '1.0',
  system: 'Theatre',
  words: ['antibiotic prophylaxis', 'surgical site infection', 'SSI', 'incision', 'cefazolin'],
  sources: [ASHP],
  licence: null,
  sign: ['consultant', 'pharmacist'],
  inputs: {
    drug: PROPHYLAXIS,
    startedAt: instant('Antibiotic begun', { happened: true }),
    incisionAt: instant('Incision', { help: 'With a tourniquet: the dose must be in before it is inflated.' }),
  },
  outputs: {
    windowMinutes: { label: 'Window before incision', type: 'integer', unit: 'min' },
    minutesBefore: { label: 'Begun before incision', type: 'integer', unit: 'min' },
    status: { label: 'Timing', type: 'text', bands: STATUS },
  },
  headline: { value: 'minutesBefore', band: 'status' },
  limits: [
    'An infusion should have ended before incision or tourniquet: only its start is looked at.',
    'Whether an antibiotic is needed at all is another question; clean skin lesions usually need none.',
  ],
  compute({ drug, startedAt, incisionAt }) {
    const minutes = (incisionAt - startedAt) / MINUTE_MS;
    const windowMinutes = windowOf(drug);
    const early = minutes > windowMinutes ? 'too_early' : 'ok';
    return { windowMinutes, minutesBefore: Math.floor(minutes), status: minutes < 0 ? 'after_incision' : early };
  },
  working: ({ drug }, { windowMinutes, minutesBefore }) => [
    `incision less start = ${String(minutesBefore)} min, whole minutes; ${drug} is begun within ${String(windowMinutes)} min before incision`,
  ],
});
