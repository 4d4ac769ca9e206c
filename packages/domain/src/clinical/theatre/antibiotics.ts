import { choice } from '../input.ts';

const DRUGS = {
  cefazolin: 'Cefazolin',
  cefuroxime: 'Cefuroxime',
  cefotaxime: 'Cefotaxime',
  cefoxitin: 'Cefoxitin',
  ampicillin: 'Ampicillin',
  ampicillin_sulbactam: 'Ampicillin-sulbactam',
  amoxicillin_clavulanate: 'Amoxicillin-clavulanate',
  piperacillin_tazobactam: 'Piperacillin-tazobactam',
  aztreonam: 'Aztreonam',
  clindamycin: 'Clindamycin',
  ceftriaxone: 'Ceftriaxone',
  ertapenem: 'Ertapenem',
  gentamicin: 'Gentamicin',
  metronidazole: 'Metronidazole',
  vancomycin: 'Vancomycin',
  ciprofloxacin: 'Ciprofloxacin',
  levofloxacin: 'Levofloxacin',
} as const;

export type ProphylaxisDrug = keyof typeof DRUGS;

/** Antibiotics for prophylaxis, as the two rules about them ask for it. */
export const PROPHYLAXIS = choice('Antibiotic', DRUGS);

export const ASHP = { cite: 'ASHP/IDSA/SIS/SHEA guideline on antimicrobial prophylaxis in surgery', year: 2013 };
