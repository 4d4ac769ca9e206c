import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { Scoped } from './database.ts';

/** Why the database cannot be brought up to date: one sentence that says what to do. */
export class MigrationError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'MigrationError';
  }
}

export interface Migration {
  number: number;
  /** File name. */
  name: string;
  sql: string;
  /** SHA-256 of the text, hex. */
  checksum: string;
}

/** Any number will do, as long as nothing else in the database uses it for an advisory lock. */
const LOCK = 7_229_001;
const OLDEST_SERVER = 150_000;
const LEDGER = `create table if not exists schema_migrations (
  number integer primary key, name text not null, checksum text not null, applied_at timestamptz not null default now())`;

/** The folder of the migrations, from the source tree or from a bundle beside it. */
export function migrationsDir(): string {
  const here = path.dirname(fileURLToPath(import.meta.url));
  const found = ['../../migrations', '../migrations'].map((p) => path.join(here, p)).find((p) => existsSync(p));
  if (!found) throw new MigrationError('The folder apps/server/migrations is missing; fetch the whole project again.');
  return found;
}

/** Reads `NNNN_name.sql` files in order; numbers rise, and leave room between one area and the next. Throws when one is used twice. */
export async function readMigrations(dir = migrationsDir()): Promise<Migration[]> {
  const names = (await readdir(dir)).filter((name) => name.endsWith('.sql')).sort();
  let last = 0;
  for (const name of names) {
    const number = Number(/^(\d{4})_[a-z0-9_]+\.sql$/.exec(name)?.[1]);
    if (!(number > last)) throw new MigrationError(`${name} needs a number of four digits of its own in front, like 0042_.`);
    last = number;
  }
  return Promise.all(
    names.map(async (name) => {
      const number = Number(name.slice(0, 4));
      const sql = (await readFile(path.join(dir, name), 'utf8')).replaceAll('\r\n', '\n');
      return { number, name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

/** Throws when this PostgreSQL is too old. @param version `server_version_num`, for example 150018. */
export function checkServerVersion(version: number): void {
  if (version < OLDEST_SERVER) {
    throw new MigrationError(`PostgreSQL ${Math.floor(version / 10_000)} is too old; use version 15 or newer.`);
  }
}

async function applied(client: pg.ClientBase): Promise<Map<number, { name: string; checksum: string }>> {
  const there = await client.query("select to_regclass('schema_migrations') is not null as there");
  if (!there.rows[0].there) return new Map();
  const { rows } = await client.query('select number, name, checksum from schema_migrations');
  return new Map(rows.map((r: { number: number; name: string; checksum: string }) => [r.number, r]));
}

function compare(done: Awaited<ReturnType<typeof applied>>, files: readonly Migration[]): Migration[] {
  const byNumber = new Map(files.map((file) => [file.number, file]));
  for (const [number, was] of done) {
    const file = byNumber.get(number);
    if (!file)
      throw new MigrationError(`This database was set up by a newer version (${was.name}); start that version instead.`);
    if (file.checksum !== was.checksum) {
      throw new MigrationError(
        `${file.name} was edited after it was applied; restore the file and put the change in a new one.`,
      );
    }
  }
  const left = files.filter((file) => !done.has(file.number));
  const newest = Math.max(0, ...done.keys());
  const late = left.find((file) => file.number < newest);
  if (late)
    throw new MigrationError(`${late.name} comes before what this database has already; give it a number above ${newest}.`);
  return left;
}

/** One migration in one transaction, its number first. False when another process has done it meanwhile. */
async function apply(client: pg.ClientBase, file: Migration, files: readonly Migration[]): Promise<boolean> {
  await client.query('begin');
  try {
    await client.query('select pg_advisory_xact_lock($1)', [LOCK]);
    // Before anything is looked up: it makes this session notice a table that another made while this one waited.
    await client.query(LEDGER);
    if (!compare(await applied(client), files).some((left) => left.number === file.number)) {
      await client.query('rollback');
      return false;
    }
    await client.query('insert into schema_migrations (number, name, checksum) values ($1, $2, $3)', [
      file.number,
      file.name,
      file.checksum,
    ]);
    await client.query(file.sql);
    await client.query('commit');
    return true;
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    if (error instanceof MigrationError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new MigrationError(`${file.name} could not be applied: ${why}`, { cause: error });
  }
}

async function run(client: pg.ClientBase, files: readonly Migration[], log: (line: string) => void): Promise<number> {
  const version = await client.query('show server_version_num');
  checkServerVersion(Number(version.rows[0].server_version_num));
  let count = 0;
  for (const file of compare(await applied(client), files)) {
    if (!(await apply(client, file, files))) continue;
    count++;
    log(`Migrated: ${file.name}`);
  }
  return count;
}

/**
 * Brings a database up to date. Safe to run again, from many processes at once, and to interrupt: each file is one transaction.
 * @returns how many files this call applied. Throws MigrationError with one sentence.
 */
export async function migrate(
  target: string | pg.Pool,
  log: (line: string) => void = () => undefined,
  dir?: string,
): Promise<number> {
  const files = await readMigrations(dir);
  if (typeof target !== 'string') {
    const client = await target.connect();
    try {
      return await run(client, files, log);
    } finally {
      client.release();
    }
  }
  const client = new pg.Client({ connectionString: target });
  // A line lost in the middle is told by the query that waits for it.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await run(client, files, log);
  } finally {
    await client.end();
  }
}

/** The names of the files that `migrate` would apply, in order; nothing is changed. Throws MigrationError like `migrate`. */
export async function pendingMigrations(pool: pg.Pool, dir?: string): Promise<string[]> {
  const files = await readMigrations(dir);
  const client = await pool.connect();
  try {
    return compare(await applied(client), files).map(({ name }) => name);
  } finally {
    client.release();
  }
}

/** Whether every migration of this version is applied and none is foreign to it. */
export async function isMigrated(db: Scoped, dir?: string): Promise<boolean> {
  const files = await readMigrations(dir);
  const { rows } = await db.query<{ number: number; checksum: string }>(
    'select number, checksum from schema_migrations order by number',
  );
  return (
    rows.length === files.length && rows.every((r, i) => r.number === files[i]?.number && r.checksum === files[i]?.checksum)
  );
}
