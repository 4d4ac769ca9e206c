/** When a row happened, for lists newest first. Pure. */
import type { RecordDef, SystemFields } from '@psa/domain';
import { loose, type Saying, sayValue, titleOf } from './values.ts';

const known = new Map<string, string | undefined>();

/** The field that says when: a required moment or day, else when it was signed into being, else a listed moment; undefined when none does. */
export function momentField(def: RecordDef): string | undefined {
  if (!known.has(def.name)) known.set(def.name, findMoment(def));
  return known.get(def.name);
}

function findMoment(def: RecordDef): string | undefined {
  const dated = Object.entries(def.fields).filter(([, f]) => f.kind === 'instant' || f.kind === 'date');
  const listed = dated.find(([name, f]) => f.kind === 'instant' && (def.list as readonly string[] | undefined)?.includes(name));
  const made = dated.find(([, f]) => f.stamp?.as === 'when' && f.stamp.of === undefined);
  return (dated.find(([, f]) => f.required) ?? made ?? listed)?.[0];
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

/** The newest one of a kind, without sorting the rest. */
export function latestOf<R extends SystemFields>(def: RecordDef, rows: readonly R[]): R | undefined {
  let found: R | undefined;
  for (const row of rows) if (!found || momentOf(def, row) > momentOf(def, found)) found = row;
  return found;
}

/** When a row happened, in words; the time it was recorded where the record has no moment of its own; undefined for one just written. */
export function momentText(def: RecordDef, row: SystemFields, how: Saying): string | undefined {
  const name = momentField(def);
  const said = name === undefined ? undefined : sayValue(def.fields[name], loose(row)[name], how);
  if (said) return said;
  return row.created_at ? sayValue({ kind: 'instant', label: '', required: false }, row.created_at, how) : undefined;
}

const SUMMARY_VALUES = 3;

/** What is called after its lines: a prescription after its medicines. */
export const CALLED_AFTER: Readonly<Partial<Record<string, { kind: string; field: string }>>> = {
  prescriptions: { kind: 'prescription_items', field: 'prescription_id' },
};

/** A row in a few words: its own name where it has one, else the first values its list shows; empty when nothing was recorded. */
export function summaryOf(def: RecordDef, row: SystemFields, how: Saying): string {
  const after = CALLED_AFTER[def.name];
  const lines = after ? (how.lines?.(after.kind, after.field, row.id) ?? []) : [];
  if (lines.length > 0) return lines.join(', ');
  const title = titleOf(def.name, row);
  if (title !== def.title) return title;
  return ((def.list ?? []) as readonly string[])
    .filter((name) => name !== momentField(def))
    .flatMap((name) => {
      const field = def.fields[name];
      const said = sayValue(field, loose(row)[name], how);
      if (!field || said === undefined || field.kind === 'json') return [];
      return [field.kind === 'choice' || field.kind === 'text' || field.kind === 'note' ? said : `${field.label} ${said}`];
    })
    .slice(0, SUMMARY_VALUES)
    .join(', ');
}
