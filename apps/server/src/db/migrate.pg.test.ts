import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openDatabase } from '../testing/database.ts';
import { Database } from './database.ts';
import { checkServerVersion, isMigrated, migrate, migrationsDir, readMigrations } from './migrate.ts';
import { createPool } from './pool.ts';

let db: Awaited<ReturnType<typeof openDatabase>>;
let pool: pg.Pool;
let dir: string;

beforeAll(async () => {
  db = await openDatabase();
  pool = createPool({ connectionString: db.url, max: 25 });
  dir = await mkdtemp(path.join(tmpdir(), 'migrations-'));
});

/** Back to an empty database: everything the migrations make lives in these schemas. */
beforeEach(async () => {
  await pool.query('drop schema if exists public, audit_months cascade; create schema public');
  await rm(dir, { recursive: true });
  await cp(migrationsDir(), dir, { recursive: true });
});

afterAll(async () => {
  await pool.end();
  await db.drop();
  await rm(dir, { recursive: true, force: true });
});

const count = async () => (await readdir(dir)).length;
const change = async (name: string, edit: (text: string) => string) =>
  writeFile(path.join(dir, name), edit(await readFile(path.join(dir, name), 'utf8')));

test('twenty starting servers migrate one database once', async () => {
  const done = await Promise.all(Array.from({ length: 20 }, () => migrate(pool, undefined, dir)));
  expect(done.reduce((a, b) => a + b)).toBe(await count());
  const { rows } = await pool.query('select count(*)::int as n from schema_migrations');
  expect(rows[0].n).toBe(await count());
  expect(await isMigrated(new Database(pool).of(null), dir)).toBe(true);
});

test('D2 migrating again changes nothing', async () => {
  const lines: string[] = [];
  expect(await migrate(db.url, (line) => lines.push(line), dir)).toBe(await count());
  expect(lines).toHaveLength(await count());
  expect(await migrate(db.url, (line) => lines.push(line), dir)).toBe(0);
  expect(lines).toHaveLength(await count());
});

test('an applied file that was edited is refused in one sentence', async () => {
  await migrate(pool, undefined, dir);
  await change('0004_wards.sql', (text) => `${text}-- a later thought\n`);
  await expect(migrate(pool, undefined, dir)).rejects.toThrow(
    '0004_wards.sql was edited after it was applied; restore the file and put the change in a new one.',
  );
  expect(await isMigrated(new Database(pool).of(null), dir)).toBe(false);
});

test('other line ends are the same file', async () => {
  await migrate(pool, undefined, dir);
  await change('0004_wards.sql', (text) => text.replaceAll('\n', '\r\n'));
  expect(await migrate(pool, undefined, dir)).toBe(0);
});

test('a database of a newer version is left alone', async () => {
  await migrate(pool, undefined, dir);
  await pool.query("insert into schema_migrations (number, name, checksum) values (9000, '9000_later.sql', 'x')");
  await expect(migrate(pool, undefined, dir)).rejects.toThrow('set up by a newer version (9000_later.sql)');
});

test('D1 a file that fails leaves no trace, and the next start goes on from there', async () => {
  const next = '8000_broken.sql';
  await writeFile(path.join(dir, next), 'create table half (id int); select 1 / 0;');
  await expect(migrate(pool, undefined, dir)).rejects.toThrow(`${next} could not be applied: division by zero`);
  const { rows } = await pool.query("select to_regclass('half') as half");
  expect(rows[0].half).toBeNull();
  await writeFile(path.join(dir, next), 'create table half (id int)');
  expect(await migrate(pool, undefined, dir)).toBe(1);
});

test('a number used twice is found before anything runs', async () => {
  await cp(path.join(dir, '0003_users.sql'), path.join(dir, '0003_users_again.sql'));
  await expect(readMigrations(dir)).rejects.toThrow('0003_users_again.sql needs a number of four digits of its own');
});

test('a file that comes late, below what is applied, is refused', async () => {
  await migrate(pool, undefined, dir);
  await pool.query('delete from schema_migrations where number = 4');
  await expect(migrate(pool, undefined, dir)).rejects.toThrow('0004_wards.sql comes before what this database has already');
});

test('a PostgreSQL before 15 is refused', () => {
  expect(() => checkServerVersion(140_011)).toThrow('PostgreSQL 14 is too old; use version 15 or newer.');
  expect(() => checkServerVersion(150_000)).not.toThrow();
});
