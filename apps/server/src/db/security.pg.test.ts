import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditEntry } from '../auth/audit.ts';
import { openDatabase } from '../testing/database.ts';
import { auditOnly } from './effects.ts';

/** What the role that the server works as may do, read from the catalogue: whatever a migration adds is looked at by itself. */
const REFUSED = { code: '42501' };
let db: Awaited<ReturnType<typeof openDatabase>>;
let owner: pg.Client;
let server: pg.Client;

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}

const name = (facility: string | null, on = server) =>
  on.query(`select set_config('psa.facility', $1, false)`, [facility ?? '']);

const lines = async (on: pg.Client, text: string): Promise<string[]> =>
  (await on.query<{ line: string }>(text)).rows.map(({ line }) => line);

beforeAll(async () => {
  db = await openDatabase();
  [owner, server] = await Promise.all([connect(db.url), connect(db.serverUrl)]);
});
afterAll(async () => {
  await Promise.all([owner.end(), server.end()]);
  await db.drop();
});

/** Tables that hold no facility's data, and all that the server may do there. */
const COMMON: Readonly<Record<string, string>> = {
  schema_migrations: 'SELECT',
  server_health: 'INSERT, SELECT, UPDATE',
  server_events: 'SELECT',
};

/**
 * Functions that run with the owner's rights, which row-level security does not bind to one facility: each was read for what it writes
 * and tells, and keeps to the facility of its row (triggers) or to the one that the connection named.
 */
const DEFINERS = [
  // Asked before a facility is known; they answer ids.
  ...['account_of', 'home_facility'],
  // Counts over all of them, for whoever watches the server; of devices the ids.
  'server_figures',
  // The numbers of commits; the trail and its months.
  ...['sync_stamp', 'sync_number', 'audit_write', 'audit_make_months'],
  // Who is in the archive: the facility that the connection named, and the nights of all.
  ...['archive_begin', 'archive_patient', 'archive_move', 'archive_patient_of', 'archive_held', 'archive_facilities'],
  // What a conflict shows of its past, who is told of it, and where any waits (ids of facilities).
  ...['conflict_before', 'conflict_climb', 'conflict_settled', 'conflict_facilities'],
  // Who may be one person: pairs of the facility named; ids of facilities.
  ...['patient_match_note', 'patient_match_facilities', 'patient_candidates'],
  // Tables that only they touch.
  ...[
    'search_patients',
    'names_alike',
    'names_known',
    'names_longer',
    'patients_searchable',
    'patient_searchable_again',
    'patients_numbered',
  ],
  ...['known_names', 'patients_learn_names', 'patient_learn_names_again', 'users_learn_names', 'surgery_bookings_people_free'],
  // What follows by itself.
  ...['stock_lock', 'stock_follows', 'notify_person', 'emergency_access_told', 'lab_investigations_told'],
  ...[
    'mcq_keys_fit_question',
    'mcq_questions_fit_key',
    'user_assessments_derive',
    'user_assessments_of_open_lesson',
    'cme_credits_earned',
  ],
];

const OURS = `c.relnamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
  and c.relnamespace::regnamespace::text !~ '^pg_'`;
const HAS_FACILITY = `exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'facility_id' and not a.attisdropped)`;
/** Grants to the server, on the table or on a column, given to it or to everybody. */
const GRANTS = `(select g.privilege_type from aclexplode(c.relacl) g where g.grantee in (0, 'psa_server'::regrole)
    union select g.privilege_type from pg_attribute a, aclexplode(a.attacl) g
      where a.attrelid = c.oid and g.grantee in (0, 'psa_server'::regrole))`;

/** A facility's row, and no other: the only form a policy for the server may have. */
const POLICY = '(facility_id = psa_facility())';

