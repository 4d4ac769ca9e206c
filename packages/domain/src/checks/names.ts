/** Names as typed against names of the reference: equal or known to be the same, never merely alike. Pure. */
import type { DrugEntry, PrescribingReference } from './drug-reference.ts';

/**
 * Other names of the same substance: international (INN), British and American names, and the short names in daily use. Sources: WHO INN lists,
 * British and United States Pharmacopoeia. No brands.
 */
const DRUG_SYNONYMS: Readonly<Record<string, readonly string[]>> = {
  amoxicillin: ['amoxycillin'],
  amoxicillin_clavulanate: [
    'co-amoxiclav',
    'amoxicillin-clavulanate',
    'amoxicillin/clavulanate',
    'amoxicillin clavulanic acid',
  ],
  ampicillin_sulbactam: ['ampicillin-sulbactam', 'ampicillin/sulbactam'],
  flucloxacillin: ['flucloxacillin', 'floxacillin'],
  benzylpenicillin: ['penicillin g', 'benzyl penicillin', 'crystalline penicillin'],
  piperacillin_tazobactam: ['piperacillin-tazobactam', 'piperacillin/tazobactam'],
  cefazolin: ['cephazolin'],
  cefalexin: ['cephalexin'],
  co_trimoxazole: ['co-trimoxazole', 'cotrimoxazole', 'trimethoprim-sulfamethoxazole', 'sulfamethoxazole/trimethoprim'],
  mupirocin: ['mupirocin'],
  silver_sulfadiazine: ['silver sulfadiazine', 'silver sulphadiazine'],
  povidone_iodine: ['povidone iodine'],
  paracetamol: ['acetaminophen'],
  pethidine: ['pethidine', 'meperidine'],
  lidocaine: ['lidocaine', 'lignocaine'],
  adrenaline: ['adrenaline', 'epinephrine'],
  suxamethonium: ['suxamethonium', 'succinylcholine'],
  triamcinolone: ['triamcinolone', 'triamcinolone acetonide'],
  heparin: ['heparin', 'unfractionated heparin'],
  aspirin: ['acetylsalicylic acid'],
  ferrous_sulfate: ['ferrous sulphate'],
  chlorphenamine: ['chlorpheniramine'],
  insulin_soluble: ['soluble insulin', 'regular insulin'],
  furosemide: ['frusemide'],
  calcium_gluconate: ['calcium gluconate'],
  tetanus_immunoglobulin: ['tetanus immunoglobulin', 'human tetanus immunoglobulin'],
  artemether_lumefantrine: ['artemether-lumefantrine', 'artemether/lumefantrine'],
  artesunate: ['artesunate'],
  rifampicin: ['rifampin'],
  methotrexate: ['methotrexate'],
};

/** Words under which an allergy is entered, by the allergen of the reference. */
const ALLERGEN_SYNONYMS: Readonly<Record<string, readonly string[]>> = {
  penicillin: ['penicillin'],
  cephalosporin: ['cephalosporin'],
  carbapenem: ['carbapenem'],
  sulfonamide_antibiotic: [
    'sulfonamide',
    'sulfonamides',
    'sulphonamide',
    'sulphonamides',
    'sulfa',
    'sulpha',
    'sulfa drugs',
    'sulfonamide antibiotic',
  ],
  nsaid_cross_reactive: ['nsaid', 'nsaids', 'non-steroidal anti-inflammatory drugs'],
  la_amide: ['local anaesthetic', 'local anaesthetics', 'amide local anaesthetics'],
  latex: ['latex', 'natural rubber', 'rubber latex'],
  povidone_iodine: ['povidone iodine'],
  iodinated_contrast: ['contrast', 'contrast medium', 'iodinated contrast media'],
  fluoroquinolone: ['fluoroquinolone', 'quinolone', 'quinolones'],
  aminoglycoside: ['aminoglycoside'],
  macrolide: ['macrolide'],
  egg: ['eggs'],
  sulfite: ['sulfite', 'sulfites', 'sulphite', 'sulphites'],
  nmba: ['neuromuscular blocker', 'muscle relaxant', 'muscle relaxants'],
};

/** Case, and the number of blanks, say nothing. */
export const folded = (name: string): string => name.trim().toLowerCase().replace(/\s+/g, ' ');

const spelled = (id: string): string => id.replaceAll('_', ' ');
const namesOf = (id: string, name: string, others: Readonly<Record<string, readonly string[]>>): string[] =>
  [name, spelled(id), ...(Object.hasOwn(others, id) ? (others[id] ?? []) : [])].map(folded);

/** The drug of this name; undefined when no entry has exactly this name or a known synonym of it. */
export function drugNamed(typed: string, { drugs }: Pick<PrescribingReference, 'drugs'>): DrugEntry | undefined {
  const name = folded(typed);
  return name === '' ? undefined : drugs.find((drug) => namesOf(drug.id, drug.name, DRUG_SYNONYMS).includes(name));
}

/** The allergens that an allergy entered under this name stands for: by its own name, and by the class of a drug of this name. */
export function allergensNamed(
  typed: string,
  reference: Pick<PrescribingReference, 'allergens' | 'drugs' | 'allergyRules'>,
): readonly string[] {
  const name = folded(typed);
  const byName = reference.allergens.filter(({ id, name: said }) => namesOf(id, said, ALLERGEN_SYNONYMS).includes(name));
  const groups = drugNamed(typed, reference)?.allergyGroups ?? [];
  // A drug is of the class of an allergen where a rule of that allergen speaks of a group of the same name.
  const byClass = reference.allergens.filter(
    ({ id }) => groups.includes(id) && reference.allergyRules.some((rule) => rule.allergen === id && rule.group === id),
  );
  const nsaid = groups.includes('nsaid') ? reference.allergens.filter(({ id }) => id === 'nsaid_single') : [];
  return [...new Set([...byName, ...byClass, ...nsaid].map(({ id }) => id))];
}
