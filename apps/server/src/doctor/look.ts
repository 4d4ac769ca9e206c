import { execFile } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import type pg from 'pg';
import { readBackupState } from '../backup/state.ts';
import { onPlainPool } from '../bring-up.ts';
import { type Config, isLoopback } from '../config.ts';
import { pendingMigrations } from '../db/migrate.ts';
import { type Reach, SteeredClient } from '../db/reach.ts';
import type { Facts } from './judge.ts';

/** What the migrations make use of. */
const EXTENSIONS = ['btree_gist', 'pg_trgm', 'unaccent', 'citext', 'pgcrypto', 'fuzzystrmatch'];
const SETTINGS = ['fsync', 'full_page_writes', 'synchronous_commit', 'archive_mode', 'max_connections'];
const DAY_MS = 86_400_000;

/** Asks machine and database for everything that `judge` judges. Throws when the database cannot be reached. */
export async function look(config: Config, owner: Reach, home: string | null): Promise<Facts> {
  const client = new SteeredClient(owner);
  client.on('error', () => undefined);
  const nowMs = Date.now();
  await client.connect();
  try {
    const all = async <T extends pg.QueryResultRow>(text: string, values: unknown[] = []) =>
      (await client.query<T>(text, values)).rows;
    const before = Date.now();
    const [about] = await all<{ now: Date; version: string }>(
      "select clock_timestamp() as now, current_setting('server_version_num') as version",
    );
    const middle = (before + Date.now()) / 2;
    const settings = Object.fromEntries(
      (
        await all<{ name: string; setting: string }>('select name, setting from pg_settings where name = any($1)', [SETTINGS])
      ).map((row) => [row.name, row.setting]),
    );
    const [{ used } = { used: '0' }] = await all<{ used: string }>(
      "select count(*) as used from pg_stat_activity where backend_type = 'client backend'",
    );
    const [{ there } = { there: false }] = await all<{ there: boolean }>(
      "select to_regclass('user_credentials') is not null as there",
    );
    const passwords = there
      ? await all<{ n: string }>('select count(*) as n from user_credentials where is_default_password')
      : [];
    const installed = new Set(
      (await all<{ extname: string }>('select extname from pg_extension')).map(({ extname }) => extname),
    );
    const needed = there ? await neededExtensions() : [];
    return {
      node: process.versions.node,
      postgres: Number(about?.version),
      pending: await onPlainPool(owner, config.database?.shown, (pool) => pendingMigrations(pool)).catch(() => null),
      embedded: config.database === null,
      loopback: isLoopback(config.host),
      databaseHere: config.database === null || config.database.client.ssl === false,
      encrypted: Boolean(owner.ssl),
      certificateDays: certificateDays(client, nowMs),
      clockMs: (about?.now.getTime() ?? middle) - middle,
      synchronised: await synchronised(),
      disks: await disks(config, home),
      connections: { used: Number(used), most: Number(settings.max_connections) },
      settings,
      missingExtensions: needed.filter((name) => !installed.has(name)),
      defaultPasswords: Number(passwords[0]?.n ?? 0),
      openSecrets: openSecrets(config, home),
      backup: backup(config, home),
      nowMs,
    };
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The extensions that the migrations name. */
async function neededExtensions(): Promise<string[]> {
  const { readMigrations } = await import('../db/migrate.ts');
  const text = (await readMigrations()).map(({ sql }) => sql).join('\n');
  return EXTENSIONS.filter((name) => new RegExp(`create extension (if not exists )?"?${name}\\b`, 'i').test(text));
}

function certificateDays(client: pg.Client, nowMs: number): number | null {
  const { connection } = client as unknown as { connection?: { stream?: Partial<TLSSocket> } };
  const until = connection?.stream?.getPeerCertificate?.()?.valid_to;
  return until === undefined ? null : (Date.parse(until) - nowMs) / DAY_MS;
}

/** What systemd says of the clock; null where nobody can say. */
async function synchronised(): Promise<boolean | null> {
  const told = await promisify(execFile)('timedatectl', ['show', '--property=NTPSynchronized', '--value'], {
    timeout: 5_000,
  }).catch(() => null);
  const word = told?.stdout.trim();
  return word === 'yes' ? true : word === 'no' ? false : null;
}

/** The nearest folder that is there. */
function existing(folder: string): string {
  let at = folder;
  while (!existsSync(at) && dirname(at) !== at) at = dirname(at);
  return at;
}

async function disks(config: Config, home: string | null): Promise<Facts['disks']> {
  const places: [string, string][] = [[home === null ? 'the data folder' : 'the database', home ?? config.dataDir]];
  if (config.backup && 'folder' in config.backup.to) places.push(['backups', config.backup.to.folder]);
  return Promise.all(
    places.map(async ([of, folder]) => {
      const found = await statfs(existing(folder));
      return { of, freeBytes: found.bavail * found.bsize, totalBytes: found.blocks * found.bsize };
    }),
  );
}

function openSecrets(config: Config, home: string | null): string[] {
  if (process.platform === 'win32') return [];
  const folder = join(config.dataDir, 'secrets');
  const files = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
  if (home !== null) files.push(join(home, 'secret.json'));
  return files.filter((file) => ((statSync(file, { throwIfNoEntry: false })?.mode ?? 0) & 0o077) !== 0);
}

function backup({ backup: settings, dataDir }: Config, home: string | null): Facts['backup'] {
  const state = readBackupState(dataDir);
  if (!settings) return { ...state, configured: false, sameDisk: false, s3: false };
  const s3 = 's3' in settings.to;
  const device = (folder: string): number => statSync(existing(folder)).dev;
  const sameDisk = 'folder' in settings.to && home !== null && device(settings.to.folder) === device(home);
  return { ...state, configured: true, sameDisk, s3 };
}
