import { createWriteStream, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { chmod, chown, mkdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { isRoot, nobody } from '../embedded/account.ts';
import { type Cluster, openCluster } from '../embedded/cluster.ts';
import { homeOf, writableFolder } from '../embedded/place.ts';
import { runningPostmaster, signal } from '../embedded/postmaster.ts';
import { StartFailure } from '../start-failure.ts';
import { contentOf, readArchive } from './archive.ts';
import { syncFolder } from './folder.ts';
import { type Manifest, openSet } from './sets.ts';
import { BackupFailure, type Shelf } from './shelf.ts';
import { fetchLog } from './wal.ts';

export interface RestoreWork {
  say(line: string): void;
  progress(title: string): { to(done: number, of: number): void; end(): void };
  signal?: AbortSignal;
}

export interface BaseWish {
  shelf: Shelf;
  set: Manifest;
  secrets: readonly string[];
  /** Where to: a data folder without a database. */
  folder: string;
  /** The moment to go to, ISO 8601; undefined: as far as the log goes. */
  to?: string;
  /** A folder with log of the lost database that was never carried away: its `pg_wal`. */
  salvage?: string;
}

const POLL_MS = 40;
/** Within this PostgreSQL asks for the next part of the log, however slow the store is. */
const RECOVERY_SILENCE_MS_MAX = 900_000;
/** A database of some hundred gigabytes, from a slow disk. */
const RECOVERY_MS_MAX = 12 * 3_600_000;

/** Refuses a data folder that holds a database. Throws BackupFailure. */
export function mustBeFresh(folder: string): void {
  if (existsSync(join(folder, 'postgres')))
    throw new BackupFailure(
      `${folder} holds a database already; restore into a fresh place: another DATA_DIR, or --into FOLDER.`,
    );
}

/** Unpacks the files beside the home and moves them there in one rename, so that a restore broken off leaves no half database. */
async function unpack(wish: BaseWish, work: RestoreWork): Promise<string> {
  await writableFolder(wish.folder);
  const home = await homeOf(wish.folder, work.say);
  const staging = `${home}.restoring-${process.pid}`;
  await rm(staging, { recursive: true, force: true });
  await mkdir(join(staging, 'cluster'), { recursive: true, mode: 0o700 });
  const total = wish.set.pieces.reduce((sum, { bytes }) => sum + bytes, 0);
  const bar = work.progress('Files');
  let done = 0;
  const told = (bytes: number): void => {
    done += bytes;
    bar.to(done, total);
  };
  try {
    const stream = await openSet(wish.shelf, wish.set, wish.secrets, told);
    for await (const entry of readArchive(stream)) {
      work.signal?.throwIfAborted();
      if (entry.name.startsWith('secrets/')) await keepSecret(wish.folder, entry.name, await contentOf(entry));
      else if (entry.isFolder) await mkdir(join(staging, entry.name), { recursive: true, mode: 0o700 });
      else await pipeline(entry.content, createWriteStream(join(staging, entry.name), { mode: 0o600 }));
    }
    // Nothing of it is synced here: PostgreSQL syncs every file before it recovers.
    await writeFile(join(staging, 'cluster/recovery.signal'), '', { mode: 0o600 });
    await chmod(staging, isRoot() ? 0o711 : 0o700);
    await rename(staging, home);
    await syncFolder(dirname(home));
    const link = join(wish.folder, 'postgres');
    if (!existsSync(link)) await symlink(home, link);
    return home;
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    throw error;
  } finally {
    bar.end();
  }
}

/** Puts a key back. One that is there and differs stays, and stops the restore: who holds it decides. */
export async function keepSecret(folder: string, name: string, bytes: Buffer): Promise<void> {
  const file = join(folder, name);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const there = await readFile(file).catch(() => null);
  if (there) {
    if (there.equals(bytes)) return;
    throw new BackupFailure(
      `${file} is another key than the one in the backup; move it away, so that the restored one takes its place.`,
    );
  }
  await writeFile(file, bytes, { mode: 0o600, flush: true });
}

/**
 * Answers the requests of PostgreSQL for its log. It asks by a file NAME.want in a folder of its own; the answer is NAME.have with the
 * content, or NAME.none. So only what is being replayed lies unsealed on this machine.
 */
class LogDesk {
  readonly folder: string;
  readonly #wish: BaseWish;
  #open = true;
  #running: Promise<void> | undefined;
  #failure: unknown;
  /** Parts handed out. */
  handed = 0;

  constructor(home: string, wish: BaseWish) {
    this.folder = join(home, 'wal-wanted');
    this.#wish = wish;
  }

  /** What PostgreSQL runs for each part that it wants. */
  get command(): string {
    const file = `"${this.folder}/%f`;
    const rounds = Math.ceil(RECOVERY_SILENCE_MS_MAX / 50);
    return `: > ${file}.want"; i=0; while [ ! -e ${file}.have" ] && [ ! -e ${file}.none" ]; do i=$((i+1)); [ $i -gt ${rounds} ] && exit 255; sleep 0.05; done; [ -e ${file}.have" ] && mv ${file}.have" "%p"`;
  }

  async start(): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    if (isRoot()) await chown(this.folder, nobody().uid, nobody().gid);
    this.#running = this.#serve().catch((error: unknown) => {
      this.#failure = error;
    });
  }

  async stop(): Promise<void> {
    this.#open = false;
    await this.#running;
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Throws what went wrong with the store. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #serve(): Promise<void> {
    while (this.#open) {
      for (const name of readdirSync(this.folder)) {
        if (!name.endsWith('.want')) continue;
        await rm(join(this.folder, name), { force: true });
        await this.#answer(name.slice(0, -'.want'.length));
      }
      await delay(POLL_MS);
    }
  }

  async #answer(file: string): Promise<void> {
    const { shelf, set, secrets, salvage } = this.#wish;
    const bytes = (await fetchLog(shelf, set.wal?.system ?? '', file, secrets)) ?? (await salvaged(salvage, file));
    const answer = join(this.folder, `${file}.${bytes ? 'have' : 'none'}`);
    if (!bytes) {
      writeFileSync(answer, '');
      return;
    }
    const draft = join(this.folder, `${file}.part`);
    await writeFile(draft, bytes, { mode: 0o600 });
    if (isRoot()) await chown(draft, nobody().uid, nobody().gid);
    await rename(draft, answer);
    this.handed += 1;
  }
}

