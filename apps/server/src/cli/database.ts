import type { Pool } from 'pg';
import { type Config, readConfig } from '../config.ts';
import { Database } from '../db/database.ts';
import { isMigrated } from '../db/migrate.ts';
import { createPool } from '../db/pool.ts';
import type { Reach } from '../db/reach.ts';
import { runningUrls } from '../embedded/attach.ts';
import { openCluster } from '../embedded/cluster.ts';
import { Secrets, serverPasswords } from '../keys/secrets.ts';
import { serverLogin } from '../server-login.ts';
import { databaseFailure } from '../start-failure.ts';
import { type Io, Told } from './command.ts';

/** How to sign in to the database of the settings. */
export interface Opened {
  config: Config;
  owner: Reach;
  /** The role that the server works as; throws while the migrations have not made it. */
  server(): Promise<Reach>;
  /** Whether a server (or its PostgreSQL) was running already. */
  beside: boolean;
  /** The embedded PostgreSQL's superuser and files; null when it is another. */
  embedded: { adminUrl: string; home: string } | null;
}

/**
 * Finds the database of the settings, beside a running server or by itself, and ends what it started afterwards.
 * Throws StartFailure.
 */
export async function withLogins<T>(io: Io, work: (opened: Opened) => Promise<T>): Promise<T> {
  const config = readConfig(io.env);
  const { database } = config;
  if (database) {
    const server = () => serverLogin(database, serverPasswords(Secrets.in(config.dataDir)));
    return work({ config, owner: database.client, server, beside: true, embedded: null });
  }
  const running = runningUrls(config.dataDir);
  const cluster = running ? null : await openCluster({ folder: config.dataDir, say: io.note });
  try {
    const urls = running ?? cluster;
    if (!urls) throw new Told('There is no database.');
    return await work({
      config,
      owner: { connectionString: urls.url },
      server: async () => ({ connectionString: urls.serverUrl }),
      beside: running !== undefined,
      embedded: urls,
    });
  } finally {
    await cluster?.stop();
  }
}

/**
 * Opens the database of the settings for work on what is set up. Throws Told when it is not set up for this version.
 * @param as the role that the server works as, unless the work is about more than one facility.
 */
export function withPool<T>(as: 'owner' | 'server', io: Io, work: (pool: Pool, opened: Opened) => Promise<T>): Promise<T> {
  return withLogins(io, async (opened) => {
    const pool = createPool({ ...(as === 'owner' ? opened.owner : await opened.server()), max: 4 });
    try {
      const migrated = await isMigrated(new Database(pool).of(null)).catch((error: unknown) => {
        // A database without the ledger was never set up; one that cannot be reached is another matter.
        const { database } = opened.config;
        if (database && !isUndefinedTable(error)) throw databaseFailure(error, database.shown);
        return false;
      });
      if (!migrated)
        throw new Told(
          'The database is not set up for this version; run "psa migrate", or start the server once before (npm start).',
        );
      return await work(pool, opened);
    } finally {
      await pool.end();
    }
  });
}

const isUndefinedTable = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && (error.code === '42P01' || error.code === '42501');
