import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { auditEntry } from '../auth/audit.ts';
import { auditOnly } from '../db/effects.ts';
import { createPool } from '../db/pool.ts';
import { openDatabase } from '../testing/database.ts';
import { verifyAudit } from './verify.ts';

let db: Awaited<ReturnType<typeof openDatabase>>;
let owner: pg.Pool;
let server: pg.Client;
let facility: string;
let nurse: string;

beforeAll(async () => {
  db = await openDatabase();
  owner = createPool({ connectionString: db.url, max: 6 });
  facility = await hospital();
  nurse = randomUUID();
  await owner.query(
    `insert into users (id, facility_id, email, full_name, role, is_active, is_approved) values ($1, $2, $3, 'A nurse', 'nursing', true, true)`,
    [nurse, facility, `${nurse}@test.ng`],
  );
  server = new pg.Client({ connectionString: db.serverUrl });
  await server.connect();
  await server.query("select set_config('psa.facility', $1, false)", [facility]);
});

afterAll(async () => {
  await server.end();
  await owner.end();
  await db.drop();
});

async function hospital(): Promise<string> {
  const id = randomUUID();
  await owner.query(
    `insert into facilities (id, facility_id, name, short_name, country, time_zone) values ($1, $1, 'H', 'H', 'Nigeria', 'Africa/Lagos')`,
    [id],
  );
  return id;
}

/** Writes entries by the one door. */
function write(on: Pick<pg.ClientBase, 'query'>, to: string, many = 1, at = Date.now()): Promise<pg.QueryResult> {
  const entries = Array.from({ length: many }, (_, i) => auditEntry(`read ${i}`, at, { address: '', agent: '' }));
  const { sql, values } = auditOnly(to, entries);
  return on.query(sql.text, values);
}
const findings = async (id: string) => (await verifyAudit(owner, { facility: id }))[0]?.findings;

test('the months are made ahead; what no month takes has a place', async () => {
  const { rows } = await owner.query(`
    select c.relname as name, pg_get_expr(c.relpartbound, c.oid) as bound from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'audit_logs'::regclass order by 1`);
  expect(rows).toHaveLength(5);
  expect(rows.at(-1)).toEqual({ name: 'other', bound: 'DEFAULT' });
  for (const { name, bound } of rows.slice(0, -1) as { name: string; bound: string }[]) {
    expect(bound).toContain(`FROM ('${name.slice(1).replace('_', '-')}-01 00:00:00+00')`);
  }
  const { rows: now } = await owner.query(`select to_char(now() at time zone 'UTC', '"m"YYYY_MM') as name`);
  expect(rows.map((r: { name: string }) => r.name)).toContain(now[0].name);
  expect((await owner.query('select * from only audit_months.other')).rows).toEqual([]);
});

test('the server makes further months without owning anything, and again without harm', async () => {
  await server.query('begin');
  const made = await server.query('select audit_make_months(5) as made, audit_make_months(5) as again');
  expect(made.rows).toEqual([{ made: 2, again: 0 }]);
  await server.query('rollback');
  await expect(server.query('create table audit_months.mine (id int)')).rejects.toThrow('permission denied');
});

test('a month that has entries among the others stays there, and the months after it are made', async () => {
  const now = new Date();
  await write(owner, facility, 1, Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 5));
  expect((await owner.query('select audit_make_months(6) as made')).rows).toEqual([{ made: 2 }]);
  expect((await owner.query('select count(*) as n from audit_months.other')).rows).toEqual([{ n: 1 }]);
  expect(await findings(facility)).toEqual([]);
});

test('the server reads and adds; it can change nothing, and reaches the trail by one door', async () => {
  await write(server, facility);
  const refused = [
    `insert into audit_logs (facility_id, action, at) values ('${facility}', 'x', now())`,
    `insert into audit_logs (facility_id, action, at, n, prev_hash, entry_hash) values ('${facility}', 'x', now(), 1, '', '')`,
    `update audit_logs set action = 'x'`,
    'delete from audit_logs',
    'truncate audit_logs',
    `update audit_heads set n = 0`,
    `insert into audit_heads values ('${randomUUID()}', 1, '', '')`,
    'delete from audit_heads',
    'select * from audit_months.other',
    `insert into audit_months.other (facility_id, action, at) values ('${facility}', 'x', now())`,
    'truncate audit_months.other',
    'drop table audit_months.other',
    'alter table audit_logs disable trigger user',
    'drop trigger audit_logs_kept on audit_logs',
    'drop function audit_write',
    `create or replace function audit_text(e audit_logs) returns text language sql as $$ select '' $$`,
    'set session_replication_role = replica',
  ];
  for (const statement of refused) {
    await expect(server.query(statement), statement).rejects.toThrow(/permission denied|must be owner/);
  }
});