const FAULTS = `
  select c.oid::regclass || ': no row-level security that binds its owner too' as line from pg_class c
  where c.relkind in ('r', 'p') and ${OURS} and ${HAS_FACILITY} and (not c.relispartition or exists (select from ${GRANTS} g))
    and not (c.relrowsecurity and c.relforcerowsecurity)
  union all
  select c.oid::regclass || ': no policy for the server' from pg_class c
  where c.relkind in ('r', 'p') and ${OURS} and ${HAS_FACILITY} and exists (select from ${GRANTS} g)
    and not exists (select from pg_policy p where p.polrelid = c.oid and 'psa_server'::regrole = any (p.polroles))
  union all
  select p.polrelid::regclass || ': policy ' || p.polname || ' lets the server see or write more'
  from pg_policy p, lateral (select pg_get_expr(p.polqual, p.polrelid) as qual, pg_get_expr(p.polwithcheck, p.polrelid) as kept) e
  where (0 = any (p.polroles) or 'psa_server'::regrole = any (p.polroles))
    and (e.qual is distinct from '${POLICY}' or e.kept is distinct from '${POLICY}')
  union all
  select c.oid::regclass || ': the server may ' || g.privilege_type from pg_class c, lateral ${GRANTS} g
  where c.relkind in ('r', 'p', 'v', 'm', 'f') and ${OURS} and g.privilege_type not in ('SELECT', 'INSERT', 'UPDATE')
  union all
  select c.oid::regclass || ': a view that looks with its owner''s eyes' from pg_class c
  where c.relkind in ('v', 'm') and ${OURS} and exists (select from ${GRANTS} g)
    and not coalesce(c.reloptions @> '{security_invoker=true}', false)
  union all
  select c.oid::regclass || ': belongs to no facility, and the server may ' || string_agg(g.privilege_type, ', ' order by g.privilege_type)
  from pg_class c, lateral ${GRANTS} g
  where c.relkind in ('r', 'p') and ${OURS} and not ${HAS_FACILITY} group by c.oid
    having string_agg(g.privilege_type, ', ' order by g.privilege_type) <> case c.oid::regclass::text
      ${Object.entries(COMMON)
        .map(([table, grants]) => `when '${table}' then '${grants}'`)
        .join(' ')} else '' end
  union all
  select 'the server may create in ' || n.nspname from pg_namespace n
  where has_schema_privilege('psa_server', n.oid, 'create') and n.nspname !~ '^pg_(toast_)?temp_'
  union all
  select p.oid::regprocedure || ': runs as its owner, and finds its tables by a path that others set' from pg_proc p
  where p.prosecdef and p.pronamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
    and not exists (select from unnest(p.proconfig) s where s ~ '^search_path=.*public, pg_temp$')
  union all
  select p.oid::regprocedure || ': runs as its owner for everybody' from pg_proc p
  where p.prosecdef and p.pronamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
    and p.prorettype <> 'trigger'::regtype
    and (p.proacl is null or exists (select from aclexplode(p.proacl) g where g.grantee = 0))
  order by 1`;

describe('what was granted', () => {
  test('nothing but a facility’s own rows, and no way to remove any', async () => {
    expect(await lines(owner, FAULTS)).toEqual([]);
  });

  test.each([
    ['alter table wards no force row level security', ['wards: no row-level security that binds its owner too']],
    ['grant delete on patients to psa_server', ['patients: the server may DELETE']],
    ['grant truncate on patients to public', ['patients: the server may TRUNCATE']],
    ['drop policy facility on users', ['users: no policy for the server']],
    ['create policy more on users to psa_server using (true)', ['users: policy more lets the server see or write more']],
    [
      'create table stray (facility_id uuid); grant select on stray to psa_server',
      ['stray: no policy for the server', 'stray: no row-level security that binds its owner too'],
    ],
    ['create table bare (facility_id uuid)', ['bare: no row-level security that binds its owner too']],
    [
      'grant update on schema_migrations to psa_server',
      ['schema_migrations: belongs to no facility, and the server may SELECT, UPDATE'],
    ],
    ['grant create on schema public to psa_server', ['the server may create in public']],
    [
      'create view all_patients as select * from patients; grant select on all_patients to psa_server',
      ["all_patients: a view that looks with its owner's eyes"],
    ],
    [
      "create function leak() returns bigint language sql security definer as 'select count(*) from patients'",
      ['leak(): runs as its owner for everybody', 'leak(): runs as its owner, and finds its tables by a path that others set'],
    ],
  ])('a fault would be seen: %s', async (plant, seen) => {
    await owner.query('begin');
    await owner.query(plant);
    const found = await lines(owner, FAULTS);
    await owner.query('rollback');
    expect(found).toEqual(seen);
  });

  test('the functions that run as their owner are these', async () => {
    const text = `select distinct proname as line from pg_proc where prosecdef and pronamespace = 'public'::regnamespace order by 1`;
    expect(await lines(owner, text)).toEqual([...DEFINERS].sort());
  });

  test('the role owns nothing, is in no other role, and has no attribute of power', async () => {
    const { rows } = await owner.query(`
      select rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls as power,
        exists (select from pg_shdepend where refclassid = 'pg_authid'::regclass and refobjid = r.oid and deptype = 'o') as owns,
        exists (select from pg_auth_members where member = r.oid) as member
      from pg_roles r where rolname = 'psa_server'`);
    expect(rows).toEqual([{ power: false, owns: false, member: false }]);
  });
});

