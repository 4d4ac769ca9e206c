import { randomUUID } from 'node:crypto';
import { serverStoreContract } from '@psa/sync/contracts';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../testing/database.ts';
import { Database } from './database.ts';
import { createPool } from './pool.ts';
import { PgServerStore } from './store.ts';

let db: Awaited<ReturnType<typeof openDatabase>>;
let pool: pg.Pool;
let owner: pg.Pool;

beforeAll(async () => {
  db = await openDatabase();
  pool = createPool({ connectionString: db.serverUrl, max: 20 });
  owner = createPool({ connectionString: db.url, max: 4 });
});

afterAll(async () => {
  await pool.end();
  await owner.end();
  await db.drop();
});

/** Each case has a facility of its own; nothing is removed between them, as in a hospital. */
const open = async () => {
  const facility = randomUUID();
  return {
    store: new PgServerStore(new Database(pool)),
    facility,
    newId: () => randomUUID() as string,
    restore: (to: string) => restore(facility, to),
    close: async () => undefined,
  };
};

/** As docs/operations.md says. */
async function restore(facility: string, to: string | null): Promise<void> {
  const set = 'update sync_epoch set epoch = gen_random_uuid(), restored_to = $2 where facility_id = $1';
  await owner.query(set, [facility, to]);
}

describe('the contract of every server store', () => {
  test.each(serverStoreContract)('$name', (c) => c.run(open));
});

test.each(['2199-01-01T00:00:00Z', null])('[S49] a life that is restored to %s begins now, not later', async (to) => {
  const { store, facility } = await open();
  await store.epoch(facility);
  await restore(facility, to);
  const { rows } = await owner.query('select clock_timestamp() as now');
  const { since, earlier } = await store.epoch(facility);
  expect(Date.parse(since)).toBeLessThanOrEqual(rows[0].now.getTime());
  expect(earlier).toMatchObject([{ until: since }]);
  await owner.query('update sync_epoch set restored_to = now() where facility_id = $1', [facility]);
  expect(await store.epoch(facility)).toMatchObject({ since, earlier });
});
