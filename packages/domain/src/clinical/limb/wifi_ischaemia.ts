import { type Band, defineCalculator } from '../calculator.ts';
import { number, optional, type ValuesOf } from '../input.ts';
import { below } from '../points.ts';
import { refuse } from '../refusal.ts';
import { round } from '../round.ts';

/** Above this the arteries are too stiff for the index to be used. */
const ABI_USED_TO = 1.4;

const BANDS = {
  '0': {
    label: 'Grade 0',
    range: '60 mmHg or more; index 0.80 or more',
    means: 'No ischaemia that hinders healing.',
    level: 0,
  },
  '1': { label: 'Grade 1', range: '40 to below 60 mmHg; index 0.60 to 0.79', means: 'Mild ischaemia.', level: 1 },
  '2': { label: 'Grade 2', range: '30 to below 40 mmHg; index 0.40 to 0.59', means: 'Moderate: vascular review.', level: 2 },
  '3': { label: 'Grade 3', range: 'below 30 mmHg; index 0.39 or less', means: 'Severe: urgent vascular review.', level: 3 },
} as const satisfies Record<string, Band>;

const BASIS = {
  toe_pressure: 'Toe pressure',
  tcpo2: 'TcPO2',
  abi: 'Ankle-brachial index',
  none: 'Nothing that can be used',
} as const;

const inputs = {
  toePressureMmHg: optional(
    number('Toe pressure', { min: 0, max: 300, unit: 'mmHg', help: 'Preferred, in diabetes above all.' }),
  ),
  tcPO2MmHg: optional(number('TcPO2', { min: 0, max: 150, unit: 'mmHg' })),
  abi: optional(number('Ankle-brachial index', { min: 0, max: 3, help: 'Not used above 1.40.' })),
};

interface Graded {
  grade: number | null;
  basis: keyof typeof BASIS;
}

const byPressure = (mmHg: number): number => below(mmHg, [30, 40, 60], [3, 2, 1, 0]);

function gradedOf({ toePressureMmHg, tcPO2MmHg, abi }: ValuesOf<typeof inputs>): Graded {
  if (toePressureMmHg !== null) return { grade: byPressure(toePressureMmHg), basis: 'toe_pressure' };
  if (tcPO2MmHg !== null) return { grade: byPressure(tcPO2MmHg), basis: 'tcpo2' };
  const index = round(abi ?? 0, 2);
  return index > ABI_USED_TO
    ? { grade: null, basis: 'none' }
    : { grade: below(index, [0.4, 0.6, 0.8], [3, 2, 1, 0]), basis: 'abi' };
}

/** Ischaemia for WIfI. Source: Mills 2014. */
export const wifiIschaemia = defineCalculator({
  id: 'wifi_ischaemia',
  title: 'WIfI ischaemia',
  about: 'Grade of ischaemia of a foot, by toe pressure, TcPO2 or ankle-brachial index.',
  version: '1.0',
  system: 'Diabetic foot and limb',
  words: ['toe pressure', 'TcPO2', 'ABI', 'perfusion', 'diabetic foot'],
  sources: [{ cite: 'Mills JL et al., The Society for Vascular Surgery WIfI classification system', year: 2014 }],
  licence: null,
  sign: ['consultant'],
  inputs,
  outputs: {
    grade: { label: 'Grade', type: 'integer', nullable: true, bands: BANDS },
    basis: { label: 'By', type: 'text', values: BASIS },
    needsToePressure: { label: 'Toe pressure is needed', type: 'boolean' },
  },
  headline: { value: 'grade', trend: 'grade', band: 'grade' },
  limits: [
    'An index above 1.40 comes from stiff arteries and tells nothing: measure the toe pressure.',
    'In diabetes an index may look normal although the foot is ischaemic.',
  ],
  compute(values) {
    const { toePressureMmHg, tcPO2MmHg, abi } = values;
    if (toePressureMmHg === null && tcPO2MmHg === null && abi === null) return refuse('MISSING_INPUT', 'toePressureMmHg');
    const { grade, basis } = gradedOf(values);
    return { grade, basis, needsToePressure: grade === null };
  },
  working: ({ toePressureMmHg, tcPO2MmHg, abi }, { grade }) => [
    `Toe pressure: ${toePressureMmHg ?? 'not given'}; TcPO2: ${tcPO2MmHg ?? 'not given'}; index: ${abi ?? 'not given'}`,
    grade === null ? 'The index is above 1.40 and cannot be used' : `The first of them that is given: grade ${String(grade)}`,
  ],
});
