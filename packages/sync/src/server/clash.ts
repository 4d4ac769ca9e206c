import { type Json, mergeGroupOf, mergeRuleOf, type Patch, type RecordDef } from '@psa/domain';
import type { Clash } from './context.ts';
import { writtenFields } from './lives.ts';
import type { StoredRow } from './store.ts';
import { sameValue } from './values.ts';

/** What the author had read: a version of the server's copy, and everything written by the same device. */
export interface Read {
  base: number;
  device: string | null;
  /** Values that were shown to the author with the conflict that is settled: as long as they stand, they are read. */
  shown?: Patch;
}

/** Whether this field was last written by another device, later than what the author had read. */
export function unseen(stored: StoredRow, field: string, read: Read): boolean {
  if (!Object.hasOwn(stored.field_ver, field)) return false;
  const { shown } = read;
  if (shown && Object.hasOwn(shown, field) && sameValue(shown[field], stored.row[field])) return false;
  const [version, device] = stored.field_ver[field] ?? [0, null];
  return version > read.base && (device === null || device !== read.device);
}

/** Whether another device changed anything of this row unseen. */
export const anyUnseen = (stored: StoredRow, read: Read): boolean =>
  writtenFields(stored).some((field) => unseen(stored, field, read));

/** The fields of a patch whose wanted values are not the present ones. */
export const changedFields = (stored: StoredRow, patch: Patch): string[] =>
  Object.keys(patch).filter((field) => !sameValue(stored.row[field], patch[field]));

/** What an edit would overwrite unseen; null when it may be applied (S23, S24). */
export function clashOf(def: RecordDef, stored: StoredRow, patch: Patch, read: Read): Clash | null {
  const changed = changedFields(stored, patch);
  const fields = new Set<string>();
  for (const field of changed) {
    if (mergeRuleOf(def, field) === 'latest') continue;
    const unseenOnes = mergeGroupOf(def, field).filter((other) => unseen(stored, other, read));
    if (unseenOnes.length === 0) continue;
    fields.add(field);
    for (const other of unseenOnes) fields.add(other);
  }
  if (fields.size === 0) return null;
  // What one rule ties together is settled together: released alone it could only be refused.
  for (const rule of def.checks ?? []) {
    if (!rule.fields.some((field) => fields.has(field))) continue;
    for (const field of rule.fields) if (changed.includes(field)) fields.add(field);
  }
  const inOrder = Object.keys(def.fields).filter((field) => fields.has(field));
  return {
    fields: inOrder,
    mine: pick(
      patch,
      inOrder.filter((field) => changed.includes(field)),
    ),
    theirs: pick(stored.row, inOrder),
    rest: pick(
      patch,
      changed.filter((field) => !fields.has(field)),
    ),
  };
}

/** An edit of a row that another person retracted: the whole wish is in question. */
export function clashWithRetraction(def: RecordDef, stored: StoredRow, patch: Patch): Clash {
  const changed = changedFields(stored, patch);
  // What changes together is shown together: whoever lets the wish in has then read all that it is put beside.
  const beside = [...new Set(changed.flatMap((field) => mergeGroupOf(def, field)))];
  return {
    fields: ['deleted'],
    mine: pick(patch, changed),
    theirs: { ...pick(stored.row, beside), deleted: true },
    rest: {},
  };
}

/** A retraction (or restoration) of a row that has an unseen change. */
export function clashOnDeleted(stored: StoredRow, wanted: boolean, read: Read): Clash {
  const news = writtenFields(stored).filter((field) => field !== 'deleted' && unseen(stored, field, read));
  return {
    fields: ['deleted'],
    mine: { deleted: wanted },
    theirs: { ...pick(stored.row, news), deleted: stored.row.deleted },
    rest: {},
  };
}

export function pick(from: Readonly<Record<string, Json>>, fields: readonly string[]): Patch {
  return Object.fromEntries(fields.map((field) => [field, from[field] ?? null]));
}
