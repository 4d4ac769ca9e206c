import 'fake-indexeddb/auto';
import { type AnyRow, uuidv7 } from '@psa/domain';
import { crc32 } from '@psa/sync';
import { expect, test } from 'vitest';
import type { StoreKeys } from '../session/crypto.ts';
import { openDatabase } from './database.ts';
import { packRows } from './gzip.ts';
import { IndexedDbDeviceStore } from './indexeddb.ts';
import { keysFor } from './testing-keys.ts';

const KIND = { ref: 'wards', identity: 'patients', clinical: 'patient_admissions' } as const;
const rowOf = (n: number, row_version: number): AnyRow => ({
  id: uuidv7(n, (count) => new Uint8Array(count)),
  facility_id: 'f',
  created_by: null,
  updated_by: null,
  created_at: '',
  updated_at: '',
  deleted: false,
  row_version,
});

/** One device, two people: the doctor reaches all scopes, the laboratory not the clinical one. All are held at 10. */
async function shared() {
  const db = await openDatabase({ name: `psa ${crypto.randomUUID()}`, newId: () => crypto.randomUUID() });
  const all = await keysFor(['ref', 'identity', 'clinical']);
  const less: StoreKeys = {
    outbox: all.outbox,
    scopes: new Map([...all.scopes].filter(([scope]) => scope !== 'clinical')),
    known: new Map([...all.known].filter(([kid]) => kid !== all.scopes.get('clinical')?.kid)),
  };
  const doctor = new IndexedDbDeviceStore({ db, keys: all });
  const laboratory = new IndexedDbDeviceStore({ db, keys: less });
  await doctor.newEpoch('e', null);
  for (const [scope, kind] of Object.entries(KIND)) {
    const bytes = await packRows([rowOf(1, 1)]);
    const page = { n: 0, kind, count: 1, bytes: bytes.length, crc32: crc32(bytes) };
    await doctor.beginSnapshot({ snapshot: scope, epoch: 'e', scope, head: 10, pages: [page] });
    await doctor.putPages(scope, [{ n: 0, bytes }]);
    await doctor.endSnapshot(scope);
  }
  return { db, doctor, laboratory };
}
const versions = async (store: IndexedDbDeviceStore, kind: string) => (await store.serverRows(kind)).map((r) => r.row_version);

test('[S42] a scope out of reach keeps its own number: what passes meanwhile is not skipped for those who reach it', async () => {
  const { db, doctor, laboratory } = await shared();
  expect(await laboratory.meta()).toMatchObject({ cursor: 10, held: ['ref', 'identity'] });
  const page = { rows: { patients: [rowOf(1, 2)] }, gone: [], next: 20 };
  expect(await laboratory.applyPage(10, { ...page, held: ['ref', 'identity'] })).toBe(true);
  expect((await laboratory.meta()).cursor).toBe(20);
  expect((await doctor.meta()).cursor).toBe(10);
  const all = { rows: { patients: [rowOf(1, 2)], patient_admissions: [rowOf(1, 3)] }, gone: [], next: 20 };
  expect(await doctor.applyPage(10, { ...all, held: ['clinical', 'ref', 'identity'] })).toBe(true);
  expect([(await doctor.meta()).cursor, await versions(doctor, 'patient_admissions')]).toEqual([20, [3]]);
  db.close();
});

test('[S40] without its key a scope is neither shown nor stored nor begun', async () => {
  const { db, doctor, laboratory } = await shared();
  expect(await laboratory.serverRows('patient_admissions')).toEqual([]);
  expect((await laboratory.digest()).kinds).not.toHaveProperty('patient_admissions');
  await laboratory.applyPage(10, { rows: { patient_admissions: [rowOf(1, 9)] }, gone: [], next: 11 });
  expect(await versions(doctor, 'patient_admissions')).toEqual([1]);
  const header = { snapshot: 's', epoch: 'e', scope: 'clinical', head: 99, pages: [] };
  await expect(laboratory.beginSnapshot(header)).rejects.toMatchObject({ code: 'NOT_YOURS' });
  db.close();
});
