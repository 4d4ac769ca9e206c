import { type Band, defineCalculator } from '../calculator.ts';
import { number, optional } from '../input.ts';
import { refuse } from '../refusal.ts';

const CALL = 'Call the ward and have it read back within 30 minutes.';

const FLAGS = {
  critical_low: { label: 'Critically low', range: 'at or below the lower critical bound', means: CALL, level: 3 },
  low: { label: 'Low', range: 'below the interval', means: 'Read it with the patient in mind.', level: 1 },
  normal: {
    label: 'No bound crossed',
    range: 'beyond none of the bounds that were given; the ends of the interval belong to it',
    means: 'No step follows from the value alone.',
    level: 0,
  },
  high: { label: 'High', range: 'above the interval', means: 'Read it with the patient in mind.', level: 1 },
  critical_high: { label: 'Critically high', range: 'at or above the upper critical bound', means: CALL, level: 3 },
} as const satisfies Record<string, Band>;

const INTERVALS = {
  both: 'An interval with both ends',
  low_only: 'An interval without an upper end',
  high_only: 'An interval without a lower end',
  none: 'No interval was given: the value is neither normal nor abnormal',
} as const;

interface Bounds {
  refLow: number | null;
  refHigh: number | null;
  critLow: number | null;
  critHigh: number | null;
}

function flagOf(value: number, { refLow, refHigh, critLow, critHigh }: Bounds): keyof typeof FLAGS {
  if (critLow !== null && value <= critLow) return 'critical_low';
  if (critHigh !== null && value >= critHigh) return 'critical_high';
  if (refLow !== null && value < refLow) return 'low';
  return refHigh !== null && value > refHigh ? 'high' : 'normal';
}

function intervalOf({ refLow, refHigh }: Bounds): keyof typeof INTERVALS {
  if (refLow === null) return refHigh === null ? 'none' : 'high_only';
  return refHigh === null ? 'low_only' : 'both';
}

const bound = (label: string) => optional(number(label, { min: -1e9, max: 1e9 }));

/** A laboratory value against its interval (ends are normal) and its critical bounds (ends are critical), all in one unit. */
export const labFlag = defineCalculator({
  id: 'lab_flag',
  title: 'Laboratory flag',
  about: 'Whether a laboratory value lies outside the interval and bounds that were given.',
  version: '1.0',
  system: 'Laboratory',
  words: ['reference interval', 'critical value', 'abnormal result', 'panic value'],
  sources: [{ cite: 'Unit rule for laboratory flags', year: 2026 }],
  licence: null,
  sign: ['laboratory'],
  inputs: {
    value: number('Value', { min: -1e9, max: 1e9, help: 'In the same unit as the bounds.' }),
    refLow: bound('Lower end of the interval'),
    refHigh: bound('Upper end of the interval'),
    critLow: bound('Critical at or below'),
    critHigh: bound('Critical at or above'),
  },
  outputs: {
    flag: { label: 'Flag', type: 'text', bands: FLAGS },
    interval: { label: 'Compared with', type: 'text', values: INTERVALS },
  },
  headline: { value: 'flag', band: 'flag' },
  limits: [
    'It knows no unit, sex or age: the bounds must be those of this patient and this laboratory.',
    'Without an interval no flag follows: that no bound was crossed is then no sign of health.',
  ],
  compute({ value, ...bounds }) {
    const { refLow, refHigh } = bounds;
    if (refLow !== null && refHigh !== null && refLow > refHigh) return refuse('INCONSISTENT', 'refHigh');
    return { flag: flagOf(value, bounds), interval: intervalOf(bounds) };
  },
  working({ value, refLow, refHigh, critLow, critHigh }, { flag, interval }) {
    const shown = (end: number | null): string => (end === null ? 'open' : String(end));
    return [
      `${value} against the interval ${shown(refLow)} to ${shown(refHigh)} and the critical bounds ${shown(critLow)} and ${shown(critHigh)}: ${String(flag)}`,
      ...(interval === 'none' ? [INTERVALS.none] : []),
    ];
  },
});
