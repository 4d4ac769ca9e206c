import { type Band, defineCalculator } from '../calculator.ts';
import { choice, integer } from '../input.ts';
import { round } from '../round.ts';
import { CREATININE, conversion, mgPerDl, wrongUnit } from './creatinine.ts';

const BANDS = {
  G1: {
    label: 'G1: normal or high',
    range: '90 and above',
    means: 'Disease only with other signs of kidney damage.',
    level: 0,
  },
  G2: { label: 'G2: mildly decreased', range: '60 to 89', means: 'Disease only with other signs of kidney damage.', level: 0 },
  G3a: { label: 'G3a: mildly to moderately decreased', range: '45 to 59', means: 'Check doses; avoid NSAIDs.', level: 1 },
  G3b: { label: 'G3b: moderately to severely decreased', range: '30 to 44', means: 'Check doses; avoid NSAIDs.', level: 2 },
  G4: { label: 'G4: severely decreased', range: '15 to 29', means: 'Check every dose; ask the kidney physicians.', level: 2 },
  G5: { label: 'G5: kidney failure', range: 'below 15', means: 'Check every dose; ask the kidney physicians.', level: 3 },
} as const satisfies Record<string, Band>;

/** By the value as it is shown, a whole number. */
function stageOf(egfr: number): keyof typeof BANDS {
  if (egfr >= 90) return 'G1';
  if (egfr >= 60) return 'G2';
  if (egfr >= 45) return 'G3a';
  if (egfr >= 30) return 'G3b';
  return egfr >= 15 ? 'G4' : 'G5';
}

const SEX = {
  male: { kappa: 0.9, alpha: -0.302, factor: 1 },
  female: { kappa: 0.7, alpha: -0.241, factor: 1.012 },
} as const;

interface Person {
  creatinine: number;
  unit: 'umol/L' | 'mg/dL';
  ageYears: number;
  sex: keyof typeof SEX;
}

function egfrOf(person: Person): number {
  const { kappa, alpha, factor } = SEX[person.sex];
  const ratio = mgPerDl(person) / kappa;
  return 142 * Math.min(ratio, 1) ** alpha * Math.max(ratio, 1) ** -1.2 * 0.9938 ** person.ageYears * factor;
}

/** Estimated filtration of an adult in mL/min/1.73 m², without a race term. Source: Inker 2021; stages of KDIGO 2024. */
export const ckdEpi2021 = defineCalculator({
  id: 'ckd_epi_2021',
  title: 'CKD-EPI 2021 creatinine eGFR',
  about: 'Estimated glomerular filtration of an adult, with the stage of KDIGO.',
  version: '1.0',
  system: 'Kidneys and fluids',
  words: ['eGFR', 'kidney function', 'renal function', 'CKD', 'renal failure', 'GFR'],
  sources: [
    { cite: 'Inker et al., New England Journal of Medicine', year: 2021 },
    { cite: 'KDIGO guideline on chronic kidney disease (stages)', year: 2024 },
  ],
  licence: null,
  sign: ['consultant', 'laboratory'],
  inputs: {
    ...CREATININE,
    ageYears: integer('Age', { min: 18, max: 120, unit: 'years', fact: 'age_years' }),
    sex: choice('Sex', { male: 'Male', female: 'Female' }, { fact: 'sex' }),
  },
  outputs: {
    egfr: { label: 'eGFR', type: 'integer', unit: 'mL/min/1.73 m²' },
    stage: { label: 'Stage', type: 'text', bands: BANDS },
  },
  headline: { value: 'egfr', trend: 'egfr', band: 'stage' },
  limits: [
    'Not for acute kidney injury, pregnancy, or very large or small muscle mass.',
    'One value makes no chronic disease: it must last three months.',
    'Dose drugs by creatinine clearance (Cockcroft-Gault).',
  ],
  compute(person) {
    const refused = wrongUnit(person);
    if (refused) return refused;
    const egfr = round(egfrOf(person));
    return { egfr, stage: stageOf(egfr) };
  },
  working(person, { egfr }) {
    const { kappa, alpha, factor } = SEX[person.sex];
    const scr = round(mgPerDl(person), 4);
    return [
      ...conversion(person),
      `142 × min(${scr} ÷ ${kappa}, 1)^${alpha} × max(${scr} ÷ ${kappa}, 1)^-1.2 × 0.9938^${person.ageYears} × ${factor} = ${round(egfrOf(person), 2)}`,
      `${String(egfr)} mL/min/1.73 m²; the stage goes by this whole number`,
    ];
  },
});
