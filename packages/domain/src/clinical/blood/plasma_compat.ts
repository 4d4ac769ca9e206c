import { defineCalculator } from '../calculator.ts';
import { choice, optional } from '../input.ts';
import { FIT } from './rbc_compat.ts';

const GROUPS = { O: 'O', A: 'A', B: 'B', AB: 'AB' } as const;

type Abo = keyof typeof GROUPS;

/** Whose plasma each recipient may have: the other way round than red cells. */
const DONORS: Readonly<Record<Abo, readonly Abo[]>> = { O: ['O', 'A', 'B', 'AB'], A: ['A', 'AB'], B: ['B', 'AB'], AB: ['AB'] };

/** Donors of plasma by ABO: it must lack antibodies to what the recipient carries. Source: AABB. */
export const plasmaCompat = defineCalculator({
  id: 'plasma_compat',
  title: 'Plasma (FFP) ABO compatibility',
  about: 'Whose plasma a recipient may have, by ABO.',
  version: '1.0',
  system: 'Blood',
  words: ['blood group', 'FFP', 'fresh frozen plasma', 'transfusion', 'ABO', 'donor'],
  sources: [{ cite: 'AABB Technical Manual, 21st edition', year: 2023 }],
  licence: null,
  sign: ['laboratory'],
  inputs: {
    recipient: choice('Recipient', GROUPS),
    donor: optional(choice('Donor', GROUPS)),
  },
  outputs: {
    compatibleDonors: { label: 'May have plasma of', type: 'list', values: GROUPS },
    compatible: { label: 'This donor', type: 'boolean', nullable: true, bands: FIT },
  },
  headline: { value: 'compatibleDonors', band: 'compatible' },
  limits: [
    'It never replaces the check of two people at the bedside.',
    'For plasma only: red cells follow other rules. D plays no part here.',
  ],
  compute({ recipient, donor }) {
    const donors = DONORS[recipient];
    return { compatibleDonors: [...donors], compatible: donor === null ? null : donors.includes(donor) };
  },
  working: ({ recipient, donor }, { compatible }) => [
    `${recipient} may have plasma of ${DONORS[recipient].join(', ')}`,
    ...(donor === null ? [] : [`${donor} is ${compatible === true ? '' : 'not '}among them`]),
  ],
});
