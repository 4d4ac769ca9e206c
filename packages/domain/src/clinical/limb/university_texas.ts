import { type Band, defineCalculator, type Level } from '../calculator.ts';
import { integer, yesNo } from '../input.ts';

const GRADES = ['Healed or before an ulcer', 'Superficial', 'To tendon or capsule', 'To bone or joint'] as const;

const STAGES: Readonly<Record<'A' | 'B' | 'C' | 'D', { words: string; means: string; level: Level }>> = {
  A: { words: 'no infection, no ischaemia', means: 'Off-load and debride as needed; follow.', level: 1 },
  B: { words: 'infection', means: 'Treat the infection; off-load and debride.', level: 2 },
  C: { words: 'ischaemia', means: 'Vascular assessment; off-load.', level: 2 },
  D: { words: 'infection and ischaemia', means: 'Urgent: infection and perfusion together.', level: 3 },
};

const BANDS: Readonly<Record<string, Band>> = Object.fromEntries(
  GRADES.flatMap((words, grade) =>
    Object.entries(STAGES).map(([stage, { words: signs, means, level }]): [string, Band] => [
      `${grade}${stage}`,
      { label: `${words}, ${signs}`, range: `grade ${grade}, stage ${stage}`, means, level: grade + level === 1 ? 0 : level },
    ]),
  ),
);

/** Depth of a diabetic foot ulcer with infection and ischaemia. Source: Armstrong 1998. */
export const universityTexas = defineCalculator({
  id: 'university_texas',
  title: 'University of Texas class',
  about: 'Depth of a diabetic foot ulcer, with infection and ischaemia.',
  version: '1.0',
  system: 'Diabetic foot and limb',
  words: ['diabetic foot', 'foot ulcer', 'UT', 'Armstrong'],
  sources: [{ cite: 'Armstrong DG, Lavery LA, Harkless LB, Validation of a diabetic wound classification system', year: 1998 }],
  licence: null,
  sign: ['consultant'],
  inputs: {
    grade: integer('Depth', { min: 0, max: 3, steps: { 0: GRADES[0], 1: GRADES[1], 2: GRADES[2], 3: GRADES[3] } }),
    infection: yesNo('Infection'),
    ischaemia: yesNo('Ischaemia'),
  },
  outputs: { code: { label: 'Class', type: 'text', bands: BANDS } },
  headline: { value: 'code', band: 'code' },
  limits: ['It does not say how severe the infection or the ischaemia is; WIfI does.', 'It does not count loss of feeling.'],
  compute({ grade, infection, ischaemia }) {
    const stage = infection ? (ischaemia ? 'D' : 'B') : ischaemia ? 'C' : 'A';
    return { code: `${grade}${stage}` };
  },
  working: ({ grade, infection, ischaemia }, { code }) => [
    `Grade ${grade}; infection: ${infection ? 'yes' : 'no'}; ischaemia: ${ischaemia ? 'yes' : 'no'}`,
    `A neither, B infection, C ischaemia, D both: ${String(code)}`,
  ],
});
