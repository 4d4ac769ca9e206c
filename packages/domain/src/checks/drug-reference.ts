import type { AllergyRule, Interaction } from '../reference/drugs.ts';
import type { EntryMark } from './finding.ts';

/** One drug of the reference; amounts in mg, null where the reference gives none. */
export interface DrugEntry {
  id: string;
  name: string;
  drugClass: string;
  /** Groups that the allergy rules speak of. */
  allergyGroups: readonly string[];
  adult: DosedFor & { singleMg: readonly number[] | null };
  paediatric: DosedFor & { mgPerKgPerDose: readonly number[] | null; maxSingleMg: number | null };
  maxPerDay: { adultMg: number | null; paediatricMgPerKg: number | null };
  /** What failing kidneys ask for, in words: `CrCl 10-30: …; below 10: …`. */
  renal: string;
  /** What pregnancy asks for, in words. */
  pregnancy: string;
  provenance: readonly string[];
  /** The entry is known to be uncertain. */
  verify: boolean;
}

interface DosedFor {
  text: string;
  /** Allowed intervals in hours. */
  intervalHours: readonly number[] | null;
}

export type EntryKind = 'drug' | 'allergy_rule' | 'interaction';

/** What the checks of a prescription need, wherever it is kept. */
export interface PrescribingReference {
  allergens: readonly { id: string; name: string }[];
  allergyRules: readonly AllergyRule[];
  drugs: readonly DrugEntry[];
  interactions: readonly (Interaction & { provenance: string })[];
  /** The version of an entry, and whether somebody has signed it. Key of a pair: both ids in order, `a+b`; of an allergy rule: `allergen+group`. */
  mark(kind: EntryKind, key: string): EntryMark | null;
}
