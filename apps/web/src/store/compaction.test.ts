import 'fake-indexeddb/auto';
import { type AnyRow, uuidv7 } from '@psa/domain';
import { crc32 } from '@psa/sync';
import { beforeEach, expect, test } from 'vitest';
import type { StoreKeys } from '../session/crypto.ts';
import { compact, scopesToCompact } from './compaction.ts';
import { type Database, openDatabase } from './database.ts';
import { packRows } from './gzip.ts';
import { IndexedDbDeviceStore } from './indexeddb.ts';
import { keysFor } from './testing-keys.ts';

const AT = '2026-01-01T00:00:00.000Z';
const ids = Array.from({ length: 30 }, (_, n) => uuidv7(1_700_000_000_000 + n, (count) => new Uint8Array(count)));
const rowOf = (n: number, row_version: number): AnyRow => ({
  id: ids[n] ?? '',
  facility_id: 'f',
  created_by: null,
  updated_by: null,
  created_at: AT,
  updated_at: AT,
  deleted: false,
  row_version,
  last_name: `Patient ${n}`,
});

let db: Database;
let keys: StoreKeys;
let store: IndexedDbDeviceStore;

/** Patients 0–19 in pages; 5 changed, 6 gone and 20 new in the delta. */
beforeEach(async () => {
  db = await openDatabase({ name: `psa ${crypto.randomUUID()}`, newId: () => crypto.randomUUID() });
  keys = await keysFor(['identity']);
  store = new IndexedDbDeviceStore({ db, keys });
  await store.newEpoch('e', null);
  await snapshot(10);
  const rows = { patients: [rowOf(5, 2), rowOf(20, 1)] };
  await store.applyPage(10, { rows, gone: [['patients', ids[6] ?? '', 'D', 2]], next: 12 });
});

async function begin(head: number): Promise<Uint8Array> {
  const bytes = await packRows(Array.from({ length: 20 }, (_, n) => rowOf(n, 1)));
  const page = { n: 0, kind: 'patients', count: 20, bytes: bytes.length, crc32: crc32(bytes) };
  await store.beginSnapshot({ snapshot: `s${head}`, epoch: 'e', scope: 'identity', head, pages: [page] });
  return bytes;
}
async function snapshot(head: number): Promise<void> {
  await store.putPages('identity', [{ n: 0, bytes: await begin(head) }]);
  await store.endSnapshot('identity');
}
const shown = async (): Promise<string[]> =>
  (await store.serverRows('patients')).map((r) => `${r.last_name}@${r.row_version}`).sort();

test('folding the delta changes nothing that is shown, and leaves only what is gone in it', async () => {
  const before = await shown();
  const digest = await store.digest();
  expect(await scopesToCompact(db, keys, 2)).toEqual(['identity']);
  expect(await compact(db, keys, 'identity')).toBe(true);
  expect(await shown()).toEqual(before);
  expect(await store.digest()).toEqual(digest);
  expect(await db.getAllKeys('delta')).toEqual([['patients', ids[6]]]);
  expect(await db.getAllKeys('pages')).toEqual([['identity', 'patients', 2, 0]]);
  expect(await scopesToCompact(db, keys, 2)).toEqual([]);
});

test('what changes while the delta is folded stays in the delta', async () => {
  const folding = compact(db, keys, 'identity');
  await store.applyPage(12, { rows: { patients: [rowOf(5, 3), rowOf(7, 2)] }, gone: [], next: 14 });
  expect(await folding).toBe(true);
  const now = await shown();
  expect(now).toContain('Patient 5@3');
  expect(now).toContain('Patient 7@2');
  expect(now).toContain('Patient 20@1');
  expect(now).toHaveLength(20);
});

test('a snapshot that is begun or ended meanwhile wins', async () => {
  const folding = compact(db, keys, 'identity');
  await snapshot(20);
  expect(await folding).toBe(false);
  expect(await shown()).toHaveLength(20);
  await store.applyPage(12, { rows: { patients: [rowOf(3, 4)] }, gone: [], next: 21 });
  const bytes = await begin(30);
  expect(await compact(db, keys, 'identity')).toBe(true);
  await store.putPages('identity', [{ n: 0, bytes }]);
  expect(await shown()).toContain('Patient 3@4');
  await store.endSnapshot('identity');
  expect(await shown()).toHaveLength(20);
});

test('a switch that fails half way leaves the old generation', async () => {
  const before = await shown();
  const full = new Proxy(db, {
    get: (target, name) => {
      const value = Reflect.get(target, name) as unknown;
      if (name !== 'transaction') return typeof value === 'function' ? value.bind(target) : value;
      return (...args: Parameters<Database['transaction']>) => {
        const tx = target.transaction(...args);
        // The disk is full: the transaction is undone by the storage after its writes were asked for.
        if (args[1] === 'readwrite') queueMicrotask(() => queueMicrotask(() => tx.abort()));
        return tx;
      };
    },
  });
  await expect(compact(full, keys, 'identity')).rejects.toThrow();
  expect(await shown()).toEqual(before);
  expect(await compact(db, keys, 'identity')).toBe(true);
  expect(await shown()).toEqual(before);
});
