import { randomUUID } from 'node:crypto';
import { type Actor, uuidv7 } from '@psa/domain';
import { type DecideContext, type Mutation, pushGroup } from '@psa/sync';
import { serverStoreContract } from '@psa/sync/contracts';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../testing/database.ts';
import { somebody } from '../testing/hospital.ts';
import { Database } from './database.ts';
import { createPool } from './pool.ts';
import { seed, seedId } from './seed.ts';
import { PgServerStore } from './store.ts';

/** Shared transactions on the real database; batch.test.ts holds who shares one. */
let db: Awaited<ReturnType<typeof openDatabase>>;
let owner: pg.Pool;
let pool: pg.Pool;
let store: PgServerStore;
let actor: Actor;

beforeAll(async () => {
  db = await openDatabase();
  owner = createPool({ connectionString: db.url, max: 4 });
  pool = createPool({ connectionString: db.serverUrl, max: 20 });
  store = new PgServerStore(new Database(pool));
  const facility_id = await seed(owner);
  actor = { user_id: seedId(facility_id, 'doctor@unth.edu.ng'), facility_id, role: 'consultant' };
});
afterAll(async () => {
  await pool.end();
  await owner.end();
  await db.drop();
});

const context = (): DecideContext => ({
  actor,
  origin: 'rest',
  device: null,
  cseq: null,
  now: new Date().toISOString(),
  clock_offset_ms: null,
  schema: 1,
  newId: () => uuidv7(Date.now(), (n) => crypto.getRandomValues(new Uint8Array(n))),
  address: null,
  user_agent: null,
  baseIsCurrent: true,
});
const wish = (part: Partial<Mutation>): Mutation => ({
  mid: randomUUID(),
  kind: 'patients',
  id: randomUUID(),
  op: 'create',
  base: 0,
  patch: {},
  at: '2026-11-22T08:00:00.000Z',
  ...part,
});
const push = async (...mutations: Mutation[]) => {
  const group = { group: randomUUID(), device: randomUUID(), author: actor.user_id, epoch: null, mutations };
  return (await pushGroup(store, group, context())).results;
};
const there = async (ids: readonly string[]) =>
  (await owner.query<{ id: string }>('select id from patients where id = any($1::uuid[])', [ids])).rows.map(({ id }) => id);

test('[S20] two hundred who register at once share commits, and each is there with log and audit', async () => {
  const before = await store.head(actor.facility_id);
  const wishes = Array.from({ length: 200 }, () => wish({ patch: somebody() }));
  const answers = await Promise.all(wishes.map((m) => push(m)));
  expect(answers.flat().every(({ status }) => status === 'applied')).toBe(true);
  // As many as fit into a transaction do; alone, each would take a number.
  expect((await store.head(actor.facility_id)) - before).toBeLessThan(20);
  const mids = wishes.map(({ mid }) => mid);
  const { rows } = await owner.query(
    `select (select count(*)::int from patients where id = any($1::uuid[])) as patients,
       (select count(*)::int from sync_mutation where mid = any($2::uuid[])) as logged,
       (select count(*)::int from audit_logs where mutation_id = any($2::text[]) and action = 'create') as audited,
       (select count(distinct seq)::int from sync_entity where id = any($1::uuid[])) as numbers`,
    [wishes.map(({ id }) => id), mids],
  );
  expect(rows[0]).toMatchObject({ patients: 200, logged: 200, audited: 200 });
  expect(rows[0].numbers).toBe((await store.head(actor.facility_id)) - before);
});

test('[S20] [S30] one that breaks a promise of the database is refused; its neighbours are written', async () => {
  const taken = somebody();
  await push(wish({ patch: taken }));
  const good = Array.from({ length: 40 }, () => wish({ patch: somebody() }));
  const half = wish({ patch: somebody() });
  const poisoned = push(half, wish({ patch: { ...somebody(), hospital_number: taken.hospital_number ?? null } }));
  const answers = await Promise.all(good.map((m) => push(m)));
  expect(answers.flat().map(({ status }) => status)).toEqual(good.map(() => 'applied'));
  expect((await poisoned).map(({ status, code }) => `${status} ${code}`).sort()).toEqual([
    'refused GROUP_REFUSED',
    'refused TAKEN',
  ]);
  expect((await there(good.map(({ id }) => id))).length).toBe(40);
  expect(await there([half.id])).toEqual([]);
});

