import { defineCalculator } from '../calculator.ts';
import { choice, number, type ValuesOf, yesNo } from '../input.ts';
import { type Part, partLines, total } from '../points.ts';

/** An ulcer of this area and more counts, in cm². */
const AREA_FROM = 1;
/** From this score the risk is higher. */
const HIGHER_FROM = 3;

const inputs = {
  site: choice('Site', { forefoot: 'Forefoot', midfoot_hindfoot: 'Midfoot or hindfoot' }),
  ischaemia: yesNo('Ischaemia', { help: 'Flow to the foot is reduced.' }),
  neuropathy: yesNo('Neuropathy', { help: 'Protective feeling is lost.' }),
  infection: yesNo('Bacterial infection'),
  areaCm2: number('Area', { min: 0, max: 1000, unit: 'cm²' }),
  depth: choice('Depth', { skin_subcutaneous: 'Skin or fat', muscle_tendon_bone: 'Muscle, tendon or bone' }),
};

const parts = (v: ValuesOf<typeof inputs>): Part[] => [
  [`Site: ${inputs.site.values[v.site]}`, v.site === 'midfoot_hindfoot' ? 1 : 0],
  [inputs.ischaemia.label, v.ischaemia ? 1 : 0],
  [inputs.neuropathy.label, v.neuropathy ? 1 : 0],
  [inputs.infection.label, v.infection ? 1 : 0],
  [`Area ${v.areaCm2} cm²`, v.areaCm2 >= AREA_FROM ? 1 : 0],
  [`Depth: ${inputs.depth.values[v.depth]}`, v.depth === 'muscle_tendon_bone' ? 1 : 0],
];

/** Severity of a diabetic foot ulcer. Sources: Ince 2008; IWGDF 2023. */
export const sinbad = defineCalculator({
  id: 'sinbad',
  title: 'SINBAD',
  about: 'How severe a diabetic foot ulcer is, in six yes-or-no points.',
  version: '1.0',
  system: 'Diabetic foot and limb',
  words: ['diabetic foot', 'foot ulcer', 'healing'],
  sources: [
    { cite: 'Ince P et al., Use of the SINBAD classification system', year: 2008 },
    { cite: 'IWGDF Guidelines, classification', year: 2023 },
  ],
  licence: null,
  sign: ['consultant'],
  inputs,
  outputs: {
    score: { label: 'Score', type: 'integer', unit: 'points of 6' },
    higherRisk: {
      label: 'Higher risk',
      type: 'boolean',
      bands: {
        false: { label: 'Lower risk', range: '0–2 points', means: 'Usual care of the foot; follow.', level: 1 },
        true: {
          label: 'Higher risk',
          range: '3–6 points',
          means: 'Heals slower, and amputation is likelier: foot team.',
          level: 2,
        },
      },
    },
  },
  headline: { value: 'score', trend: 'score', band: 'higherRisk' },
  limits: [
    'It does not say which vessel or bone is ill.',
    'It was made to compare centres and to refer, not to plan an operation.',
  ],
  compute(values) {
    const score = total(parts(values));
    return { score, higherRisk: score >= HIGHER_FROM };
  },
  working: (values) => partLines(parts(values)),
});
