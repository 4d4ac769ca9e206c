/** Other spellings of the values of a choice, in plain form: small letters, one space between words. */
export type Words = Readonly<Record<string, string>>;

/** A word as it is looked up: small letters, spaces for signs. */
export const plainWord = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[\s_/-]+/g, ' ')
    .trim();

export const SEX: Words = { m: 'Male', male: 'Male', f: 'Female', female: 'Female' };

/** Groups as they are written on paper; an unsigned letter is none, as it says nothing of Rhesus. */
export const BLOOD: Words = Object.fromEntries(
  ['A', 'B', 'AB', 'O'].flatMap((group) => {
    const small = group.toLowerCase();
    const spelt = (sign: '+' | '-', words: readonly string[]) =>
      words.flatMap((word) => [
        [plainWord(`${small} ${word}`), `${group}${sign}`],
        [plainWord(`${small}${word}`), `${group}${sign}`],
      ]);
    return [
      ...spelt('+', ['+', '+ve', 'pos', 'positive', 'rh positive', 'rh+']),
      // A hyphen is read as a space: "O -ve" and "O-ve" are the same word here.
      ...spelt('-', [' ve', 'neg', 'negative', 'rh negative', '−']),
    ];
  }),
);

export const ADMISSION_TYPE: Words = { clinic: 'Elective', 'consult transfer': 'Transfer', referral: 'Transfer' };
export const ADMISSION_STATUS: Words = { admitted: 'Active', 'in progress': 'Active', died: 'Deceased', dead: 'Deceased' };
export const PRIORITY: Words = { normal: 'Routine', stat: 'STAT', emergency: 'STAT' };
export const LAB_STATUS: Words = { pending: 'Ordered', collected: 'Sample Collected', 'in progress': 'Processing' };
export const PLAN_STATUS: Words = { archived: 'Completed', 'on hold': 'On Hold' };
export const STEP_STATUS: Words = { done: 'Completed', 'not started': 'Pending' };
export const WOUND_TYPE: Words = {
  'pressure sore': 'Pressure Ulcer',
  'pressure injury': 'Pressure Ulcer',
  trauma: 'Traumatic',
};

/**
 * The roles of the earlier apps that have one meaning here. `registrar`, `resident` and `intern` could be more than one: they wait for
 * whoever runs the migration to say which.
 */
export const ROLE: Words = {
  admin: 'super_admin',
  nurse: 'nursing',
  'lab staff': 'lab',
  laboratory: 'lab',
  pharmacist: 'pharmacy',
  anesthetist: 'anaesthetist',
  'super admin': 'super_admin',
  'senior registrar': 'senior_registrar',
  'junior registrar': 'junior_registrar',
  'house officer': 'house_officer',
  'medical officer': 'medical_officer',
};

/** Words that say that no allergy is known. "Nil" and "none" on an allergy line are read so, and noted. */
export const NO_ALLERGY = new Set([
  'nil',
  'none',
  'nkda',
  'nka',
  'no known allergy',
  'no known allergies',
  'no known drug allergy',
  'no known drug allergies',
  'nil known',
  'none known',
  'no',
]);
