import { type Band, defineCalculator } from '../calculator.ts';
import { choice, integer, several, type ValuesOf } from '../input.ts';
import { type Part, partLines, total, upTo } from '../points.ts';
import { refuse } from '../refusal.ts';

const WOMEN = {
  pregnancy_postpartum_1m: 'Pregnant, or gave birth in the last month',
  pregnancy_loss_history: 'Unexplained stillbirth, three or more miscarriages, or early birth with toxaemia or a small baby',
  oral_contraceptive_hrt: 'Takes the pill or hormone replacement',
};
const ONLY_2013 = {
  bmi_over_40: 'BMI over 40 (counts besides BMI over 25)',
  smoking: 'Smokes',
  diabetes_insulin: 'Diabetes on insulin',
  chemotherapy: 'Chemotherapy',
  blood_transfusion: 'Blood transfusion',
  surgery_over_2h: 'Operation of more than 2 hours',
};
const ONE = {
  bmi_over_25: 'BMI over 25',
  swollen_legs: 'Swollen legs',
  varicose_veins: 'Varicose veins',
  ...WOMEN,
  sepsis_1m: 'Sepsis in the last month',
  serious_lung_disease_1m: 'Serious lung disease in the last month, pneumonia too',
  abnormal_pulmonary_function: 'Poor lung function (COPD)',
  acute_mi: 'Acute heart attack',
  chf_1m: 'Heart failure in the last month',
  ibd_history: 'Inflammatory bowel disease, now or before',
  medical_bed_rest: 'Medical patient now at bed rest',
  major_surgery_1m: 'Major operation in the last month',
};
const TWO = {
  malignancy: 'Cancer, now or before (not basal cell)',
  confined_bed_72h: 'Confined to bed for more than 72 hours',
  plaster_cast_1m: 'Plaster cast in the last month',
  central_venous_access: 'Central venous line',
};
const THREE = {
  history_dvt_pe: 'Has had a clot in a deep vein or lung',
  family_history_vte: 'A clot in the family',
  factor_v_leiden: 'Factor V Leiden',
  prothrombin_20210a: 'Prothrombin 20210A',
  lupus_anticoagulant: 'Lupus anticoagulant',
  anticardiolipin: 'Anticardiolipin antibodies',
  homocysteine_elevated: 'Raised homocysteine',
  hit: 'Heparin-induced thrombocytopenia',
  other_thrombophilia: 'Other tendency to clot',
};
const FIVE = {
  stroke_1m: 'Stroke in the last month',
  hip_pelvis_leg_fracture_1m: 'Broken hip, pelvis or leg in the last month',
  spinal_cord_injury_1m: 'Spinal cord injury in the last month',
  multiple_trauma_1m: 'Several major injuries in the last month',
};
const FACTORS = { ...ONE, ...TWO, ...THREE, ...FIVE, ...ONLY_2013 };
type Factor = keyof typeof FACTORS;

function pointsOf(factor: Factor): number {
  if (Object.hasOwn(TWO, factor)) return 2;
  if (Object.hasOwn(THREE, factor)) return 3;
  return Object.hasOwn(FIVE, factor) ? 5 : 1;
}

const SURGERY = { none: 0, minor: 1, major: 2, laparoscopic: 2, arthroscopic: 2, arthroplasty: 5 };

const BANDS = {
  very_low: { label: 'Very low', range: '0 points', means: 'Early walking.', level: 0 },
  low: { label: 'Low', range: '1–2 points', means: 'Mechanical prevention, intermittent compression preferred.', level: 1 },
  moderate: {
    label: 'Moderate',
    range: '3–4 points',
    means: 'Low-molecular-weight or low-dose heparin, or mechanical prevention.',
    level: 1,
  },
  high: {
    label: 'High',
    range: '5–8 points',
    means: 'Heparin and mechanical prevention together. From 7 points in plastic surgery consider a longer course.',
    level: 2,
  },
  highest: {
    label: 'Highest',
    range: '9 points and more',
    means: 'Heparin and mechanical prevention together; a course of about 30 days strongly considered.',
    level: 3,
  },
} as const satisfies Record<string, Band>;