async function salvaged(folder: string | undefined, file: string): Promise<Buffer | null> {
  if (folder === undefined || !/^[0-9A-F]{24}$|^[0-9A-F]{8}\.history$/.test(file)) return null;
  return readFile(join(folder, file)).catch(() => null);
}

/** What a PostgreSQL in recovery says that cannot be gone on from. */
function explain(error: unknown, to: string | undefined): unknown {
  if (!(error instanceof StartFailure)) return error;
  if (/before configured recovery target was reached/.test(error.message))
    return new BackupFailure(`The log ends before ${to}; restore without --to to go as far as it reaches.`, { cause: error });
  if (/before consistent recovery point|before end of online backup/.test(error.message))
    return new BackupFailure(`${to} is before the end of this backup; name an older backup with --set.`, { cause: error });
  return error;
}

/**
 * Brings back the files, replays the log as far as it goes or to a moment, and leaves PostgreSQL running on the result. Nothing is put
 * aside meanwhile: a rehearsal must not write into the archive of the hospital.
 * @returns the cluster, and the moment of the last change that came back (null: none since the copy was begun). Throws BackupFailure.
 */
export async function restoreBase(
  wish: BaseWish,
  work: RestoreWork,
): Promise<{ cluster: Cluster; last: string | null; parts: number }> {
  if (process.platform === 'win32')
    throw new BackupFailure('The files of a database are restored on Linux or macOS; here, restore a dump (--kind dump).');
  mustBeFresh(wish.folder);
  const home = await unpack(wish, work);
  const desk = new LogDesk(home, wish);
  await desk.start();
  let cluster: Cluster | undefined;
  try {
    work.say('Replaying the log');
    cluster = await openCluster({
      folder: wish.folder,
      say: work.say,
      openMsMax: RECOVERY_MS_MAX,
      settings: {
        restore_command: desk.command,
        recovery_target_action: 'promote',
        ...(wish.to === undefined ? {} : { recovery_target_time: wish.to }),
      },
    });
    const last = await recovered(cluster, desk, work.signal);
    return { cluster, last, parts: desk.handed };
  } catch (error) {
    await cluster?.stop();
    const left = runningPostmaster(join(home, 'cluster'));
    if (left) signal(left.pid, 'SIGQUIT');
    // What is half recovered is no database.
    await rm(home, { recursive: true, force: true, maxRetries: 50, retryDelay: 100 });
    await rm(join(wish.folder, 'postgres'), { force: true });
    throw explain(error, wish.to);
  } finally {
    await desk.stop();
  }
}

/** Waits for the end of the recovery. @returns the time of the last change it replayed. */
async function recovered(cluster: Cluster, desk: LogDesk, signal?: AbortSignal): Promise<string | null> {
  let heard = Date.now();
  let handed = 0;
  for (;;) {
    signal?.throwIfAborted();
    desk.check();
    if (desk.handed > handed) [handed, heard] = [desk.handed, Date.now()];
    if (Date.now() - heard > RECOVERY_SILENCE_MS_MAX) throw new BackupFailure('The recovery does not come to its end.');
    const state = await look(cluster.adminUrl).catch(() => null);
    if (state && !state.recovering) return state.last;
    if (!state && existsSync(join(cluster.home, 'log')) && (await ended(cluster))) {
      throw new StartFailure(await lastFatal(cluster.home));
    }
    await delay(POLL_MS);
  }
}

async function look(adminUrl: string): Promise<{ recovering: boolean; last: string | null }> {
  const client = new pg.Client({ connectionString: adminUrl, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ recovering: boolean; last: Date | null }>(
      'select pg_is_in_recovery() as recovering, pg_last_xact_replay_timestamp() as last',
    );
    return { recovering: rows[0]?.recovering ?? true, last: rows[0]?.last?.toISOString() ?? null };
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Whether the postmaster is gone: its lock file is. */
const ended = async (cluster: Cluster): Promise<boolean> =>
  (await stat(join(cluster.home, 'cluster/postmaster.pid')).catch(() => null)) === null;

async function lastFatal(home: string): Promise<string> {
  const text = await readFile(join(home, 'log'), 'utf8');
  return [...text.matchAll(/(?:FATAL|PANIC): +(.*)/g)].at(-1)?.[1] ?? 'PostgreSQL ended without a reason';
}
