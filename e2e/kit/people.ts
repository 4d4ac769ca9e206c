/** Who works in the hospital of the tests. The first two are the accounts every new server offers for trying out. */
export const PEOPLE = {
  admin: { email: 'admin@unth.edu.ng', password: 'Admin@123', name: 'Administrator (trial)' },
  doctor: { email: 'doctor@unth.edu.ng', password: 'Doctor@123', name: 'Consultant (trial)' },
  registrar: { email: 'registrar@unth.edu.ng', password: 'long words for tests', name: 'Registrar (test)' },
  nurse: { email: 'nurse@unth.edu.ng', password: 'more words for tests', name: 'Nurse (test)' },
  pharmacist: { email: 'pharmacy@unth.edu.ng', password: 'some words for tests', name: 'Pharmacist (test)' },
} as const;

export type Person = keyof typeof PEOPLE;

/** Accounts that the tests add, with the role they ask for. */
export const ADDED = { registrar: 'senior_registrar', nurse: 'nursing', pharmacist: 'pharmacy' } as const satisfies Partial<
  Record<Person, string>
>;