describe('what the role tries', () => {
  test.each([
    'delete from patients',
    'truncate patients cascade',
    'alter table patients disable row level security',
    'alter table patients add column more text',
    'drop table patients',
    'drop policy facility on patients',
    'create table mine (id int)',
    'create function f() returns int language sql as $$ select 1 $$',
    "copy patients to program 'cat'",
    "copy patients to '/tmp/patients'",
    'select * from pg_authid',
    "select pg_read_file('/etc/passwd')",
    'set role psa',
    'set session authorization psa',
    'alter role psa_server bypassrls',
    'update sync_head set seq = 0',
    "update sync_entity set op = 'U'",
    "update sync_mutation set mutation = '{}'",
    'update sync_epoch set epoch = gen_random_uuid()',
    "update schema_migrations set checksum = ''",
    "update device_keys set key = ''",
    "insert into audit_logs (facility_id, action, at, n, prev_hash, entry_hash) values (psa_facility(), 'look', now(), 1, '', '')",
    "update audit_heads set hash = ''",
    "select secure_record('patients')",
    'set session_replication_role = replica',
  ])('%s: refused', async (statement) => {
    await name(randomUUID());
    await expect(server.query(statement)).rejects.toMatchObject(REFUSED);
  });
});

describe('two hospitals', () => {
  const [a, b] = [randomUUID(), randomUUID()];
  const PATIENT = `insert into patients (id, facility_id, hospital_number, first_name, last_name, gender, date_of_birth_precision)
    values ($1, $2, 'H', 'A', 'B', 'Female', 'Unknown')`;
  const theirs = randomUUID();

  beforeAll(async () => {
    for (const id of [a, b]) {
      await owner.query(
        `insert into facilities (id, facility_id, name, short_name, country, time_zone) values ($1, $1, 'O', 'O', 'Nigeria', 'Africa/Lagos')`,
        [id],
      );
    }
    await owner.query(PATIENT, [theirs, b]);
  });

  test('a row cannot point to a row of the other', async () => {
    await name(a);
    const link = `insert into patient_allergies (facility_id, patient_id, assertion, substance, status) values ($1, $2, 'Allergy', 'Latex', 'Active')`;
    await expect(server.query(link, [a, theirs])).rejects.toMatchObject({ code: '23503' });
    await expect(server.query(link, [b, theirs])).rejects.toMatchObject(REFUSED);
  });

  test('the trail of the other is not written to', async () => {
    await name(a);
    const { sql, values } = auditOnly(b, [auditEntry('look', Date.now(), { address: '', agent: '' })]);
    await expect(server.query(sql.text, values)).rejects.toMatchObject(REFUSED);
    await name(null);
    await expect(server.query(sql.text, values)).rejects.toMatchObject(REFUSED);
    await name(b);
    await server.query(sql.text, values);
  });

  test('a refusal says nothing of the row that is in the way', async () => {
    await name(a);
    const error = await server.query(PATIENT, [theirs, a]).catch((e: pg.DatabaseError) => e);
    expect(error).toMatchObject({ code: '23505', detail: undefined });
  });
});

