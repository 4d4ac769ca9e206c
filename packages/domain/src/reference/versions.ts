/** Which version of an entry of the reference data is in use, and what waits for a decision. Pure: the same rows say the same everywhere. */
import { recordOf } from '../records/index.ts';

/** Every kind of entry, in the order in which a page lists them. */
export const REFERENCE_KINDS = [
  'reference_drugs',
  'reference_allergy_rules',
  'reference_interactions',
  'reference_lab_tests',
  'reference_procedures',
  'reference_consumables',
  'reference_lessons',
  'reference_questions',
] as const;
export type ReferenceKind = (typeof REFERENCE_KINDS)[number];

/** A version as every kind has it: `records/versioned.ts`. */
export interface Version {
  id: string;
  entry_key: string;
  release: number;
  edit: number;
  withdrawn: boolean | null;
  is_reviewed: boolean | null;
  created_at?: string;
}

export interface Entry<V> {
  key: string;
  used: V;
  /** Differs from what is used, and nobody has decided yet: of a newer release, or written by who had not seen what is used. */
  offered: V | null;
  /** The newest first. */
  versions: readonly V[];
}

/** Fields that say which version it is and who stands behind it, not what it says. */
const ABOUT = ['entry_key', 'release', 'edit', 'shipped', 'edit_reason', 'is_reviewed', 'reviewed_by', 'reviewed_at'];

const contents = new Map<ReferenceKind, readonly string[]>();

/** The fields of a kind that say something, in the order of its declaration. */
export function contentOf(kind: ReferenceKind): readonly string[] {
  const known = contents.get(kind);
  if (known) return known;
  const fields = Object.keys(recordOf(kind)?.fields ?? {}).filter((field) => !ABOUT.includes(field));
  contents.set(kind, fields);
  return fields;
}

type Bag = Readonly<Record<string, unknown>>;

/** Keys of an object in one order; nothing and an empty list say the same. No is an answer. */
function plain(value: unknown): unknown {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return null;
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== 'object') return value;
  const bag = value as Bag;
  return Object.keys(bag)
    .sort()
    .map((key) => [key, plain(bag[key])]);
}

/** The fields in which two versions say something else. */
export const differences = (kind: ReferenceKind, a: object, b: object): string[] =>
  contentOf(kind).filter((field) => JSON.stringify(plain((a as Bag)[field])) !== JSON.stringify(plain((b as Bag)[field])));

/** `1` as shipped, `1.2` the second edit made here on release 1. */
export const versionName = ({ release, edit }: Pick<Version, 'release' | 'edit'>): string =>
  edit === 0 ? `${release}` : `${release}.${edit}`;

const byVersion = (a: Version, b: Version): number => b.release - a.release || b.edit - a.edit;

function entryOf<V extends Version>(kind: ReferenceKind, key: string, rows: readonly V[]): Entry<V> | null {
  const versions = rows.toSorted(byVersion);
  const shipped = versions.find(({ edit }) => edit === 0);
  const edited = versions.find(({ edit }) => edit > 0);
  const found = (used: V, offered: V | null): Entry<V> => ({ key, used, offered, versions });
  if (!edited) return shipped ? found(shipped, null) : null;
  const base = versions.find(({ release, edit }) => edit === 0 && release === edited.release);
  const newer = shipped && shipped.release > edited.release ? shipped : null;
  // What was taken as shipped goes on with what is shipped.
  if (newer && base && differences(kind, base, edited).length === 0) return found(newer, null);
  const unseen = versions.find(
    (one) => one.edit > 0 && one.release < edited.release && (one.created_at ?? '') > (edited.created_at ?? '\uffff'),
  );
  const waiting = unseen ?? newer;
  return found(edited, waiting && differences(kind, waiting, edited).length > 0 ? waiting : null);
}

/**
 * The entries of a kind, by their keys.
 * In use is the newest edit made here; without one, or where the edit says what was shipped then, what is shipped now.
 */
export function entriesOf<V extends Version>(kind: ReferenceKind, rows: readonly V[]): Entry<V>[] {
  const byKey = new Map<string, V[]>();
  for (const row of rows) {
    const known = byKey.get(row.entry_key);
    if (known) known.push(row);
    else byKey.set(row.entry_key, [row]);
  }
  return [...byKey.keys()].sort().flatMap((key) => entryOf(kind, key, byKey.get(key) ?? []) ?? []);
}

/** What is in use of a kind, by its keys; what was withdrawn is not. */
export const inUse = <V extends Version>(kind: ReferenceKind, rows: readonly V[]): ReadonlyMap<string, V> =>
  new Map(entriesOf(kind, rows).flatMap(({ key, used }) => (used.withdrawn === true ? [] : [[key, used]])));

/** The numbers of an edit of an entry: made on the newest release that its author sees, one above the newest edit of it. */
export function nextVersion<V extends Version>({ versions }: Pick<Entry<V>, 'versions'>): Pick<Version, 'release' | 'edit'> {
  const release = Math.max(0, ...versions.map((one) => one.release));
  return { release, edit: 1 + Math.max(0, ...versions.filter((one) => one.release === release).map(({ edit }) => edit)) };
}
