import { RECORD_LIST, type RecordDef, sqlName, sqlText, tableSql } from '@psa/domain';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../testing/database.ts';
import { migrationsDir, readMigrations } from './migrate.ts';

let db: Awaited<ReturnType<typeof openDatabase>>;
let client: pg.Client;

beforeAll(async () => {
  db = await openDatabase();
  client = new pg.Client({ connectionString: db.url });
  await client.connect();
  await client.query('create schema declared; set search_path to declared, public');
  for (const def of RECORD_LIST) await client.query(tableSql(def));
});

afterAll(async () => {
  await client.end();
  await db.drop();
});

/** Indexes and triggers that migrations add by hand, beside what is declared; each is tested where it is used. */
const BESIDE: Readonly<Record<string, readonly string[]>> = {
  users: [
    'users_email_lower',
    'users_changed',
    'users_last_admin',
    'users_lose_sessions',
    'users_names_known',
    'users_names_known_again',
  ],
  devices: ['devices_changed'],
  sync_conflicts: ['sync_conflicts_before_insert', 'sync_conflicts_before_update', 'sync_conflicts_settled'],
  notifications: ['notifications_conflict_once'],
  patients: [
    'patients_birth_match',
    'patients_searchable',
    'patients_searchable_again',
    'patients_names_known',
    'patients_names_known_again',
  ],
  surgical_consumables: [
    'surgical_consumables_stock_new',
    'surgical_consumables_stock_kept',
    'surgical_consumables_stock_audit',
  ],
  stock_movements: ['stock_movements_lock', 'stock_movements_relock', 'stock_movements_follow', 'stock_movements_counts'],
  consumable_usage: ['consumable_usage_lock', 'consumable_usage_relock', 'consumable_usage_follow'],
  lab_investigations: ['lab_investigations_told_new', 'lab_investigations_told'],
  user_assessments: [
    'user_assessments_derive',
    'user_assessments_audit',
    'user_assessments_credited',
    'user_assessments_credited_later',
  ],
  cme_credits: ['cme_credits_audit'],
};

/** Everything that PostgreSQL knows of a table, a line each, in its own words. */
const FACTS = `
  select 'column ' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
    || case when a.attnotnull then ' not null' else '' end
    || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '') as fact
  from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped
  union all
  select 'constraint ' || conname || ' ' || pg_get_constraintdef(oid) from pg_constraint
  where conrelid = $1::regclass and contype in ('c', 'f', 'p', 'u', 'x')
  union all
  select 'index ' || pg_get_indexdef(indexrelid) from pg_index where indrelid = $1::regclass
  union all
  select 'trigger ' || pg_get_triggerdef(oid) from pg_trigger where tgrelid = $1::regclass and not tgisinternal
  union all
  select 'row security' || case when relrowsecurity then ' on' else ' off' end || case when relforcerowsecurity then ' forced' else '' end
  from pg_class where oid = $1::regclass
  union all
  select concat_ws(' ', 'policy', polname, polcmd, polpermissive, polroles::regrole[], pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))
  from pg_policy where polrelid = $1::regclass
  union all
  select concat_ws(' ', 'grant', privilege_type, 'to', coalesce(nullif(grantee, 0)::regrole::text, 'public'))
  from pg_class c, aclexplode(c.relacl) where c.oid = $1::regclass and grantee <> c.relowner
  order by fact`;

async function factsOf(schema: 'declared' | 'public', table: string): Promise<string[]> {
  await client.query(`set search_path to ${schema}, public`);
  const { rows } = await client.query(FACTS, [`${schema}.${sqlName(table)}`]);
  return rows.map((r: { fact: string }) => r.fact.replaceAll(/\b(declared|public)\./g, ''));
}

const only = (a: string[], b: string[], mark: string) => a.filter((fact) => !b.includes(fact)).map((fact) => `${mark} ${fact}`);

async function differences(def: RecordDef): Promise<string[]> {
  const [declared, migrated] = [await factsOf('declared', def.name), await factsOf('public', def.name)];
  const known = (fact: string) => (BESIDE[def.name] ?? []).some((name) => fact.includes(` ${name} `));
  return [
    ...only(declared, migrated, 'only declared:'),
    ...only(migrated, declared, 'only migrated:').filter((fact) => !known(fact)),
  ];
}

