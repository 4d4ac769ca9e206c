import { type Band, defineCalculator } from '../calculator.ts';
import { number, type ValuesOf } from '../input.ts';
import { refuse } from '../refusal.ts';
import { above, round } from '../round.ts';

/** From the worst to the best: of two alike the first is told. */
const TISSUES = ['necrotic', 'slough', 'granulation', 'epithelial', 'other'] as const;

const BANDS = {
  necrotic: { label: 'Dead tissue', range: 'the largest share', means: 'Debride when the blood supply allows.', level: 3 },
  slough: { label: 'Slough', range: 'the largest share', means: 'Clean and debride; look for infection.', level: 2 },
  granulation: {
    label: 'Granulation',
    range: 'the largest share',
    means: 'Protect it and keep it moist; plan closure.',
    level: 0,
  },
  epithelial: { label: 'New skin', range: 'the largest share', means: 'Protect it.', level: 0 },
  other: { label: 'Other tissue', range: 'the largest share', means: 'Say what it is: bone, tendon, metal, graft.', level: 1 },
} as const satisfies Record<(typeof TISSUES)[number], Band>;

/** The shares may miss 100 by this much. */
const TOLERANCE_PCT = 0.01;
/** A sum in decimals as people write it, without binary noise. */
const DECIMALS = 9;

const share = (label: string, help?: string) =>
  number(label, { min: 0, max: 100, unit: '%', ...(help === undefined ? {} : { help }) });

const inputs = {
  necrotic: share('Dead tissue', 'Black or brown.'),
  slough: share('Slough', 'Yellow or grey.'),
  granulation: share('Granulation', 'Red, grainy.'),
  epithelial: share('New skin', 'Pink, at the edge or in islands.'),
  other: share('Other', 'Bone, tendon, metal, graft.'),
};
type Values = ValuesOf<typeof inputs>;

const sumOf = (values: Values): number => TISSUES.reduce((sum, tissue) => sum + values[tissue], 0);

/** What covers the bed of a wound. Source: TIME, Schultz 2003; TIMERS, Atkin 2019. */
export const woundBed = defineCalculator({
  id: 'wound_bed',
  title: 'Wound bed',
  about: 'Which tissue covers most of the wound bed, and how much of it is dead.',
  version: '1.0',
  system: 'Wounds',
  words: ['TIME', 'TIMERS', 'tissue', 'slough', 'necrosis', 'granulation', 'debridement'],
  sources: [
    { cite: 'Schultz GS et al., Wound bed preparation: a systematic approach (TIME)', year: 2003 },
    { cite: 'Atkin L et al., Implementing TIMERS', year: 2019 },
  ],
  licence: null,
  sign: ['consultant'],
  inputs,
  outputs: {
    valid: { label: 'The shares make 100 %', type: 'boolean' },
    dominant: { label: 'Most of it', type: 'text', bands: BANDS },
    devitalisedPct: { label: 'Dead tissue and slough', type: 'number', unit: '%', decimals: 1 },
  },
  headline: { value: 'dominant', trend: 'devitalisedPct', band: 'dominant' },
  limits: ['Shares are judged by eye; two people differ by 10 % and more.', 'Of two tissues alike the worse is told.'],
  compute(values) {
    if (above(Math.abs(sumOf(values) - 100), TOLERANCE_PCT)) return refuse('INCONSISTENT', 'sum');
    const dominant = TISSUES.reduce((worst, tissue) => (values[tissue] > values[worst] ? tissue : worst));
    return { valid: true, dominant, devitalisedPct: round(values.necrotic + values.slough, DECIMALS) };
  },
  working: (values, { devitalisedPct }) => [
    `${TISSUES.map((tissue) => values[tissue]).join(' + ')} = ${round(sumOf(values), 2)} %`,
    `Dead tissue ${values.necrotic} % + slough ${values.slough} % = ${String(devitalisedPct)} %`,
  ],
});
