import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { migrate } from '../db/migrate.ts';
import { openCluster } from '../embedded/cluster.ts';
import { runningPostmaster, signal } from '../embedded/postmaster.ts';
import { errorCode } from '../start-failure.ts';

const PREFIX = 'psa-test-';

/** A PostgreSQL for one run of tests, with a migrated database to clone. Plain data: it is handed to the worker processes. */
export interface TestCluster {
  /** Connection string that may create databases. */
  adminUrl: string;
  /** Connection string whose database name is the template's; the role owns the clones. */
  templateUrl: string;
}

export interface TestDatabase {
  /** Connection string of a database that nobody else uses. */
  url: string;
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
 * Starts a throw-away PostgreSQL in the system's temporary folder, or takes the one of `existingUrl` (PostgreSQL 15 or newer,
 * a role that may create databases), and migrates a template. `stop` removes everything it made.
 */
export async function startTestCluster(existingUrl?: string): Promise<TestCluster & { stop(): Promise<void> }> {
  if (existingUrl) {
    const name = `psa_template_${randomBytes(4).toString('hex')}`;
    await admin(existingUrl, `create database ${name}`);
    const templateUrl = withDatabase(existingUrl, name);
    const stop = (): Promise<void> => admin(existingUrl, `drop database if exists ${name} with (force)`);
    await migrate(templateUrl).catch(async (error: unknown) => {
      await stop();
      throw error;
    });
    return { adminUrl: existingUrl, templateUrl, stop };
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
  return { adminUrl: cluster.adminUrl, templateUrl: cluster.url, stop };
}
