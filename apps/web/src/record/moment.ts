/** When a row happened, for lists newest first. Pure. */
import type { RecordDef, SystemFields } from '@psa/domain';
import { loose, type Saying, sayValue } from './values.ts';

/** The field that says when: a required moment or day, else the first there is; undefined when a record has none. */
export function momentField(def: RecordDef): string | undefined {
  const dated = Object.entries(def.fields).filter(([, f]) => f.kind === 'instant' || f.kind === 'date');
  const listed = dated.filter(([name]) => (def.list as readonly string[] | undefined)?.includes(name));
  return (dated.find(([, f]) => f.required) ?? listed[0])?.[0];
}

/** ISO text that sorts rows of a kind: the moment it happened, else when it was recorded. */
export function momentOf(def: RecordDef, row: SystemFields): string {
  const field = momentField(def);
  const value = field === undefined ? undefined : loose(row)[field];
  return typeof value === 'string' && value !== '' ? value : row.created_at;
}

/** Newest first; equal moments by id, so that the order stays. */
export function newestOf<R extends SystemFields>(def: RecordDef, rows: readonly R[]): R[] {
  const key = (row: R) => momentOf(def, row);
  return [...rows].sort((a, b) => (key(a) < key(b) ? 1 : key(a) > key(b) ? -1 : a.id < b.id ? 1 : -1));
}
/** When a row happened, in words; the time it was recorded where the record has no moment of its own; undefined for one just written. */
export function momentText(def: RecordDef, row: SystemFields, how: Saying): string | undefined {
  const name = momentField(def);
  const said = name === undefined ? undefined : sayValue(def.fields[name], loose(row)[name], how);
  if (said) return said;
  return row.created_at ? sayValue({ kind: 'instant', label: '', required: false }, row.created_at, how) : undefined;
}
