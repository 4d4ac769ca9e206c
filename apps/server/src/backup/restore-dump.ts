import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { migrate, migrationsDir, readMigrations } from '../db/migrate.ts';
import { type Reach, SteeredClient } from '../db/reach.ts';
import { type ArchiveEntry, contentOf, readArchive } from './archive.ts';
import { type DumpHead, dumpHead } from './dump.ts';
import { keepSecret, type RestoreWork } from './restore-base.ts';
import { type Manifest, openSet } from './sets.ts';
import { BackupFailure, type Shelf } from './shelf.ts';

export interface DumpWish {
  shelf: Shelf;
  set: Manifest;
  secrets: readonly string[];
  /** The data folder that the keys go to. */
  folder: string;
  /** The owner of an empty database. */
  owner: Reach;
}

/**
 * Fills an empty database with the rows of a dump: the schema as it was, the rows, then whatever this version has added. The rows come in
 * one transaction: a restore that is broken off leaves the database without any. Throws BackupFailure.
 */
export async function restoreDump(wish: DumpWish, work: RestoreWork): Promise<void> {
  const client = new SteeredClient({ ...wish.owner, application_name: 'psa restore' });
  client.on('error', () => undefined);
  await client.connect();
  const total = wish.set.pieces.reduce((sum, { bytes }) => sum + bytes, 0);
  const bar = work.progress('Rows');
  let done = 0;
  const told = (bytes: number): void => {
    done += bytes;
    bar.to(done, total);
  };
  try {
    await mustBeEmpty(client);
    const entries = readArchive(await openSet(wish.shelf, wish.set, wish.secrets, told));
    const first = (await entries.next()).value;
    if (first?.name !== 'dump.json') throw new BackupFailure('This backup is no dump.');
    const head = dumpHead.parse(JSON.parse((await contentOf(first)).toString('utf8')));
    await migrateAsItWas(wish.owner, head);
    await client.query('begin');
    const doors = await openDoors(client, head);
    for await (const entry of grouped(entries)) {
      work.signal?.throwIfAborted();
      if (entry.name.startsWith('secrets/')) await keepSecret(wish.folder, entry.name, await contentOf(entry.first));
      else await fill(client, head, entry);
    }
    await closeDoors(client, doors);
    await client.query('commit');
    await client.query('analyze');
  } finally {
    bar.end();
    await client.end().catch(() => undefined);
  }
  await withPool(wish.owner, (pool) => migrate(pool, work.say));
}

/** Empty, or set up and without a hospital: what a restore that was broken off leaves. */
async function mustBeEmpty(client: pg.Client): Promise<void> {
  const { rows: tables } = await client.query<{ there: boolean }>(
    "select to_regclass('public.facilities') is not null as there",
  );
  if (!tables[0]?.there) return;
  const { rows } = await client.query<{ used: boolean }>('select exists (select from facilities) as used');
  if (!rows[0]?.used) return;
  throw new BackupFailure('The database is not empty; restore into a fresh one: create another, and name it in DATABASE_URL.');
}

async function withPool<T>(owner: Reach, work: (pool: pg.Pool) => Promise<T>): Promise<T> {
  const pool = new pg.Pool({ ...owner, max: 1, Client: SteeredClient } as pg.PoolConfig);
  pool.on('error', () => undefined);
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}

