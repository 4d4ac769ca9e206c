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
/** As if a pooler in transaction mode stood between. */
let pooled: pg.Pool;
let owner: pg.Pool;

beforeAll(async () => {
  db = await openDatabase();
  pool = createPool({ connectionString: db.serverUrl, max: 20 });
  pooled = createPool({ connectionString: db.serverUrl, max: 20, pooled: true });
  owner = createPool({ connectionString: db.url, max: 4 });
});

afterAll(async () => {
  await pool.end();
  await pooled.end();
  await owner.end();
  await db.drop();
});

/** Each case has a facility of its own; nothing is removed between them, as in a hospital. */
const openOn = (of: pg.Pool) => async () => {
  const facility = randomUUID();
  return {
    store: new PgServerStore(new Database(of)),
    facility,
    newId: () => randomUUID() as string,
    restore: (to: string) => restore(facility, to),
    close: async () => undefined,
  };
};

const open = () => openOn(pool)();

/** As docs/operations.md says. */
async function restore(facility: string, to: string | null): Promise<void> {
  const set = 'update sync_epoch set epoch = gen_random_uuid(), restored_to = $2 where facility_id = $1';
  await owner.query(set, [facility, to]);
}

describe('the contract of every server store', () => {
  test.each(serverStoreContract)('$name', (c) => c.run(open));
});

describe('the same behind a pooler in transaction mode', () => {
  test.each(serverStoreContract)('$name', (c) => c.run(openOn(pooled)));

  test('nothing is left on a connection: no name, no statement, no setting', async () => {
    const [a, b] = [randomUUID(), randomUUID()];
    const d = new Database(pooled);
    const seen = async (facility: string) => (await d.of(facility).query('select psa_facility() as f')).rows[0]?.f;
    expect(await Promise.all([a, b, a, b].map(seen))).toEqual([a, b, a, b]);
    await expect(d.of(a).query('select 1 / $1::int', [0])).rejects.toMatchObject({ code: '22012' });
    const all = await Promise.all(Array.from({ length: pooled.totalCount }, () => pooled.connect()));
    for (const client of all) {
      const { rows } = await client.query(
        `select coalesce(current_setting('psa.facility', true), '') as facility, current_setting('enable_seqscan') as seqscan,
           (select count(*)::int from pg_prepared_statements) as statements, pg_current_xact_id_if_assigned() as busy`,
      );
      expect(rows[0]).toEqual({ facility: '', seqscan: 'on', statements: 0, busy: null });
      client.release();
    }
  });
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
