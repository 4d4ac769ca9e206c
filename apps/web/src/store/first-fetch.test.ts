import 'fake-indexeddb/auto';
import { type AnyRow, uuidv7 } from '@psa/domain';
import { crc32, type NewGroup, type SnapshotHeader } from '@psa/sync';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { StoreKeys } from '../session/crypto.ts';
import { type Database, openDatabase } from './database.ts';
import { packRows } from './gzip.ts';
import { IndexedDbDeviceStore, inOutline, type StoreChange } from './indexeddb.ts';
import { Memory } from './memory.ts';
import { keysFor } from './testing-keys.ts';

const id = (n: number): string => uuidv7(n, (count) => new Uint8Array(count));
const patient = (n: number, row_version = 1): AnyRow => ({
  id: id(n),
  facility_id: 'f',
  created_by: null,
  updated_by: null,
  created_at: '',
  updated_at: '',
  deleted: false,
  row_version,
});

/** Two tabs of one browser that fetch `identity`: two pages of two patients each. */
let db: Database;
let keys: StoreKeys;
let told: StoreChange[];
let damaged: string[];
let tab: IndexedDbDeviceStore;
let otherTab: IndexedDbDeviceStore;
let header: SnapshotHeader;
let bytes: Uint8Array[];

const opened = () =>
  new IndexedDbDeviceStore({ db, keys, onChange: (change) => told.push(change), onDamage: (scope) => damaged.push(scope) });

async function begin(snapshot: string, ...pages: Uint8Array[]): Promise<void> {
  bytes = pages;
  header = {
    snapshot,
    epoch: 'e',
    scope: 'identity',
    head: 10,
    pages: pages.map((page, n) => ({ n, kind: 'patients', count: 2, bytes: page.length, crc32: crc32(page) })),
  };
  await tab.newEpoch('e', null);
  await tab.beginSnapshot(header);
}
const put = (store: IndexedDbDeviceStore, ...ns: number[]) =>
  store.putPages(
    'identity',
    ns.map((n) => ({ n, bytes: bytes[n] ?? new Uint8Array() })),
  );
const shown = (memory: Memory) => memory.rows.rows('patients').map((row) => `${row.id}@${row.row_version}`);
const ids = (...ns: number[]) => ns.map((n) => `${id(n)}@1`);
const lastTold = (): StoreChange => told.at(-1) ?? { what: 'scopes' };

async function filled(): Promise<Memory> {
  const memory = new Memory((error) => {
    throw error;
  });
  await memory.fill(tab, 'f');
  return memory;
}

beforeEach(async () => {
  db = await openDatabase({ name: `psa ${crypto.randomUUID()}`, newId: () => crypto.randomUUID() });
  keys = await keysFor(['identity']);
  told = [];
  damaged = [];
  tab = opened();
  otherTab = opened();
  await begin('s', await packRows([patient(1), patient(2)]), await packRows([patient(3), patient(4)]));
});
afterEach(() => db.close());

test('[S45] what came through this tab is handed over as it is stored, and to no other tab', async () => {
  const memory = await filled();
  await put(tab, 1);
  await put(tab, 0);
  await tab.endSnapshot('identity');
  const change = lastTold();
  expect(change).toMatchObject({
    what: 'scopes',
    scopes: ['identity'],
    fresh: { rows: { patients: [1, 2, 3, 4].map((n) => patient(n)) } },
  });
  expect(inOutline(change)).toEqual({ what: 'scopes', scopes: ['identity'] });
  // Nothing is read back: the pages could be gone from the storage.
  await db.clear('pages');
  memory.heard(change);
  await memory.settled();
  expect(shown(memory)).toEqual(ids(1, 2, 3, 4));
  expect(memory.waiting.waiting).toBe(0);
});

test('[S45] a snapshot that this tab saw only in part is read back', async () => {
  await put(tab, 0);
  const again = opened();
  const memory = await filled();
  expect(await again.beginSnapshot(header)).toEqual([0]);
  await put(again, 1);
  await again.endSnapshot('identity');
  expect(lastTold()).toEqual({ what: 'scopes', scopes: ['identity'] });
  memory.heard(lastTold());
  await memory.settled();
  expect(shown(memory)).toEqual(ids(1, 2, 3, 4));
});

