import { type Band, defineCalculator } from '../calculator.ts';
import { choice, type ValuesOf, yesNo } from '../input.ts';

const BANDS = {
  '0': { label: 'Grade 0', range: 'skin intact', means: 'Foot at risk: shoes, teaching, regular checks.', level: 0 },
  '1': { label: 'Grade 1', range: 'superficial ulcer', means: 'Off-load, debride, dress; check perfusion.', level: 1 },
  '2': {
    label: 'Grade 2',
    range: 'deep ulcer to tendon, capsule or bone',
    means: 'Look for bone infection; debride and off-load.',
    level: 2,
  },
  '3': {
    label: 'Grade 3',
    range: 'abscess, bone infection or septic joint',
    means: 'Admit: drainage, antibiotics, imaging, perfusion.',
    level: 3,
  },
  '4': {
    label: 'Grade 4',
    range: 'gangrene of forefoot or heel',
    means: 'Admit: revascularisation and limited amputation.',
    level: 3,
  },
  '5': { label: 'Grade 5', range: 'gangrene of the whole foot', means: 'Admit: major amputation is likely.', level: 3 },
} as const satisfies Record<string, Band>;

const inputs = {
  openUlcer: yesNo('Open ulcer'),
  deepToTendonCapsuleBone: yesNo('Deep to tendon, capsule or bone'),
  abscessOsteomyelitisSepticJoint: yesNo('Abscess, bone infection or septic joint'),
  gangrene: choice('Gangrene', { none: 'None', forefoot_or_heel: 'Forefoot or heel', whole_foot: 'Whole foot' }),
};

const said = (is: boolean): string => (is ? 'yes' : 'no');

/** The worst finding decides. */
function gradeOf({
  openUlcer,
  deepToTendonCapsuleBone,
  abscessOsteomyelitisSepticJoint,
  gangrene,
}: ValuesOf<typeof inputs>): number {
  if (gangrene === 'whole_foot') return 5;
  if (gangrene === 'forefoot_or_heel') return 4;
  if (abscessOsteomyelitisSepticJoint) return 3;
  if (deepToTendonCapsuleBone) return 2;
  return openUlcer ? 1 : 0;
}

/** Grade of a diabetic foot. Source: Wagner 1981, after Meggitt. */
export const wagner = defineCalculator({
  id: 'wagner',
  title: 'Wagner grade',
  about: 'How bad a diabetic foot is by its worst finding.',
  version: '1.0',
  system: 'Diabetic foot and limb',
  words: ['Meggitt', 'diabetic foot', 'foot ulcer', 'gangrene'],
  sources: [{ cite: 'Wagner FW, The dysvascular foot: a system for diagnosis and treatment', year: 1981 }],
  licence: null,
  sign: ['consultant'],
  inputs,
  outputs: { grade: { label: 'Grade', type: 'integer', bands: BANDS } },
  headline: { value: 'grade', trend: 'grade', band: 'grade' },
  limits: ['It does not grade ischaemia or infection by themselves; WIfI and SINBAD do.'],
  compute: (values) => ({ grade: gradeOf(values) }),
  working: (values, { grade }) => [
    `Open: ${said(values.openUlcer)}; deep: ${said(values.deepToTendonCapsuleBone)}; abscess, bone or joint: ${said(values.abscessOsteomyelitisSepticJoint)}; gangrene: ${inputs.gangrene.values[values.gangrene]}`,
    `The worst of them is grade ${String(grade)}`,
  ],
});
