import { defineCalculator } from '../calculator.ts';
import { number, yesNo } from '../input.ts';
import { round } from '../round.ts';

/** Points of an inhalation injury in the revised score. Source: Osler 2010. */
const INHALATION = 17;

/** Age and burned surface as one number, and with inhalation injury. Sources: Baux 1961; Osler 2010. */
export const baux = defineCalculator({
  id: 'baux',
  title: 'Baux score',
  about: 'How grave a burn is, by age, burned surface and inhalation injury.',
  version: '1.0',
  system: 'Burns',
  words: ['revised Baux', 'mortality', 'prognosis', 'audit', 'inhalation'],
  sources: [
    { cite: 'Baux S, thesis, Paris', year: 1961 },
    { cite: 'Osler T, Glance LG, Hosmer DW, Simplified estimates of death after burn injuries', year: 2010 },
  ],
  licence: null,
  sign: ['consultant'],
  inputs: {
    ageYears: number('Age', { min: 0, max: 120, unit: 'years', fact: 'age_years' }),
    tbsaPct: number('Burned surface', { min: 0, max: 100, unit: '%', fact: 'tbsa_pct' }),
    inhalation: yesNo('Inhalation injury'),
  },
  outputs: {
    baux: { label: 'Baux', type: 'number', unit: 'points', decimals: 1 },
    revisedBaux: { label: 'Revised Baux', type: 'number', unit: 'points', decimals: 1 },
  },
  headline: { value: 'revisedBaux' },
  limits: [
    'Half of the patients died at 130 to 140 in units with much equipment; at far less where there is little.',
    'Use it for audit, never to refuse care.',
  ],
  compute({ ageYears, tbsaPct, inhalation }) {
    const sum = ageYears + tbsaPct;
    return { baux: round(sum, 1), revisedBaux: round(sum + (inhalation ? INHALATION : 0), 1) };
  },
  working: ({ ageYears, tbsaPct, inhalation }, { baux: sum, revisedBaux }) => [
    `Age ${ageYears} + ${tbsaPct} % = ${String(sum)}`,
    inhalation ? `+ ${INHALATION} for inhalation injury = ${String(revisedBaux)}` : 'No inhalation injury: nothing is added',
  ],
});
