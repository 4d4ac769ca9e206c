import { type FieldSpec, isDay, type Json, type Patch, ProblemError, SYSTEM_FIELDS, UUID } from '@psa/domain';
import type { Published } from './published.ts';

/** What a body carries: declared fields, beside them `id` and, as the version that was read, `row_version`. */
export interface Body {
  id?: string;
  base?: number;
  patch: Patch;
}

/** What the caller's facility says about a body. */
export interface Home {
  facility: string;
  /** Asked only where a day is written as a moment. */
  timeZone(): Promise<string>;
}

/** Sentences by name; without a prototype, as clients choose the names. */
export const noFields = (): Record<string, string> => Object.create(null) as Record<string, string>;

/** What earlier clients send along with what they have read. */
const IGNORED = new Set(['created_by', 'updated_by', 'created_at', 'updated_at', 'synced']);

/**
 * Reads a body of a record. Values are taken as the published API takes them and brought into the one spelling: days and times also in
 * their longer forms, measured numbers also as text, empty text as nothing. Whether they may be is judged by the one way in.
 * Throws INVALID with a sentence for each field that cannot be read.
 */
export async function readBody(p: Published, body: unknown, home: Home): Promise<Body> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new ProblemError('BAD_REQUEST', { say: 'The request needs a JSON object.' });
  }
  const { id, row_version, ...rest } = body as Record<string, Json>;
  const fields = noFields();
  if (id !== undefined && (typeof id !== 'string' || !UUID.test(id))) fields.id = 'An id, in lower case.';
  if (row_version !== undefined && (!Number.isSafeInteger(row_version) || Number(row_version) < 1)) {
    fields.row_version = 'A whole number from 1.';
  }
  const patch: Patch = {};
  for (const [name, value] of Object.entries(rest)) {
    const own = p.renamed?.[name] ?? name;
    if (isEcho(p, name, value, home)) continue;
    const field = Object.hasOwn(p.def.fields, own) ? p.def.fields[own] : undefined;
    if (!field) fields[name] = sentence(name);
    else patch[own] = await canonical(field, p.forms?.[own]?.(value) ?? value, home);
  }
  if (Object.keys(fields).length > 0) throw new ProblemError('INVALID', { fields });
  return { id: id as string | undefined, base: row_version as number | undefined, patch };
}

/** A row that was read may be sent back whole: what only the server writes is overlooked when it asks for nothing. */
function isEcho(p: Published, name: string, value: Json, home: Home): boolean {
  if (IGNORED.has(name) || p.ignored?.includes(name)) return true;
  if (name === 'deleted') return value === false || value === null;
  return name === 'facility_id' && value === home.facility;
}

const sentence = (name: string): string =>
  (SYSTEM_FIELDS as readonly string[]).includes(name) ? 'Only the server writes this.' : 'This field is not known.';

const NUMBER = /^-?\d{1,15}(\.\d{1,6})?$/;

/** One value in the one spelling; what cannot be read is left as it is, to be refused beside its field. */
async function canonical(field: FieldSpec, value: Json, home: Home): Promise<Json> {
  if (typeof value !== 'string') return value;
  // A form that was left empty; required fields are refused all the same.
  if (value === '') return null;
  const { kind } = field;
  if (kind === 'text') return value.trim() === '' ? value : value.trim();
  if (kind === 'date') return day(value, home);
  if (kind === 'instant') return moment(value);
  if (kind === 'time') return value.replace(/^(\d\d:\d\d):00(\.0{1,9})?$/, '$1');
  if ((kind === 'number' || kind === 'integer') && NUMBER.test(value)) return Number(value);
  return value;
}

const ISO = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:?\d\d)?$/;

/**
 * A day, also written as a moment. One with a zone of its own, or none, means the day that is written; in UTC it is a midnight
 * of the hospital that was printed elsewhere, so that a birthday stays the day it is in Lagos.
 */
async function day(text: string, home: Home): Promise<string> {
  const m = ISO.exec(text);
  if (!m) return text;
  const [, written = '', clock = '', zone] = m;
  if (zone !== 'Z' || /^00:00(:00(\.0+)?)?$/.test(clock)) return written;
  const ms = Date.parse(text);
  return Number.isFinite(ms) && isDay(written) ? localDay(ms, await home.timeZone()) : text;
}

/** The calendar day of a moment in a time zone. An unknown zone counts as UTC. */
function localDay(ms: number, timeZone: string): string {
  try {
    return new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(ms);
  } catch {
    return new Date(ms).toISOString().slice(0, 10);
  }
}

/** A moment with a zone, in any ISO form; finer than a millisecond is cut. */
function moment(text: string): string {
  const m = ISO.exec(text);
  if (!m?.[3] || !isDay(m[1] ?? '')) return text;
  const ms = Date.parse(text.replace(/(\.\d{3})\d+/, '$1'));
  return Number.isFinite(ms) ? new Date(ms).toISOString() : text;
}
