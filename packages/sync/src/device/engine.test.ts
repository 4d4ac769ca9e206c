import { personScope, scopesOf, uuidv7 } from '@psa/domain';
import { beforeEach, expect, test } from 'vitest';
import { unpackPage } from '../sim/codec.ts';
import { foundHospital, type Hospital } from '../sim/hospital.ts';
import { Ledger } from '../sim/ledger.ts';
import { memoryDatabase } from '../sim/memory-database.ts';
import { Random } from '../sim/random.ts';
import { type SimDatabase, SimServer, signatureOf } from '../sim/server.ts';
import { VirtualTime } from '../sim/time.ts';
import { DeviceEnd } from './engine.ts';
import { settlement, type Wish } from './groups.ts';
import { type Link, LinkError } from './link.ts';
import { MemoryDeviceStore, MemoryDisk } from './memory.ts';
import type { Progress } from './report.ts';

/** A hospital in memory and a tablet of its consultant, joined by a line that tests may cut. */
let time: VirtualTime;
let database: SimDatabase;
let server: SimServer;
let hospital: Hospital;
let disk: MemoryDisk;
let store: MemoryDeviceStore;
let link: Link & { pushes: number[] };
let end: DeviceEnd;
let user: string;
let progress: Progress[];

beforeEach(async () => {
  time = new VirtualTime();
  const random = new Random(1);
  const newId = () => uuidv7(time.now, (n) => random.random(n));
  const facility = newId();
  database = memoryDatabase(facility, time, { newId, now: () => new Date(time.now).toISOString() });
  server = new SimServer(facility, database.store, time, random, new Ledger());
  hospital = await foundHospital(server);
  user = hospital.staff.get('consultant') ?? '';
  disk = new MemoryDisk(newId());
  store = new MemoryDeviceStore(disk, unpackPage);
  progress = [];
  link = {
    pushes: [],
    push(request) {
      link.pushes.push(request.groups.length);
      return server.push(user, request);
    },
    pull: (request) => server.pull(user, request),
    async snapshot(request) {
      const { header, pages } = await server.snapshot(user, request);
      async function* each() {
        yield* pages;
      }
      return { header, pages: each() };
    },
  };
  end = newEnd();
});

function newEnd(): DeviceEnd {
  const env = { now: () => time.now, chance: new Random(9) };
  const wire: Link = {
    push: (r) => link.push(r),
    pull: (r) => link.pull(r),
    snapshot: (r) => link.snapshot(r),
  };
  const sign = (body: string, author: string) => signatureOf(disk.device, author, body);
  return new DeviceEnd(store, wire, env, { sign, onProgress: (p) => progress.push(p) });
}

let count = 0;
const register = (values: Wish['patch'] = {}): Wish => ({
  kind: 'patients',
  id: uuidv7(time.now, (n) => new Random(1000 + count++).random(n)),
  op: 'create',
  base: 0,
  patch: {
    hospital_number: `H-${count}`,
    first_name: 'First',
    last_name: 'Last',
    gender: 'Female',
    date_of_birth_precision: 'Unknown',
    ...values,
  },
});
const patients = async () => (await store.serverRows('patients')).length;
const fails =
  (reason: LinkError['reason'], after: number | null = null) =>
  () =>
    Promise.reject(new LinkError(reason, reason, after));

test('[S45] the first contact brings the epoch and every granted scope, and tells how far it is', async () => {
  const report = await end.syncOnce();
  expect(report).toMatchObject({ contact: 'good', new_epoch: true, at_head: true, clock_offset_ms: 0 });
  const all = [...scopesOf('consultant'), personScope(user)].sort();
  expect([...report.replaced].sort()).toEqual(all);
  expect([...disk.held].sort()).toEqual(all);
  expect(await patients()).toBe(3);
  const fetched = progress.filter((p) => p.doing === 'fetching' && p.scope === 'identity').at(-1);
  expect(fetched).toMatchObject({ done: 3, of: 3 });
});

test('[S1] what is saved is sent in order, answered, and received back', async () => {
  await end.syncOnce();
  await end.save([register()], user);
  const { cseq } = await end.save([register(), register()], user);
  const report = await end.syncOnce();
  expect(report.results.applied).toBe(3);
  expect(await patients()).toBe(6);
  expect(await store.outbox()).toEqual([]);
  expect((await store.acked()).at(-1)?.cseq).toBe(cseq);
  expect([...report.changed].filter((key) => key.startsWith('patients/'))).toHaveLength(3);
});

