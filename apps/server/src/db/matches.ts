import { duplicateReasons, type Identity } from '@psa/domain';
import type pg from 'pg';
import type { Database } from './database.ts';

/** Patients compared in one transaction. */
const BATCH = 200;
/** Of one patient; a day of birth that many share says little. */
const CANDIDATES_MAX = 300;

interface Pair {
  a: Identity & { id: string };
  b: Identity & { id: string };
}

const COMPARED = ['id', 'hospital_number', 'first_name', 'last_name', 'other_names', 'gender', 'phone'] as const;
const asJson = (alias: string): string =>
  `jsonb_build_object(${COMPARED.map((f) => `'${f}', ${alias}.${f}`).join(', ')}, 'date_of_birth', ${alias}.date_of_birth)`;

const numberOf = (alias: string): string => `upper(regexp_replace(${alias}.hospital_number, '[^A-Za-z0-9]', '', 'g'))`;

/** Candidates share a day of birth and sex, a phone or a number; what they share is looked up, so that the cost is that of the answer. */
const CANDIDATES = [
  'p.date_of_birth = q.date_of_birth and p.gender = q.gender',
  'national_phone(q.phone) = national_phone(p.phone)',
  `${numberOf('q')} = ${numberOf('p')}`,
]
  .map(
    (same) => `select ${asJson('p')} as a, ${asJson('q')} as b from patients p cross join lateral (
    select * from patients q where q.facility_id = p.facility_id and not q.deleted and q.id <> p.id and ${same} limit ${CANDIDATES_MAX}) q
    where p.facility_id = $1 and p.id = any($2::uuid[]) and not p.deleted`,
  )
  .join(' union ');

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
  const { rows } = await client.query<Pair>({ name: 'who may be the same', text: CANDIDATES, values: [facility, ids] });
  let found = 0;
  for (const { a, b } of rows) {
    const reasons = duplicateReasons(a, b);
    if (reasons.length === 0) continue;
    const noted = await client.query<{ news: boolean }>({
      name: 'note a match',
      text: 'select patient_match_note($1, $2, $3, $4) as news',
      values: [facility, a.id, b.id, reasons],
    });
    if (noted.rows[0]?.news) found++;
  }
  return found;
}
