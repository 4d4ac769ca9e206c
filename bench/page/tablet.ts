/** Runs inside the browser: the app's own store against one row per record, on the same bytes from the same server. */
import { type AnyRow, uuidv7 } from '@psa/domain';
import { DeviceEnd, type LoginReply, PROTOCOL_VERSION, type SnapshotHeader } from '@psa/sync';
import { openDB } from 'idb';
import { sign } from '../../apps/web/src/session/crypto.ts';
import { type Person, personOf, secretsOf } from '../../apps/web/src/session/person.ts';
import { openDatabase } from '../../apps/web/src/store/database.ts';
import { unpackRows } from '../../apps/web/src/store/gzip.ts';
import { IndexedDbDeviceStore } from '../../apps/web/src/store/indexeddb.ts';
import { Memory } from '../../apps/web/src/store/memory.ts';
import { Driver } from '../../apps/web/src/sync/driver.ts';
import { chunksOf, framesOf } from '../../apps/web/src/sync/frames.ts';
import { HttpLink } from '../../apps/web/src/sync/http-link.ts';
import { type Live, listenLive } from '../../apps/web/src/sync/live.ts';

const random = (count: number) => crypto.getRandomValues(new Uint8Array(count));
const chance = { random, below: (n: number) => Math.floor(Math.random() * n) };
const newId = () => uuidv7(Date.now(), random);
const fail = (error: unknown): never => {
  throw error;
};

async function open(name: string) {
  return openDatabase({ name, newId, onEnd: () => undefined });
}

/** Signs the trial doctor in on the device that a database is. */
async function signIn(name: string): Promise<Person> {
  const db = await open(name);
  const device = { id: String(await db.get('meta', 'device')), name: 'bench', schema: PROTOCOL_VERSION };
  db.close();
  const answer = await fetch('/api/login', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'doctor@unth.edu.ng', password: 'Doctor@123', device }),
  });
  const reply = (await answer.json()) as LoginReply;
  if (!reply.device) throw new Error(`Signing in answered ${answer.status}.`);
  const secrets = secretsOf({ ...reply, device: reply.device });
  return personOf({ id: 'bench', email: '', secrets, vaultKey: { kid: '', key: null as never } }, 0);
}

const people = new Map<string, Person>();
async function personFor(name: string): Promise<Person> {
  const person = people.get(name) ?? (await signIn(name));
  people.set(name, person);
  return person;
}

/** Fills memory from what the device keeps, and syncs if asked. */
async function tablet(name: string) {
  const person = await personFor(name);
  const db = await open(name);
  const memory = new Memory(fail);
  const store = new IndexedDbDeviceStore({ db, keys: person.keys, onChange: (change) => memory.heard(change) });
  const link = new HttpLink({ fetch: (input, init) => fetch(input, init), base: '', token: () => person.token });
  const end = new DeviceEnd(store, link, { now: Date.now, chance }, { sign: (body) => sign(person.author, body) });
  return { person, db, memory, store, end };
}

const found = (memory: Memory) => ({
  patients: memory.rows.rows('patients').length,
  hits: memory.rows.search('okafor ng').length,
});

/** An empty device until everything is durable, in memory and searchable. */
async function ours(name: string) {
  await personFor(name);
  const long: number[] = [];
  const watch = new PerformanceObserver((list) => long.push(...list.getEntries().map((task) => task.duration)));
  watch.observe({ type: 'longtask' });
  const t0 = performance.now();
  const { person, db, memory, store, end } = await tablet(name);
  await memory.fill(store, person.user.facility_id);
  const report = await end.syncOnce();
  await memory.settled();
  const { patients, hits } = found(memory);
  const ms = performance.now() - t0;
  db.close();
  if (report.contact !== 'good') throw new Error(`The sync ended as ${report.contact}.`);
  // Tasks are told of after they ended.
  await new Promise((next) => setTimeout(next, 100));
  watch.disconnect();
  return { ms, patients, hits, long };
}

