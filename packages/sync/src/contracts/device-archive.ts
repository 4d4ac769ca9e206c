import type { AnyRow } from '@psa/domain';
import type { DeviceStore } from '../device/store.ts';
import { digestOf } from '../digest.ts';
import { copies, type DeviceCase, deviceCase, nth, patient, settled, takeSnapshot } from './device-fixture.ts';
import { same } from './must.ts';

const FILE = `clinical/${nth(1)}`;
/** What was found of patient 1: it lies in `clinical`, or in the patient's file. */
const note = (n: number, version = 1): AnyRow => ({ ...patient(n, version), patient_id: nth(1) });

/** A device that holds `clinical` too, with two notes of patient 1, and knows nobody in the archive. */
async function withNotes(f: Parameters<Parameters<typeof deviceCase>[1]>[0]): Promise<DeviceStore> {
  const store = await settled(f);
  await takeSnapshot(store, f, 'clinical', 10, [{ kind: 'vital_signs', rows: [note(31), note(32)] }]);
  await takeSnapshot(store, f, 'known', 10, []);
  return store;
}

/** Patient 1 goes to the archive. */
const goes = {
  rows: { patients: [patient(1)] },
  gone: [31, 32].map((n): ['vital_signs', string, 'X', number, string] => ['vital_signs', nth(n), 'X', 1, 'clinical']),
  archived: [nth(1)],
  next: 20,
};

/** Cases about patients in the archive (docs/sync.md, S70–S72). */
export const archiveCases: readonly DeviceCase[] = [
  deviceCase('[S70] what goes to the archive leaves the device; who the patient is stays', async (f) => {
    const store = await withNotes(f);
    same(await store.applyPage(10, goes), true, 'the page is applied');
    same(await copies(store, 'vital_signs'), [], 'the notes are gone');
    const again = await f.reopen();
    same(await copies(again, 'vital_signs'), [], 'for good');
    same(await copies(again, 'patients'), ['1@1', '2@1'], 'the patient is here');
  }),

  deviceCase('[S72] a file that is fetched is here in the version that left, and goes without leaving anything', async (f) => {
    const store = await withNotes(f);
    await store.applyPage(10, goes);
    await takeSnapshot(store, f, FILE, 20, [{ kind: 'vital_signs', rows: [note(31), note(32)] }]);
    same(await copies(store, 'vital_signs'), ['31@1', '32@1'], 'it is here');
    same((await store.digest()).kinds.vital_signs, digestOf([note(31), note(32)]), 'and counted');
    await store.dropScopes([FILE]);
    same(await copies(store, 'vital_signs'), [], 'it went');
    same(await copies(await f.reopen(), 'vital_signs'), [], 'for good');
  }),

  deviceCase('[S72] a pinned file takes over what leaves; dropped, nothing of it comes back', async (f) => {
    const store = await withNotes(f);
    await takeSnapshot(store, f, FILE, 10, []);
    await store.applyPage(10, { ...goes, rows: { ...goes.rows, vital_signs: [note(31), note(32)] }, gone: [] });
    same(await copies(store, 'vital_signs'), ['31@1', '32@1'], 'nothing went');
    await store.dropScopes([FILE]);
    same(await copies(store, 'patients'), ['1@1', '2@1'], 'the patient is here');
    same(await copies(await f.reopen(), 'vital_signs'), [], 'not even what the pages of the scope it left still hold');
  }),

  deviceCase('[S71] [S73] whoever comes back comes wholly, and the file holds nothing any more', async (f) => {
    const store = await withNotes(f);
    await store.applyPage(10, goes);
    await takeSnapshot(store, f, FILE, 20, [{ kind: 'vital_signs', rows: [note(31), note(32)] }]);
    const back = { patients: [patient(1)], vital_signs: [note(31), note(32), note(33)] };
    await store.applyPage(20, { rows: back, gone: [], emptied: [FILE], next: 30 });
    same(await copies(store, 'vital_signs'), ['31@1', '32@1', '33@1'], 'all of it');
    await store.applyPage(30, { rows: {}, gone: [['vital_signs', nth(31), 'D', 2]], next: 31 });
    await takeSnapshot(store, f, 'clinical', 31, [{ kind: 'vital_signs', rows: [note(32), note(33)] }]);
    same(await copies(store, 'vital_signs'), ['32@1', '33@1'], 'what was retracted since does not come back with a fresh copy');
    await store.dropScopes([FILE]);
    same(await copies(await f.reopen(), 'vital_signs'), ['32@1', '33@1'], 'and the file leaves nothing');
  }),

  deviceCase(
    '[S70] a patient who went, came back and was retracted stays away when either scope is fetched anew',
    async (f) => {
      const store = await withNotes(f);
      await store.applyPage(10, { rows: { patients: [patient(1)] }, gone: [], archived: [nth(1)], next: 20 });
      await takeSnapshot(store, f, 'known', 20, [{ kind: 'patients', rows: [patient(1)] }]);
      await store.applyPage(20, { rows: {}, gone: [['patients', nth(1), 'D', 2]], next: 30 });
      await takeSnapshot(store, f, 'identity', 30, [{ kind: 'patients', rows: [patient(2)] }]);
      same(await copies(store, 'patients'), ['2@1'], 'not out of the pages of the archive');
      await takeSnapshot(store, f, 'known', 30, []);
      same(await copies(await f.reopen(), 'patients'), ['2@1'], 'nor after it');
    },
  ),
];
