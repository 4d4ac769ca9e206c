import { randomUUID } from 'node:crypto';
import { serverStoreContract } from '@psa/sync/contracts';
import type pg from 'pg';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { openDatabase } from '../testing/database.ts';
import { createPool } from './pool.ts';
import { PgServerStore } from './store.ts';

let db: Awaited<ReturnType<typeof openDatabase>>;
let pool: pg.Pool;

beforeAll(async () => {
  db = await openDatabase();
  pool = createPool({ connectionString: db.url, max: 20 });
});

afterAll(async () => {
  await pool.end();
  await db.drop();
});

/** Each case has a facility of its own; nothing is removed between them, as in a hospital. */
const open = async () => ({
  store: new PgServerStore(pool),
  facility: randomUUID(),
  newId: () => randomUUID() as string,
  close: async () => undefined,
});

describe('the contract of every server store', () => {
  test.each(serverStoreContract)('$name', (c) => c.run(open));
});
