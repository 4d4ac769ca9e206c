import { defineCalculator } from '../calculator.ts';
import { text } from '../input.ts';
import { refuse } from '../refusal.ts';

const POSITIONS = [
  'right lip',
  'right alveolus',
  'right hard palate',
  'soft palate',
  'left hard palate',
  'left alveolus',
  'left lip',
];

const CODE = /^[Ll.*][Aa.*][Hh.*][Ss.*][Hh.*][Aa.*][Ll.*]$/;

type Extent = 'none' | 'microform' | 'incomplete' | 'complete';

const EXTENTS = { none: 'None', microform: 'Microform', incomplete: 'Incomplete', complete: 'Complete' } as const;

const SIDES = {
  none: 'No cleft',
  right: 'Right',
  left: 'Left',
  bilateral: 'Both sides',
  palate_only: 'Palate only',
} as const;

function extentOf(character: string): Extent {
  if (character === '.') return 'none';
  if (character === '*') return 'microform';
  return character === character.toUpperCase() ? 'complete' : 'incomplete';
}

/** The worst of hard and soft palate; a microform counts as incomplete. */
function palateOf(extents: readonly Extent[]): 'none' | 'incomplete' | 'complete' {
  if (extents.includes('complete')) return 'complete';
  return extents.every((extent) => extent === 'none') ? 'none' : 'incomplete';
}

/** The side is that of lip and alveolus; a cleft of the palate alone has none. */
function sideOf(right: boolean, left: boolean, palate: boolean): keyof typeof SIDES {
  if (right && left) return 'bilateral';
  if (right) return 'right';
  if (left) return 'left';
  return palate ? 'palate_only' : 'none';
}

/** Reads a code of seven characters, from the patient's right lip to the left. Source: Kriens 1989. */
export const lahshal = defineCalculator({
  id: 'lahshal',
  title: 'LAHSHAL cleft code',
  about: 'What a LAHSHAL code says: side, lip and palate.',
  version: '1.0',
  system: 'Cleft',
  words: ['cleft lip', 'cleft palate', 'Kriens', 'alveolus'],
  sources: [{ cite: 'Kriens, LAHSHAL documentation system', year: 1989 }],
  licence: null,
  sign: ['consultant'],
  inputs: {
    code: text('Code', {
      help: 'Seven characters from the patient’s right: L A H S H A L. Capital: complete; small: incomplete; * microform; . none.',
    }),
  },
  outputs: {
    laterality: { label: 'Side', type: 'text', values: SIDES },
    lip: { label: 'Lip', type: 'object', values: EXTENTS },
    palate: { label: 'Palate', type: 'text', values: EXTENTS },
  },
  headline: { value: 'laterality' },
  limits: ['The LAHSAL code of six characters is another code.', 'It does not say how wide the cleft is.'],
  compute({ code }) {
    if (!CODE.test(code)) return refuse('INVALID_VALUE', 'code');
    const at = (position: number): Extent => extentOf(code.charAt(position));
    const palate = palateOf([at(2), at(3), at(4)]);
    const right = at(0) !== 'none' || at(1) !== 'none';
    const left = at(5) !== 'none' || at(6) !== 'none';
    return { laterality: sideOf(right, left, palate !== 'none'), lip: { right: at(0), left: at(6) }, palate };
  },
  working: ({ code }) =>
    Array.from(code, (character, n) => `${character} ${POSITIONS[n] ?? ''}: ${EXTENTS[extentOf(character)].toLowerCase()}`),
});
