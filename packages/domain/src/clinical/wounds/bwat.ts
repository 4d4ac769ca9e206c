import { type Band, defineCalculator } from '../calculator.ts';
import { integers } from '../input.ts';
import { type Part, partLines, total, upTo } from '../points.ts';

const BANDS = {
  minimal: { label: 'Minimal', range: '13–20 points', means: 'Go on; assess again each week.', level: 0 },
  mild: { label: 'Mild', range: '21–30 points', means: 'Go on; look again when two weeks bring no change.', level: 1 },
  moderate: { label: 'Moderate', range: '31–40 points', means: 'Review what hinders healing and the dressing.', level: 2 },
  critical: { label: 'Critical', range: '41–65 points', means: 'Senior review: dead tissue, infection, perfusion.', level: 3 },
} as const satisfies Record<string, Band>;

const ITEMS = [
  'Size',
  'Depth',
  'Edges',
  'Undermining',
  'Kind of dead tissue',
  'Amount of dead tissue',
  'Kind of exudate',
  'Amount of exudate',
  'Colour of the skin around',
  'Swelling of the skin around',
  'Hardness of the skin around',
  'Granulation',
  'New skin',
] as const;

const parts = (scores: readonly number[]): Part[] => scores.map((points, n) => [`${ITEMS[n]}`, points]);

/** State of a wound by thirteen items. Source: Bates-Jensen 1990, revised 2001. */
export const bwat = defineCalculator({
  id: 'bwat',
  title: 'Bates-Jensen wound assessment',
  about: 'How bad a wound is by thirteen items; fewer points are better.',
  version: '1.0',
  system: 'Wounds',
  words: ['BWAT', 'PSST', 'wound status', 'healing'],
  sources: [{ cite: 'Bates-Jensen BM, Bates-Jensen Wound Assessment Tool, 1990, revised', year: 2001 }],
  licence: 'Copyright Barbara Bates-Jensen; permission is needed before release. The wording here is our own.',
  sign: ['consultant'],
  inputs: {
    items: integers('Items', { min: 1, max: 5, items: ITEMS, help: 'Each from 1, best, to 5, worst.' }),
  },
  outputs: {
    total: { label: 'Score', type: 'integer', unit: 'points of 65' },
    severity: { label: 'Severity', type: 'text', bands: BANDS },
  },
  headline: { value: 'total', trend: 'total', band: 'severity' },
  limits: [
    'The limits between the bands are not certain.',
    'Place and shape are written down and not counted.',
    'Some versions count 0 for what is healed; scores of theirs do not compare.',
  ],
  compute({ items }) {
    const sum = total(parts(items));
    const severity: keyof typeof BANDS = upTo(sum, [20, 30, 40], ['minimal', 'mild', 'moderate', 'critical']);
    return { total: sum, severity };
  },
  working: ({ items }) => partLines(parts(items)),
});
