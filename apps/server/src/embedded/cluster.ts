import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { errorCode, errorLine, StartFailure } from '../start-failure.ts';
import { isRoot, nobody } from './account.ts';
import { type Binaries, findBinaries } from './binaries.ts';
import { type Place, preparePlace } from './place.ts';
import { freePort, isPostmaster, type Launched, launch, runningPostmaster, signal } from './postmaster.ts';
import { run } from './run.ts';

/** Recovery after a crash replays at most max_wal_size (1 GB); a slow disk does that in less. */
const OPEN_MS_MAX = 90_000;
/** A server process that was killed gives its lock back at once; one that is ending needs a moment. */
const LOCK_MS_MAX = 5_000;
const STOP_MS_MAX = 30_000;
const POLL_MS = 50;
/** Held by the one server process that uses the embedded database. The number is arbitrary. */
const LOCK = 7_295_411;
/** The role that owns the database, and the database. The role is no superuser. */
const APP = 'psa';
/** The role that the server works as. It owns nothing (0001_sync.sql). */
export const SERVER_ROLE = 'psa_server';

export interface Cluster {
  /** Connection string of the owner of the application's database: migrates and seeds. */
  url: string;
  /** Connection string of the role that the server works as. */
  serverUrl: string;
  /** Connection string of the superuser, to database `postgres`. */
  adminUrl: string;
  port: number;
  /** Process id of the postmaster (changes when it had to be started again). */
  pid(): number;
  /** Where its files are: `cluster/`, `log`, `secret.json`. */
  home: string;
  /** Whether this start made the database, started PostgreSQL on it, or found it running. */
  origin: 'created' | 'started' | 'found';
  /** Ends PostgreSQL (fast shutdown) and waits for its end. */
  stop(): Promise<void>;
}

export interface ClusterOptions {
  /** The data folder; made when missing. */
  folder: string;
  /** Told of every step, in one line without a time. */
  say: (line: string) => void;
  /** More settings of PostgreSQL. */
  settings?: Readonly<Record<string, string>>;
  /** Puts the log aside, into `wal/` beside the database, as soon as a part is full or so many seconds old. */
  archiveSeconds?: number;
  /** How long it may take until it can be used; OPEN_MS_MAX unless told. A restore replays more than a crash does. */
  openMsMax?: number;
  /** Told when PostgreSQL ended under us and could not be started again. */
  lost?: (failure: StartFailure) => void;
}

interface Held {
  pid: number;
  port: number;
  /** An open session of the superuser, holding the lock. Its end is the first sign that PostgreSQL has died. */
  session: pg.Client;
  launched: boolean;
}

