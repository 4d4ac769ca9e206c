import { type Band, defineCalculator } from '../calculator.ts';
import { choice, yesNo } from '../input.ts';
import { refuse } from '../refusal.ts';

const NONE: Band = { label: 'No complication', range: 'nothing happened', means: 'No grade.', level: 0 };

const GRADES = {
  I: {
    label: 'Grade I',
    range:
      'no treatment beyond antiemetics, antipyretics, pain relief, diuretics, electrolytes, physiotherapy, or opening a wound at the bedside',
    means: 'Minor.',
    level: 1,
  },
  II: { label: 'Grade II', range: 'other drugs, transfusion or parenteral nutrition', means: 'Minor.', level: 1 },
  IIIa: { label: 'Grade IIIa', range: 'intervention without general anaesthesia', means: 'Major.', level: 2 },
  IIIb: { label: 'Grade IIIb', range: 'intervention under general anaesthesia', means: 'Major.', level: 2 },
  IVa: { label: 'Grade IVa', range: 'threat to life, one organ fails, intensive care', means: 'Major.', level: 3 },
  IVb: { label: 'Grade IVb', range: 'threat to life, several organs fail', means: 'Major.', level: 3 },
  V: { label: 'Grade V', range: 'death', means: 'Discuss it at the mortality meeting.', level: 3 },
} as const satisfies Record<string, Band>;

type Grade = keyof typeof GRADES;

/** Every grade but death, again with disability that lasts. */
const DISABLED = Object.fromEntries(
  Object.entries(GRADES)
    .filter(([grade]) => grade !== 'V')
    .map(([grade, band]) => [
      `${grade}d`,
      { ...band, label: `${band.label}d`, range: `${band.range}; disability persists at discharge` },
    ]),
);

interface Course {
  death: boolean;
  organFailureIcu: 'none' | 'single_organ' | 'multi_organ';
  intervention: 'none' | 'without_ga' | 'under_ga';
  drugTherapyBeyondGradeI: boolean;
}

/** The highest grade that applies. */
function gradeOf({ death, organFailureIcu, intervention, drugTherapyBeyondGradeI }: Course): Grade {
  if (death) return 'V';
  if (organFailureIcu !== 'none') return organFailureIcu === 'multi_organ' ? 'IVb' : 'IVa';
  if (intervention !== 'none') return intervention === 'under_ga' ? 'IIIb' : 'IIIa';
  return drugTherapyBeyondGradeI ? 'II' : 'I';
}

/** A complication after surgery, graded by what its treatment needed. Source: Dindo 2004. */
export const clavienDindo = defineCalculator({
  id: 'clavien_dindo',
  title: 'Clavien-Dindo grade',
  about: 'How severe a complication after surgery was, by the treatment it needed.',
  version: '1.0',
  system: 'Scars and outcomes',
  words: ['complication', 'morbidity', 'mortality', 'audit', 'reoperation', 'return to theatre'],
  sources: [{ cite: 'Dindo, Demartines, Clavien, Annals of Surgery', year: 2004 }],
  licence: null,
  sign: ['consultant'],
  inputs: {
    complication: yesNo('Was there a complication?'),
    death: yesNo('Did the patient die?'),
    organFailureIcu: choice('Organ failure with intensive care', {
      none: 'None',
      single_organ: 'One organ',
      multi_organ: 'Several organs',
    }),
    intervention: choice(
      'Surgical, endoscopic or radiological intervention',
      { none: 'None', without_ga: 'Without general anaesthesia', under_ga: 'Under general anaesthesia' },
      { help: 'Opening a wound at the bedside is none.' },
    ),
    drugTherapyBeyondGradeI: yesNo('Other drugs, transfusion or parenteral nutrition?', {
      help: 'Other than antiemetics, antipyretics, pain relief, diuretics and electrolytes.',
    }),
    disabilityAtDischarge: yesNo('Does disability persist at discharge?'),
  },
  outputs: { grade: { label: 'Grade', type: 'text', bands: { none: NONE, ...GRADES, ...DISABLED } } },
  headline: { value: 'grade', band: 'grade' },
  limits: [
    'It grades one complication; with several, the highest grade counts.',
    'It says nothing about who or what was at fault.',
  ],
  compute({ complication, disabilityAtDischarge, ...course }) {
    const grade = gradeOf(course);
    if (!complication)
      return grade === 'I' && !disabilityAtDischarge ? { grade: 'none' } : refuse('INCONSISTENT', 'complication');
    return { grade: disabilityAtDischarge && grade !== 'V' ? `${grade}d` : grade };
  },
  working: ({ complication, disabilityAtDischarge, ...course }, { grade }) => {
    if (!complication) return ['No complication'];
    const highest = gradeOf(course);
    const lasting = disabilityAtDischarge && highest !== 'V' ? '; disability persists: d' : '';
    return [`The highest that applies: ${GRADES[highest].range}${lasting}: ${String(grade)}`];
  },
});
