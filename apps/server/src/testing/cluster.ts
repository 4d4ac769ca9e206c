import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { migrate } from '../db/migrate.ts';
import { openCluster, SERVER_ROLE } from '../embedded/cluster.ts';
import { runningPostmaster, signal } from '../embedded/postmaster.ts';
import { errorCode } from '../start-failure.ts';

const PREFIX = 'psa-test-';

/** A PostgreSQL for one run of tests, with a migrated database to clone. Plain data: it is handed to the worker processes. */
export interface TestCluster {
  /** Connection string that may create databases. */
  adminUrl: string;
  /** Connection string whose database name is the template's; the role owns the clones. */
  templateUrl: string;
  /** The same database as the role that the server works as. */
  templateServerUrl: string;
}

export interface TestDatabase {
  /** Connection string of a database that nobody else uses, as its owner: for what a test plants or looks up by hand. */
  url: string;
  /** The same as the role that the server works as: for whatever is tested. */
  serverUrl: string;
  /** Drops it, ending connections that are still open. */
  drop(): Promise<void>;
}

const nameIn = (url: string): string => new URL(url).pathname.slice(1);

/** The same server and role, another database. */
function withDatabase(url: string, name: string): string {
  const other = new URL(url);
  other.pathname = `/${name}`;
  return other.href;
}

async function admin(url: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Clones the migrated template. About 50 ms; safe to call from several processes at once. */
export async function cloneTemplate(cluster: TestCluster): Promise<TestDatabase> {
  const name = `t_${randomBytes(8).toString('hex')}`;
  const { username } = new URL(cluster.templateUrl);
  await admin(
    cluster.adminUrl,
    `create database ${name} template ${nameIn(cluster.templateUrl)} strategy file_copy owner "${username}"`,
  );
  return {
    url: withDatabase(cluster.templateUrl, name),
    serverUrl: withDatabase(cluster.templateServerUrl, name),
    drop: () => admin(cluster.adminUrl, `drop database if exists ${name} with (force)`),
  };
}

/** Ends and removes what an earlier run left behind, if that run is over: the folder's name carries its process number. */
function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length).split('-')[0]) : 0;
    if (!pid) continue;
    try {
      process.kill(pid, 0);
    } catch (error) {
      if (errorCode(error) === 'ESRCH') discard(join(tmpdir(), name));
    }
  }
}

/** Ends the PostgreSQL of a test folder at once and removes the folder. */
function discard(folder: string): void {
  const running = runningPostmaster(join(folder, 'postgres/cluster'));
  if (running) signal(running.pid, 'SIGQUIT');
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
}

/**
 * The role of the server on a PostgreSQL that is not ours. Its password follows from the address, so that runs at the same time
 * agree. @returns the address as that role.
 */
async function serverRole(existingUrl: string): Promise<URL> {
  const password = createHash('sha256').update(`psa tests ${existingUrl}`).digest('hex');
  const wait = 'select pg_advisory_lock(7229003)';
  const make = `do $$ begin
    if not exists (select from pg_roles where rolname = '${SERVER_ROLE}') then create role ${SERVER_ROLE} login; end if;
  end $$`;
  await admin(existingUrl, wait, make, `alter role ${SERVER_ROLE} login password '${password}'`);
  const url = new URL(existingUrl);
  url.username = SERVER_ROLE;
  url.password = password;
  return url;
}

/**
 * Starts a throw-away PostgreSQL in the system's temporary folder, or takes the one of `existingUrl` (PostgreSQL 15 or newer,
 * a role that may create databases), and migrates a template. `stop` removes everything it made.
 */
export async function startTestCluster(existingUrl?: string): Promise<TestCluster & { stop(): Promise<void> }> {
  if (existingUrl) {
    const name = `psa_template_${randomBytes(4).toString('hex')}`;
    const server = await serverRole(existingUrl);
    await admin(existingUrl, `create database ${name}`);
    const templateUrl = withDatabase(existingUrl, name);
    const templateServerUrl = withDatabase(server.href, name);
    const stop = (): Promise<void> => admin(existingUrl, `drop database if exists ${name} with (force)`);
    await migrate(templateUrl).catch(async (error: unknown) => {
      await stop();
      throw error;
    });
    return { adminUrl: existingUrl, templateUrl, templateServerUrl, stop };
  }
  sweep();
  const folder = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  // PostgreSQL runs under an account of its own when root runs the tests.
  chmodSync(folder, 0o711);
  const atExit = (): void => discard(folder);
  process.once('exit', atExit);
  const cluster = await openCluster({
    folder,
    say: () => undefined,
    settings: { fsync: 'off', full_page_writes: 'off', max_connections: '200', shared_buffers: '64MB' },
  });
  const stop = async (): Promise<void> => {
    await cluster.stop();
    process.off('exit', atExit);
    discard(folder);
  };
  await migrate(cluster.url).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { adminUrl: cluster.adminUrl, templateUrl: cluster.url, templateServerUrl: cluster.serverUrl, stop };
}
