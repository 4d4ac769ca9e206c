import { type Band, defineCalculator } from '../calculator.ts';
import { number, optional, type ValuesOf } from '../input.ts';
import { below, upTo } from '../points.ts';
import { refuse } from '../refusal.ts';
import { round } from '../round.ts';

const BANDS = {
  severe: { label: 'Severe arterial disease', range: '0.40 and less', means: 'Urgent vascular review.', level: 3 },
  mild_moderate: { label: 'Mild to moderate arterial disease', range: '0.41 to 0.90', means: 'Vascular review.', level: 2 },
  borderline: { label: 'Borderline', range: '0.91 to 0.99', means: 'Look at the patient and measure again.', level: 1 },
  normal: { label: 'Normal', range: '1.00 to 1.40', means: 'In diabetes measure the toe pressure too.', level: 0 },
  non_compressible: {
    label: 'Not compressible',
    range: 'above 1.40',
    means: 'Stiff arteries: measure the toe pressure.',
    level: 2,
  },
} as const satisfies Record<string, Band>;

const COMPRESSION = {
  none: { label: 'No compression', range: 'below 0.50', means: 'Compression endangers the limb.', level: 3 },
  reduced_specialist: { label: 'Reduced', range: '0.50 to 0.79', means: 'Only by a specialist.', level: 2 },
  full: { label: 'Full compression', range: '0.80 to 1.30', means: 'Full compression may be given.', level: 0 },
  specialist: {
    label: 'Specialist decides',
    range: 'above 1.30',
    means: 'Not before a specialist has seen the patient.',
    level: 2,
  },
} as const satisfies Record<string, Band>;

const pressure = (label: string) => optional(number(label, { min: 0, max: 300, unit: 'mmHg' }));

const inputs = {
  dorsalisPedis: pressure('Dorsalis pedis'),
  posteriorTibial: pressure('Posterior tibial'),
  brachialRight: pressure('Right arm'),
  brachialLeft: pressure('Left arm'),
};

/** The higher of two; null when neither was measured. */
function higher(one: number | null, other: number | null): number | null {
  return one === null ? other : Math.max(one, other ?? one);
}

const pressuresOf = (v: ValuesOf<typeof inputs>) => ({
  ankle: higher(v.dorsalisPedis, v.posteriorTibial),
  arm: higher(v.brachialRight, v.brachialLeft),
});

/** Pressure index of one leg. Sources: Aboyans 2012, American Heart Association; compression by Wounds UK 2022. */
export const abpi = defineCalculator({
  id: 'abpi',
  title: 'Ankle-brachial pressure index',
  about: 'How well blood reaches one foot, and whether the leg may be compressed.',
  version: '1.0',
  system: 'Diabetic foot and limb',
  words: ['ABPI', 'ABI', 'Doppler', 'peripheral arterial disease', 'compression', 'venous ulcer'],
  sources: [
    { cite: 'Aboyans V et al., Measurement and interpretation of the ankle-brachial index, AHA', year: 2012 },
    { cite: 'Wounds UK, Best practice statement: compression', year: 2022 },
  ],
  licence: null,
  sign: ['consultant'],
  inputs,
  outputs: {
    abpi: { label: 'Index', type: 'number', decimals: 2 },
    band: { label: 'Arteries', type: 'text', bands: BANDS },
    compression: { label: 'Compression', type: 'text', bands: COMPRESSION },
  },
  headline: { value: 'abpi', trend: 'abpi', band: 'band' },
  limits: [
    'It is of one leg; measure both.',
    'In diabetes and kidney failure stiff arteries raise it: measure the toe pressure.',
    'The limits for compression are to be checked against local policy.',
  ],
  compute(values) {
    const { ankle, arm } = pressuresOf(values);
    if (ankle === null) return refuse('MISSING_INPUT', 'dorsalisPedis');
    if (arm === null) return refuse('MISSING_INPUT', 'brachialRight');
    const index = round(ankle / arm, 2);
    // No arm pressure, or all but none.
    if (!Number.isFinite(index)) return refuse('OUT_OF_RANGE', 'brachialRight');
    const band: keyof typeof BANDS = upTo(
      index,
      [0.4, 0.9, 0.99, 1.4],
      ['severe', 'mild_moderate', 'borderline', 'normal', 'non_compressible'],
    );
    const gated: keyof typeof COMPRESSION = below(index, [0.5, 0.8], ['none', 'reduced_specialist', 'full']);
    const compression = index > 1.3 ? 'specialist' : gated;
    return { abpi: index, band, compression };
  },
  working: (values, { abpi: index }) => {
    const { ankle, arm } = pressuresOf(values);
    return [
      `Higher ankle pressure ${ankle ?? ''} mmHg ÷ higher arm pressure ${arm ?? ''} mmHg = ${String(index)}`,
      'The classes go by the index of two digits',
    ];
  },
});
