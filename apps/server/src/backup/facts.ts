import type { ClientBase } from 'pg';
import type { Facts } from './sets.ts';

/** What the text of a row depends on, so that it is the same on every server. */
export const PLAIN_TEXT =
  "set local timezone = 'UTC'; set local datestyle = 'ISO, YMD'; set local intervalstyle = 'postgres'; set local extra_float_digits = 1; set local bytea_output = 'hex'";

/**
 * Which tables hold data: all of the schema `public`, parts of others counted with the whole; without the ledger of migrations, and
 * without what PostgreSQL empties after every crash and restore (unlogged).
 */
const TABLES = `select c.relname as name from pg_class c
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition and c.relname <> 'schema_migrations'
    and c.relpersistence = 'p'
  order by c.relname`;

/** The tables of a database that hold data, by name. */
export async function tablesOf(client: ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(TABLES);
  return rows.map(({ name }) => name);
}

const DIGEST = `to_hex(coalesce(sum(('x' || encode(substring(sha256(convert_to(t::text, 'UTF8')) from 1 for 7), 'hex'))::bit(56)::bigint) % 4611686018427387904, 0)::bigint)`;

/**
 * Counts every table and notes the head of each audit trail. Within the transaction it is called in: repeatable read, the owner's.
 * @param digest also a checksum of the rows of each table, which reads all of them.
 */
export async function readFacts(
  client: ClientBase,
  digest: boolean,
  told: (done: number, of: number) => void = () => undefined,
): Promise<Facts> {
  await client.query(PLAIN_TEXT);
  const tables: Facts['tables'] = {};
  const names = await tablesOf(client);
  for (const [i, name] of names.entries()) {
    const { rows } = await client.query<{ rows: string; digest: string | null }>(
      `select count(*) as rows, ${digest ? DIGEST : 'null'} as digest from ${client.escapeIdentifier(name)} t`,
    );
    tables[name] = { rows: Number(rows[0]?.rows), digest: rows[0]?.digest ?? null };
    told(i + 1, names.length);
  }
  const { rows: audit } = await client.query<{ facility_id: string; n: string; hash: string }>(
    "select facility_id, n, encode(hash, 'hex') as hash from audit_heads order by facility_id",
  );
  return { tables, audit: audit.map((head) => ({ ...head, n: Number(head.n) })) };
}

/** Counted in backups of earlier versions, and emptied by every restore. */
const PASSING: ReadonlySet<string> = new Set(['server_health']);

/** Where two counts of the same database differ, a line each. `atLeast`: the second may have more rows, and its checksums are not compared. */
export function differences(then: Facts, now: Facts, atLeast: boolean): string[] {
  return Object.entries(then.tables).flatMap(([name, was]) => {
    if (PASSING.has(name)) return [];
    const is = now.tables[name];
    if (!is) return [`${name} is missing`];
    if (atLeast ? is.rows < was.rows : is.rows !== was.rows) return [`${name} has ${is.rows} rows; there were ${was.rows}`];
    if (!atLeast && was.digest !== null && is.digest !== null && was.digest !== is.digest)
      return [`${name} holds other values`];
    return [];
  });
}
