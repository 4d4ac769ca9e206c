import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';
import { type Database, openDatabase } from './database.ts';
import { packRows } from './gzip.ts';
import { IndexedDbDeviceStore } from './indexeddb.ts';
import { TestHospital } from './testing-hospital.ts';
import { keysFor } from './testing-keys.ts';
import { registered, signIn, TestTablet, until } from './testing-tablet.ts';

/** Every text and byte that is in the database, readable or not. */
async function everything(db: Database): Promise<string> {
  const parts: string[] = [];
  const walk = (value: unknown): void => {
    if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
      const bytes =
        value instanceof ArrayBuffer ? new Uint8Array(value) : new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
      parts.push(new TextDecoder('latin1').decode(bytes));
    } else if (Array.isArray(value)) value.forEach(walk);
    else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        parts.push(key);
        walk(inner);
      }
    } else parts.push(String(value));
  };
  for (const store of [...db.objectStoreNames]) {
    for (const key of await db.getAllKeys(store)) walk(key);
    for (const value of await db.getAll(store)) walk(value);
  }
  return parts.join('\n');
}

test('D40 nothing that was entered can be read in the storage, while somebody is in or after they left', async () => {
  const hospital = await TestHospital.open('consultant');
  const tablet = new TestTablet(hospital);
  const planted = {
    page: 'Plantedpage',
    delta: 'Planteddelta',
    outbox: 'Plantedoutbox',
    draft: 'Planteddraft',
    refused: 'Plantedrefused',
  };
  await hospital.patient({ last_name: planted.page, hospital_number: 'TAKEN-9', phone: '08031112222' });
  const tab = await tablet.tab();
  await signIn(tab, 'consultant@ward.test');
  const names = () => tab.memory.rows.rows('patients').map((p) => p.last_name);
  await until(tab, () => names().includes(planted.page), 'a page');
  await hospital.patient({ last_name: planted.delta });
  await until(tab, () => names().includes(planted.delta), 'a delta');
  await tab.save(registered(tab, { last_name: planted.refused, hospital_number: 'TAKEN-9' }).wishes);
  await until(tab, () => tab.memory.work.attention.get().refused.length === 1, 'a refusal');
  hospital.online = false;
  await tab.save(registered(tab, { last_name: planted.outbox }).wishes);
  tab.drafts.keep('patients/new', { last_name: planted.draft });
  await tab.drafts.flush();
  await tab.nameDevice('Named tablet');
  const db = await openDatabase({ name: tablet.name, newId: () => '' });
  const readable = [
    ...Object.values(planted),
    'TAKEN-9',
    '08031112222',
    'consultant',
    'right password',
    'Named tablet',
    'Ward 1',
  ];
  const seen = async () => {
    const all = await everything(db);
    return readable.filter((word) => all.includes(word));
  };
  expect(await seen()).toEqual([]);
  const counts = await Promise.all(
    (['pages', 'delta', 'outbox', 'attention', 'drafts', 'keyring'] as const).map((s) => db.count(s)),
  );
  expect(counts.every((n) => n > 0)).toBe(true);
  await tab.lock();
  expect(await seen()).toEqual([]);
  // The scan itself can see: the same words put in openly are found.
  await db.put('meta', planted.page, 'salt');
  expect(await seen()).toEqual([planted.page]);
  db.close();
  await tablet.close();
  hospital.close();
});

test('sealed entries cannot be put in each other’s place', async () => {
  const name = `psa ${crypto.randomUUID()}`;
  const db = await openDatabase({ name, newId: () => crypto.randomUUID() });
  const store = new IndexedDbDeviceStore({ db, keys: await keysFor(['ref']) });
  const group = (n: number) => ({ group: `g${n}`, device: 'd', author: 'a', epoch: null, mutations: [] });
  for (const n of [1, 2]) await store.save({ group: group(n), body: JSON.stringify(group(n)), sig: '', saved_at: '' });
  const [one, two] = [await db.get('outbox', 1), await db.get('outbox', 2)];
  if (!one || !two) throw new Error('nothing was kept');
  await db.put('outbox', one, 2);
  await db.put('outbox', two, 1);
  expect(await store.outbox()).toEqual([]);
  expect((await store.attention()).map((e) => e.results[0]?.code)).toEqual(['UNREADABLE', 'UNREADABLE']);
  db.close();
});

test('a page that cannot be read is dropped with its scope and reported; the outbox and other scopes stay', async () => {
  const name = `psa ${crypto.randomUUID()}`;
  const db = await openDatabase({ name, newId: () => crypto.randomUUID() });
  const damaged: string[] = [];
  const keys = await keysFor(['ref', 'identity']);
  const store = new IndexedDbDeviceStore({ db, keys, onDamage: (scope) => damaged.push(scope) });
  const { crc32 } = await import('@psa/sync');
  await store.newEpoch('e', null);
  for (const [scope, kind] of [
    ['ref', 'wards'],
    ['identity', 'patients'],
  ] as const) {
    const bytes = await packRows([]);
    const page = { n: 0, kind, count: 0, bytes: bytes.length, crc32: crc32(bytes) };
    await store.beginSnapshot({ snapshot: scope, epoch: 'e', scope, head: 5, pages: [page] });
    await store.putPages(scope, [{ n: 0, bytes }]);
    await store.endSnapshot(scope);
  }
  const group = { group: 'g', device: 'd', author: 'a', epoch: null, mutations: [] };
  await store.save({ group, body: JSON.stringify(group), sig: '', saved_at: '' });
  const key = (await db.getAllKeys('pages')).find(([scope]) => scope === 'identity');
  const page = key && (await db.get('pages', key));
  if (!key || !page) throw new Error('no page');
  new Uint8Array(page.s.d).fill(0, 0, 4);
  await db.put('pages', page, key);
  expect(await store.serverRows('patients')).toEqual([]);
  expect(damaged).toEqual(['identity']);
  const { held, cursor } = await store.meta();
  expect([held, cursor]).toEqual([['ref'], 5]);
  expect(await store.outbox()).toHaveLength(1);
  db.close();
});

test('a full disk is told as such and nothing is half kept', async () => {
  const db = await openDatabase({ name: `psa ${crypto.randomUUID()}`, newId: () => crypto.randomUUID() });
  const store = new IndexedDbDeviceStore({ db, keys: await keysFor(['ref']) });
  const group = { group: 'g', device: 'd', author: 'a', epoch: null, mutations: [] };
  const entry = { group, body: JSON.stringify(group), sig: '', saved_at: '' };
  const put = IDBObjectStore.prototype.put;
  try {
    // As a browser does it: the request was taken, then the transaction is given up for want of room.
    IDBObjectStore.prototype.put = function (this: IDBObjectStore, ...args: Parameters<typeof put>) {
      const request = put.apply(this, args);
      if (this.name !== 'outbox') return request;
      const full = new DOMException('no room', 'QuotaExceededError');
      Object.defineProperty(this.transaction, 'error', { get: () => full });
      this.transaction.abort();
      return request;
    };
    await expect(store.save(entry)).rejects.toMatchObject({ code: 'DEVICE_FULL' });
  } finally {
    IDBObjectStore.prototype.put = put;
  }
  expect([await db.get('meta', 'cseq'), await db.count('outbox')]).toEqual([0, 0]);
  expect((await store.save(entry)).cseq).toBe(1);
  db.close();
});