describe('every table, with a row of each of two hospitals', () => {
  const [a, b] = [randomUUID(), randomUUID()];
  let bare: Awaited<ReturnType<typeof openDatabase>>;
  let ours: pg.Client;
  let role: pg.Client;
  let tables: { table: string; keys: { column: string; type: string }[] }[];

  const SAMPLES: Readonly<Record<string, string>> = {
    uuid: 'gen_random_uuid()',
    text: 'gen_random_uuid()::text',
    'character varying': 'left(gen_random_uuid()::text, 8)',
    bigint: '(random() * 1e15)::bigint',
    integer: '(random() * 1e9)::int',
    date: 'current_date',
    'timestamp with time zone': 'now()',
  };

  /** A row of nothing but its keys: every other promise was taken off this database. */
  function row(table: string, keys: readonly { column: string; type: string }[], facility: string): string {
    const values = keys.map(({ column, type }) => {
      if (column === 'facility_id' || (table === 'facilities' && column === 'id')) return `'${facility}'`;
      const sample = SAMPLES[type];
      if (sample === undefined) throw new Error(`${table}.${column} is of type ${type}: add a sample.`);
      return sample;
    });
    return `insert into ${table} (${keys.map((k) => k.column).join(', ')}) values (${values.join(', ')})`;
  }

  beforeAll(async () => {
    bare = await openDatabase();
    [ours, role] = await Promise.all([connect(bare.url), connect(bare.serverUrl)]);
    const tabled = `from pg_class c where c.relkind in ('r', 'p') and not c.relispartition and ${OURS} and ${HAS_FACILITY}`;
    const strip = await lines(
      ours,
      `select format('alter table %s drop constraint if exists %I cascade', k.conrelid::regclass, k.conname) as line
         from pg_constraint k where k.contype in ('f', 'c', 'x') and k.conrelid in (select c.oid ${tabled}) and k.conparentid = 0
       union all select format('alter table %s disable trigger user', c.oid::regclass) ${tabled}
       union all select format('alter table %s alter column %I drop not null', c.oid::regclass, a.attname)
         from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnotnull and a.attnum > 0 and a.attidentity = ''
         where c.oid in (select c.oid ${tabled})
           and not exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary and a.attnum = any (i.indkey))`,
    );
    for (const statement of strip) await ours.query(statement);
    const { rows } = await ours.query(`
      select c.oid::regclass::text as table, json_agg(json_build_object('column', a.attname, 'type', format_type(a.atttypid, null))) as keys
      from pg_class c join pg_attribute a on a.attrelid = c.oid and (a.attname = 'facility_id' or exists (
        select from pg_index i where i.indrelid = c.oid and i.indisprimary and a.attnum = any (i.indkey)))
      where c.oid in (select c.oid ${tabled}) group by c.oid order by 1`);
    tables = rows;
    for (const { table, keys } of tables) for (const facility of [a, b]) await ours.query(row(table, keys, facility));
  });
  afterAll(async () => {
    await Promise.all([ours.end(), role.end()]);
    await bare.drop();
  });

  const may = async (table: string, what: string) =>
    (await ours.query('select has_any_column_privilege($1, $2, $3) as yes', ['psa_server', table, what])).rows[0].yes;
  const seen = async (table: string): Promise<string[]> =>
    (await role.query(`select distinct facility_id from ${table}`)).rows.map((r: { facility_id: string }) => r.facility_id);

  test('the walk is about all of them', () => {
    expect(tables.length).toBeGreaterThan(20);
    expect(tables.map(({ table }) => table)).toEqual(
      expect.arrayContaining(['patients', 'sessions', 'sync_mutation', 'audit_logs']),
    );
  });

  test('without a facility nothing is seen; with one, its rows and no others', async () => {
    for (const { table } of tables) {
      if (!(await may(table, 'select'))) {
        await expect(role.query(`select 1 from ${table}`), table).rejects.toMatchObject(REFUSED);
        continue;
      }
      await name(null, role);
      expect(await seen(table), table).toEqual([]);
      await name(a, role);
      expect(await seen(table), table).toEqual([a]);
      await name(b, role);
      expect(await seen(table), table).toEqual([b]);
    }
  });

  test('a row of the other hospital is neither written nor taken nor given away', async () => {
    await name(a, role);
    for (const { table, keys } of tables) {
      await expect(role.query(row(table, keys, b)), `insert into ${table}`).rejects.toMatchObject(REFUSED);
      await expect(role.query(`update ${table} set facility_id = '${b}'`), `update ${table}`).rejects.toMatchObject(REFUSED);
      if (await may(table, 'select')) {
        await expect(role.query(`delete from ${table}`), `delete from ${table}`).rejects.toMatchObject(REFUSED);
      }
    }
  });
});
