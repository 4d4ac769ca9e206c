import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { loadDemo } from '../db/demo.ts';
import { type Hospital, openHospital } from '../testing/hospital.ts';
import { readFacts } from './facts.ts';
import { FolderShelf } from './folder.ts';
import { backUp } from './keeper.ts';
import { restore } from './restore.ts';
import { makeKey } from './seal.ts';
import type { Facts, Manifest } from './sets.ts';
import type { BackupSettings } from './settings.ts';
import { readBackupState } from './state.ts';

let h: Hospital;
let folder: string;
let settings: BackupSettings;
let secret: string;
let made: Manifest | undefined;
const work = { now: Date.now, say: () => undefined, progress: () => ({ to: () => undefined, end: () => undefined }) };
const dataDir = () => join(folder, 'data');

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'psa-dump-'));
  mkdirSync(join(dataDir(), 'secrets'), { recursive: true });
  writeFileSync(join(dataDir(), 'secrets/jwt.key'), 'a key', { mode: 0o600 });
  h = await openHospital();
  await loadDemo(h.db, undefined, { patients: 25 });
  const key = await makeKey();
  secret = key.secret;
  const to = { folder: join(folder, 'away') };
  settings = { to, recipients: [key.recipient], atMinute: null, keep: { days: 7, weeks: 0, months: 0 }, archiveSeconds: 60 };
  const subject = { dataDir: dataDir(), owner: { connectionString: h.url }, embedded: null, version: '1' };
  [made] = await backUp(settings, subject, ['base', 'dump'], work);
});

afterAll(async () => {
  await h.close();
  rmSync(folder, { recursive: true, force: true });
});

/** An empty database of its own, as its owner. */
async function emptyDatabase(): Promise<string> {
  const { adminUrl, templateUrl } = inject('testCluster');
  const name = `empty_${Math.random().toString(36).slice(2)}`;
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  await admin.query(`create database ${name} owner "${new URL(templateUrl).username}"`);
  onTestFinished(async () => {
    await admin.query(`drop database ${name} with (force)`);
    await admin.end();
  });
  const url = new URL(templateUrl);
  url.pathname = `/${name}`;
  return url.href;
}

async function asked<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const factsOf = (url: string): Promise<Facts> =>
  asked(url, async (client) => {
    await client.query('begin isolation level repeatable read');
    return readFacts(client, true);
  });

/** What holds the data in place: triggers, links, row-level security, and who may do what. */
const guards = (url: string): Promise<unknown> =>
  asked(url, async (client) => {
    const all = async (text: string) => (await client.query(text)).rows;
    return [
      await all(
        "select tgrelid::regclass::text, tgname, tgenabled from pg_trigger where not tgisinternal and tgrelid::regclass::text !~ 'm20' order by 1, 2",
      ),
      await all(
        "select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint where conparentid = 0 and contype <> 't' and conrelid::regclass::text !~ 'm20' order by 1, 2",
      ),
      await all(
        "select oid::regclass::text, relrowsecurity, relforcerowsecurity, relacl from pg_class where relnamespace = 'public'::regnamespace order by 1",
      ),
    ];
  });

const bring = (owner: string, into: string, wish: object = {}) =>
  restore(
    {
      shelf: new FolderShelf(join(folder, 'away')),
      secrets: [secret],
      folder: join(folder, into),
      owner: { connectionString: owner },
      ...wish,
    },
    work,
  );

describe('a dump', () => {
  test('brings every row, key and guard into an empty database, and begins a new epoch', async () => {
    const url = await emptyDatabase();
    const before = await asked(h.url, async (client) => (await client.query('select epoch from sync_epoch')).rows);
    const report = await bring(url, 'other');
    expect(report.wrong).toEqual([]);
    expect(report.entries).toBeGreaterThan(25);
    const { sync_epoch: _, ...then } = (await factsOf(h.url)).tables;
    const { sync_epoch: __, ...now } = (await factsOf(url)).tables;
    expect(now).toEqual(then);
    expect(now.patients?.rows).toBe(25);
    expect(await guards(url)).toEqual(await guards(h.url));
    const after = await asked(url, async (client) => (await client.query('select epoch, restored_to from sync_epoch')).rows);
    expect(after[0].epoch).not.toBe(before[0].epoch);
    expect(after[0].restored_to.toISOString()).toBe(made?.began_at);
    expect(readFileSync(join(folder, 'other/secrets/jwt.key'), 'utf8')).toBe('a key');
  });

  test('goes into no database that holds something, and overwrites no other key', async () => {
    await expect(bring(h.url, 'other')).rejects.toThrow(/^The database is not empty/);
    const url = await emptyDatabase();
    mkdirSync(join(folder, 'third/secrets'), { recursive: true });
    writeFileSync(join(folder, 'third/secrets/jwt.key'), 'another');
    await expect(bring(url, 'third')).rejects.toThrow(/is another key than the one in the backup/);
    // A restore that failed half way leaves an empty database, which the next one may fill.
    expect((await bring(url, 'fourth')).wrong).toEqual([]);
  });

  test('is readable by nobody without the key, and names no patient outside of it', async () => {
    const { secret: other } = await makeKey();
    await expect(bring(await emptyDatabase(), 'fifth', { secrets: [other] })).rejects.toThrow(
      /^No key given opens this backup/,
    );
    const shelf = new FolderShelf(join(folder, 'away'));
    const { rows } = await h.pool.query('select first_name, last_name, hospital_number from patients limit 1');
    for (const name of await shelf.list('')) {
      const text = Buffer.from((await shelf.get(name)) ?? []).toString('latin1');
      for (const value of Object.values(rows[0])) expect(text, name).not.toContain(value);
    }
  });

  test('whose piece was changed, or is gone, is refused with a sentence', async () => {
    const shelf = new FolderShelf(join(folder, 'away'));
    const piece = made?.pieces[0]?.name ?? '';
    const right = (await shelf.get(piece)) ?? new Uint8Array();
    onTestFinished(() => shelf.put(piece, right));
    const wrong = Buffer.from(right);
    wrong[wrong.length - 5] = (wrong[wrong.length - 5] ?? 0) ^ 1;
    await shelf.put(piece, wrong);
    await expect(bring(await emptyDatabase(), 'sixth')).rejects.toThrow(/was changed or is damaged/);
    await shelf.remove(piece);
    await expect(bring(await emptyDatabase(), 'sixth')).rejects.toThrow(/is missing; restore another backup/);
  });

  test('is noted for whoever watches', () => {
    expect(readBackupState(dataDir())).toMatchObject({ dump_at: made?.began_at, base_at: null, error: null });
  });
});
