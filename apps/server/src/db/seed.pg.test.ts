import { verify } from '@node-rs/argon2';
import { type AnyRow, problemsOf, RECORDS, type RecordDef } from '@psa/domain';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../testing/database.ts';
import { Database } from './database.ts';
import { createPool } from './pool.ts';
import { seed } from './seed.ts';
import { CONSUMABLES, TRIAL_ACCOUNTS, WARDS } from './seed-data.ts';
import { PgServerStore } from './store.ts';

let db: Awaited<ReturnType<typeof openDatabase>>;
let pool: pg.Pool;
let facility: string;

beforeAll(async () => {
  db = await openDatabase();
  pool = createPool(db.url);
  // Three servers find one empty database.
  const made = await Promise.all([seed(pool), seed(pool), seed(pool)]);
  expect(new Set(made).size).toBe(1);
  facility = made[0] as string;
});

afterAll(async () => {
  await pool.end();
  await db.drop();
});

const rowsOf = async (kind: string): Promise<AnyRow[]> =>
  (await new PgServerStore(new Database(pool)).snapshot(facility, 'ref')).kinds.find((k) => k.kind === kind)?.rows ?? [];

test('D3 an empty database gets its hospital, wards, accounts and consumables once', async () => {
  expect(await rowsOf('facilities')).toMatchObject([
    { id: facility, facility_id: facility, short_name: 'UNTH', row_version: 1 },
  ]);
  expect((await rowsOf('wards')).map((w) => w.name).sort()).toEqual(WARDS.map((w) => w.name).sort());
  expect((await rowsOf('surgical_consumables')).map((c) => c.item_code).sort()).toEqual(CONSUMABLES.map((c) => c.item_code));
  expect((await rowsOf('users')).map((u) => u.email).sort()).toEqual(TRIAL_ACCOUNTS.map((a) => a.email).sort());
});

test('D4 the trial accounts can sign in, and are marked as such', async () => {
  const { rows } = await pool.query(
    `select u.email, c.password_hash, c.is_default_password from users u join user_credentials c on c.user_id = u.id`,
  );
  expect(rows).toHaveLength(TRIAL_ACCOUNTS.length);
  for (const { email, password } of TRIAL_ACCOUNTS) {
    const found = rows.find((r) => r.email === email);
    expect(found.is_default_password).toBe(true);
    expect(found.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await verify(found.password_hash, password)).toBe(true);
  }
});

test('seeding went the one way in: logged, audited, numbered', async () => {
  const { rows } = await pool.query(
    `select (select count(*)::int from sync_mutation) as logged, (select count(*)::int from audit_logs where action = 'create') as audited,
       (select seq::int from sync_head) as head, (select count(*)::int from sync_entity) as entities`,
  );
  const count = 1 + TRIAL_ACCOUNTS.length + WARDS.length + CONSUMABLES.length;
  expect(rows[0]).toEqual({ logged: count, audited: count, head: count, entities: count });
});

test('seeding again puts back nothing that was edited, and no changed password', async () => {
  await pool.query(`update wards set name = 'Burns Unit', code = 'BU' where code = 'W5'`);
  await pool.query(`update user_credentials set password_hash = 'changed', is_default_password = false`);
  const before = await pool.query('select seq from sync_head');
  expect(await seed(pool)).toBe(facility);
  expect((await pool.query('select seq from sync_head')).rows).toEqual(before.rows);
  expect((await rowsOf('wards')).filter((w) => w.code === 'W5' || w.code === 'BU')).toMatchObject([{ name: 'Burns Unit' }]);
  const { rows } = await pool.query('select distinct password_hash from user_credentials');
  expect(rows).toEqual([{ password_hash: 'changed' }]);
});

test('every entry would pass as if a person had typed it', () => {
  const wards = RECORDS.wards as unknown as RecordDef;
  for (const ward of WARDS) expect(problemsOf(wards, 'create', ward)).toBeUndefined();
  for (const item of CONSUMABLES) {
    expect(problemsOf(RECORDS.surgical_consumables as unknown as RecordDef, 'create', item)).toBeUndefined();
  }
});
