import { type Json, type RecordDef, type Role, SYNCED, scopesOf } from '@psa/domain';
import type { Rows } from './compare.ts';
import type { Pool } from './hospital.ts';
import type { Evidence, Judged } from './ledger.ts';

/** The kinds that the devices of both roles hold: those of their common scopes, and conflicts, which lie in the scope of their record. */
export function commonKinds(roles: readonly Role[]): readonly RecordDef[] {
  const common = (scope: string) => scope === 'row' || roles.every((role) => scopesOf(role).some((own) => own === scope));
  return SYNCED.filter((def) => common(def.scope));
}

/** Everything the server was sent, and what became of it. @param pool the owner's, who sees every row. */
export async function readEvidence(pool: Pool): Promise<Evidence> {
  const { rows: mutations } = await pool.query<Judged>(
    `select mid, group_id, kind, record_id, mutation -> 'patch' as patch, status, (result ->> 'version')::int as version,
       result ->> 'conflict_id' as conflict_id from sync_mutation`,
  );
  const ids = async (sql: string) => new Set((await pool.query<{ id: string }>(sql)).rows.map(({ id }) => id));
  const rows = new Map<string, Readonly<Record<string, Json>>>();
  const known = new Set(SYNCED.map((def) => def.name));
  for (const kind of new Set(mutations.map((one) => one.kind).filter((name) => known.has(name)))) {
    for (const [id, row] of Object.entries(await rowsOf(pool, kind))) rows.set(`${kind}/${id}`, row);
  }
  return {
    mutations,
    conflicts: await ids('select id from sync_conflicts'),
    quarantine: await ids('select mid as id from sync_quarantine'),
    rows,
  };
}

/** Rows of these kinds that are not retracted, by kind and id; dates and numbers as PostgreSQL writes them in JSON. */
export async function serverRows(pool: Pool, kinds: readonly RecordDef[]): Promise<Rows> {
  const all: Record<string, Rows[string]> = {};
  for (const { name } of kinds) all[name] = await rowsOf(pool, name);
  return all;
}

/** @param kind from the declarations: a table of ours, never what somebody typed. */
async function rowsOf(pool: Pool, kind: string): Promise<Rows[string]> {
  const { rows } = await pool.query<{ id: string; row: Record<string, Json> }>(
    `select id, to_jsonb(t) as row from ${kind} t where not deleted`,
  );
  return Object.fromEntries(rows.map(({ id, row }) => [id, row]));
}

/** How much the device of this person must show as needing attention: open conflicts, and groups of its own that were refused. */
export async function attentionOf(pool: Pool, email: string): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(
    `select (select count(*) from sync_conflicts where status = 'Open' and not deleted)
       + (select count(distinct m.group_id) from sync_mutation m join users u on u.id = m.author_id
          where m.status = 'refused' and m.kind <> 'record_views' and u.email = $1) as n`,
    [email],
  );
  return rows[0]?.n ?? 0;
}
