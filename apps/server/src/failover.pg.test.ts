import { createSecretKey, randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildApp } from './app.ts';
import { migrate } from './db/migrate.ts';
import { createPool } from './db/pool.ts';
import { type Reach, Steering } from './db/reach.ts';
import { seed } from './db/seed.ts';
import { type Cluster, openCluster } from './embedded/cluster.ts';
import { Secrets } from './keys/secrets.ts';
import { ask } from './testing/hospital.ts';
import { Nurse } from './testing/nurse.ts';
import { asAdmin, burn, clearAway, isSynchronous, receiverOf, startReplica } from './testing/replica.ts';

/** Saves that must be acknowledged before the primary is lost, and again after it. */
const SAVES = 20;
const WRITERS = 4;
const SLOW_MS_MAX = 150_000;

let folder: string;
let primary: Cluster;
let replica: Cluster;
const ends: (() => unknown)[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'psa-failover-'));
  chmodSync(folder, 0o711);
  ends.push(() => clearAway(folder));
  primary = await openCluster({ folder: join(folder, 'a'), say: () => undefined, settings: { fsync: 'off' } });
  ends.push(() => primary.stop());
  await migrate(primary.url);
  const owner = createPool({ connectionString: primary.url, max: 2 });
  await seed(owner);
  await owner.end();
  replica = await startReplica(primary, join(folder, 'b'), true);
  ends.push(() => replica.stop());
}, SLOW_MS_MAX);

afterAll(async () => {
  for (const end of ends.toReversed()) await end();
});

/** A server process: what it holds is its own, the database is shared. Both find the primary among the two. */
async function serve(jwtKey: ReturnType<typeof createSecretKey>): Promise<string> {
  const steer = new Steering([primary, replica].map(({ port }) => ({ host: '127.0.0.1', port })));
  const client: Reach = { connectionString: primary.serverUrl, connectionTimeoutMillis: 5_000, steer };
  const pool = createPool({ ...client, max: 6 });
  const standby = createPool({ connectionString: replica.serverUrl, max: 2 });
  const config = { version: 'test', secrets: Secrets.of(jwtKey), loginsPerMinute: 10_000 };
  const app = buildApp({ pool, client, replica: standby, config });
  ends.push(() => standby.end());
  ends.push(() => pool.end());
  ends.push(() => app.close());
  return app.listen({ host: '127.0.0.1', port: 0 });
}

test('the primary burns while four tablets save through two processes: nothing that was acknowledged is missing', {
  timeout: SLOW_MS_MAX,
}, async () => {
  await expect.poll(() => isSynchronous(primary), { timeout: SLOW_MS_MAX }).toBe(true);
  const key = createSecretKey(randomBytes(32));
  const [one, two] = [await serve(key), await serve(key)];
  const tablets = await Promise.all(Array.from({ length: WRITERS }, (_, n) => Nurse.signIn(n % 2 === 0 ? one : two)));
  // A tablet at one process hears of what was saved at the other.
  const listener = await Nurse.signIn(two);
  const heard = listener.listen();
  ends.push(heard.stop);

  let working = true;
  const work = tablets.map(async (nurse) => {
    while (working) await nurse.save();
  });
  const acknowledged = () => tablets.flatMap((nurse) => [...nurse.acknowledged]);
  await expect.poll(() => acknowledged().length, { timeout: SLOW_MS_MAX }).toBeGreaterThan(SAVES);
  await expect.poll(() => heard.seq(), { timeout: SLOW_MS_MAX }).toBeGreaterThan(0);

  // What the replica does not have is not acknowledged: it stops receiving, and so do the acknowledgements.
  const receiver = await receiverOf(replica);
  process.kill(receiver, 'SIGSTOP');
  const waiting = async () => {
    const [row] = await asAdmin(primary, "select count(*)::int as n from pg_stat_activity where wait_event = 'SyncRep'");
    return Number(row?.n);
  };
  await expect.poll(waiting, { timeout: SLOW_MS_MAX }).toBeGreaterThan(0);
  await burn(primary);
  process.kill(receiver, 'SIGCONT');
  const before = acknowledged();
  const heardBefore = heard.seq();
  await asAdmin(replica, 'select pg_promote(true, 60)');

  await expect.poll(() => acknowledged().length, { timeout: SLOW_MS_MAX }).toBeGreaterThan(before.length + SAVES);
  await expect.poll(() => heard.seq(), { timeout: SLOW_MS_MAX }).toBeGreaterThan(heardBefore);
  working = false;
  await Promise.all(work);

  const owner = createPool({ connectionString: replica.url, max: 2 });
  ends.push(() => owner.end());
  const all = acknowledged();
  const { rows } = await owner.query<{ id: string; row_version: number }>(
    'select id, row_version from patients where id = any($1::uuid[])',
    [all],
  );
  const there = new Set(rows.map(({ id }) => id));
  expect(all.filter((id) => !there.has(id))).toEqual([]);
  expect(rows.filter(({ row_version }) => row_version !== 1)).toEqual([]);
  // Nothing was written twice, and nothing that nobody saved.
  const counted = await owner.query("select count(*)::int as n from patients where first_name = 'Failover'");
  expect(counted.rows[0].n).toBe(all.length);
  // New devices begin from what there is, and both processes are well. Saves that share a commit share its number.
  const head = (await owner.query('select max(seq)::int as seq from sync_head')).rows[0].seq;
  for (const base of [one, two]) {
    const fresh = await Nurse.signIn(base);
    expect(await fresh.snapshotHead('identity')).toBeGreaterThanOrEqual(head);
    expect((await ask(base, 'GET', '/api/health')).status).toBe(200);
  }
});
