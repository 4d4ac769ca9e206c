import type { Patch, Role } from '@psa/domain';

/** The hospital a new installation begins with; every entry can be edited afterwards and is never put back. */
export const FACILITY: Patch = {
  name: 'University of Nigeria Teaching Hospital, Enugu',
  short_name: 'UNTH',
  country: 'Nigeria',
  time_zone: 'Africa/Lagos',
};

export interface TrialAccount {
  email: string;
  /** Published: the server listens on loopback only while it stands. */
  password: string;
  full_name: string;
  role: Role;
}

/** Accounts for trying out. */
export const TRIAL_ACCOUNTS: readonly TrialAccount[] = [
  { email: 'admin@unth.edu.ng', password: 'Admin@123', full_name: 'Administrator (trial)', role: 'super_admin' },
  { email: 'doctor@unth.edu.ng', password: 'Doctor@123', full_name: 'Consultant (trial)', role: 'consultant' },
];

/** Beds are numbered as on the unit's paper lists; the true number of each ward is for the hospital to enter. */
const BEDS = 20;

const ward = (name: string, code: string, aliases: readonly string[] = []): Patch => ({
  name,
  code,
  aliases: [...aliases],
  beds: Array.from({ length: BEDS }, (_, i) => `${code}-${i + 1}`),
  is_active: true,
});

/** The registration list and the admission list of the unit, joined; the names of either are kept as aliases. */
export const WARDS: readonly Patch[] = [
  ward('Emergency Ward', 'EW', ['Emergency']),
  ...Array.from({ length: 10 }, (_, i) => ward(`Ward ${i + 1}`, `W${i + 1}`)),
  ward('Ward 6A', 'W6A', ['6A']),
  ward('Ward 6B', 'W6B', ['6B']),
  ward('Private Suite', 'PS', ['Private', 'Private Ward']),
  ward('Male Medical Ward', 'MMW', ['Male Medical', 'MMW']),
  ward('Female Medical Ward', 'FMW', ['Female Medical', 'FMW']),
  ward('Male Medical Ward Extension', 'MMWE', ['Male Medical Extension', 'MMWE']),
  ward('Eye Ward', 'EYE', ['Eye']),
  ward('Neuroward', 'NW', ['Neurosurgical Ward']),
  ward('Oncology Ward', 'ONC', ['Oncology']),
  ward('Paediatric Intensive Care Unit', 'PICU', ['PICU']),
  ward('Newborn Ward', 'NB', ['Newborn']),
];

const item = (code: number, name: string, category: string, unit: string, reorder: number): Patch => ({
  item_name: name,
  item_code: `CONS-${String(code).padStart(3, '0')}`,
  category,
  unit,
  description: 'Example entry: set the levels from local use and delivery time.',
  minimum_stock_level: 0,
  reorder_level: reorder,
  is_active: true,
});

/**
 * Eight common items of theatre and dressing room. From general theatre practice, no supplier's list; reorder levels are examples,
 * unreviewed, in the unit beside them.
 */
export const CONSUMABLES: readonly Patch[] = [
  item(1, 'Polyglactin 910 4-0 cutting', 'sutures', 'sachet', 48),
  item(2, 'Nylon 4-0 cutting', 'sutures', 'sachet', 72),
  item(3, 'Paraffin gauze 10 x 10 cm', 'dressings', 'piece', 200),
  item(4, 'Crepe bandage 10 cm', 'dressings', 'roll', 100),
  item(5, 'Sterile surgical gloves 7.5', 'gloves_ppe', 'pair', 300),
  item(6, 'Scalpel blade 15', 'sharps', 'box of 100', 6),
  item(7, 'Closed suction drain 14 Fr', 'drains', 'piece', 20),
  item(8, 'Povidone-iodine 10 % 500 mL', 'antiseptics', 'bottle', 24),
];
