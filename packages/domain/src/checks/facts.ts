/** What the record says of a patient, as the checks are given it. What is not recorded is null, and then not checked. */

export interface RecordedAllergy {
  /** Only what is active is looked at. */
  status: string;
  assertion: string;
  substance: string | null;
  reaction: string | null;
  severity: string | null;
}

/** A value with where it comes from: `23 kg, weighed 3 Nov 2026`. */
export interface Recorded<T> {
  value: T;
  said: string;
}

export interface PrescribingFacts {
  /** Every statement about allergies; none at all: nobody has asked. */
  allergies: readonly RecordedAllergy[];
  /** Free text of older records. */
  allergies_written: string | null;
  /** Names of the other medicines that the patient has now. */
  active: readonly string[];
  age_years: number | null;
  sex: 'male' | 'female' | null;
  weight_kg: Recorded<number> | null;
  creatinine: (Recorded<number> & { unit: string }) | null;
  pregnant: Recorded<boolean> | null;
}

/** One line of a prescription being written; what was not written yet is null. */
export interface DraftLine {
  medication_name: string | null;
  dosage: string | null;
  frequency: string | null;
}
