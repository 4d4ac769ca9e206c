import type { Action, Role } from './access.ts';
import type { Field, FieldSpec, Json, MergeRule } from './fields.ts';

/**
 * Who receives a record: every device is granted scopes by the role of its user (docs/sync.md, S40).
 * - `ref`: lists everybody needs (facility, wards, people, consumables).
 * - `identity`: who a patient is, and allergies.
 * - `clinical`: what was found and done.
 * - `row`: the row names its own scope (a conflict lives where its record lives).
 * - `none`: never sent to a device.
 */
export type RecordScope = 'ref' | 'identity' | 'clinical' | 'row' | 'none';
export type Scope = 'ref' | 'identity' | 'clinical';

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
  /** True when `row` is allowed beside `others` (not retracted, without itself). */
  test(row: Readonly<Record<string, Json>>, others: readonly Readonly<Record<string, Json>>[]): boolean;
}

export interface RecordAccess {
  read: readonly Role[];
  create: readonly Role[];
  edit: readonly Role[];
  retract: readonly Role[];
  /** Roles that may edit these fields only, beside those who may edit all. */
  edit_only?: Partial<Record<Role, readonly string[]>>;
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
  /** For `state` fields: from each value, the values that may follow. */
  transitions?: Partial<Record<Extract<keyof F, string>, Readonly<Record<string, readonly string[]>>>>;
  /** Fields a list filters or sorts by; each leads an index after `facility_id`. */
  indexed?: readonly Extract<keyof F, string>[];
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

export type { Action };