test('what another tab stored before the handing over is not lost by it', async () => {
  const memory = await filled();
  await put(tab, 0, 1);
  await tab.endSnapshot('identity');
  const fetched = lastTold();
  await otherTab.applyPage(10, { rows: { patients: [patient(5)] }, gone: [['patients', id(1), 'D', 2]], next: 12 });
  const pulled = inOutline(lastTold());
  memory.heard(pulled);
  memory.heard(fetched);
  await memory.settled();
  expect(shown(memory).sort()).toEqual(ids(2, 3, 4, 5));
});

test('a scope that another tab dropped meanwhile does not come back', async () => {
  const memory = await filled();
  await put(tab, 0, 1);
  await tab.endSnapshot('identity');
  const fetched = lastTold();
  await otherTab.dropScopes(['identity']);
  memory.heard(inOutline(lastTold()));
  memory.heard(fetched);
  await memory.settled();
  expect(shown(memory)).toEqual([]);
});

test('changes pulled while a scope was fetched are not passed over', async () => {
  await put(tab, 0, 1);
  await tab.endSnapshot('identity');
  await tab.beginSnapshot({ ...header, snapshot: 'again', head: 14 });
  await put(tab, 0, 1);
  await tab.applyPage(10, { rows: { patients: [patient(6)] }, gone: [], next: 14 });
  await otherTab.beginSnapshot({ ...header, snapshot: 'again', head: 14 });
  const memory = await filled();
  // Newer than the head that the snapshot was made at: it stays in the delta.
  await db.put('delta', { ...(await changeOf(6)), at: 15 }, ['patients', id(6)]);
  await tab.endSnapshot('identity');
  expect(lastTold()).toEqual({ what: 'scopes', scopes: ['identity'] });
  memory.heard(lastTold());
  await memory.settled();
  expect(shown(memory)).toEqual(ids(1, 2, 3, 4, 6));
});

async function changeOf(n: number) {
  const value = await db.get('delta', ['patients', id(n)]);
  if (!value) throw new Error('It is not in the delta.');
  return value;
}

test('a page that is no page is told as damage once its scope is read', async () => {
  await begin('other', new TextEncoder().encode('not gzip at all'));
  await put(tab, 0);
  await tab.endSnapshot('identity');
  expect(lastTold()).not.toHaveProperty('fresh');
  const memory = await filled();
  expect([damaged, shown(memory)]).toEqual([['identity'], []]);
});

test('what a person who left was fetching is forgotten', async () => {
  await put(tab, 0, 1);
  tab.leave();
  await expect(tab.endSnapshot('identity')).rejects.toMatchObject({ code: 'NOT_SIGNED_IN' });
  expect(told.some((change) => 'fresh' in change)).toBe(false);
});

test('[S1] a save is shown without reading what else waits, and is counted once', async () => {
  await put(tab, 0, 1);
  await tab.endSnapshot('identity');
  const memory = await filled();
  const group: NewGroup['group'] = {
    group: crypto.randomUUID(),
    device: 'd',
    author: 'a',
    epoch: 'e',
    mutations: [
      { mid: 'm', kind: 'patients', id: id(2), op: 'edit', base: 1, patch: { city: 'Enugu' }, at: '2026-01-01T00:00:00.000Z' },
    ],
  };
  await tab.save({ group, body: JSON.stringify(group), sig: '', saved_at: '2026-01-01T00:00:00.000Z' });
  const saved = lastTold();
  expect(inOutline(saved)).toEqual({ what: 'groups' });
  memory.heard(saved);
  await memory.settled();
  expect(memory.rows.row('patients', id(2))).toMatchObject({ city: 'Enugu', row_version: 1 });
  expect(memory.waiting).toEqual({ waiting: 1, oldest_waiting_at: '2026-01-01T00:00:00.000Z' });
  // Another tab sent it, and what it told is heard first.
  await otherTab.settle([{ cseq: 1, results: [{ mid: 'm', status: 'applied', version: 2 }] }], 11, '2026-01-01T00:00:01.000Z');
  memory.heard(inOutline(lastTold()));
  memory.heard(saved);
  await memory.settled();
  expect(memory.waiting.waiting).toBe(0);
  expect(memory.rows.row('patients', id(2))).toMatchObject({ city: 'Enugu' });
});