/** A device that holds everything until all of it is in memory and searchable again. */
async function coldOpen(name: string) {
  await personFor(name);
  const t0 = performance.now();
  const { person, db, memory, store } = await tablet(name);
  await memory.fill(store, person.user.facility_id);
  const { patients, hits } = found(memory);
  const ms = performance.now() - t0;
  db.close();
  return { ms, patients, hits };
}

/**
 * First sync and cold open with everything as it is, but that bytes pass through the cipher as they came: what is left of the time is what
 * sealing costs.
 */
async function unsealed(name: string) {
  await personFor(name);
  const { subtle } = crypto;
  const through = (_how: unknown, _key: unknown, bytes: BufferSource) =>
    Promise.resolve(new Uint8Array(bytes as ArrayBuffer).buffer);
  const bare = { encrypt: through, decrypt: through };
  Object.assign(subtle, bare);
  try {
    const first = await ours(name);
    const cold = await coldOpen(name);
    return { ms: first.ms, patients: first.patients, hits: cold.hits, cold: cold.ms };
  } finally {
    for (const name of Object.keys(bare)) Reflect.deleteProperty(subtle, name);
  }
}

/** One save at a time, from the call until it is durable and shown. */
async function saves(name: string, count: number) {
  const { person, db, memory, store, end } = await tablet(name);
  await memory.fill(store, person.user.facility_id);
  const rows = memory.rows.rows('patients');
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const row = rows[(i * 97) % rows.length] as AnyRow;
    const t0 = performance.now();
    await end.save(
      [{ kind: 'patients', id: row.id, op: 'edit', base: row.row_version, patch: { city: `Town ${i}` } }],
      person.user.id,
    );
    await memory.settled();
    times.push(performance.now() - t0);
  }
  db.close();
  return times;
}

/** Changes made without a network, then all of them sent: from the start of sending until the server has answered for each. */
async function push(name: string, count: number) {
  const { person, db, memory, store, end } = await tablet(name);
  await memory.fill(store, person.user.facility_id);
  const rows = memory.rows.rows('patients').slice(0, count);
  for (const { id, row_version } of rows) {
    await end.save([{ kind: 'patients', id, op: 'edit', base: row_version, patch: { city: `Town of ${id}` } }], person.user.id);
  }
  const t0 = performance.now();
  while ((await store.outbox()).length > 0) await end.syncOnce(false);
  const ms = performance.now() - t0;
  await end.syncOnce();
  await memory.settled();
  db.close();
  return { ms, written: rows.length };
}

/** Saves on one device, each until it is in the memory of the other: both talk as the app does, over the server. */
async function live(names: readonly [string, string], count: number) {
  const [a, b] = await Promise.all(names.map(tablet));
  if (!a || !b) throw new Error('Two devices are needed.');
  const drivers: Driver[] = [];
  for (const { person, memory, store, end } of [a, b]) {
    await memory.fill(store, person.user.facility_id);
    await end.syncOnce();
    await memory.settled();
    let line: Live | null = null;
    const driver: Driver = new Driver({
      now: Date.now,
      syncOnce: (receive) => end.syncOnce(receive),
      carried: () => line?.open === true,
      behind: () => end.behind(),
      lead: (work) => work(),
      listen: () => {
        line = listenLive({
          fetch: (input, init) => fetch(input, init),
          base: '',
          token: () => person.token,
          now: Date.now,
          chance,
          onMoved: () => driver.ask('signal'),
          onPage: (page) => void end.take(page).then((taken) => taken === 'pull' && driver.ask('signal'), fail),
        });
        return line.end;
      },
      chance,
      onSending: () => undefined,
      onReport: () => undefined,
      onFailure: fail,
    });
    drivers.push(driver);
    void driver.start();
  }
  const [row] = a.memory.rows.rows('patients');
  if (!row) throw new Error('There is no patient to change.');
  const shown = (city: string): Promise<void> =>
    new Promise((done) => {
      const stop = b.memory.rows.topics.subscribe(`patients/${row.id}`, () => {
        if (b.memory.rows.row('patients', row.id)?.city !== city) return;
        stop();
        done();
      });
    });
  const times: number[] = [];
  for (let n = 0; n < count; n++) {
    const city = `Live ${n}`;
    const arrived = shown(city);
    const t0 = performance.now();
    // As an editor does who has read what is there: the copies of the last save may still be on their way.
    const base = a.memory.present('patients', row.id).row_version;
    await a.end.save([{ kind: 'patients', id: row.id, op: 'edit', base, patch: { city } }], a.person.user.id);
    drivers[0]?.ask('save');
    await arrived;
    times.push(performance.now() - t0);
  }
  for (const driver of drivers) driver.stop();
  for (const { db } of [a, b]) db.close();
  return times;
}

