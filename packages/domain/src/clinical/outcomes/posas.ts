import { defineCalculator } from '../calculator.ts';
import { checkNumber } from '../check.ts';
import { answers } from '../input.ts';
import { type Part, partLines, total } from '../points.ts';
import { type Refusal, refuse } from '../refusal.ts';

const item = (label: string) => ({ label, min: 1, max: 10, integer: true });

const OBSERVER = {
  vascularity: item('Redness: vessels in the scar'),
  pigmentation: item('Colour: browner or paler'),
  thickness: item('Thickness'),
  relief: item('Roughness of the surface'),
  pliability: item('Stiffness to the hand'),
  surfaceArea: item('Area: shrunk or spread'),
};

const PATIENT = {
  pain: item('Pain'),
  itch: item('Itch'),
  colour: item('Colour unlike the skin beside it'),
  stiffness: item('Stiffness'),
  thickness: item('Thickness unlike the skin beside it'),
  irregularity: item('Unevenness'),
};

type Items = Readonly<Record<string, ReturnType<typeof item>>>;

type Answers = Readonly<Record<string, unknown>>;

/** The first item that is missing or wrong, in order. */
function firstWrong(field: string, items: Items, given: Answers): Refusal | null {
  for (const [id, bounds] of Object.entries(items)) {
    const value = Object.hasOwn(given, id) ? given[id] : null;
    if (value === null || value === undefined) return refuse('MISSING_INPUT', `${field}.${id}`);
    const checked = checkNumber(value, bounds, true);
    if ('code' in checked) return refuse(checked.code, `${field}.${id}`);
  }
  return null;
}

const partsOf = (items: Items, given: Answers): readonly Part[] =>
  Object.entries(items).map(([id, { label }]) => [label, Number(given[id])]);

const HELP = '1 is like normal skin, 10 is as bad as can be.';

/** Six items by an observer and six by the patient, 1 to 10 each; the two totals stay apart. Source: Draaijers 2004, van de Kar 2005. */
export const posas = defineCalculator({
  id: 'posas',
  title: 'POSAS 2.0 totals',
  about: 'A scar as an observer and as the patient judge it.',
  version: '1.0',
  system: 'Scars and outcomes',
  words: ['POSAS', 'scar score', 'keloid', 'hypertrophic scar', 'itch', 'patient reported'],
  sources: [
    { cite: 'Draaijers et al., Plastic and Reconstructive Surgery', year: 2004 },
    { cite: 'van de Kar et al., Plastic and Reconstructive Surgery', year: 2005 },
  ],
  licence:
    'POSAS belongs to its authors; the items here are in the unit’s own words. Ask for permission before using its forms.',
  sign: ['consultant'],
  inputs: {
    observer: answers('Observer', { items: OBSERVER, help: HELP }),
    patient: answers('Patient', { items: PATIENT, help: HELP }),
  },
  outputs: {
    observerTotal: { label: 'Observer total (6 to 60)', type: 'integer' },
    patientTotal: { label: 'Patient total (6 to 60)', type: 'integer' },
  },
  headline: { value: 'observerTotal', trend: 'patientTotal' },
  limits: [
    'The overall opinion of observer and patient is no part of the totals.',
    'Totals of version 3 cannot be compared with these.',
  ],
  compute: ({ observer, patient }) =>
    firstWrong('observer', OBSERVER, observer) ??
    firstWrong('patient', PATIENT, patient) ?? {
      observerTotal: total(partsOf(OBSERVER, observer)),
      patientTotal: total(partsOf(PATIENT, patient)),
    },
  working: ({ observer, patient }) => [
    'Observer',
    ...partLines(partsOf(OBSERVER, observer)),
    'Patient',
    ...partLines(partsOf(PATIENT, patient)),
  ],
});
