import file from './drug-checks.json' with { type: 'json' };

export type AllergyLevel = 'none' | 'caution' | 'avoid' | 'contraindicated';
export type Severity = 'minor' | 'moderate' | 'major' | 'contraindicated';

export interface Drug {
  id: string;
  name: string;
  /** Groups that the allergy rules speak of. */
  allergyGroups: readonly string[];
}

/** What an allergy means for a group of drugs. */
export interface AllergyRule {
  allergen: string;
  group: string;
  level: AllergyLevel;
  note: string;
  source: string;
}

/** What two drugs do to each other; the order of `a` and `b` means nothing. */
export interface Interaction {
  a: string;
  b: string;
  severity: Severity;
  effect: string;
  management: string;
}

export interface DrugReference {
  title: string;
  reviewStatus: string;
  provenance: { compiledOn: string };
  allergens: readonly { id: string; name: string }[];
  allergyRules: readonly AllergyRule[];
  drugs: readonly Drug[];
  interactions: readonly Interaction[];
}

/**
 * What the two checks need of the drug reference as shipped (drugs.json), so that the app does not carry the rest of it; a test holds the
 * two together. Nobody has signed it yet: what rests on it says so.
 */
export const DRUGS = file as DrugReference;

/** By id; a map, so that `constructor` is not taken for a drug. */
export const DRUG_OF: ReadonlyMap<string, Drug> = new Map(DRUGS.drugs.map((drug) => [drug.id, drug]));
export const ALLERGEN_OF: ReadonlyMap<string, string> = new Map(DRUGS.allergens.map(({ id, name }) => [id, name]));

/** Which reference a result rests on, and whether anybody has reviewed it. */
export const DRUGS_VERSION = `${DRUGS.title}, ${DRUGS.provenance.compiledOn}, ${DRUGS.reviewStatus}`;
