import pg from 'pg';
import { MigrationError, migrate } from './db/migrate.ts';
import { type Reach, SteeredClient } from './db/reach.ts';
import { databaseFailure, errorCode } from './start-failure.ts';

/**
 * Works on a plain connection of its own: the pool's own send ahead, which scripts of many statements do not suit.
 * @param shown the PostgreSQL of DATABASE_URL, for the sentence with which it fails.
 */
export async function onPlainPool<T>(
  client: Reach,
  shown: string | undefined,
  work: (pool: pg.Pool) => Promise<T>,
): Promise<T> {
  const one = new pg.Pool({ ...client, max: 1, Client: SteeredClient } as pg.PoolConfig);
  one.on('error', () => undefined);
  try {
    return await work(one);
  } catch (error) {
    if (error instanceof MigrationError && errorCode(error.cause) !== '42501') throw error;
    throw shown === undefined ? error : databaseFailure(error instanceof MigrationError ? error.cause : error, shown);
  } finally {
    await one.end();
  }
}

/** Brings the schema up to date. @returns how many migrations that took. Throws MigrationError or StartFailure. */
export function bringUpToDate(client: Reach, shown: string | undefined, say: (line: string) => void): Promise<number> {
  return onPlainPool(client, shown, async (pool) => {
    const count = await migrate(pool, say);
    say(count === 0 ? 'The database is up to date' : `Applied ${count} migrations`);
    return count;
  });
}
