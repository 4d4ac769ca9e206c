import { type Actor, type Json, may, type Role, recordOf, scopesOfActor } from '@psa/domain';
import type { Database } from '../db/database.ts';
import { utc } from '../db/sql.ts';

/** What a search of the trail asks for; times are ISO instants, inclusive and exclusive. */
export interface TrailWish {
  user_id?: string | undefined;
  table_name?: string | undefined;
  record_id?: string | undefined;
  action?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  /** Where the page before ended. */
  after?: Place | undefined;
  limit: number;
}

/** An entry's place in a list, newest first: its time (ISO), then its number. */
export interface Place {
  at: string;
  n: number;
}

export interface TrailEntry {
  n: number;
  at: string;
  user_id: string | null;
  /** Name and role now; null when nobody is named. */
  user_name: string | null;
  user_role: Role | null;
  action: string;
  table_name: string | null;
  record_id: string | null;
  /** Names of the fields that the entry speaks of. */
  fields: string[];
  /** Null when there is none, or when the reader may not see values of such a record (`hidden`). */
  old_values: Json;
  new_values: Json;
  hidden: boolean;
  device_id: string | null;
  device_name: string | null;
  mutation_id: string | null;
  ip_address: string | null;
  user_agent: string | null;
  /** SHA-256 of the entry, hex: what can be noted down. */
  hash: string;
}

/** Who has looked at a patient: one reading. */
export interface Look {
  n: number;
  /** When it was done: on a device that had no network, as its clock said. */
  at: string;
  user_id: string | null;
  user_name: string | null;
  user_role: Role | null;
  action: string;
  /** What was read: `patients`, or the record whose rows of this patient were read. */
  table_name: string | null;
  device_name: string | null;
}

/** What counts as looking at a patient. */
const LOOKS = ['read', 'list', 'summary', 'export', 'emergency_read'];

/** Devices are named by text, as a claim may be none. */
const NAMES = `left join users u on u.facility_id = a.facility_id and u.id = a.user_id
  left join devices d on d.facility_id = a.facility_id and d.id::text = a.device_id`;

/** Reads the trail of one facility. */
export class Trail {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** A page of entries, newest first, and where the next one begins; values as far as the reader may see such a record. */
  async search(actor: Actor, wish: TrailWish): Promise<{ entries: TrailEntry[]; next: Place | null }> {
    const { where, values } = conditions(actor.facility_id, wish);
    const text = `
      select a.n, ${utc('a.at')} as at, a.user_id, u.full_name as user_name, u.role as user_role, a.action, a.table_name,
        a.record_id, a.old_values, a.new_values, a.device_id, d.name as device_name, a.mutation_id, a.ip_address, a.user_agent,
        encode(a.entry_hash, 'hex') as hash
      from (select * from audit_logs a where ${where.join(' and ')}
        order by a.at desc, a.n desc limit $${values.push(wish.limit + 1)}) a
      ${NAMES} order by a.at desc, a.n desc`;
    const { rows } = await this.#db.of(actor.facility_id).query<Omit<TrailEntry, 'fields' | 'hidden'>>(text, values);
    const page = rows.slice(0, wish.limit);
    return { entries: page.map((row) => shownTo(actor, row)), next: placeOf(page, rows.length) };
  }

  /** Who has read this patient's record, newest first. */
  async looks(
    actor: Actor,
    patient: string,
    after: Place | undefined,
    limit: number,
  ): Promise<{ looks: Look[]; next: Place | null }> {
    const { where, values } = conditions(actor.facility_id, { record_id: patient, after, limit });
    where.push(`a.action = any($${values.push(LOOKS)}::text[])`);
    const text = `
      select a.n, ${utc('a.at')} as written_at, a.new_values ->> 'viewed_at' as viewed_at, a.user_id, u.full_name as user_name,
        u.role as user_role, a.action, a.table_name, d.name as device_name
      from (select * from audit_logs a where ${where.join(' and ')}
        order by a.at desc, a.n desc limit $${values.push(limit + 1)}) a
      ${NAMES} order by a.at desc, a.n desc`;
    type Line = Omit<Look, 'at'> & { written_at: string; viewed_at: string | null };
    const { rows } = await this.#db.of(actor.facility_id).query<Line>(text, values);
    const page = rows.slice(0, limit);
    const next = placeOf(
      page.map(({ n, written_at }) => ({ n, at: written_at })),
      rows.length,
    );
    return { looks: page.map(({ written_at, viewed_at, ...look }) => ({ ...look, at: viewed_at ?? written_at })), next };
  }
}

const placeOf = (page: readonly Place[], found: number): Place | null => {
  const last = page.at(-1);
  return last && found > page.length ? { at: last.at, n: last.n } : null;
};

/** One index serves each of these, by time: see 0011_audit_logs.sql. */
function conditions(facility: string, wish: TrailWish): { where: string[]; values: unknown[] } {
  const values: unknown[] = [facility];
  const where = ['a.facility_id = $1'];
  const put = (value: unknown): string => `$${values.push(value)}`;
  for (const field of ['user_id', 'table_name', 'record_id', 'action'] as const) {
    if (wish[field] !== undefined) where.push(`a.${field} = ${put(wish[field])}`);
  }
  if (wish.from !== undefined) where.push(`a.at >= ${put(wish.from)}`);
  if (wish.to !== undefined) where.push(`a.at < ${put(wish.to)}`);
  if (wish.after) {
    const [at, n] = [put(wish.after.at), put(wish.after.n)];
    // The first condition bounds the index and the months; the second one tells entries of one moment apart.
    where.push(`a.at <= ${at}`, `(a.at, a.n) < (${at}::timestamptz, ${n}::bigint)`);
  }
  return { where, values };
}

/** Entries that speak of no value of a record, whatever they are about. */
const PLAIN = ['read', 'list', 'search', 'export', 'refuse'];

/** Whether this person may see values of every row of such a record. */
function seesValues(actor: Actor, kind: string | null, action: string): boolean {
  const def = kind === null ? undefined : recordOf(kind);
  if (!def || PLAIN.includes(action)) return true;
  // Rows that are somebody's own, or live where their record lives, are not for everybody who may read such rows.
  if (!may(actor, 'read', def) || def.access.own?.actions.includes('read')) return false;
  return def.scope === 'none' || scopesOfActor(actor).includes(def.scope);
}

function shownTo(actor: Actor, row: Omit<TrailEntry, 'fields' | 'hidden'>): TrailEntry {
  const fields = [
    ...new Set([row.old_values, row.new_values].flatMap((v) => (v && typeof v === 'object' ? Object.keys(v) : []))),
  ];
  const hidden = fields.length > 0 && !seesValues(actor, row.table_name, row.action);
  return { ...row, fields, hidden, ...(hidden ? { old_values: null, new_values: null } : {}) };
}