/** Every keystroke of some searches, in ms. */
async function keystrokes(name: string) {
  const { person, db, memory, store } = await tablet(name);
  await memory.fill(store, person.user.facility_id);
  const times: number[] = [];
  for (const query of ['okafor ngozi', 'adeyemi', 'UNTH/2024/001', '08035', 'zz', 'musa ibrahim b']) {
    for (let n = 1; n <= query.length; n++) {
      const t0 = performance.now();
      memory.rows.search(query.slice(0, n));
      times.push(performance.now() - t0);
    }
  }
  db.close();
  return times;
}

const SCOPES = ['ref', 'identity', 'clinical'];

async function snapshot(scope: string, id: string, person: Person): Promise<ReadableStream<Uint8Array>> {
  const answer = await fetch(`/api/sync/snapshot?device=${id}&scope=${scope}&min_head=0`, {
    headers: { authorization: `Bearer ${person.token}` },
  });
  if (!answer.ok || !answer.body) throw new Error(`The snapshot answered ${answer.status}.`);
  return answer.body;
}

async function deviceId(name: string): Promise<string> {
  const db = await open(name);
  const id = String(await db.get('meta', 'device'));
  db.close();
  return id;
}

/** Signs in on a device, and has the server make its snapshots, which it keeps for whoever asks next. */
async function warm(device: string): Promise<{ bytes: number; rows: number }> {
  const told = { bytes: 0, rows: 0 };
  const person = await personFor(device);
  const id = await deviceId(device);
  for (const scope of SCOPES) {
    let header: SnapshotHeader | null = null;
    for await (const frame of framesOf(chunksOf(await snapshot(scope, id, person)))) {
      told.bytes += frame.byteLength;
      header ??= JSON.parse(new TextDecoder().decode(frame)) as SnapshotHeader;
    }
    for (const { count } of header?.pages ?? []) told.rows += count;
  }
  return told;
}

/** The usual way: one row per record with four indexes, the same bytes, not sealed. */
async function rowByRow(name: string, device: string) {
  const person = await personFor(device);
  const id = await deviceId(device);
  const t0 = performance.now();
  const db = await openDB(name, 1, {
    upgrade(fresh) {
      const rows = fresh.createObjectStore('rows', { keyPath: 'id' });
      for (const field of ['hospital_number', 'last_name', 'phone', 'updated_at']) rows.createIndex(field, field);
    },
  });
  let patients = 0;
  for (const scope of SCOPES) {
    let header = true;
    for await (const frame of framesOf(chunksOf(await snapshot(scope, id, person)))) {
      if (header) {
        header = false;
        continue;
      }
      const rows = await unpackRows(frame);
      const tx = db.transaction('rows', 'readwrite', { durability: 'strict' });
      for (const row of rows) void tx.store.put(row);
      await tx.done;
      patients += rows.filter((row) => 'hospital_number' in row).length;
    }
  }
  const ms = performance.now() - t0;
  db.close();
  return { ms, patients };
}

Object.assign(globalThis, { bench: { warm, ours, unsealed, coldOpen, saves, push, live, keystrokes, rowByRow } });