test.each(RECORD_LIST.map((def) => [def.name, def] as const))('D1 the table %s is as declared', async (_name, def) => {
  expect(await differences(def)).toEqual([]);
});

test('a difference would be seen', async () => {
  const tell = async (change: string, undo: string) => {
    await client.query(change);
    const found = await differences(RECORD_LIST.find((d) => d.name === 'wards') as RecordDef);
    await client.query(undo);
    return found;
  };
  expect(
    await tell(
      'alter table public.wards alter column code drop not null',
      'alter table public.wards alter column code set not null',
    ),
  ).toEqual(['only declared: column code character varying(20) not null', 'only migrated: column code character varying(20)']);
  expect(
    await tell(
      'alter table public.wards disable trigger wards_stamp; drop index public.wards_code_once',
      'alter table public.wards enable trigger wards_stamp; create unique index wards_code_once on public.wards (facility_id, code) where not deleted',
    ),
  ).toHaveLength(1);
  expect(
    await tell(
      'alter table public.wards no force row level security; grant delete on public.wards to psa_server',
      'alter table public.wards force row level security; revoke delete on public.wards from psa_server',
    ),
  ).toEqual([
    'only declared: row security on forced',
    'only migrated: grant DELETE to psa_server',
    'only migrated: row security on',
  ]);
  expect(
    await tell(
      'drop policy facility on public.wards',
      'create policy facility on public.wards to psa_server using (facility_id = psa_facility()) with check (facility_id = psa_facility())',
    ),
  ).toHaveLength(1);
});

test('D1 no trigger is switched off and no constraint waits to be validated', async () => {
  const { rows } = await client.query(`
    select tgname as name from pg_trigger where tgenabled <> 'O' union all select conname from pg_constraint where not convalidated`);
  expect(rows).toEqual([]);
});

test('every table of the database is a declared record or one that is listed here', async () => {
  const { rows } = await client.query("select tablename from pg_tables where schemaname = 'public' order by 1");
  const others = rows.map((r: { tablename: string }) => r.tablename).filter((t) => !RECORD_LIST.some((def) => def.name === t));
  expect(others).toEqual([
    'ai_keys',
    'ai_usage',
    'archived_patients',
    'audit_heads',
    'device_keys',
    'emergency_accesses',
    'legacy_rows',
    'other_names',
    'passkey_questions',
    'patient_match_scan',
    'patient_names',
    'patient_names_known',
    'patient_search',
    'recovery_codes',
    'schema_migrations',
    'second_factors',
    'server_events',
    'server_health',
    'sessions',
    'surgery_booking_people',
    'sync_entity',
    'sync_epoch',
    'sync_head',
    'sync_mutation',
    'sync_quarantine',
    'user_credentials',
  ]);
});

test('a migration that makes a table carries its name', async () => {
  const names = (await readMigrations(migrationsDir())).map((m) => m.name.slice(5, -4));
  for (const def of RECORD_LIST) expect(names).toContain(def.name);
});

test('every foreign key has an index that begins with its columns', async () => {
  const { rows } = await client.query(`
    select c.conrelid::regclass::text || '.' || c.conname as key from pg_constraint c
    where c.contype = 'f' and c.connamespace = 'public'::regnamespace
      and not exists (
        select from pg_index i where i.indrelid = c.conrelid
          and (string_to_array(i.indkey::text, ' ')::int2[])[1:cardinality(c.conkey)] @> c.conkey)
    order by 1`);
  // A facility leads nearly every index of its table, and facilities are never removed.
  expect(rows.map((r: { key: string }) => r.key)).toEqual([]);
});

test('names of constraints fit in PostgreSQL and are used once', () => {
  const names = RECORD_LIST.flatMap((def) =>
    [...(def.checks ?? []), ...(def.unique ?? []), ...(def.against ?? []), ...(def.across ?? []), ...(def.locks ?? [])].map(
      (r) => r.name,
    ),
  );
  expect(names.filter((name) => name.length > 63 || sqlText(name) !== `'${name}'`)).toEqual([]);
  expect(new Set(names).size).toBe(names.length);
});
