/** Facts and the shipped reference for the tests of the checks. */
import file from '../reference/drugs.json' with { type: 'json' };
import { prescribingOf, shippedPrescribing } from '../reference/given.ts';
import type { PrescribingReference } from './drug-reference.ts';
import type { DraftLine, PrescribingFacts, RecordedAllergy } from './facts.ts';

export const REFERENCE: PrescribingReference = prescribingOf(shippedPrescribing(file));

export const NONE_KNOWN: RecordedAllergy = {
  status: 'Active',
  assertion: 'No known allergies',
  substance: null,
  reaction: null,
  severity: null,
};

/** A grown man of whom everything is known, and in whom nothing speaks against anything. */
export const WELL: PrescribingFacts = {
  allergies: [NONE_KNOWN],
  allergies_written: null,
  active: [],
  age_years: 40,
  sex: 'male',
  weight_kg: { value: 70, said: '70 kg, weighed 3 Nov 2026' },
  creatinine: { value: 80, unit: 'umol/L', said: '80 µmol/L, sample of 3 Nov 2026' },
  pregnant: null,
};

export const allergyTo = (
  substance: string,
  reaction: string | null,
  severity: string | null = null,
  status = 'Active',
): RecordedAllergy => ({ status, assertion: 'Allergy', substance, reaction, severity });

export const line = (medication_name: string, dosage: string | null = null, frequency: string | null = null): DraftLine => ({
  medication_name,
  dosage,
  frequency,
});
