import { type Actor, fieldProblems, isInstant, type Json, ProblemError, type RecordDef, UUID, valueSchema } from '@psa/domain';
import { type ListWish, reachOf } from '../db/lists.ts';
import { noFields } from './body.ts';
import type { Published } from './published.ts';

const PAGE_ROWS = 100;
export const PAGE_ROWS_MAX = 500;
/** A row carries the moment its writing began; a commit may come this much later, and must not be missed by who asks by moments. */
const OVERLAP_MS = 60_000;

/** A place in the order of commits, as clients carry it: `<number>.<epoch>`. */
interface Token {
  seq: number;
  epoch: string;
}

const TOKEN = /^(\d{1,15})\.([0-9a-f-]{36})$/;

/** The text of a token; null while nothing was ever committed, and for records whose changes are not counted. */
export const tokenText = (seq: number, epoch: string | null): string | null => (epoch === null ? null : `${seq}.${epoch}`);

function tokenOf(text: string): Token | undefined {
  const m = TOKEN.exec(text);
  return m?.[2] !== undefined && UUID.test(m[2]) ? { seq: Number(m[1]), epoch: m[2] } : undefined;
}

/** What a list is asked for: rows, or with `token` the changes after it. `first` is the `next_since` of a list's first page. */
export interface Asked {
  wish: ListWish;
  token?: Token;
  first: string | null;
}

/** Fields a list may be filtered by: indexed ones, links, choices and flags. */
export function mayFilter(def: RecordDef, name: string): boolean {
  const field = Object.hasOwn(def.fields, name) ? def.fields[name] : undefined;
  const indexed: readonly string[] = def.indexed ?? [];
  return field !== undefined && (indexed.includes(name) || ['link', 'choice', 'flag'].includes(field.kind));
}

/** Whether changes of this record are counted: those that travel to devices. */
export const isCounted = (def: RecordDef): boolean => def.scope !== 'none';

/** The wish of a list from its query; a word that means nothing here is refused rather than overlooked. */
export function listWish(p: Published, actor: Actor, query: Readonly<Record<string, unknown>>): Asked {
  const { def } = p;
  const fields = noFields();
  const where: Record<string, Json> = {};
  const between: { field: string; sign: '>=' | '<='; value: Json }[] = [];
  const asked: Asked = {
    wish: { where, between, reach: reachOf(def, actor), since: null, after: null, limit: PAGE_ROWS, order: p.order },
    first: null,
  };
  const readers: Record<string, (value: string) => string | undefined> = {
    limit: (value) => {
      asked.wish.limit = Number(value);
      const right = /^\d{1,3}$/.test(value) && asked.wish.limit >= 1 && asked.wish.limit <= PAGE_ROWS_MAX;
      return right ? undefined : `From 1 to ${PAGE_ROWS_MAX}.`;
    },
    cursor: (value) => readCursor(asked, value),
    since: (value) => readSince(asked, def, value),
  };
  for (const [name, value] of Object.entries(query)) {
    if (typeof value !== 'string') fields[name] = 'Give this once.';
    else if (Object.hasOwn(readers, name)) {
      const problem = readers[name]?.(value);
      if (problem !== undefined) fields[name] = problem;
    } else if (p.between && Object.hasOwn(p.between, name)) {
      const { field, sign } = p.between[name] as { field: string; sign: '>=' | '<=' };
      between.push({ field, sign, value: readValue(def, field, value, name, fields) });
    } else if (mayFilter(def, name)) where[name] = readValue(def, name, value, name, fields);
    else fields[name] = 'This list cannot be filtered by this.';
  }
  if (Object.keys(fields).length > 0) throw new ProblemError('INVALID', { fields });
  return asked;
}

/** The value of a filter; a sentence is put beside `name` when it is none. */
function readValue(def: RecordDef, field: string, text: string, name: string, fields: Record<string, string>): Json {
  const spec = def.fields[field] as RecordDef['fields'][string];
  const numeric = spec.kind === 'integer' || spec.kind === 'number';
  const value = numeric && /^-?\d/.test(text) ? Number(text) : spec.kind === 'flag' ? (BOOLEANS[text] ?? text) : text;
  const parsed = valueSchema(spec).safeParse(value);
  if (!parsed.success) fields[name] = fieldProblems(parsed.error)._ ?? 'This cannot be read.';
  return parsed.success ? parsed.data : null;
}

const BOOLEANS: Readonly<Record<string, boolean>> = { true: true, false: false };

/** A cursor is the last id of the page before and, after `~`, what may be asked for as changes when the list is through. */
function readCursor(asked: Asked, text: string): string | undefined {
  const token = tokenOf(text);
  if (token) {
    asked.token = token;
    return undefined;
  }
  const [id = '', first] = text.split('~');
  asked.wish.after = id;
  asked.first = first ?? null;
  return UUID.test(id) && (first === undefined || tokenOf(first)) ? undefined : 'The next_cursor of the page before.';
}

function readSince(asked: Asked, def: RecordDef, text: string): string | undefined {
  const token = tokenOf(text);
  if (token && isCounted(def)) {
    // A cursor of the same list has come further.
    asked.token ??= token;
    return undefined;
  }
  const moment = momentOf(text);
  if (moment === null) return 'The next_since of an answer, or a date and time, like 2026-11-22T09:30:00.000Z.';
  asked.wish.since = new Date(Date.parse(moment) - OVERLAP_MS).toISOString();
  return undefined;
}

/** A moment as clients write it: a day, or an ISO instant with any precision. Null when it is neither. */
function momentOf(text: string): string | null {
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?Z)?$/.test(text)) return null;
  const ms = Date.parse(text);
  const canonical = Number.isFinite(ms) ? new Date(ms).toISOString() : '';
  return isInstant(canonical) && canonical.startsWith(text.slice(0, 10)) ? canonical : null;
}
