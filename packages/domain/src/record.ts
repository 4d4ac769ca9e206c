import { personScope, type RecordAccess, type Scope } from './access.ts';
import { archivedScope, fileOf, goesToArchive, homeScope, patientOfScope } from './archive.ts';
import type { Field, FieldSpec, Json, MergeRule } from './fields.ts';

/**
 * Who receives a record: every device is granted scopes by the role of its user (docs/sync.md, S40). Beside the scopes of access.ts:
 * - `row`: the row names its own scope (a conflict lives where its record lives).
 * - `person`: only the devices of the person named by `access.own.field`; the scope is `user:<id>`.
 * - `none`: never sent to a device.
 */
export type RecordScope = Scope | 'row' | 'person' | 'none';

/** A rule over several fields of one row: the same words as Zod refinement, CHECK constraint and form message. */
export interface CheckRule {
  /** Name of the CHECK in PostgreSQL. */
  name: string;
  /** Fields the message is shown beside. */
  fields: readonly string[];
  say: string;
  sql: string;
  /** True when the row is allowed. */
  test(row: Readonly<Record<string, Json>>): boolean;
}

/** A rule over several rows of one record: a unique index in PostgreSQL. Retracted rows never count. */
export interface UniqueRule {
  /** Name of the index in PostgreSQL. */
  name: string;
  /** Fields that may not repeat together within a facility; a row with null in any of them does not count. */
  fields: readonly string[];
  /** Only rows with these values count. */
  where?: Readonly<Record<string, string>>;
  say: string;
}

/** A rule that forbids one row while others exist; a trigger in PostgreSQL raises the same name. */
export interface AgainstRule {
  name: string;
  fields: readonly string[];
  say: string;
  /** Field that says which rows are looked at: those with the same value. */
  among: string;
  /**
   * Body of an exclusion constraint that promises the same for all rows at all times, instead of a trigger:
   * `(facility_id with =, theatre_number with =, tsrange(…) with &&) where (…)`.
   */
  exclude?: string;
  /** True when `row` is allowed beside `others` (not retracted, without itself). */
  test(row: Readonly<Record<string, Json>>, others: readonly Readonly<Record<string, Json>>[]): boolean;
}

/**
 * A rule that looks at rows of other records, so that only PostgreSQL can hold it: a trigger of this name. Its function
 * has the same name; without `same` it is written by hand.
 */
export interface AcrossRule {
  name: string;
  fields: readonly string[];
  /** Field that must be the same here and in every record that `fields` link to. */
  same?: string;
  say: string;
}

/** Fields that can no longer change once the row is in a certain state: what was signed stays as it was signed. A trigger of this name. */
export interface LockRule {
  name: string;
  when: { field: string; is: readonly (string | boolean)[] };
  fields: readonly string[];
  say: string;
}

/**
 * What must not be done while something it rests on is in dispute: an open conflict of high severity (a field under `hold:`, or the removal of
 * a row that has one). The app asks for the settlement first; a reason given goes on all the same, and stands on the conflict and in the audit.
 */
export interface RestRule {
  name: string;
  /** What waits, after "before": `a dose is given`. */
  act: string;
  /** The wishes that are held up: each creation, or setting one of these fields to what is listed (anything but empty or false, when nothing is). */
  when: { create?: true; sets: Readonly<Record<string, readonly (string | boolean)[]>> };
  /**
   * What it rests on, always of the same patient: fields of these records (all, unless named). `as`: only the record that this field
   * of the row names (`id`: the row itself).
   */
  on: readonly { kind: string; fields?: readonly string[]; as?: string }[];
  /** It tells of what was done already: from a device that did not know of the dispute it is kept, and marked on the conflict. */
  done: boolean;
}

export interface RecordDef<F extends Record<string, FieldSpec> = Record<string, FieldSpec>> {
  /** Table, store, JSON key and sync name, `snake_case`, plural. */
  name: string;
  /** One of them, in words. */
  title: string;
  /** Several of them, in words. */
  titles: string;
  /** What it is, in one sentence. */
  about: string;
  scope: RecordScope;
  /** The rule of every field that names none of its own. */
  merge: MergeRule;
  fields: F;
  access: RecordAccess;
  checks?: readonly CheckRule[];
  unique?: readonly UniqueRule[];
  against?: readonly AgainstRule[];
  across?: readonly AcrossRule[];
  locks?: readonly LockRule[];
  rests?: readonly RestRule[];
  /** While such a row is there its patient is with the unit and does not go to the archive. `until`: up to that day, which must be given. */
  open?: { field: string; is: readonly string[]; until?: string };
  /** Each row holds the hash of the one before, and each month of this instant has a table of its own (docs/decisions/0011-audit-chain.md). */
  chained?: string;
  /** A field that follows from others by a rule of a certain version: what a new row brings is computed again by the server, where it knows that version. */
  computed?: { result: string; rule: string; version: string; from: string };
  /** Each row says that its author read the row this link names; the audit tells it so, and it is nobody's work that waits or needs attention. */
  reads?: string;
  /** For `state` fields: from each value, the values that may follow. */
  transitions?: Partial<Record<Extract<keyof F, string>, Readonly<Record<string, readonly string[]>>>>;
  /** Fields a list filters or sorts by; each leads an index after `facility_id`. */
  indexed?: readonly Extract<keyof F, string>[];
  /** Of an append-only record: a wrong entry is removed and made anew, as it holds what somebody else signed, or what was computed of it. */
  corrected?: 'by removing';
  /** Sections of the default form, in order. Fields left out come last under "Other". */
  form?: readonly { title: string; fields: readonly Extract<keyof F, string>[] }[];
  /** Columns of the default list. */
  list?: readonly Extract<keyof F, string>[];
}

