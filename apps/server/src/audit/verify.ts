import type { Pool } from 'pg';
import { utc } from '../db/sql.ts';
import { type Finding, findingsOf, type Odd } from './findings.ts';

/** Entries that one statement reads: some hundred milliseconds, so that progress is seen and nothing is held for long. */
const CHUNK_ENTRIES = 50_000;
/** More findings than this say nothing new. */
export const FINDINGS_MAX = 100;

interface Anchor {
  n: number;
  /** SHA-256 of the entry, hex. */
  hash: string;
}

export interface ChainReport {
  facility_id: string;
  facility: string;
  /** Entries read. */
  entries: number;
  /** The last entry, to be noted down elsewhere; null when there is none. */
  head: Anchor | null;
  /** Where the chain breaks, by number; empty when it is whole. `FINDINGS_MAX` at most. */
  findings: readonly Finding[];
}

export interface VerifyOptions {
  /** Only this facility. */
  facility?: string;
  /** Begin at this entry; what comes before it is taken as it is. */
  from?: number;
  /** What was noted down before: the entry of this number must still have this hash. */
  anchor?: Anchor;
  /** Entries of one statement; CHUNK_ENTRIES unless told. */
  chunk?: number;
  progress?: (facility: string, done: number, of: number) => void;
}

/**
 * Follows the chain of each facility from its first entry to its head and says where it breaks. Reads only, in pieces, also beside a
 * running server. @param pool the owner's: it must see every facility.
 */
export async function verifyAudit(pool: Pool, options: VerifyOptions = {}): Promise<ChainReport[]> {
  const { rows } = await pool.query<{ id: string; name: string }>(
    `select f.id, f.name from facilities f where $1::uuid is null or f.id = $1 order by f.created_at, f.id`,
    [options.facility ?? null],
  );
  const reports: ChainReport[] = [];
  for (const { id, name } of rows) reports.push(await verifyChain(pool, id, name, options));
  return reports;
}

async function verifyChain(pool: Pool, facility: string, name: string, options: VerifyOptions): Promise<ChainReport> {
  // The head first: whatever it counts was committed with it, whatever is written from now on comes after it.
  const head = await headOf(pool, facility);
  const odd: Odd[] = [];
  const { chunk: size = CHUNK_ENTRIES } = options;
  let entries = 0;
  let last = await before(pool, facility, options.from);
  for (let from = await next(pool, facility, last.n); from !== null && from <= head.n; ) {
    const end = Math.min(from + size, head.n + 1);
    const chunk = await read(pool, facility, from, end, last);
    entries += chunk.count;
    if (odd.length <= FINDINGS_MAX) odd.push(...chunk.odd);
    last = chunk.last;
    options.progress?.(name, Math.min(last.n, head.n), head.n);
    from = await next(pool, facility, end - 1);
  }
  const findings = findingsOf(odd);
  if (last.n < head.n) findings.push({ is: 'missing', from: last.n + 1, to: head.n, at: null });
  else if (last.hash !== head.hash && findings.at(-1)?.to !== last.n) findings.push(headFinding(head.n));
  const beyond = await pool.query<{ n: number }>(
    'select a.n from audit_logs a where a.facility_id = $1 and a.n > coalesce((select n from audit_heads where facility_id = $1), 0) order by a.n limit 1',
    [facility],
  );
  if (beyond.rows[0]) findings.push(headFinding(beyond.rows[0].n));
  if (options.anchor) findings.push(...(await anchored(pool, facility, options.anchor)));
  const whole = head.n === 0 ? null : { n: head.n, hash: head.hash };
  return { facility_id: facility, facility: name, entries, head: whole, findings: findings.slice(0, FINDINGS_MAX) };
}

const headFinding = (n: number): Finding => ({ is: 'head', from: n, to: n, at: null });

async function headOf(pool: Pool, facility: string): Promise<Anchor> {
  const { rows } = await pool.query<Anchor>(
    `select coalesce(h.n, 0) as n, encode(coalesce(h.hash, audit_root($1)), 'hex') as hash
     from (select $1::uuid as id) f left join audit_heads h on h.facility_id = f.id`,
    [facility],
  );
  return rows[0] as Anchor;
}

/** What comes before the first entry that is read: the root, or the entry before `from`. Its hash is null when it is not there. */
async function before(pool: Pool, facility: string, from = 1): Promise<Last> {
  const { rows } = await pool.query<Last>(
    `select $2::bigint - 1 as n, encode(case when $2 = 1 then audit_root($1) else (
       select entry_hash from audit_logs where facility_id = $1 and n = $2 - 1 limit 1) end, 'hex') as hash`,
    [facility, from],
  );
  return rows[0] as Last;
}

/** The first number above `n` that is there. From the beginning also those that no entry ever had. */
async function next(pool: Pool, facility: string, n: number): Promise<number | null> {
  const { rows } = await pool.query<{ n: number | null }>(
    'select min(n) as n from audit_logs where facility_id = $1 and (n > $2 or $2 = 0)',
    [facility, n],
  );
  return rows[0]?.n ?? null;
}

type Last = { n: number; hash: string | null };

/** Entries whose hash is not that of their text and the hash before, or which do not follow the entry before them. */
const READ = `
  with part as materialized (
    select a.n, a.at, a.id, a.entry_hash, a.prev_hash,
      a.entry_hash = sha256(a.prev_hash || convert_to(audit_text(a), 'UTF8')) as sound
    from audit_logs a where a.facility_id = $1 and a.n >= $2 and a.n < $3),
  linked as (
    select p.*, lag(n, 1, $4::bigint) over w as n_before, lag(entry_hash, 1, decode($5, 'hex')) over w as hash_before
    from part p window w as (order by n, at, id))
  select (select count(*) from part) as count, l.n,
    ${utc('l.at')} as at, l.sound, l.n_before,
    l.prev_hash = l.hash_before as follows,
    case when l.prev_hash <> l.hash_before then (
      select min(o.n) from audit_logs o where o.facility_id = $1 and o.entry_hash = l.prev_hash) end as follows_n,
    (select encode(entry_hash, 'hex') from linked order by n desc, at desc, id desc limit 1) as last_hash,
    (select max(n) from part) as last_n
  from (select null) one left join (
    select * from linked where not sound or n <> n_before + 1 or prev_hash <> hash_before order by n, at, id limit 100) l on true`;

type Line = { count: number; last_n: number | null; last_hash: string | null } & (Odd | { n: null });

async function read(pool: Pool, facility: string, from: number, end: number, last: Last) {
  const { rows } = await pool.query<Line>(READ, [facility, from, end, last.n, last.hash]);
  const first = rows[0];
  const odd = rows.filter((line): line is Line & Odd => line.n !== null);
  return {
    count: first?.count ?? 0,
    odd,
    last: first === undefined || first.last_n === null ? last : { n: first.last_n, hash: first.last_hash },
  };
}

async function anchored(pool: Pool, facility: string, anchor: Anchor): Promise<Finding[]> {
  const { rows } = await pool.query<{ hash: string }>(
    "select encode(entry_hash, 'hex') as hash from audit_logs where facility_id = $1 and n = $2",
    [facility, anchor.n],
  );
  if (rows.length === 1 && rows[0]?.hash === anchor.hash.toLowerCase()) return [];
  return [{ is: 'anchor', from: anchor.n, to: anchor.n, at: null }];
}
