import { choice, number } from '../input.ts';
import { type Refusal, refuse } from '../refusal.ts';
import { above, atLeast, round } from '../round.ts';

const UMOL_PER_MG = 88.4;
/** Beyond these no serum creatinine lies: the unit was mistaken. mg/dL. */
const LEAST = 0.05;
const MOST = 30;

/** Serum creatinine and its unit, as the three kidney formulas ask for them. */
export const CREATININE = {
  creatinine: number('Serum creatinine', { min: 0, max: 3000, exclusiveMin: true, fact: 'creatinine' }),
  unit: choice('Unit', { 'umol/L': 'µmol/L', 'mg/dL': 'mg/dL' }),
};

interface Given {
  creatinine: number;
  unit: 'umol/L' | 'mg/dL';
}

export const mgPerDl = ({ creatinine, unit }: Given): number => (unit === 'mg/dL' ? creatinine : creatinine / UMOL_PER_MG);

/** Refuses what can only be the other unit; else null. */
export function wrongUnit(given: Given): Refusal | null {
  const scr = mgPerDl(given);
  return atLeast(scr, LEAST) && !above(scr, MOST) ? null : refuse('OUT_OF_RANGE', 'creatinine');
}

/** The line of the working that turns µmol/L into mg/dL; none when nothing is turned. */
export const conversion = (given: Given): readonly string[] =>
  given.unit === 'mg/dL' ? [] : [`${given.creatinine} µmol/L ÷ ${UMOL_PER_MG} = ${round(mgPerDl(given), 4)} mg/dL`];