test('[S43] a push that fails does not keep back what others wrote', async () => {
  await end.syncOnce();
  await end.save([register()], user);
  await server.write(hospital.admin, [register()]);
  link.push = fails('unreachable');
  const report = await end.syncOnce();
  expect(report).toMatchObject({ contact: 'unreachable', at_head: true });
  expect(await patients()).toBe(4);
  expect(await store.outbox()).toHaveLength(1);
});

test('[S50] 426 on receiving does not keep back what is to be sent', async () => {
  await end.syncOnce();
  await end.save([register()], user);
  link.pull = fails('too_old');
  expect((await end.syncOnce()).contact).toBe('app_too_old');
  expect(await store.outbox()).toEqual([]);
});

test('[S50] 401 keeps everything and asks for a sign-in', async () => {
  await end.syncOnce();
  await end.save([register()], user);
  link.push = fails('signed_out');
  expect((await end.syncOnce()).contact).toBe('signed_out');
  expect(await store.outbox()).toHaveLength(1);
  expect(await patients()).toBe(3);
});

test('[S50] 429 tells how long to wait', async () => {
  link.pull = fails('busy', 7000);
  expect(await end.syncOnce()).toMatchObject({ contact: 'busy', retry_after_ms: 7000 });
});

test('[S50] batches halve when no answer comes and double when one does', async () => {
  await end.syncOnce();
  for (let i = 0; i < 8; i++) await end.save([register()], user);
  const works = link.push;
  link.push = async (request) => {
    link.pushes.push(request.groups.length);
    throw new LinkError('unreachable', 'timeout');
  };
  for (let i = 0; i < 3; i++) await end.syncOnce();
  link.push = works;
  await end.syncOnce();
  expect(link.pushes).toEqual([8, 4, 2, 1, 2, 4, 1]);
  expect(await store.outbox()).toEqual([]);
});

test('[S50] a group too large even alone stays and is told; the others go on', async () => {
  await end.syncOnce();
  for (let i = 0; i < 3; i++) await end.save([register({ address: i === 1 ? 'x'.repeat(900) : 'Here' })], user);
  const works = link.push;
  link.push = (request) => (request.groups.some((g) => g.body.length > 900) ? fails('too_large')() : works(request));
  const report = await end.syncOnce();
  expect(report.contact).toBe('stuck');
  expect((await store.outbox()).map((e) => e.cseq)).toEqual([2]);
});

test('[S45] a cut snapshot goes on at the missing page', async () => {
  const asked: (number | undefined)[] = [];
  const works = link.snapshot;
  link.snapshot = async (request) => {
    asked.push(request.from);
    const { header, pages } = await works(request);
    async function* cut() {
      for await (const page of pages) {
        if (page.n === 1) throw new LinkError('unreachable', 'cut');
        yield page;
      }
    }
    return { header, pages: cut() };
  };
  expect((await end.syncOnce()).contact).toBe('unreachable');
  expect(disk.held).toEqual([]);
  expect(disk.cursor).toBeNull();
  end = newEnd();
  link.snapshot = (request) => {
    asked.push(request.from);
    return works(request);
  };
  expect((await end.syncOnce()).contact).toBe('good');
  expect(asked.slice(0, 2)).toEqual([undefined, 1]);
  expect(await patients()).toBe(3);
});

test('[S45] a page with a wrong checksum is not kept and is fetched again', async () => {
  const works = link.snapshot;
  link.snapshot = async (request) => {
    const { header, pages } = await works(request);
    async function* bent() {
      for await (const { n, bytes } of pages) yield { n, bytes: Uint8Array.from(bytes, (b, i) => (i === 5 ? b ^ 1 : b)) };
    }
    return { header, pages: bent() };
  };
  expect((await end.syncOnce()).contact).toBe('unreachable');
  link.snapshot = works;
  expect((await end.syncOnce()).contact).toBe('good');
  expect(await patients()).toBe(3);
});

test('[S46] a scope that is no longer granted goes; own unsent work is sent', async () => {
  await end.syncOnce();
  await end.save([register()], user);
  await server.changeRole(hospital.admin, user, 'lab');
  const report = await end.syncOnce();
  expect([...disk.held].sort()).toEqual(['identity', 'known', 'learning', 'orders', 'ref', personScope(user)]);
  expect(report.replaced.has('clinical')).toBe(true);
  expect(await store.outbox()).toEqual([]);
});

