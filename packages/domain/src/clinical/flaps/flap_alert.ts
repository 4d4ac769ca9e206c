import { type Band, defineCalculator, type Level } from '../calculator.ts';
import { choice, number } from '../input.ts';

const LEVELS = {
  green: { label: 'Green', range: 'no sign', means: 'Go on observing by the schedule.', level: 0 },
  amber: { label: 'Amber', range: 'one sign', means: 'Recheck in 15 minutes and tell the surgeon.', level: 2 },
  red: {
    label: 'Red',
    range: 'two or more signs, or no Doppler signal, or a pinprick that does not bleed or bleeds dark and fast',
    means: 'Call the operating surgeon at once; release dressings and sutures; nil by mouth; have theatre ready.',
    level: 3,
  },
} as const satisfies Record<string, Band & { level: Level }>;

const PATTERNS = {
  none: 'None',
  arterial: 'Arterial: blood does not come in',
  venous: 'Venous: blood does not leave',
  mixed: 'Mixed',
  undetermined: 'Cannot be told',
} as const;

interface Sign {
  words: string;
  side: 'arterial' | 'venous' | 'neither';
  /** Red by itself. */
  alone?: boolean;
}

interface Observed {
  colour: string;
  capRefillSec: number;
  tempDiffC: number;
  turgor: string;
  doppler: string;
  pinprick: string;
}

function signsOf({ colour, capRefillSec, tempDiffC, turgor, doppler, pinprick }: Observed): readonly Sign[] {
  const signs: [boolean, Sign][] = [
    [colour === 'pale', { words: 'pale', side: 'arterial' }],
    [colour === 'congested_blue', { words: 'blue or congested', side: 'venous' }],
    [colour === 'mottled', { words: 'mottled', side: 'neither' }],
    [capRefillSec > 3, { words: `refill ${capRefillSec} s, above 3 s`, side: 'arterial' }],
    [capRefillSec < 1, { words: `refill ${capRefillSec} s, below 1 s`, side: 'venous' }],
    [tempDiffC <= -2, { words: `${-tempDiffC} °C colder, 2 °C or more`, side: 'neither' }],
    [turgor === 'flaccid', { words: 'flaccid', side: 'arterial' }],
    [turgor === 'tense', { words: 'tense', side: 'venous' }],
    [doppler === 'weak', { words: 'Doppler weak', side: 'neither' }],
    [doppler === 'absent', { words: 'Doppler absent', side: 'arterial', alone: true }],
    [pinprick === 'none', { words: 'pinprick does not bleed', side: 'arterial', alone: true }],
    [pinprick === 'dark_rapid', { words: 'pinprick bleeds dark and fast', side: 'venous', alone: true }],
  ];
  return signs.filter(([there]) => there).map(([, sign]) => sign);
}

function levelOf(signs: readonly Sign[]): keyof typeof LEVELS {
  if (signs.length >= 2 || signs.some(({ alone }) => alone)) return 'red';
  return signs.length === 1 ? 'amber' : 'green';
}

function patternOf(signs: readonly Sign[]): keyof typeof PATTERNS {
  const arterial = signs.some(({ side }) => side === 'arterial');
  const venous = signs.some(({ side }) => side === 'venous');
  if (arterial && venous) return 'mixed';
  if (arterial) return 'arterial';
  if (venous) return 'venous';
  return signs.length === 0 ? 'none' : 'undetermined';
}

/** Counts the signs of a flap in trouble and says what follows. Unit rule; refill of 1 to 3 s is normal, both inclusive. */
export const flapAlert = defineCalculator({
  id: 'flap_alert',
  title: 'Flap observation alert',
  about: 'Whether what was seen at the flap calls for the surgeon.',
  version: '1.0',
  system: 'Flaps and grafts',
  words: ['free flap', 'flap check', 'congestion', 'ischaemia', 'Doppler', 'capillary refill', 'pinprick', 'salvage'],
  sources: [{ cite: 'Unit rule for flap observation', year: 2026 }],
  licence: null,
  sign: ['consultant'],
  inputs: {
    colour: choice('Colour', { normal: 'Normal', pale: 'Pale', congested_blue: 'Blue or congested', mottled: 'Mottled' }),
    capRefillSec: number('Capillary refill', { min: 0, max: 20, unit: 's', help: '1 to 3 s is normal.' }),
    tempDiffC: number('Temperature against the skin beside it', {
      min: -15,
      max: 10,
      unit: '°C',
      help: 'Below zero when the flap is colder.',
    }),
    turgor: choice('Turgor', { normal: 'Normal', flaccid: 'Flaccid', tense: 'Tense' }),
    doppler: choice('Doppler at the marked point', { present: 'Present', weak: 'Weak', absent: 'Absent' }),
    pinprick: choice(
      'Pinprick',
      { not_done: 'Not done', bright: 'Bright red', none: 'Does not bleed', dark_rapid: 'Dark and fast' },
      { help: 'By a doctor only.' },
    ),
  },
  outputs: {
    level: { label: 'Alert', type: 'text', bands: LEVELS },
    pattern: { label: 'Pattern', type: 'text', values: PATTERNS },
    signs: { label: 'Signs', type: 'integer' },
  },
  headline: { value: 'level', trend: 'signs', band: 'level' },
  limits: [
    'Colour misleads in dark skin and in buried or muscle flaps: rely on Doppler and turgor.',
    'Green does not outweigh a worried observer. An alert is lowered only by a senior who has looked.',
  ],
  compute(values) {
    const signs = signsOf(values);
    return { level: levelOf(signs), pattern: patternOf(signs), signs: signs.length };
  },
  working(values, { level, signs }) {
    const lines = signsOf(values).map(({ words, side, alone }) => `${words} (${side})${alone ? ': red by itself' : ''}`);
    return [...lines, `${String(signs)} ${signs === 1 ? 'sign' : 'signs'}: ${String(level)}`];
  },
});
