import { uuidv7 } from '@psa/domain';
import { beforeEach, expect, test } from 'vitest';
import { type CarriedPage, PROTOCOL_VERSION } from '../protocol.ts';
import { unpackPage } from '../sim/codec.ts';
import { foundHospital, type Hospital } from '../sim/hospital.ts';
import { Ledger } from '../sim/ledger.ts';
import { memoryDatabase } from '../sim/memory-database.ts';
import { Random } from '../sim/random.ts';
import { type SimDatabase, SimServer, signatureOf } from '../sim/server.ts';
import { VirtualTime } from '../sim/time.ts';
import { DeviceEnd } from './engine.ts';
import type { Wish } from './groups.ts';
import type { Link } from './link.ts';
import { MemoryDeviceStore, MemoryDisk } from './memory.ts';

/** A hospital in memory, and a tablet that has caught up with it. */
let time: VirtualTime;
let database: SimDatabase;
let server: SimServer;
let hospital: Hospital;
let disk: MemoryDisk;
let store: MemoryDeviceStore;
let end: DeviceEnd;
let user: string;
let pulls: number;
let beforePull: () => Promise<void>;
const random = new Random(1);
const newId = () => uuidv7(time.now, (n) => random.random(n));

beforeEach(async () => {
  time = new VirtualTime();
  const facility = newId();
  database = memoryDatabase(facility, time, { newId, now: () => new Date(time.now).toISOString() });
  server = new SimServer(facility, database.store, time, random, new Ledger());
  hospital = await foundHospital(server);
  user = hospital.staff.get('consultant') ?? '';
  disk = new MemoryDisk(newId());
  store = new MemoryDeviceStore(disk, unpackPage);
  beforePull = async () => undefined;
  const link: Link = {
    push: (request) => server.push(user, request),
    async pull(request) {
      pulls++;
      await beforePull();
      return await server.pull(user, request);
    },
    async snapshot(request) {
      const { header, pages } = await server.snapshot(user, request);
      async function* each() {
        yield* pages;
      }
      return { header, pages: each() };
    },
  };
  const env = { now: () => time.now, chance: new Random(9) };
  end = new DeviceEnd(store, link, env, { sign: (body, author) => signatureOf(disk.device, author, body) });
  await end.syncOnce();
  pulls = 0;
});

const register = (): Wish => ({
  kind: 'patients',
  id: newId(),
  op: 'create',
  base: 0,
  patch: {
    hospital_number: `H-${newId()}`,
    first_name: 'First',
    last_name: 'Last',
    gender: 'Female',
    date_of_birth_precision: 'Unknown',
  },
});
const patients = async () => (await store.serverRows('patients')).length;
const cursor = async () => (await store.meta()).cursor ?? -1;

/** Somebody else writes; what a device at a number is sent of it. */
async function written(after?: number): Promise<CarriedPage> {
  const from = after ?? (await server.head());
  await server.write(hospital.admin, [register()]);
  return await sent(from);
}
async function sent(after: number): Promise<CarriedPage> {
  const page = await server.carry(user, disk.device, { schema: PROTOCOL_VERSION, after });
  if (!page) throw new Error('Nothing is carried.');
  return page;
}

test('[S53] a page that follows what is here is taken in, and nothing is asked', async () => {
  const before = await cursor();
  const page = await written();
  expect([page.from, page.next]).toEqual([before, before + 1]);
  expect(await end.take(page)).toBe('taken');
  expect([await cursor(), await patients(), pulls]).toEqual([page.next, 4, 0]);
});

test('[S53] one that comes again, late, or begins further back brings nothing back', async () => {
  const start = await cursor();
  const [first, second] = [await written(), await written()];
  const both = await sent(start);
  expect(await end.take(first)).toBe('taken');
  expect(await end.take(first)).toBe('known');
  expect(await end.take(both)).toBe('taken');
  expect(await end.take(second)).toBe('known');
  expect(await end.take(first)).toBe('known');
  expect([await cursor(), await patients()]).toEqual([start + 2, 5]);
});

test('[S53] one that does not fit is not kept: a gap, another life, other scopes, no cursor', async () => {
  const before = await cursor();
  const lost = await written();
  const page = await written();
  expect(await end.take(page)).toBe('pull');
  expect(await end.take({ ...lost, epoch: newId() })).toBe('pull');
  expect(await end.take({ ...lost, held: lost.held.slice(1) })).toBe('pull');
  expect(await end.take({ ...lost, held: [...lost.held, 'user:somebody-else'] })).toBe('pull');
  expect([await cursor(), await patients()]).toEqual([before, 3]);
  await store.dropScopes(['clinical']);
  expect(await end.take(lost)).toBe('pull');
  await store.newEpoch(newId(), null);
  expect(await end.take(lost)).toBe('pull');
  expect(await patients()).toBe(0);
});

test('[S53] what comes during a pull waits for its answer', async () => {
  const page = await written();
  const order: string[] = [];
  let answer = () => {};
  const asked = new Promise<void>((reached) => {
    beforePull = () =>
      new Promise((go) => {
        reached();
        answer = go;
      });
  });
  const sync = end.syncOnce().then(() => order.push('pulled'));
  await asked;
  const taken = end.take(page).then((what) => order.push(what));
  answer();
  await Promise.all([sync, taken]);
  expect(order.sort()).toEqual(['known', 'pulled']);
  expect(await patients()).toBe(4);
});

test('[S53] a device that is told faster than it can store pulls', async () => {
  const page = await written();
  const taken = await Promise.all(Array.from({ length: 20 }, () => end.take(page)));
  expect([taken[0], taken[1], taken.at(-1)]).toEqual(['taken', 'known', 'pull']);
});

test('[S53] what is saved is only sent while a live line brings what is new; what it owes is known', async () => {
  const before = await server.head();
  await end.save([register()], user);
  const report = await end.syncOnce(false);
  expect(report.results.applied).toBe(1);
  expect([pulls, await end.behind(), await patients()]).toEqual([0, true, 3]);
  expect(await end.take(await sent(before))).toBe('taken');
  expect([pulls, await end.behind(), await patients()]).toEqual([0, false, 4]);
});

test('[S48] a device that only sends pulls when the server was restored', async () => {
  const restore = database.backup?.();
  await end.save([register()], user);
  await end.syncOnce(false);
  restore?.();
  await end.save([register()], user);
  await end.syncOnce(false);
  expect(pulls).toBeGreaterThan(0);
  expect([await patients(), (await store.outbox()).length, await end.behind()]).toEqual([5, 0, false]);
});

test('[S53] a wish for both that comes while one only sends is not forgotten', async () => {
  await written();
  const [sends, both] = [end.syncOnce(false), end.syncOnce(false)];
  const full = end.syncOnce();
  await Promise.all([sends, both, full]);
  expect(both).toBe(full);
  expect(pulls).toBe(1);
});