test('[S47] a copy that differs from the server’s is found within six hours, fetched anew and reported', async () => {
  await end.syncOnce();
  const page = disk.pages.get('identity')?.find((p) => p.kind === 'patients');
  page?.rows.pop();
  time.now += 7 * 3600 * 1000;
  const report = await end.syncOnce();
  expect(report.differed).toEqual(['patients']);
  expect(await patients()).toBe(3);
  expect((await end.syncOnce()).differed).toEqual([]);
});

test('[S48] after a restore copies are fetched anew and acknowledged work is sent again under its ids', async () => {
  await end.syncOnce();
  const restore = database.backup?.();
  time.now += 60_000;
  await end.save([register()], user);
  await end.syncOnce();
  expect(await patients()).toBe(4);
  const before = (await store.acked()).map((e) => e.group);
  time.now += 60_000;
  server.restart();
  restore?.();
  expect((await database.oracle()).rows.filter((r) => r.kind === 'patients')).toHaveLength(3);
  const report = await end.syncOnce();
  expect(report.new_epoch).toBe(true);
  expect((await database.oracle()).rows.filter((r) => r.kind === 'patients')).toHaveLength(4);
  expect((await store.acked()).map((e) => e.group)).toEqual(before);
  expect(await patients()).toBe(4);
});

test('[S49] a group names the epoch in which its bases were read; one that mends another keeps that one’s', async () => {
  await end.save([register()], user);
  await end.syncOnce();
  const bad = register({ phone: 'x'.repeat(40) });
  await end.save([bad], user);
  await end.syncOnce();
  const first = disk.epoch;
  const [refused] = await store.attention();
  database.backup?.()();
  await end.syncOnce();
  const repairs = refused?.group.mutations[0]?.mid ?? '';
  await end.save([{ ...bad, repairs }], user, { group: refused?.group.group ?? '' });
  await end.save([register()], user);
  expect(disk.epoch).not.toBe(first);
  expect((await store.acked()).map((e) => e.group.epoch)).toEqual([null]);
  expect((await store.outbox()).map((e) => e.group.epoch)).toEqual([first, disk.epoch]);
});

test('[S6] a refused group waits under attention; what depends on it goes as soon as it is mended', async () => {
  await end.syncOnce();
  const bad = register({ phone: 'x'.repeat(40) });
  await end.save([bad], user);
  const patch = { patient_id: bad.id, assertion: 'Allergy', substance: 'Latex', status: 'Active' };
  await end.save([{ kind: 'patient_allergies', id: register().id, op: 'create', base: 0, patch }], user);
  expect((await end.syncOnce()).results).toMatchObject({ refused: 1, deferred: 1 });
  const [refused] = await store.attention();
  expect((await store.outbox()).map((e) => e.state)).toEqual(['deferred']);
  const mid = refused?.group.mutations[0]?.mid ?? '';
  const mended = { ...bad, patch: { ...bad.patch, phone: '01' }, repairs: mid };
  await end.save([mended], user, { group: refused?.group.group ?? '' });
  await end.syncOnce();
  expect(await store.outbox()).toEqual([]);
  expect(await store.attention()).toEqual([]);
  expect(await store.serverRows('patient_allergies')).toHaveLength(1);
});

test('a device that is to drain sends what it has, then holds nothing', async () => {
  await end.syncOnce();
  await end.save([register()], user);
  server.deviceStates.set(disk.device, 'drain');
  expect((await end.syncOnce()).contact).toBe('withdrawn');
  expect(await store.outbox()).toEqual([]);
  expect([disk.held, await patients()]).toEqual([[], 0]);
});

test('a stolen device holds nothing after its first contact; what it had not sent stays on it', async () => {
  await end.syncOnce();
  await end.save([register()], user);
  server.deviceStates.set(disk.device, 'revoked');
  expect((await end.syncOnce()).contact).toBe('withdrawn');
  expect([disk.held, await patients()]).toEqual([[], 0]);
  expect(await store.outbox()).toHaveLength(1);
});

test('what is saved during a round goes with the next one, which a second call waits for', async () => {
  await end.syncOnce();
  await end.save([register()], user);
  const first = end.syncOnce();
  const second = end.syncOnce();
  await end.save([register()], user);
  expect(end.syncOnce()).toBe(second);
  await Promise.all([first, second]);
  expect(await store.outbox()).toEqual([]);
});