test('the owner, too, is stopped at the table and at each month', async () => {
  const { rows } = await owner.query('select tableoid::regclass::text as part from audit_logs where facility_id = $1 limit 1', [
    facility,
  ]);
  for (const table of ['audit_logs', rows[0].part, 'audit_months.other']) {
    for (const statement of [
      `update ${table} set action = 'x' where facility_id = '${facility}'`,
      `delete from ${table} where facility_id = '${facility}'`,
      `truncate ${table}`,
    ]) {
      await expect(owner.query(statement), statement).rejects.toThrow(/never (changed|removed)/);
    }
  }
});

test('place and hashes are made by the database; an entry by hand, without them, is no entry', async () => {
  const root = (await owner.query('select n, hash from audit_heads where facility_id = $1', [facility])).rows[0];
  const byHand = owner.query("insert into audit_logs (facility_id, action, at) values ($1, 'read', now())", [facility]);
  await expect(byHand).rejects.toMatchObject({ code: '23502', column: 'n' });
  await write(owner, facility, 2);
  const { rows } = await owner.query(
    'select n, prev_hash, action from audit_logs where facility_id = $1 and n > $2 order by n',
    [facility, root.n],
  );
  expect(rows).toMatchObject([
    { n: root.n + 1, prev_hash: root.hash, action: 'read 0' },
    { n: root.n + 2, action: 'read 1' },
  ]);
  // A table of the same name in front of the real one changes nothing.
  await server.query('create temp table audit_heads (facility_id uuid, n bigint, before bytea, hash bytea)');
  await write(server, facility);
  await server.query('drop table pg_temp.audit_heads');
  expect(await findings(facility)).toEqual([]);
});

test('an entry that cannot be kept leaves none of its neighbours behind, and the chain as it was', async () => {
  const before = (await owner.query('select * from audit_heads where facility_id = $1', [facility])).rows;
  const bad = { ...auditEntry('read', Date.now(), { address: '', agent: '' }), table_name: 'x'.repeat(101) };
  const { sql, values } = auditOnly(facility, [auditEntry('good', Date.now(), { address: '', agent: '' }), bad]);
  await expect(server.query(sql.text, values)).rejects.toMatchObject({ code: '22001' });
  expect((await owner.query('select * from audit_heads where facility_id = $1', [facility])).rows).toEqual(before);
  expect(await findings(facility)).toEqual([]);
});

test('many writers of one facility make one chain, and two facilities do not wait for each other', async () => {
  const two = await hospital();
  const holder = await owner.connect();
  await holder.query('begin');
  await write(holder, facility);
  const waiting = Array.from({ length: 4 }, () => write(owner, facility));
  // Answers while the other chain is held.
  await server.query("select set_config('psa.facility', $1, false)", [two]);
  await write(server, two);
  await server.query("select set_config('psa.facility', $1, false)", [facility]);
  await holder.query('rollback');
  holder.release();
  await Promise.all(waiting);
  await Promise.all(Array.from({ length: 200 }, (_, i) => write(owner, i % 2 ? facility : two, 3)));
  expect(await findings(facility)).toEqual([]);
  expect(await findings(two)).toEqual([]);
  expect((await owner.query('select n from audit_heads where facility_id = $1', [two])).rows).toEqual([{ n: 301 }]);
});

test('the first two writers of a facility begin one chain', async () => {
  const fresh = await hospital();
  await Promise.all(Array.from({ length: 6 }, () => write(owner, fresh)));
  expect((await owner.query('select n from audit_heads where facility_id = $1', [fresh])).rows).toEqual([{ n: 6 }]);
  expect(await findings(fresh)).toEqual([]);
});

test('what triggers write is audited by a deferred trigger: what changed, and because of whom', async () => {
  await owner.query(`
    create table stock (id uuid primary key, facility_id uuid, updated_by uuid, quantity integer, note text, field_ver jsonb default '{}');
    grant select, insert, update on stock to psa_server;
    create constraint trigger stock_audit after insert or update on stock deferrable initially deferred
      for each row execute function audit_derived_row('quantity')`);
  const id = randomUUID();
  await server.query(`insert into stock values ($1, $2, $3, 5, 'five')`, [id, facility, nurse]);
  await server.query(`update stock set note = 'still five' where id = $1`, [id]);
  await server.query('begin');
  await server.query(`update stock set quantity = 3, note = 'three' where id = $1`, [id]);
  const during = await server.query('select count(*) as n from audit_logs where record_id = $1', [id]);
  await server.query('commit');
  expect(during.rows).toEqual([{ n: '1' }]);
  const { rows } = await owner.query(
    'select action, table_name, user_id, old_values, new_values from audit_logs where record_id = $1 order by n',
    [id],
  );
  const all = { action: 'derive', table_name: 'stock', user_id: nurse };
  expect(rows).toEqual([
    { ...all, old_values: null, new_values: { quantity: 5 } },
    { ...all, old_values: { quantity: 5 }, new_values: { quantity: 3 } },
  ]);
  expect(await findings(facility)).toEqual([]);
});
