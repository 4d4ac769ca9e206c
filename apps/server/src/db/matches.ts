import { duplicateReasons, type Identity } from '@psa/domain';
import type pg from 'pg';
import type { Database } from './database.ts';

/** Patients compared in one transaction. */
const BATCH = 200;
/** Of one patient, of each kind; a day of birth that many share says little. */
const CANDIDATES_MAX = 300;

interface Pair {
  a: Identity & { id: string };
  b: Identity & { id: string };
}

/**
 * Finds registrations that may be of one person (S36): after patients were written, and of all patients when somebody asks. Each pair is noted once, by
 * whichever server process finds it first.
 */
export class MatchFinder {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Looks at every facility whose patients changed. */
  async all(): Promise<number> {
    const { rows } = await this.#db.of(null).query<{ id: string }>('select patient_match_facilities() as id');
    let found = 0;
    for (const { id } of rows) found += await this.news(id);
    return found;
  }

  /** Compares the patients that changed since the last time. @returns how many pairs are news. Another process that is at it is left to it. */
  async news(facility: string): Promise<number> {
    let found = 0;
    for (;;) {
      const step = await this.#db.of(facility).borrow((client) => stepOn(client, facility));
      found += step.found;
      if (!step.more) return found;
    }
  }

  /** Compares a page of all patients. @returns pairs that are news, and the id to go on after; null at the end. */
  async page(facility: string, after: string | null): Promise<{ found: number; next: string | null }> {
    return this.#db.of(facility).borrow(async (client) => {
      await client.query('begin');
      const { rows } = await client.query<{ id: string }>({
        name: 'patients to compare',
        text: 'select id from patients where facility_id = $1 and ($2::uuid is null or id > $2) and not deleted order by id limit $3',
        values: [facility, after, BATCH],
      });
      const ids = rows.map(({ id }) => id);
      const found = await compare(client, facility, ids);
      await client.query('commit');
      return { found, next: ids.length < BATCH ? null : (ids.at(-1) ?? null) };
    });
  }
}

/** What changed since the last time, in the order of commits; a facility is begun at its present end. */
async function stepOn(client: pg.ClientBase, facility: string): Promise<{ found: number; more: boolean }> {
  await client.query('begin');
  await client.query({
    name: 'begin matching',
    text: `insert into patient_match_scan select facility_id, seq from sync_head where facility_id = $1 on conflict do nothing`,
    values: [facility],
  });
  const { rows: mine } = await client.query<{ seq: number }>({
    name: 'take matching',
    text: 'select seq from patient_match_scan where facility_id = $1 for update skip locked',
    values: [facility],
  });
  const since = mine[0]?.seq;
  if (since === undefined) {
    await client.query('commit');
    return { found: 0, more: false };
  }
  const { rows } = await client.query<{ id: string | null; seq: number }>({
    name: 'patients changed',
    text: `select case when kind = 'patients' and op = 'U' then id end as id, seq from sync_entity
           where facility_id = $1 and seq > $2 order by seq limit $3`,
    values: [facility, since, BATCH * 10],
  });
  const ids = [...new Set(rows.flatMap(({ id }) => id ?? []))];
  let found = 0;
  for (let at = 0; at < ids.length; at += BATCH) found += await compare(client, facility, ids.slice(at, at + BATCH));
  const last = rows.at(-1)?.seq;
  if (last !== undefined) {
    await client.query({
      name: 'matched up to',
      text: 'update patient_match_scan set seq = $2 where facility_id = $1',
      values: [facility, last],
    });
  }
  await client.query('commit');
  return { found, more: rows.length === BATCH * 10 };
}

async function compare(client: pg.ClientBase, facility: string, ids: readonly string[]): Promise<number> {
  if (ids.length === 0) return 0;
  const { rows } = await client.query<Pair>({
    name: 'who may be the same',
    text: 'select a, b from patient_candidates($1, $2)',
    values: [ids, CANDIDATES_MAX],
  });
  const pairs = new Map<string, { one: string; other: string; reasons: readonly string[] }>();
  for (const { a, b } of rows) {
    const [one, other] = a.id < b.id ? [a.id, b.id] : [b.id, a.id];
    if (pairs.has(one + other)) continue;
    const reasons = duplicateReasons(a, b);
    if (reasons.length > 0) pairs.set(one + other, { one, other, reasons });
  }
  if (pairs.size === 0) return 0;
  // In one order, so that two who note the same pairs do not wait for each other in a circle.
  const inOrder = [...pairs].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, pair]) => pair);
  const { rows: noted } = await client.query<{ news: number }>({
    name: 'note matches',
    text: `select count(*) filter (where news)::int as news from (
        select patient_match_note($1, x.one, x.other, array(select jsonb_array_elements_text(x.reasons))) as news
        from jsonb_to_recordset($2::jsonb) as x (one uuid, other uuid, reasons jsonb) offset 0) n`,
    values: [facility, JSON.stringify(inOrder)],
  });
  return noted[0]?.news ?? 0;
}
