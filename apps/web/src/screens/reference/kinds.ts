/** The catalogues of the reference data in words. Pure. */
import { type Actor, may, type RecordDef, recordOf } from '@psa/domain';
import { type Entry, entriesOf, REFERENCE_KINDS, type ReferenceKind, type Version } from '@psa/domain/reference';

/** A version of any kind of entry. */
export type AnyVersion = Version & {
  row_version: number;
  created_by: string | null;
  reviewed_by: string | null;
  reviewed_at: string | null;
  edit_reason: string | null;
  sources: string[] | null;
} & { readonly [field: string]: unknown };

export type AnyEntry = Entry<AnyVersion>;

/** Titles of the catalogues, where there is no other medicine or test to be told from. */
export const TITLES: Readonly<Record<ReferenceKind, string>> = {
  reference_drugs: 'Medicines',
  reference_allergy_rules: 'Allergy rules',
  reference_interactions: 'Interactions',
  reference_lab_tests: 'Laboratory tests',
  reference_procedures: 'Procedures',
  reference_consumables: 'Consumables',
  reference_lessons: 'Lessons',
  reference_questions: 'Questions',
};

export const referenceDef = (kind: string): { kind: ReferenceKind; def: RecordDef } | null => {
  const found = REFERENCE_KINDS.find((one) => one === kind);
  const def = found && recordOf(found);
  return found && def ? { kind: found, def } : null;
};

/** The catalogues that this person is sent. */
export const readableKinds = (actor: Actor): readonly ReferenceKind[] =>
  REFERENCE_KINDS.filter((kind) => {
    const def = recordOf(kind);
    return def !== undefined && may(actor, 'read', def);
  });

/** The kind of the record behind a mark: `drug/amoxicillin` is an entry of `reference_drugs`. */
export function entryOfMark(key: string): { kind: ReferenceKind; key: string } | null {
  const at = key.indexOf('/');
  const found = referenceDef(`reference_${key.slice(0, at)}s`);
  return found && { kind: found.kind, key: key.slice(at + 1) };
}

const word = (value: unknown): string => (typeof value === 'string' ? value : '');
const spelled = (id: unknown): string => word(id).replaceAll('_', ' ');

/** What an entry is called. */
export function titleOfEntry(kind: ReferenceKind, version: AnyVersion): string {
  if (kind === 'reference_interactions') return `${spelled(version.drug_a)} with ${spelled(version.drug_b)}`;
  if (kind === 'reference_allergy_rules' && version.allergy_group)
    return `${word(version.name)}: ${spelled(version.allergy_group)}`;
  return word(version.name);
}

const SAID: Readonly<Record<ReferenceKind, readonly string[]>> = {
  reference_drugs: ['drug_class'],
  reference_allergy_rules: ['level'],
  reference_interactions: ['severity', 'effect'],
  reference_lab_tests: ['test_group', 'unit'],
  reference_procedures: ['category', 'typical_minutes'],
  reference_consumables: ['category', 'unit'],
  reference_lessons: ['domain', 'stage'],
  reference_questions: ['difficulty', 'lesson_key'],
};

/** What stands under the title in a list. */
export const underTitle = (kind: ReferenceKind, version: AnyVersion): string =>
  SAID[kind]
    .map((field) => (field === 'typical_minutes' && version[field] ? `${version[field]} min` : spelled(version[field])))
    .filter(Boolean)
    .join(' · ');

export const entries = (kind: ReferenceKind, rows: readonly object[]): AnyEntry[] =>
  entriesOf(kind, rows as readonly AnyVersion[]).toSorted((a, b) =>
    titleOfEntry(kind, a.used).localeCompare(titleOfEntry(kind, b.used)),
  );

/** What says which entry it is: another of these is another entry. */
export const IDENTITY: Readonly<Partial<Record<ReferenceKind, readonly string[]>>> = {
  reference_allergy_rules: ['allergen', 'allergy_group'],
  reference_interactions: ['drug_a', 'drug_b'],
};

const slug = (text: string): string =>
  text
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 100);

/** The key of an entry that is made here, from what says which it is. */
export function keyOf(kind: ReferenceKind, content: Readonly<Record<string, unknown>>): string {
  if (kind === 'reference_interactions') return [word(content.drug_a), word(content.drug_b)].sort().join('+');
  if (kind === 'reference_allergy_rules')
    return [word(content.allergen), word(content.allergy_group)].filter(Boolean).join('+');
  return slug(word(content.name));
}
