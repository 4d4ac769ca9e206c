import { type Json, type Patch, type RecordDef, recordOf } from '@psa/domain';
import type { Wish } from '../db/write.ts';
import type { Reading } from './reading.ts';

/** What becomes of the rows of one table of an earlier app. */
export interface TableMap {
  table: string;
  /** The record they become; null: none of ours takes their place. */
  kind: string | null;
  /** Why they become none. */
  why?: string;
  /** Field of the record by which one that is here already is the same one (a hospital number, an e-mail address). */
  same?: string;
  /** The fields of the record. What it notes and finds wrong stands in the reading. */
  patch?(r: Reading): Patch;
  /** What is written together with it. `childId` makes the id of a child from a word. */
  also?(r: Reading, patch: Patch, id: string, childId: (word: string) => string): Wish[];
  /** Fields to add when a rule of this field refuses the row, and why. */
  second?: { field: string; patch: Patch; why: string };
}

/**
 * Reads fields by how they are declared. Each entry is a field, or `[field, its name or names there]`. Links are to the table of the same name as
 * the record they point to.
 */
export function copy(r: Reading, kind: string, fields: readonly (string | readonly [string, ...string[]])[]): Patch {
  const def = recordOf(kind) as RecordDef;
  return Object.fromEntries(
    fields.map((entry): [string, Json] => {
      const [field, ...named] = typeof entry === 'string' ? [entry] : entry;
      const names = named.length > 0 ? named : [field as string];
      return [field as string, value(r, def, field as string, names)];
    }),
  );
}

function value(r: Reading, def: RecordDef, field: string, names: string[]): Json {
  const spec = def.fields[field];
  switch (spec?.kind) {
    case 'date':
      return r.day(...names);
    case 'instant':
      return r.instant(...names);
    case 'time':
      return r.time(names[0] ?? field);
    case 'flag':
      return r.flag(names[0] ?? field);
    case 'integer':
      return r.whole(names[0] ?? field);
    case 'number':
      return r.number(names[0] ?? field);
    case 'choice':
      return r.choice(def, field, {}, ...names);
    case 'link':
      return r.link(spec.to ?? '', spec.required, ...names);
    default:
      return r.text(...names);
  }
}

/** `first` and what stands in its place when it is empty, noted. */
export function orSaid(r: Reading, field: string, given: string | null, otherwise: string, why: string): string {
  if (given !== null) return given;
  r.note(field, null, otherwise, why);
  return otherwise;
}
