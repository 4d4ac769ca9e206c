import { type Band, defineCalculator } from '../calculator.ts';
import { choice, integer, number, several, type ValuesOf } from '../input.ts';
import { below, type Part, partLines, total, upTo } from '../points.ts';
import { refuse } from '../refusal.ts';

const SKIN = {
  healthy: ['Healthy', 0],
  tissue_paper: ['Thin as tissue paper', 1],
  dry: ['Dry', 1],
  oedematous: ['Swollen', 1],
  clammy_pyrexia: ['Clammy, or fever', 1],
  discoloured_stage1: ['Discoloured (stage 1)', 2],
  broken_stage2_4: ['Broken (stage 2 to 4)', 3],
} as const;
const CONTINENCE = {
  complete_or_catheter: ['Continent, or catheter', 0],
  urinary: ['Incontinent of urine', 1],
  faecal: ['Incontinent of stool', 2],
  urinary_and_faecal: ['Incontinent of both', 3],
} as const;
const MOBILITY = {
  full: ['Moves fully', 0],
  restless: ['Restless', 1],
  apathetic: ['Apathetic', 2],
  restricted: ['Restricted', 3],
  bedbound: ['Bedbound', 4],
  chairbound: ['Chairbound', 5],
} as const;
const TISSUE = {
  terminal_cachexia: ['Wasting at the end of life', 8],
  multi_organ_failure: ['Several organs fail', 8],
  single_organ_failure: ['One organ fails', 5],
  peripheral_vascular_disease: ['Disease of the limb arteries', 5],
  anaemia_hb_lt_8: ['Haemoglobin under 8 g/dL', 2],
  smoking: ['Smokes', 1],
} as const;
const SURGERY = {
  none: ['None', 0],
  orthopaedic_spinal: ['Orthopaedic, or on the spine', 5],
  on_table_over_2h: ['More than 2 hours on the table', 5],
  on_table_over_6h: ['More than 6 hours on the table', 8],
} as const;
const SEX = { male: ['Male', 1], female: ['Female', 2] } as const;

const wordsOf = <K extends string>(table: Readonly<Record<K, Part>>): Readonly<Record<K, string>> =>
  Object.fromEntries(Object.entries<Part>(table).map(([id, [words]]) => [id, words])) as Record<K, string>;

const BANDS = {
  not_at_risk: { label: 'Not at risk', range: 'below 10 points', means: 'Assess again after any change.', level: 0 },
  at_risk: { label: 'At risk', range: '10–14 points', means: 'Prevention plan; foam mattress.', level: 1 },
  high: { label: 'High risk', range: '15–19 points', means: 'Prevention plan; pressure-relieving mattress.', level: 2 },
  very_high: {
    label: 'Very high risk',
    range: '20 points and more',
    means: 'Prevention plan; alternating-pressure bed.',
    level: 3,
  },
} as const satisfies Record<string, Band>;

const inputs = {
  bmi: number('BMI', { min: 8, max: 100, unit: 'kg/m²' }),
  skinTypes: several('Skin over the pressure points', wordsOf(SKIN), { help: 'Everything that applies; each adds.' }),
  sex: choice('Sex', wordsOf(SEX), { fact: 'sex' }),
  ageYears: integer('Age', { min: 0, max: 120, unit: 'years', fact: 'age_years' }),
  mst: integer('Weight loss and appetite (MST)', {
    min: 0,
    max: 5,
    help: 'Weight loss: none 0, unsure 2, 0.5–5 kg 1, 5–10 kg 2, 10–15 kg 3, more than 15 kg 4. Poor appetite adds 1.',
    steps: {
      0: 'No loss, eats well',
      1: 'Lost 0.5–5 kg, or eats poorly',
      2: 'Lost 5–10 kg, or unsure; or lost 0.5–5 kg and eats poorly',
      3: 'Lost 10–15 kg; or lost 5–10 kg, or unsure, and eats poorly',
      4: 'Lost more than 15 kg; or lost 10–15 kg and eats poorly',
      5: 'Lost more than 15 kg and eats poorly',
    },
  }),
  continence: choice('Continence', wordsOf(CONTINENCE)),
  mobility: choice('Mobility', wordsOf(MOBILITY)),
  tissueMalnutrition: several('Poor supply of the tissues', wordsOf(TISSUE), {
    help: 'Everything that applies; each adds. None is an answer too.',
  }),
  neuroDeficit: integer('Loss of nerve function', {
    min: 0,
    max: 6,
    help: 'Diabetes, multiple sclerosis, stroke, loss of movement or feeling, paraplegia.',
    steps: { 0: 'None', 4: 'Mild', 5: 'Moderate', 6: 'Severe' },
  }),
  surgery: choice('Operation within 48 hours', wordsOf(SURGERY), { help: 'One value: the highest that applies.' }),
  medication: integer('Cytotoxic, steroid or anti-inflammatory medicines', {
    min: 0,
    max: 4,
    steps: { 0: 'None', 1: 'Slight effect', 2: 'Some effect', 3: 'Strong effect', 4: 'Greatest effect' },
  }),
};

const parts = (v: ValuesOf<typeof inputs>): Part[] => [
  [`BMI ${v.bmi}`, below(v.bmi, [20, 25, 30], [3, 0, 1, 2])],
  ...v.skinTypes.map((one) => SKIN[one]),
  SEX[v.sex],
  [`Age ${v.ageYears}`, upTo(v.ageYears, [13, 49, 64, 74, 80], [0, 1, 2, 3, 4, 5])],
  ['Weight loss and appetite', v.mst],
  CONTINENCE[v.continence],
  MOBILITY[v.mobility],
  ...v.tissueMalnutrition.map((one) => TISSUE[one]),
  ['Loss of nerve function', v.neuroDeficit],
  [`Operation: ${SURGERY[v.surgery][0]}`, SURGERY[v.surgery][1]],
  ['Medicines', v.medication],
];

/** Risk of pressure injury. Source: Waterlow, the card of 2005. */
export const waterlow = defineCalculator({
  id: 'waterlow',
  title: 'Waterlow score',
  about: 'Risk of a pressure injury; a high score is bad. For units that use it beside Braden.',
  version: '1.0',
  system: 'General',
  words: ['pressure sore', 'bedsore', 'pressure ulcer', 'pressure injury', 'skin'],
  sources: [{ cite: 'Waterlow J, Waterlow score card, revised', year: 2005 }],
  licence: 'Copyright Judy Waterlow; permission is needed before release. The wording here is our own.',
  sign: ['consultant'],
  inputs,
  outputs: {
    score: { label: 'Score', type: 'integer', unit: 'points' },
    band: { label: 'Risk', type: 'text', bands: BANDS },
  },
  headline: { value: 'score', trend: 'score', band: 'band' },
  limits: [
    'It tends to call more patients at risk than get an injury; judge beside it.',
    'A BMI of exactly 30 counts 2 here; the card prints more than 30.',
    'Its points do not compare with the Braden scale, where few points are bad.',
  ],
  compute(values) {
    if (![0, 4, 5, 6].includes(values.neuroDeficit)) return refuse('INVALID_VALUE', 'neuroDeficit');
    const score = total(parts(values));
    const band: keyof typeof BANDS = upTo(score, [9, 14, 19], ['not_at_risk', 'at_risk', 'high', 'very_high']);
    return { score, band };
  },
  working: (values) => partLines(parts(values)),
});