test('a failure of the storage is not taken for one of the network', async () => {
  store.outbox = () => Promise.reject(new Error('disk full'));
  await expect(end.syncOnce()).rejects.toThrow('disk full');
});

test('[S27] the author of an edit that met a retraction can let it in', async () => {
  await end.syncOnce();
  const [row] = await store.serverRows('patients');
  const id = row?.id ?? '';
  await server.write(hospital.admin, [{ kind: 'patients', id, op: 'retract', base: 0, patch: {} }]);
  await end.save([{ kind: 'patients', id, op: 'edit', base: row?.row_version ?? 0, patch: { phone: '0801' } }], user);
  expect((await end.syncOnce()).results.conflict).toBe(1);
  expect(await patients()).toBe(2);
  const [conflict] = await store.serverRows('sync_conflicts');
  if (!conflict) throw new Error('no conflict');
  // The device does not hold the row any more: the last version it knows is the one its author had read.
  await end.save(settlement(conflict, { take: 'mine' }, { row_version: row?.row_version ?? 0, deleted: true }), user);
  expect((await end.syncOnce()).results).toMatchObject({ conflict: 0, applied: 2 });
  expect((await store.serverRows('patients')).find((r) => r.id === id)).toMatchObject({ phone: '0801', deleted: false });
  expect((await store.serverRows('sync_conflicts'))[0]?.status).toBe('Resolved');
});

/** A conflict about nothing, in a scope, as the judge would park it. */
const conflictIn = (scope: string): Wish => ({
  ...register(),
  kind: 'sync_conflicts',
  patch: {
    ...{ scope, kind: 'patients', record_id: disk.device, op: 'edit', fields: ['phone'], theirs: {}, mine: {}, group_rest: [] },
    ...{ severity: 'low', status: 'Open', mutation_id: disk.device, device_id: disk.device, author_id: user },
    written_at: new Date(time.now).toISOString(),
  },
});
const moved = (wish: Wish, scope: string): Wish => ({ ...wish, op: 'edit', patch: { scope } });
const conflicts = async () => (await store.serverRows('sync_conflicts')).map((row) => row.scope);

test('[S44] a row that moves from one held scope to another stays; one that leaves them goes, and comes with the scope it went to', async () => {
  const wish = conflictIn('identity');
  await server.write(hospital.admin, [wish]);
  await end.syncOnce();
  await server.write(hospital.admin, [moved(wish, 'orders')]);
  await end.syncOnce();
  expect(await conflicts()).toEqual(['orders']);
  await server.changeRole(hospital.admin, user, 'lab');
  await end.syncOnce();
  expect(await conflicts()).toEqual(['orders']);
  await server.write(hospital.admin, [moved(wish, 'clinical')]);
  await end.syncOnce();
  expect(await conflicts()).toEqual([]);
  await server.changeRole(hospital.admin, user, 'consultant');
  await end.syncOnce();
  expect(await conflicts()).toEqual(['clinical']);
});

test('[S47] what is one person’s and came by a pull is counted as the server counts it', async () => {
  await end.syncOnce();
  const told = { ...register(), kind: 'notifications', patch: { user_id: user, kind: 'Other', message: 'One' } };
  await server.write(hospital.admin, [told]);
  await end.syncOnce();
  expect(await store.serverRows('notifications')).toHaveLength(1);
  time.now += 7 * 3600 * 1000;
  expect((await end.syncOnce()).differed).toEqual([]);
  disk.delta.clear();
  time.now += 7 * 3600 * 1000;
  expect((await end.syncOnce()).differed).toContain('notifications');
  expect(await store.serverRows('notifications')).toHaveLength(1);
});

test('[S50] an app that is too old to receive learns the epoch, at first and after a restore, and sends what it has', async () => {
  await end.syncOnce();
  const restore = database.backup?.();
  await end.save([register()], user);
  server.restart();
  restore?.();
  const { pull } = link;
  link.pull = (request) => pull({ ...request, schema: request.schema - 2 });
  const { contact } = await end.syncOnce();
  expect([contact, await store.outbox(), disk.held]).toEqual(['app_too_old', [], []]);
  disk.epoch = null;
  await end.save([register()], user);
  expect([(await end.syncOnce()).contact, await store.outbox(), disk.held]).toEqual(['app_too_old', [], []]);
});