/** Fields every record has; only the server writes them. */
export interface SystemFields {
  id: string;
  facility_id: string;
  created_by: string | null;
  updated_by: string | null;
  created_at: string;
  updated_at: string;
  deleted: boolean;
  /** 1 at creation, plus one for each write that changed the row. */
  row_version: number;
}

export const SYSTEM_FIELDS = [
  'id',
  'facility_id',
  'created_by',
  'updated_by',
  'created_at',
  'updated_at',
  'deleted',
  'row_version',
] as const satisfies readonly (keyof SystemFields)[];

type ValueOf<X> = X extends Field<infer T, infer R> ? (R extends true ? T : T | null) : never;

/** The declared fields of a record as a row holds them: every field present, null when not recorded. */
export type Values<D> = D extends RecordDef<infer F> ? { [K in keyof F]: ValueOf<F[K]> } : never;

/** A whole row as it travels and is kept. */
export type Row<D> = Values<D> & SystemFields;

/** A row whose record is not known at compile time. */
export type AnyRow = SystemFields & { [field: string]: Json };

/** Some fields of a record: absent means untouched, null means cleared. */
export type Patch = { [field: string]: Json };

/** Declares a record. The value is the only place where its fields, rules and rights are written down. */
export function defineRecord<const F extends Record<string, FieldSpec>>(def: RecordDef<F>): RecordDef<F> {
  return def;
}

/**
 * The scope that a row lives in.
 * @param archived the patients in the archive.
 */
export function scopeOfRow(
  def: RecordDef,
  row: Readonly<Record<string, unknown>>,
  archived: { has(patient: string): boolean } = NOBODY_ARCHIVED,
): string {
  if (def.scope === 'row') return String(row.scope);
  if (def.scope === 'person') return personScope(String(row[def.access.own?.field ?? '']));
  const patient = fileOf(def, row);
  return patient !== null && archived.has(patient) ? archivedScope(def.scope, patient) : def.scope;
}

const NOBODY_ARCHIVED: ReadonlySet<string> = new Set();

/**
 * Whether this scope may hold rows of this record: its own, or its part in the archive; any, when a row names its scope; that of any
 * person, when a row is somebody's.
 */
export function mayHold(def: RecordDef, scope: string): boolean {
  if (def.scope === 'row') return patientOfScope(scope) === null;
  if (def.scope === 'person') return scope.startsWith(personScope(''));
  return def.scope === scope || (def.scope === homeScope(scope) && goesToArchive(def));
}

export interface Stamp {
  field: string;
  as: 'who' | 'when';
  /** The fields whose setting it tells of; absent: the creation. */
  of?: readonly string[] | undefined;
}

const stamps = new WeakMap<RecordDef, readonly Stamp[]>();

/** The fields of a record that the server fills with who and when. */
export function stampsOf(def: RecordDef): readonly Stamp[] {
  const known = stamps.get(def);
  if (known) return known;
  const found = Object.entries(def.fields).flatMap(([field, { stamp }]): Stamp[] => {
    if (!stamp) return [];
    return [{ field, as: stamp.as, ...(stamp.of === undefined ? {} : { of: [stamp.of].flat() }) }];
  });
  stamps.set(def, found);
  return found;
}

/** The merge rule of one field: its own, or the record's. */
export function mergeRuleOf(def: RecordDef, field: string): MergeRule {
  return def.fields[field]?.merge ?? def.merge;
}

/** The fields that change together with `field` (itself included), in declaration order. */
export function mergeGroupOf(def: RecordDef, field: string): string[] {
  const rule = mergeRuleOf(def, field);
  if (!rule.includes(':')) return [field];
  return Object.keys(def.fields).filter((other) => mergeRuleOf(def, other) === rule);
}

export type { RecordAccess, Scope };
