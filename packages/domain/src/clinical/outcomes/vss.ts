import { defineCalculator } from '../calculator.ts';
import { integer } from '../input.ts';
import { type Part, partLines, total } from '../points.ts';

interface Scar {
  pigmentation: number;
  vascularity: number;
  pliability: number;
  height: number;
}

const parts = ({ pigmentation, vascularity, pliability, height }: Scar): readonly Part[] => [
  ['Colour against the skin beside it', pigmentation],
  ['Redness', vascularity],
  ['Stiffness', pliability],
  ['Height', height],
];

/** Four properties of a scar, added: 0 (like normal skin) to 13. Source: Sullivan 1990. */
export const vss = defineCalculator({
  id: 'vss',
  title: 'Vancouver Scar Scale',
  about: 'How far a scar differs from normal skin, by four properties.',
  version: '1.0',
  system: 'Scars and outcomes',
  words: ['VSS', 'burn scar', 'hypertrophic scar', 'keloid', 'scar score'],
  sources: [{ cite: 'Sullivan et al., Journal of Burn Care and Rehabilitation', year: 1990 }],
  licence: null,
  sign: ['consultant'],
  inputs: {
    pigmentation: integer('Colour against the skin beside it', {
      min: 0,
      max: 2,
      steps: { 0: 'The same', 1: 'Paler', 2: 'Darker' },
    }),
    vascularity: integer('Redness', { min: 0, max: 3, steps: { 0: 'Like normal skin', 1: 'Pink', 2: 'Red', 3: 'Purple' } }),
    pliability: integer('Stiffness', {
      min: 0,
      max: 5,
      steps: {
        0: 'Like normal skin',
        1: 'Bends with little resistance',
        2: 'Gives way to pressure',
        3: 'Firm, moves as one piece',
        4: 'A rope that pulls but lets the joint stretch',
        5: 'Contracture: permanently short',
      },
    }),
    height: integer('Height', { min: 0, max: 3, steps: { 0: 'Flat', 1: 'Below 2 mm', 2: '2 to 5 mm', 3: 'Above 5 mm' } }),
  },
  outputs: { total: { label: 'Total', type: 'integer' } },
  headline: { value: 'total', trend: 'total' },
  limits: [
    'It does not ask about pain and itch, nor what the patient thinks of the scar.',
    'Changed versions of the scale (colour 0 to 3, itch, pain) give other totals and cannot be compared.',
  ],
  compute: (values) => ({ total: total(parts(values)) }),
  working: (values) => partLines(parts(values)),
});
