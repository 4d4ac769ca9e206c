import { type Band, defineCalculator } from '../calculator.ts';
import { integer, yesNo } from '../input.ts';
import { refuse } from '../refusal.ts';

/** The class as written, by its number. */
const ROMAN = ['', 'I', 'II', 'III', 'IV', 'V', 'VI'] as const;

const CLASSES = {
  I: { label: 'Healthy', range: 'class 1', means: 'No illness adds to the risk of anaesthesia.', level: 0 },
  II: {
    label: 'Mild systemic disease',
    range: 'class 2',
    means: 'Illness that does not limit what the patient does.',
    level: 0,
  },
  III: { label: 'Severe systemic disease', range: 'class 3', means: 'Assess with the anaesthetist before the day.', level: 1 },
  IV: {
    label: 'Constant threat to life',
    range: 'class 4',
    means: 'Senior anaesthetist, and a place in critical care considered.',
    level: 2,
  },
  V: { label: 'Not expected to live without the operation', range: 'class 5', means: 'Senior decision at once.', level: 3 },
  VI: { label: 'Brain-dead donor', range: 'class 6', means: 'Care is for the donation of organs.', level: 1 },
} as const satisfies Record<string, Band>;

const emergencyOf = ([roman, band]: [string, Band]): [string, Band] => [
  `${roman}E`,
  {
    ...band,
    label: `${band.label}, emergency`,
    range: `${band.range} with E`,
    means: `${band.means} Delay would add to the threat to life or body part.`,
  },
];
const BANDS: Readonly<Record<string, Band>> = {
  ...CLASSES,
  ...Object.fromEntries(
    Object.entries(CLASSES)
      .filter(([roman]) => roman !== 'VI')
      .map(emergencyOf),
  ),
};

/** Physical status before anaesthesia, as a label. Source: American Society of Anesthesiologists 2014, amended 2020. */
export const asaClass = defineCalculator({
  id: 'asa_class',
  title: 'ASA physical status',
  about: 'How ill the patient is before anaesthesia.',
  version: '1.0',
  system: 'Theatre',
  words: ['ASA', 'anaesthetic risk', 'fitness', 'preoperative'],
  sources: [{ cite: 'ASA Physical Status Classification System, 2014, last amended', year: 2020 }],
  licence: 'The classification is of the American Society of Anesthesiologists; the wording here is our own.',
  sign: ['anaesthetist'],
  inputs: {
    asaClass: integer('Physical status', {
      min: 1,
      max: 6,
      steps: {
        1: 'Healthy',
        2: 'Mild illness: smoker, BMI 30 to 40, well-controlled diabetes or pressure, pregnancy',
        3: 'Severe illness: poorly controlled, BMI 40 or more, dialysis, heart attack, stroke or stent over 3 months ago',
        4: 'Constant threat to life: heart attack, stroke or stent within 3 months, sepsis, shock',
        5: 'Dying unless operated on',
        6: 'Brain-dead, organs to be donated',
      },
    }),
    emergency: yesNo('Emergency', { help: 'Delay would add to the threat to life or body part.' }),
  },
  outputs: { label: { label: 'ASA class', type: 'text', bands: BANDS } },
  headline: { value: 'label', band: 'label' },
  limits: ['Two anaesthetists may class the same patient differently.', 'It does not count the risk of the operation itself.'],
  compute({ asaClass: status, emergency }) {
    if (status === 6 && emergency) return refuse('INCONSISTENT', 'emergency');
    return { label: `${ROMAN[status]}${emergency ? 'E' : ''}` };
  },
  working: ({ asaClass: status, emergency }, { label }) => [
    `Class ${status}${emergency ? ', with E for emergency' : ', no emergency'}: ${String(label)}`,
  ],
});