test('[S20] no answer before the commit', async () => {
  const holder = await holding('select from sync_head where facility_id = $1 for update', actor.facility_id);
  const wishes = Array.from({ length: 5 }, () => wish({ patch: somebody() }));
  const state = { answered: 0 };
  const all = wishes.map((m) => push(m).then(() => state.answered++));
  await untilSomebodyWaits();
  expect([state.answered, await there(wishes.map(({ id }) => id))]).toEqual([0, []]);
  await holder.query('rollback');
  holder.release();
  await Promise.all(all);
  expect((await there(wishes.map(({ id }) => id))).length).toBe(5);
});

test('a row that is locked by hand keeps only those who want it', async () => {
  const [locked, free] = [wish({ patch: somebody() }), wish({ patch: somebody() })];
  await push(locked);
  await push(free);
  const holder = await holding('select from patients where id = $1 for update', locked.id);
  const edit = (of: Mutation, city: string) => push(wish({ id: of.id, op: 'edit', patch: { city } }));
  const state = { waits: true };
  const waiting = edit(locked, 'Enugu').then((answer) => {
    state.waits = false;
    return answer;
  });
  const beside = await Promise.all([edit(free, 'Aba'), ...Array.from({ length: 10 }, () => push(wish({ patch: somebody() })))]);
  expect(beside.flat().every(({ status }) => status === 'applied')).toBe(true);
  expect(await edit(free, 'Nsukka')).toMatchObject([{ status: 'applied' }]);
  expect(state.waits).toBe(true);
  await holder.query('rollback');
  holder.release();
  expect(await waiting).toMatchObject([{ status: 'applied', version: 2 }]);
});

/** A transaction of somebody who types SQL and holds a lock. It ends by itself when a test fails before it ends it. */
async function holding(text: string, id: string): Promise<pg.PoolClient> {
  const client = await owner.connect();
  client.once('error', () => client.release(true));
  await client.query("begin; set local idle_in_transaction_session_timeout = '20s'");
  await client.query(text, [id]);
  return client;
}

/** Until some transaction waits for another's lock; the test's own limit ends it otherwise. */
async function untilSomebodyWaits(): Promise<void> {
  const waits = 'select from pg_locks join pg_stat_activity using (pid) where not granted and datname = current_database()';
  while ((await owner.query(waits)).rowCount === 0);
}

/** Two server processes on one database: what they do not share, the database keeps apart. */
const openTwo = async () => {
  const facility = randomUUID();
  const shared = new Database(pool);
  const stores = [new PgServerStore(shared), new PgServerStore(shared)] as const;
  let turn = 0;
  const next = () => stores[turn++ % 2] as PgServerStore;
  return {
    store: {
      transact: (...asked: Parameters<PgServerStore['transact']>) => next().transact(...asked),
      head: (of: string) => next().head(of),
      epoch: (of: string) => next().epoch(of),
      pull: (...asked: Parameters<PgServerStore['pull']>) => next().pull(...asked),
      snapshot: (...asked: Parameters<PgServerStore['snapshot']>) => next().snapshot(...asked),
      digest: (...asked: Parameters<PgServerStore['digest']>) => next().digest(...asked),
    },
    facility,
    newId: () => randomUUID() as string,
    restore: async (to: string) => {
      const set = 'update sync_epoch set epoch = gen_random_uuid(), restored_to = $2 where facility_id = $1';
      await owner.query(set, [facility, to]);
    },
    close: async () => undefined,
  };
};

describe('the contract of every server store, by two processes in turn', () => {
  test.each(serverStoreContract)('$name', (c) => c.run(openTwo));
});
