import { defineCalculator } from '../calculator.ts';
import { number } from '../input.ts';
import { refuse } from '../refusal.ts';
import { round } from '../round.ts';

/** Mean of a heart beat, from systolic and diastolic pressure in mmHg: (S + 2 D) ÷ 3. */
export const map = defineCalculator({
  id: 'map',
  title: 'Mean arterial pressure',
  about: 'Mean pressure from systolic and diastolic; in shock the usual aim is 65 mmHg or more.',
  version: '1.0',
  system: 'General',
  words: ['MAP', 'blood pressure', 'shock', 'perfusion'],
  sources: [{ cite: 'Evans L et al., Surviving Sepsis Campaign guidelines (aim of 65 mmHg)', year: 2021 }],
  licence: null,
  sign: ['anaesthetist'],
  inputs: {
    sbp: number('Systolic pressure', { min: 20, max: 300, unit: 'mmHg' }),
    dbp: number('Diastolic pressure', { min: 10, max: 200, unit: 'mmHg' }),
  },
  outputs: { mapMmHg: { label: 'Mean arterial pressure', type: 'number', unit: 'mmHg', decimals: 1 } },
  headline: { value: 'mapMmHg', trend: 'mapMmHg' },
  limits: ['An estimate: in fast heart rates and atrial fibrillation the measured mean differs.'],
  compute: ({ sbp, dbp }) => (dbp < sbp ? { mapMmHg: round((sbp + 2 * dbp) / 3, 1) } : refuse('INCONSISTENT', 'dbp')),
  working: ({ sbp, dbp }, { mapMmHg }) => [`(${sbp} + 2 × ${dbp}) ÷ 3 = ${String(mapMmHg)} mmHg`],
});