/** Errors of a PostgreSQL that is starting, ending or recovering: worth another try. */
const PASSING = new Set(['57P03', '57P01', '57P02', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT']);

/** What the log of a failed launch calls for. Throws StartFailure when no further try can help. */
function adviceOf(log: string, home: string): 'retry' | 'other port' {
  if (/lock file .* already exists|pre-existing shared memory block/.test(log)) return 'retry';
  if (/could not (bind|create any TCP\/IP sockets)/.test(log)) return 'other port';
  const line = log.match(/(?:FATAL|PANIC): +(.*)/)?.[1] ?? 'it gave no reason';
  throw new StartFailure(`PostgreSQL did not start (${line}); its log is ${join(home, 'log')}.`);
}

/** Opens a session of the superuser, or null while PostgreSQL is not ready for one. */
async function connect(place: Place, port: number): Promise<pg.Client | null> {
  const session = new pg.Client({
    host: '127.0.0.1',
    port,
    user: 'postgres',
    database: 'postgres',
    password: place.secret.admin,
    application_name: `plastic-surgeon-assistant ${process.pid}`,
    connectionTimeoutMillis: 5_000,
  });
  // Without a listener the end of the connection would end this process.
  session.on('error', () => undefined);
  try {
    await session.connect();
    const { rows } = await session.query<{ data_directory: string }>('show data_directory');
    if (rows[0]?.data_directory !== place.cluster)
      throw new StartFailure(`Port ${port} is served by the database of another folder; stop that one first.`);
    return session;
  } catch (error) {
    await session.end().catch(() => undefined);
    if (error instanceof StartFailure) throw error;
    if (PASSING.has(errorCode(error) ?? '') || /terminated|timeout/i.test(errorLine(error))) return null;
    if (errorCode(error) === '28P01') {
      throw new StartFailure(
        `The password in ${join(place.home, 'secret.json')} does not open the database; restore that file from a backup.`,
        error,
      );
    }
    throw error;
  }
}

/** Takes the lock of the one server. False when the session ended meanwhile. Throws StartFailure when another holds it. */
async function takeLock(session: pg.Client, folder: string): Promise<boolean> {
  const deadline = Date.now() + LOCK_MS_MAX;
  try {
    for (;;) {
      const { rows } = await session.query<{ got: boolean; holder: string | null }>(
        `select pg_try_advisory_lock($1) as got,
          (select application_name from pg_locks join pg_stat_activity using (pid)
            where locktype = 'advisory' and objid = $1 and granted and pid <> pg_backend_pid() limit 1) as holder`,
        [LOCK],
      );
      if (rows[0]?.got) return true;
      if (Date.now() > deadline) {
        const other = rows[0]?.holder?.split(' ').pop() ?? 'unknown';
        throw new StartFailure(
          `The data folder ${folder} is in use by another start of this app (process ${other}); stop that one first, or set DATA_DIR to another folder.`,
        );
      }
      await delay(POLL_MS);
    }
  } catch (error) {
    await session.end().catch(() => undefined);
    if (error instanceof StartFailure) throw error;
    return false;
  }
}

/** Makes the two roles and the database when they are missing, as after a first start that was killed. */
async function ensureApp(session: pg.Client, secret: Place['secret']): Promise<void> {
  for (const [role, password] of [
    [APP, secret.app],
    [SERVER_ROLE, secret.server],
  ] as const) {
    const { rows } = await session.query('select from pg_roles where rolname = $1', [role]);
    if (rows.length === 0) await session.query(`create role ${role} login password ${session.escapeLiteral(password)}`);
  }
  const { rows } = await session.query('select from pg_database where datname = $1', [APP]);
  if (rows.length === 0) await session.query(`create database ${APP} owner ${APP}`);
}

/** Finds PostgreSQL running on the place or starts it, and holds it. `port` 0: any. */
async function hold(binaries: Binaries, place: Place, options: ClusterOptions, fixedPort: number): Promise<Held> {
  const portFile = join(place.home, 'port');
  let port = fixedPort || (existsSync(portFile) ? Number.parseInt(readFileSync(portFile, 'utf8'), 10) || 0 : 0);
  let launched: Launched | null = null;
  const { openMsMax = OPEN_MS_MAX } = options;
  const deadline = Date.now() + openMsMax;
  while (Date.now() < deadline) {
    const running = runningPostmaster(place.cluster);
    if (running?.ready) {
      const session = await connect(place, running.port);
      if (session && (await takeLock(session, options.folder))) {
        return { pid: running.pid, port: running.port, session, launched: launched !== null };
      }
    } else if (!running && (launched === null || launched.ended())) {
      if (launched && adviceOf(launched.log(), place.home) === 'other port' && !fixedPort) port = 0;
      if (!fixedPort) {
        port = await freePort(port);
        writeFileSync(portFile, String(port));
      }
      launched = launch(binaries, place, port, options.settings ?? {});
    }
    await delay(POLL_MS);
  }
  throw new StartFailure(`PostgreSQL was not ready within ${openMsMax / 1000} s; its log is ${join(place.home, 'log')}.`);
}

/** Ends the PostgreSQL that runs on the place and waits: fast shutdown first, after STOP_MS_MAX the immediate one. */
async function end(binaries: Binaries, place: Place): Promise<void> {
  const pid = runningPostmaster(place.cluster)?.pid;
  if (pid === undefined) return;
  if (process.platform === 'win32') {
    await run(binaries.pgCtl, ['stop', '-m', 'fast', '-D', place.cluster], { account: null, cwd: place.home });
    return;
  }
  signal(pid, 'SIGINT');
  const patience = Date.now() + STOP_MS_MAX;
  let hurried = false;
  while (isPostmaster(pid, place.cluster)) {
    if (!hurried && Date.now() > patience) {
      // Nothing is lost: every commit is on the disk, and the next start replays the log.
      signal(pid, 'SIGQUIT');
      hurried = true;
    }
    await delay(POLL_MS / 5);
  }
}

/** Where the embedded PostgreSQL of a home puts its log aside. */
export const archiveFolder = (home: string): string => join(home, 'wal');

/** The settings with which PostgreSQL puts its log aside: whole, synced and renamed, by a library of its own that needs no shell. */
async function archiving(place: Place, seconds: number | undefined): Promise<Record<string, string>> {
  if (seconds === undefined) return {};
  const folder = archiveFolder(place.home);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (place.account) await chown(folder, place.account.uid, place.account.gid);
  return {
    archive_mode: 'on',
    archive_library: 'basic_archive',
    'basic_archive.archive_directory': folder,
    archive_timeout: String(seconds),
  };
}

async function archives(session: pg.Client): Promise<boolean> {
  const { rows } = await session.query<{ archive_mode: string }>('show archive_mode');
  return rows[0]?.archive_mode !== 'off';
}

/**
 * Opens the embedded PostgreSQL of a data folder: makes it when there is none, starts it when it does not run, takes over one
 * that a killed start has left running, and starts it again when it dies. Never as root. One server process at a time.
 * Throws StartFailure with a sentence for the person.
 */
export async function openCluster(options: ClusterOptions): Promise<Cluster> {
  const binaries = await findBinaries(isRoot() ? nobody() : null, options.say);
  const place = await preparePlace(options.folder, binaries, options.say);
  const settings = { ...(await archiving(place, options.archiveSeconds)), ...options.settings };
  let held = await hold(binaries, place, { ...options, settings }, 0);
  if (!held.launched && options.archiveSeconds !== undefined && !(await archives(held.session))) {
    // A killed start has left it running with other settings than are wanted now.
    await end(binaries, place);
    await held.session.end().catch(() => undefined);
    held = await hold(binaries, place, { ...options, settings }, held.port);
  }
  let stopping = false;
  await ensureApp(held.session, place.secret);

  const watch = (): void => {
    held.session.once('end', () => {
      if (stopping) return;
      options.say('PostgreSQL ended unexpectedly; starting it again');
      hold(binaries, place, { ...options, settings }, held.port).then(
        (again) => {
          held = again;
          if (stopping) return;
          options.say(`PostgreSQL is back (process ${again.pid})`);
          watch();
        },
        (error: unknown) => {
          if (!stopping)
            options.lost?.(
              error instanceof StartFailure
                ? error
                : new StartFailure(`PostgreSQL was lost (${errorLine(error)}); start again.`, error),
            );
        },
      );
    });
  };
  watch();

  const address = (user: string, password: string, database: string): string =>
    `postgres://${user}:${password}@127.0.0.1:${held.port}/${database}`;
  return {
    url: address(APP, place.secret.app, APP),
    serverUrl: address(SERVER_ROLE, place.secret.server, APP),
    adminUrl: address('postgres', place.secret.admin, 'postgres'),
    port: held.port,
    pid: () => held.pid,
    home: place.home,
    origin: place.isNew ? 'created' : held.launched ? 'started' : 'found',
    stop: async () => {
      stopping = true;
      await end(binaries, place);
      await held.session.end().catch(() => undefined);
    },
  };
}