/** Applies the migrations that the dump was made with, and no others. */
async function migrateAsItWas(owner: Reach, head: DumpHead): Promise<void> {
  const files = new Map((await readMigrations()).map((file) => [file.number, file]));
  const folder = await mkdtemp(join(tmpdir(), 'psa-migrations-'));
  try {
    for (const { number, checksum } of head.migrations) {
      const file = files.get(number);
      if (file?.checksum !== checksum)
        throw new BackupFailure(
          'This backup was made by a newer version of the app; restore it with that version or a later one.',
        );
      await copyFile(join(migrationsDir(), file.name), join(folder, file.name));
    }
    await withPool(owner, (pool) => migrate(pool, undefined, folder));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Doors {
  tables: string[];
  forced: string[];
  links: { table: string; name: string; definition: string }[];
}

/**
 * Makes the tables take rows as they are, whatever their order: no triggers, no links between tables, no row-level security for the owner.
 * All of it in the transaction, all of it given back before its end; links are then checked over every row.
 */
async function openDoors(client: pg.Client, head: DumpHead): Promise<Doors> {
  for (const { name, bound } of head.months) {
    const id = client.escapeIdentifier(name);
    await client.query(`create table if not exists audit_months.${id} partition of public.audit_logs ${bound}`);
    await client.query(
      `create or replace trigger ${client.escapeIdentifier(`${name}_kept`)} before truncate on audit_months.${id} for each statement execute function public.record_kept()`,
    );
  }
  const { rows: found } = await client.query<{ id: string; forced: boolean; part: boolean }>(
    `select c.oid::regclass::text as id, c.relforcerowsecurity as forced, c.relispartition as part from pg_class c
      where c.relkind in ('r', 'p') and c.relnamespace in ('public'::regnamespace, 'audit_months'::regnamespace) and c.relname <> 'schema_migrations'`,
  );
  const { rows: links } = await client.query<Doors['links'][number]>(
    `select conrelid::regclass::text as "table", conname as name, pg_get_constraintdef(oid) as definition from pg_constraint
      where contype = 'f' and conparentid = 0 and connamespace = 'public'::regnamespace`,
  );
  for (const { table, name } of links)
    await client.query(`alter table ${table} drop constraint ${client.escapeIdentifier(name)}`);
  const tables = found.map(({ id }) => id);
  for (const id of tables) await client.query(`alter table ${id} disable trigger user`);
  const forced = found.filter((table) => table.forced).map(({ id }) => id);
  for (const id of forced) await client.query(`alter table ${id} no force row level security`);
  // What migrations put there is in the dump as well.
  const whole = found.filter(({ part }) => !part).map(({ id }) => id);
  await client.query(`truncate ${whole.join(', ')}`);
  return { tables, forced, links };
}

async function closeDoors(client: pg.Client, { tables, forced, links }: Doors): Promise<void> {
  for (const id of forced) await client.query(`alter table ${id} force row level security`);
  for (const { table, name, definition } of links) {
    await client.query(`alter table ${table} add constraint ${client.escapeIdentifier(name)} ${definition}`);
  }
  for (const id of tables) await client.query(`alter table ${id} enable trigger user`);
}

interface Group {
  /** Without the number of the part. */
  name: string;
  first: ArchiveEntry;
  /** The content of all parts. */
  content: AsyncIterable<Uint8Array>;
}

/** Takes the parts `rows/x/00001`, `rows/x/00002` … together. Each group is read wholly before the next is asked for. */
async function* grouped(entries: AsyncGenerator<ArchiveEntry>): AsyncGenerator<Group> {
  const nameOf = (entry: ArchiveEntry): string => entry.name.replace(/^(rows\/[^/]+)\/\d+$/, '$1');
  let next = await entries.next();
  while (!next.done) {
    const first = next.value;
    const name = nameOf(first);
    const content = async function* (): AsyncGenerator<Uint8Array> {
      do {
        yield* (next.value as ArchiveEntry).content;
        next = await entries.next();
      } while (!next.done && nameOf(next.value) === name);
    };
    const reading = name.startsWith('rows/');
    yield { name, first, content: reading ? content() : (async function* () {})() };
    if (!reading) next = await entries.next();
  }
}

async function fill(client: pg.Client, head: DumpHead, group: Group): Promise<void> {
  const name = group.name.slice('rows/'.length);
  const table = head.tables.find((one) => one.name === name);
  if (!table) throw new BackupFailure(`The backup holds rows of ${name}, which it does not describe.`);
  const columns = table.columns.map((column) => client.escapeIdentifier(column)).join(', ');
  const into = client.query(copyFrom(`copy ${client.escapeIdentifier(name)} (${columns}) from stdin`));
  await pipeline(Readable.from(group.content), into);
}
