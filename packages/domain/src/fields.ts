/**
 * The kinds of field a record is made of. A field is a plain value; Zod schemas, columns, forms, lists and random rows
 * are all read from it. Everything here is pure.
 */

/**
 * What happens when two people change the same field apart (docs/sync.md, S20–S28).
 * - `field`: disjoint fields merge, the same field twice is a conflict.
 * - `group:x`: every field of group x changes together; an unseen change in the group is a conflict.
 * - `hold:x`: as a group, but the conflict is of high severity and blocks what depends on it.
 * - `state`: as `field`, and the step from the current value must be declared in the record's `transitions`.
 * - `latest`: the last to arrive at the server wins (drafts, preferences).
 * - `append`: never edited after creation.
 * - `server`: only the server writes it.
 */
export type MergeRule = 'field' | `group:${string}` | `hold:${string}` | 'state' | 'latest' | 'append' | 'server';

export type FieldKind =
  | 'text'
  | 'note'
  | 'choice'
  | 'flag'
  | 'date'
  | 'instant'
  | 'time'
  | 'integer'
  | 'number'
  | 'link'
  | 'texts'
  | 'json';

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

interface Common {
  /** Words beside the field in a form; sentence case, no colon. */
  label: string;
  required?: boolean;
  merge?: MergeRule;
  /** One sentence under the field in a form. */
  help?: string;
  /** Kept and synced but not offered in the default form. */
  hidden?: boolean;
  /**
   * Filled by the server from the signed group, never by the sender: who (`who`) or when (`when`), at creation or, with `of`, whenever
   * that field is set (cleared again when `of` is cleared or set to false). Of several fields, whoever changes any of them is named, until
   * none is set. Needs merge rule `server`. The moment is the one at which the author acted on the device, at most the server's present one.
   */
  stamp?: { as: 'who' | 'when'; of?: string | readonly string[] };
}

export interface FieldSpec extends Common {
  kind: FieldKind;
  required: boolean;
  /** text, note: longest value in characters. texts: longest single entry. */
  max?: number;
  /** text: what the value must look like, and the sentence when it does not. */
  pattern?: { source: string; say: string };
  /** choice: the values, case-sensitive as written. */
  choices?: readonly string[];
  /** integer, number: inclusive bounds, in `unit`. */
  least?: number;
  most?: number;
  unit?: string;
  /** number: digits after the point that are kept. */
  decimals?: number;
  /** link: the record it points to. */
  to?: string;
  /** link to a patient: the link whose record is of this patient; PostgreSQL fills it in from there when it is absent at creation. */
  from?: string;
  /** text: keyboard and autofill of the form. */
  input?: 'text' | 'tel' | 'email';
}

/** A field whose value has type `T`; `Required` says whether null is allowed. */
export type Field<T, Required extends boolean> = FieldSpec & {
  required: Required;
  /** Carries the type only; never present at run time. */
  readonly value_type?: T;
};

type Need<O> = O extends { required: true } ? true : false;

function make<T, O extends object>(kind: FieldKind, label: string, options: O): Field<T, Need<O>> {
  return { required: false, ...options, kind, label } as unknown as Field<T, Need<O>>;
}

type Opt = Omit<Common, 'label'>;

/** One line of text, at most `max` characters (100 unless told). */
export const text = <
  const O extends Opt & { max?: number; pattern?: { source: string; say: string }; input?: 'text' | 'tel' | 'email' },
>(
  label: string,
  options: O = {} as O,
) => make<string, O>('text', label, { max: 100, ...options });

/** Free text of several lines, at most `max` characters (10,000 unless told). Never merged line by line. */
export const note = <const O extends Opt & { max?: number }>(label: string, options: O = {} as O) =>
  make<string, O>('note', label, { max: 10_000, ...options });

/** One of a fixed list of words. */
export const choice = <const C extends readonly string[], const O extends Opt>(
  label: string,
  choices: C,
  options: O = {} as O,
) => make<C[number], O>('choice', label, { choices, ...options });

/** Yes or no. Optional flags have a third state: not recorded. */
export const flag = <const O extends Opt>(label: string, options: O = {} as O) => make<boolean, O>('flag', label, options);

/** A calendar day, `YYYY-MM-DD`, without a zone. */
export const date = <const O extends Opt>(label: string, options: O = {} as O) => make<string, O>('date', label, options);

/** A moment, ISO 8601 UTC with milliseconds (`2026-11-22T09:30:00.000Z`). */
export const instant = <const O extends Opt>(label: string, options: O = {} as O) => make<string, O>('instant', label, options);

/** A time of day, `HH:MM`. */
export const time = <const O extends Opt>(label: string, options: O = {} as O) => make<string, O>('time', label, options);

/** A whole number within bounds. */
export const integer = <const O extends Opt & { least: number; most: number; unit?: string }>(label: string, options: O) =>
  make<number, O>('integer', label, options);

/** A measured number within bounds, in `unit`, kept to `decimals` digits. */
export const number = <const O extends Opt & { least: number; most: number; unit?: string; decimals: number }>(
  label: string,
  options: O,
) => make<number, O>('number', label, options);

/** The id of another record. */
export const link = <const O extends Opt & { from?: string }>(label: string, to: string, options: O = {} as O) =>
  make<string, O>('link', label, { to, ...options });

/** A short list of words. */
export const texts = <const O extends Opt & { max?: number }>(label: string, options: O = {} as O) =>
  make<string[], O>('texts', label, { max: 100, ...options });

/** Structured data: at most 20,000 characters as JSON and 8 levels deep where a person writes it. */
export const json = <const O extends Opt>(label: string, options: O = {} as O) => make<Json, O>('json', label, options);
