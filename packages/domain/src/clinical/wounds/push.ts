import { defineCalculator } from '../calculator.ts';
import { integer, number, type ValuesOf } from '../input.ts';
import { below, type Part, partLines, total, upTo } from '../points.ts';
import { refuse } from '../refusal.ts';
import { round } from '../round.ts';

const inputs = {
  lengthCm: number('Length', { min: 0, max: 100, unit: 'cm', help: 'The longest, head to foot.' }),
  widthCm: number('Width', { min: 0, max: 100, unit: 'cm', help: 'The widest at right angles to it.' }),
  exudate: integer('Exudate', { min: 0, max: 3, steps: { 0: 'None', 1: 'Little', 2: 'Medium', 3: 'Much' } }),
  tissue: integer('Worst tissue', {
    min: 0,
    max: 4,
    steps: { 0: 'Closed', 1: 'New skin', 2: 'Granulation', 3: 'Any slough', 4: 'Any dead tissue' },
  }),
};
type Values = ValuesOf<typeof inputs>;

/** In cm², as the tool reads it. */
const areaOf = ({ lengthCm, widthCm }: Values): number => round(lengthCm * widthCm, 4);

/** Between two rows of the tool the upper limits decide. */
function areaScore(area: number): number {
  if (area === 0) return 0;
  return below(area, [0.3], [1, upTo(area, [0.6, 1, 2, 3, 4, 8, 12, 24], [2, 3, 4, 5, 6, 7, 8, 9, 10])]);
}

const parts = (values: Values): Part[] => [
  [`Area ${areaOf(values)} cm²`, areaScore(areaOf(values))],
  [inputs.exudate.label, values.exudate],
  [inputs.tissue.label, values.tissue],
];

/** Healing of a pressure injury. Source: NPIAP, PUSH Tool 3.0, 1998. */
export const push = defineCalculator({
  id: 'push',
  title: 'PUSH tool',
  about: 'Whether a pressure injury is healing; fewer points are better.',
  version: '1.0',
  system: 'Wounds',
  words: ['pressure sore', 'bedsore', 'pressure ulcer', 'pressure injury', 'healing'],
  sources: [{ cite: 'National Pressure Injury Advisory Panel, PUSH Tool 3.0', year: 1998 }],
  licence: 'Copyright NPIAP. The wording here is our own; NPIAP’s permission is needed before release.',
  sign: ['consultant'],
  inputs,
  outputs: {
    areaScore: { label: 'Points of the area', type: 'integer', unit: 'points of 10' },
    total: { label: 'Score', type: 'integer', unit: 'points of 17' },
  },
  headline: { value: 'total', trend: 'total' },
  limits: [
    'One score says little; follow it over time: falling is healing.',
    'Length times width is more than the true area of most wounds.',
    'It does not look at depth, undermining or infection.',
  ],
  compute(values) {
    const area = areaOf(values);
    if ((area === 0) !== (values.tissue === 0)) return refuse('INCONSISTENT', 'tissue');
    return { areaScore: areaScore(area), total: total(parts(values)) };
  },
  working: (values) => [`${values.lengthCm} cm × ${values.widthCm} cm = ${areaOf(values)} cm²`, ...partLines(parts(values))],
});