const inputs = {
  version: choice('Version of the score', { '2005': '2005', '2013': '2013, with six more factors' }),
  ageYears: integer('Age', { min: 18, max: 120, unit: 'years', fact: 'age_years' }),
  sex: choice('Sex', { male: 'Male', female: 'Female' }, { fact: 'sex' }),
  surgeryType: choice(
    'Operation planned',
    {
      none: 'None',
      minor: 'Minor, 45 minutes or less',
      major: 'Major open, more than 45 minutes',
      laparoscopic: 'Laparoscopic, more than 45 minutes',
      arthroscopic: 'Arthroscopic',
      arthroplasty: 'Planned major joint replacement of the leg',
    },
    { help: 'The one that fits best.' },
  ),
  factors: several('Risk factors', FACTORS, { help: 'Everything that applies; none is an answer too.' }),
};
type Values = ValuesOf<typeof inputs>;

const parts = ({ ageYears, surgeryType, factors }: Values): Part[] => [
  [`Age ${ageYears}`, upTo(ageYears, [40, 60, 74], [0, 1, 2, 3])],
  [`Operation: ${inputs.surgeryType.values[surgeryType]}`, SURGERY[surgeryType]],
  ...factors.map((factor): Part => [FACTORS[factor], pointsOf(factor)]),
];

/** Risk of venous clots around an operation. Sources: Caprini 2005; the version of 2013 after Cronin 2019; bands ACCP 2012. */
export const caprini = defineCalculator({
  id: 'caprini',
  title: 'Caprini score',
  about: 'Risk of a clot in the veins around an operation.',
  version: '1.0',
  system: 'General',
  words: ['VTE', 'DVT', 'PE', 'thrombosis', 'embolism', 'clot', 'heparin', 'prophylaxis'],
  sources: [
    { cite: 'Caprini JA, Thrombosis risk assessment as a guide to quality patient care', year: 2005 },
    { cite: 'ACCP guideline, Prevention of VTE in nonorthopedic surgical patients', year: 2012 },
    { cite: 'Cronin M et al., the 2013 Caprini risk assessment model', year: 2019 },
  ],
  licence: 'Instrument of J. A. Caprini; the wording here is our own. Ask for permission before commercial use.',
  sign: ['consultant', 'anaesthetist'],
  inputs,
  outputs: {
    score: { label: 'Score', type: 'integer', unit: 'points' },
    band: { label: 'Risk', type: 'text', bands: BANDS },
  },
  headline: { value: 'score', trend: 'score', band: 'band' },
  limits: [
    'What follows holds when the risk of bleeding is not high; when it is, mechanical prevention until it falls.',
    'No stockings or compression on an ischaemic or freshly grafted limb.',
    'That BMI over 40 counts besides BMI over 25 in the 2013 version is not certain.',
    'The paper of 2005 named its bands otherwise; scores of other versions do not compare.',
  ],
  compute(values) {
    const { version, sex, factors } = values;
    const has = (group: object): boolean => factors.some((factor) => Object.hasOwn(group, factor));
    if (version === '2005' && has(ONLY_2013)) return refuse('INCONSISTENT', 'factors');
    if (sex === 'male' && has(WOMEN)) return refuse('INCONSISTENT', 'factors');
    if (factors.includes('medical_bed_rest') && factors.includes('confined_bed_72h')) return refuse('INCONSISTENT', 'factors');
    const score = total(parts(values));
    const band: keyof typeof BANDS = upTo(score, [0, 2, 4, 8], ['very_low', 'low', 'moderate', 'high', 'highest']);
    return { score, band };
  },
  working: (values) => [`Version ${values.version}`, ...partLines(parts(values))],
});
