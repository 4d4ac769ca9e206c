import { defineCalculator } from '../calculator.ts';
import { choice, number, when } from '../input.ts';
import { refuse } from '../refusal.ts';
import { round } from '../round.ts';

const MEASURED = ['ellipse', 'rectangle'];

/** Of length × width. */
const SHARE = { ellipse: Math.PI / 4, rectangle: 1 };

/** Area of a wound by three methods, which are never mixed in one trend. Source: Jørgensen 2016. */
export const woundArea = defineCalculator({
  id: 'wound_area',
  title: 'Wound area',
  about: 'Area of a wound, traced or from length and width.',
  version: '1.0',
  system: 'Wounds',
  words: ['size', 'planimetry', 'length', 'width', 'ellipse'],
  sources: [{ cite: 'Jørgensen LB et al., Methods to assess area and volume of wounds, a systematic review', year: 2016 }],
  licence: null,
  sign: ['consultant'],
  inputs: {
    method: choice('Method', {
      planimetry: 'Traced (planimetry)',
      ellipse: 'Length and width, as an ellipse',
      rectangle: 'Length and width, as a rectangle',
    }),
    lengthCm: when('method', MEASURED, number('Length', { min: 0, max: 100, unit: 'cm', help: 'The longest.' })),
    widthCm: when(
      'method',
      MEASURED,
      number('Width', { min: 0, max: 100, unit: 'cm', help: 'The widest at right angles to it; the same axes each time.' }),
    ),
    tracedAreaCm2: when('method', ['planimetry'], number('Traced area', { min: 0, max: 10_000, unit: 'cm²' })),
  },
  outputs: { areaCm2: { label: 'Area', type: 'number', unit: 'cm²', decimals: 2 } },
  headline: { value: 'areaCm2', trend: 'areaCm2' },
  limits: [
    'A rectangle counts about 27 % more than an ellipse of the same length and width.',
    'Areas by different methods do not compare.',
    'It says nothing of depth.',
  ],
  compute({ method, lengthCm, widthCm, tracedAreaCm2 }) {
    if (method === 'planimetry')
      return tracedAreaCm2 === null ? refuse('MISSING_INPUT', 'tracedAreaCm2') : { areaCm2: round(tracedAreaCm2, 2) };
    if (lengthCm === null) return refuse('MISSING_INPUT', 'lengthCm');
    if (widthCm === null) return refuse('MISSING_INPUT', 'widthCm');
    return { areaCm2: round(SHARE[method] * lengthCm * widthCm, 2) };
  },
  working: ({ method, lengthCm, widthCm, tracedAreaCm2 }, { areaCm2 }) => [
    method === 'planimetry'
      ? `Traced: ${tracedAreaCm2 ?? ''} cm²`
      : `${method === 'ellipse' ? 'π/4 × ' : ''}${lengthCm ?? ''} cm × ${widthCm ?? ''} cm = ${String(areaCm2)} cm²`,
  ],
});
