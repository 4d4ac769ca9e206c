import { type Band, defineCalculator } from '../calculator.ts';
import { choice, integer, number, type ValuesOf, yesNo } from '../input.ts';
import { type Part, partLines, total, upTo } from '../points.ts';

const BANDS = {
  very_low: { label: 'Very low', range: '2–3 points', means: 'Survival 99 % or more.', level: 0 },
  moderate: { label: 'Moderate', range: '4–5 points', means: 'Survival about 98 %.', level: 1 },
  moderately_severe: { label: 'Moderately severe', range: '6–7 points', means: 'Survival 80 to 90 %.', level: 2 },
  serious: { label: 'Serious', range: '8–9 points', means: 'Survival 50 to 70 %.', level: 2 },
  severe: { label: 'Severe', range: '10–11 points', means: 'Survival 20 to 40 %.', level: 3 },
  maximum: { label: 'Maximum', range: '12 points and more', means: 'Survival 10 % or less.', level: 3 },
} as const satisfies Record<string, Band>;

const inputs = {
  sex: choice('Sex', { male: 'Male', female: 'Female' }, { fact: 'sex' }),
  ageYears: integer('Age', { min: 0, max: 120, unit: 'years', fact: 'age_years' }),
  tbsaPct: number('Burned surface', { min: 0, max: 100, exclusiveMin: true, unit: '%', fact: 'tbsa_pct' }),
  inhalation: yesNo('Inhalation injury'),
  fullThickness: yesNo('Full-thickness burn'),
};

const parts = ({ sex, ageYears, tbsaPct, inhalation, fullThickness }: ValuesOf<typeof inputs>): Part[] => [
  [`Sex: ${sex}`, sex === 'female' ? 1 : 0],
  [`Age ${ageYears}`, upTo(ageYears, [20, 40, 60, 80], [1, 2, 3, 4, 5])],
  [`Inhalation injury: ${inhalation ? 'yes' : 'no'}`, inhalation ? 1 : 0],
  [`Full thickness: ${fullThickness ? 'yes' : 'no'}`, fullThickness ? 1 : 0],
  [`Burned surface ${tbsaPct} %, one for each 10 begun`, Math.ceil(tbsaPct / 10)],
];

/** Threat to life from a burn. Source: Tobiasen 1982. */
export const absi = defineCalculator({
  id: 'absi',
  title: 'Abbreviated Burn Severity Index',
  about: 'Threat to life from a burn.',
  version: '1.0',
  system: 'Burns',
  words: ['ABSI', 'mortality', 'prognosis', 'severity'],
  sources: [{ cite: 'Tobiasen J, Hiebert JM, Edlich RF, The abbreviated burn severity index', year: 1982 }],
  licence: null,
  sign: ['consultant'],
  inputs,
  outputs: {
    score: { label: 'Score', type: 'integer', unit: 'points of 18' },
    threat: { label: 'Threat to life', type: 'text', bands: BANDS },
  },
  headline: { value: 'score', band: 'threat' },
  limits: [
    'The survival was that of American units before 1982; where there is less equipment it is lower.',
    'It does not say what becomes of this patient; never refuse care by it.',
  ],
  compute(values) {
    const score = total(parts(values));
    const threat: keyof typeof BANDS = upTo(
      score,
      [3, 5, 7, 9, 11],
      ['very_low', 'moderate', 'moderately_severe', 'serious', 'severe', 'maximum'],
    );
    return { score, threat };
  },
  working: (values) => partLines(parts(values)),
});
