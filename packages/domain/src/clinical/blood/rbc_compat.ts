import { type Band, defineCalculator } from '../calculator.ts';
import { choice, optional } from '../input.ts';

const GROUPS = {
  'O-': 'O negative',
  'O+': 'O positive',
  'A-': 'A negative',
  'A+': 'A positive',
  'B-': 'B negative',
  'B+': 'B positive',
  'AB-': 'AB negative',
  'AB+': 'AB positive',
} as const;

type BloodGroup = keyof typeof GROUPS;

/** Whose red cells each recipient may have. */
const DONORS: Readonly<Record<BloodGroup, readonly BloodGroup[]>> = {
  'O-': ['O-'],
  'O+': ['O-', 'O+'],
  'A-': ['O-', 'A-'],
  'A+': ['O-', 'O+', 'A-', 'A+'],
  'B-': ['O-', 'B-'],
  'B+': ['O-', 'O+', 'B-', 'B+'],
  'AB-': ['O-', 'A-', 'B-', 'AB-'],
  'AB+': ['O-', 'O+', 'A-', 'A+', 'B-', 'B+', 'AB-', 'AB+'],
};

/** What a donor's fit says, of red cells and of plasma alike. */
export const FIT = {
  true: { label: 'Compatible', range: 'the donor is on the list', means: 'Crossmatch, and check at the bedside.', level: 0 },
  false: { label: 'Not compatible', range: 'the donor is not on the list', means: 'Do not give it.', level: 3 },
} as const satisfies Record<string, Band>;

/** Donors of red cells by ABO and D: nothing the recipient lacks may be given. Source: AABB. */
export const rbcCompat = defineCalculator({
  id: 'rbc_compat',
  title: 'Red cell compatibility',
  about: 'Whose red cells a recipient may have, by ABO and D.',
  version: '1.0',
  system: 'Blood',
  words: ['blood group', 'transfusion', 'packed cells', 'rhesus', 'ABO', 'crossmatch', 'donor'],
  sources: [{ cite: 'AABB Technical Manual, 21st edition', year: 2023 }],
  licence: null,
  sign: ['laboratory'],
  inputs: {
    recipient: choice('Recipient', GROUPS, { fact: 'blood_group' }),
    donor: optional(choice('Donor', GROUPS)),
  },
  outputs: {
    compatibleDonors: { label: 'May have red cells of', type: 'list', values: GROUPS },
    compatible: { label: 'This donor', type: 'boolean', nullable: true, bands: FIT },
  },
  headline: { value: 'compatibleDonors', band: 'compatible' },
  limits: [
    'It never replaces the crossmatch, nor the check of two people at the bedside with two samples.',
    'For red cells only: plasma follows other rules. Other antibodies are not looked at.',
  ],
  compute({ recipient, donor }) {
    const donors = DONORS[recipient];
    return { compatibleDonors: [...donors], compatible: donor === null ? null : donors.includes(donor) };
  },
  working: ({ recipient, donor }, { compatible }) => [
    `${recipient} may have red cells of ${DONORS[recipient].join(', ')}`,
    ...(donor === null ? [] : [`${donor} is ${compatible === true ? '' : 'not '}among them`]),
  ],
});
