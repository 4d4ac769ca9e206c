import { digestOf } from '../digest.ts';
import type { Gone } from '../protocol.ts';
import {
  conflict,
  copies,
  type DeviceCase,
  deviceCase,
  EPOCH,
  notice,
  nth,
  PERSON_SCOPE,
  pageOf,
  patient,
  settled,
  snapshotOf,
  takeSnapshot,
  ward,
} from './device-fixture.ts';
import { must, mustReject, same } from './must.ts';

/** Cases about server copies: pages, delta, cursor and scopes (docs/sync.md, S42–S48). */
export const copyCases: readonly DeviceCase[] = [
  deviceCase('a fresh storage has a device id of its own and holds nothing', async (f) => {
    const meta = await f.store.meta();
    must(/^[0-9a-f-]{36}$/.test(meta.device), 'the device has an id', meta.device);
    same([meta.epoch, meta.cursor, meta.held], [null, null, []], 'no epoch, no cursor, no scope');
    same(await f.store.serverRows('patients'), [], 'no rows');
    same((await (await f.reopen()).meta()).device, meta.device, 'the id stays');
  }),

  deviceCase('[S43] a page is applied with its cursor in one step and survives a restart', async (f) => {
    const store = await settled(f);
    const page = { rows: { patients: [patient(1, 2, '070'), patient(3)], wards: [ward(22)] }, gone: [], next: 14 };
    same(await store.applyPage(10, page), true, 'it is applied');
    const again = await f.reopen();
    same((await again.meta()).cursor, 14, 'the cursor moved');
    same(await copies(again, 'patients'), ['1@2', '2@1', '3@1'], 'patients are as on the page');
    same((await again.serverRows('patients')).find((r) => r.id === nth(1))?.phone, '070', 'with their values');
    same(await copies(again, 'wards'), ['21@1', '22@1'], 'and so are wards');
  }),

  deviceCase('[S43] a page asked with another cursor is not applied: two tabs', async (f) => {
    const store = await settled(f);
    const other = await f.other();
    same(await other.applyPage(10, { rows: { patients: [patient(1, 3)] }, gone: [], next: 15 }), true, 'the first is applied');
    const late = { rows: { patients: [patient(2, 9)] }, gone: [], next: 12 };
    same(await store.applyPage(10, late), false, 'the second is told so');
    same((await store.meta()).cursor, 15, 'the cursor stays');
    same(await copies(store, 'patients'), ['1@3', '2@1'], 'nothing of it is kept');
  }),

  deviceCase('[S43] two tabs that apply at the same moment: one is taken, one is told', async (f) => {
    const store = await settled(f);
    const other = await f.other();
    const taken = await Promise.all([
      store.applyPage(10, { rows: { patients: [patient(1, 2)] }, gone: [], next: 11 }),
      other.applyPage(10, { rows: { patients: [patient(1, 2)] }, gone: [], next: 11 }),
    ]);
    same(taken.filter(Boolean).length, 1, 'exactly one');
  }),

  deviceCase('[S43] a page without a cursor to compare is not applied', async (f) => {
    await f.store.newEpoch(EPOCH, null);
    same(await f.store.applyPage(0, { rows: {}, gone: [], next: 5 }), false, 'a device without a cursor takes no page');
  }),

  deviceCase('[S43] a page asked for other scopes or in another epoch is not applied', async (f) => {
    const store = await settled(f);
    const page = { rows: { patients: [patient(1, 2)] }, gone: [], next: 11 };
    same(await store.applyPage(10, { ...page, held: ['ref'] }), false, 'a scope came in between');
    same(await store.applyPage(10, { ...page, held: ['ref', 'identity', 'clinical'] }), false, 'a scope went in between');
    same(await store.applyPage(10, { ...page, epoch: nth(0xee) }), false, 'the server was restored in between');
    same(await store.applyPage(10, { ...page, held: ['identity', 'ref'], epoch: EPOCH }), true, 'the same scopes in any order');
  }),

  deviceCase('[S43] an older version is not taken, the same version is', async (f) => {
    const store = await settled(f);
    await store.applyPage(10, { rows: { patients: [patient(1, 5, 'new')] }, gone: [], next: 11 });
    await store.applyPage(11, {
      rows: { patients: [patient(1, 4, 'old'), patient(2, 1, 'same')] },
      gone: [['patients', nth(1), 'D', 3]],
      next: 12,
    });
    const rows = await store.serverRows('patients');
    same(
      rows.map((r) => [r.row_version, r.phone]).sort(),
      [
        [1, 'same'],
        [5, 'new'],
      ],
      'versions never go back',
    );
    same((await store.meta()).cursor, 12, 'the cursor moved all the same');
  }),

  deviceCase('[S53] a page that begins further back than the cursor brings nothing back', async (f) => {
    const store = await settled(f);
    await store.applyPage(10, { rows: { patients: [patient(1, 3, 'new')] }, gone: [['patients', nth(2), 'D', 2]], next: 12 });
    const gone: Gone[] = [['patients', nth(2), 'D', 2]];
    const page = { rows: { patients: [patient(1, 3, 'new'), patient(3)] }, gone, next: 14 };
    same(await store.applyPage(12, page), true, 'it is applied');
    same(await copies(await f.reopen(), 'patients'), ['1@3', '3@1'], 'each row once, and what is gone is gone');
  }),

  deviceCase('[S44] rows told as gone go, and come back only with a later version', async (f) => {
    const store = await settled(f);
    await store.applyPage(10, {
      rows: {},
      gone: [
        ['patients', nth(1), 'D', 2],
        ['patients', nth(77), 'X', 4],
      ],
      next: 11,
    });
    const again = await f.reopen();
    same(await copies(again, 'patients'), ['2@1'], 'gone');
    await again.applyPage(11, { rows: { patients: [patient(1, 1)] }, gone: [], next: 12 });
    same(await copies(again, 'patients'), ['2@1'], 'an old version does not bring it back');
    await again.applyPage(12, { rows: { patients: [patient(1, 3)] }, gone: [], next: 13 });
    same(await copies(again, 'patients'), ['1@3', '2@1'], 'a restored row does');
  }),

  deviceCase('[S45] a scope counts as held only when every page is there; the first gives the cursor', async (f) => {
    const store = f.store;
    await store.newEpoch(EPOCH, null);
    const { header, bytes } = await snapshotOf(f, 'identity', 7, [
      { kind: 'patients', rows: [patient(1), patient(2)] },
      { kind: 'patients', rows: [patient(3)] },
    ]);
    same(await store.beginSnapshot(header), [], 'nothing held yet');
    await store.putPages('identity', [pageOf(0, bytes[0])]);
    await mustReject(store.endSnapshot('identity'), 'a page is missing', 'NOT_FOUND');
    same(await store.serverRows('patients'), [], 'half a scope is not shown');
    same([(await store.meta()).cursor, (await store.meta()).held], [null, []], 'no cursor, not held');
    await store.putPages('identity', [pageOf(1, bytes[1])]);
    await store.endSnapshot('identity');
    const again = await f.reopen();
    same([(await again.meta()).cursor, (await again.meta()).held], [7, ['identity']], 'held, with a cursor');
    same(await copies(again, 'patients'), ['1@1', '2@1', '3@1'], 'all rows');
    same(await again.unfinishedSnapshot('identity'), null, 'nothing is unfinished');
  }),

  deviceCase('[S45] a cut snapshot is resumed at the missing pages after a restart', async (f) => {
    await f.store.newEpoch(EPOCH, null);
    const { header, bytes } = await snapshotOf(f, 'identity', 7, [
      { kind: 'patients', rows: [patient(1)] },
      { kind: 'patients', rows: [patient(2)] },
      { kind: 'patient_allergies', rows: [] },
    ]);
    same(await f.store.unfinishedSnapshot('identity'), null, 'nothing begun');
    await f.store.beginSnapshot(header);
    await f.store.putPages('identity', [pageOf(0, bytes[0])]);
    const store = await f.reopen();
    same(await store.unfinishedSnapshot('identity'), { snapshot: header.snapshot, missing: [1, 2] }, 'two pages are missing');
    same(await store.beginSnapshot(header), [0], 'the same snapshot goes on');
    await store.putPages('identity', [pageOf(2, bytes[2])]);
    await store.putPages('identity', [pageOf(1, bytes[1])]);
    await store.putPages('identity', [pageOf(1, bytes[1])]);
    await store.endSnapshot('identity');
    same(await copies(store, 'patients'), ['1@1', '2@1'], 'the same rows as an uncut one');
  }),

  deviceCase('[S45] another snapshot of the scope drops the pages of the unfinished one', async (f) => {
    await f.store.newEpoch(EPOCH, null);
    const old = await snapshotOf(f, 'identity', 7, [{ kind: 'patients', rows: [patient(1)] }]);
    await f.store.beginSnapshot(old.header);
    await f.store.putPages('identity', [pageOf(0, old.bytes[0])]);
    const young = await snapshotOf(f, 'identity', 9, [{ kind: 'patients', rows: [patient(1, 2)] }]);
    same(await f.store.beginSnapshot(young.header), [], 'it begins empty');
    await mustReject(f.store.endSnapshot('identity'), 'the old page does not count', 'NOT_FOUND');
    await f.store.putPages('identity', [pageOf(0, young.bytes[0])]);
    await f.store.endSnapshot('identity');
    same(await copies(f.store, 'patients'), ['1@2'], 'the young rows');
  }),

  deviceCase('[S45] a page with a wrong checksum is refused and is still missing', async (f) => {
    await f.store.newEpoch(EPOCH, null);
    const { header, bytes } = await snapshotOf(f, 'identity', 7, [{ kind: 'patients', rows: [patient(1)] }]);
    await f.store.beginSnapshot(header);
    const good = bytes[0] ?? new Uint8Array();
    const bent = Uint8Array.from(good);
    bent[bent.length - 3] = (bent[bent.length - 3] ?? 0) ^ 1;
    await mustReject(f.store.putPages('identity', [pageOf(0, bent)]), 'one wrong bit', 'UNREADABLE');
    await mustReject(f.store.putPages('identity', [pageOf(0, good.slice(0, -1))]), 'one byte short', 'UNREADABLE');
    same((await f.store.unfinishedSnapshot('identity'))?.missing, [0], 'it is still missing');
    await f.store.putPages('identity', [pageOf(0, good)]);
    await f.store.endSnapshot('identity');
    same(await copies(f.store, 'patients'), ['1@1'], 'the right one is taken');
  }),

  deviceCase('[S45] pages that come together are kept together or not at all', async (f) => {
    await f.store.newEpoch(EPOCH, null);
    const { header, bytes } = await snapshotOf(f, 'identity', 7, [
      { kind: 'patients', rows: [patient(1)] },
      { kind: 'patients', rows: [patient(2)] },
    ]);
    await f.store.beginSnapshot(header);
    const [first, second] = [pageOf(0, bytes[0]), pageOf(1, bytes[1])];
    await mustReject(f.store.putPages('identity', [first, pageOf(1, bytes[0])]), 'one is damaged', 'UNREADABLE');
    await mustReject(f.store.putPages('identity', [first, pageOf(2, bytes[1])]), 'one was not announced', 'NOT_FOUND');
    await mustReject(f.store.putPages('clinical', [first]), 'nothing was begun', 'NOT_FOUND');
    same((await f.store.unfinishedSnapshot('identity'))?.missing, [0, 1], 'both are missing');
    await f.store.putPages('identity', []);
    await f.store.putPages('identity', [second, first]);
    await f.store.endSnapshot('identity');
    same(await copies(await f.reopen(), 'patients'), ['1@1', '2@1'], 'both are there, in any order');
  }),

  deviceCase('[S45] a scope fetched anew replaces its pages and delta, and leaves the other scopes alone', async (f) => {
    const store = await settled(f);
    await store.applyPage(10, { rows: { patients: [patient(3)], wards: [ward(22)] }, gone: [], next: 12 });
    await takeSnapshot(store, f, 'identity', 14, [{ kind: 'patients', rows: [patient(1, 6), patient(4)] }]);
    const again = await f.reopen();
    same(await copies(again, 'patients'), ['1@6', '4@1'], 'the new pages and nothing else');
    same(await copies(again, 'wards'), ['21@1', '22@1'], 'other scopes as before');
    same((await again.meta()).cursor, 12, 'a cursor that exists is not moved by a snapshot');
    same([...(await again.meta()).held].sort(), ['identity', 'ref'], 'held once');
    await again.applyPage(12, { rows: { patients: [patient(5)] }, gone: [['patients', nth(4), 'D', 2]], next: 15 });
    same(await copies(again, 'patients'), ['1@6', '5@1'], 'and pulling goes on over it');
  }),

  deviceCase('[S45] a snapshot that the cursor has passed is not ended', async (f) => {
    const store = await settled(f);
    const { header, bytes } = await snapshotOf(f, 'clinical', 11, [{ kind: 'patient_admissions', rows: [] }]);
    await store.beginSnapshot(header);
    await store.putPages('clinical', [pageOf(0, bytes[0])]);
    await store.applyPage(10, { rows: {}, gone: [], next: 12 });
    await mustReject(store.endSnapshot('clinical'), 'numbers 11 to 12 would be missing', 'CONFLICT');
    same([...(await store.meta()).held].sort(), ['identity', 'ref'], 'it is not held');
    await takeSnapshot(store, f, 'clinical', 12, [{ kind: 'patient_admissions', rows: [] }]);
    same([...(await store.meta()).held].sort(), ['clinical', 'identity', 'ref'], 'a younger one is');
  }),

  deviceCase('[S48] a snapshot of another epoch is not begun', async (f) => {
    await f.store.newEpoch(EPOCH, null);
    const { header } = await snapshotOf(f, 'identity', 7, [], { epoch: nth(0xee) });
    await mustReject(f.store.beginSnapshot(header), 'numbers of another epoch mean nothing here', 'EPOCH_CHANGED');
    const right = await snapshotOf(f, 'identity', 7, [{ kind: 'patients', rows: [patient(1)] }]);
    await f.store.beginSnapshot(right.header);
    await f.store.newEpoch(nth(0xee), null);
    same(await f.store.unfinishedSnapshot('identity'), null, 'a new epoch drops what was begun');
  }),

  deviceCase('[S46] a dropped scope goes with pages, delta and conflicts; the others stay', async (f) => {
    const store = await settled(f);
    const rows = {
      patients: [patient(3)],
      wards: [ward(22)],
      sync_conflicts: [conflict(31, 'identity'), conflict(32, 'ref')],
    };
    await store.applyPage(10, { rows, gone: [], next: 11 });
    const begun = await snapshotOf(f, 'identity', 12, [{ kind: 'patients', rows: [patient(9)] }]);
    await store.beginSnapshot(begun.header);
    await store.putPages('identity', [pageOf(0, begun.bytes[0])]);
    await store.dropScopes(['identity', 'never-held']);
    const again = await f.reopen();
    same((await again.meta()).held, ['ref'], 'no longer held');
    same(await copies(again, 'patients'), [], 'no patients');
    same(await copies(again, 'sync_conflicts'), ['32@1'], 'no conflicts of that scope');
    same(await copies(again, 'wards'), ['21@1', '22@1'], 'wards stay');
    same(await again.unfinishedSnapshot('identity'), null, 'what was begun is dropped');
    same((await again.meta()).cursor, 11, 'the cursor stays');
  }),

  deviceCase('[S47] the digest is of the server copies of held scopes, at the cursor', async (f) => {
    const store = await settled(f);
    await store.applyPage(10, {
      rows: { patients: [patient(3, 2)], sync_conflicts: [conflict(31, 'identity')] },
      gone: [['patients', nth(2), 'D', 2]],
      next: 13,
    });
    const { cursor, kinds } = await store.digest();
    same(cursor, 13, 'at the cursor');
    same(kinds.patients, digestOf([patient(1), patient(3, 2)]), 'patients');
    same(kinds.wards, digestOf([ward(21)]), 'wards');
    same(kinds.sync_conflicts, digestOf([conflict(31, 'identity')]), 'conflicts');
    same(kinds.patient_admissions, undefined, 'nothing of scopes that are not held');
    same(kinds.patient_allergies ?? { count: 0, sum: 0 }, { count: 0, sum: 0 }, 'an empty kind is empty');
  }),

  deviceCase('[S43] what is one person’s is kept under their scope: taken, told as gone, counted, dropped', async (f) => {
    const store = await settled(f);
    await takeSnapshot(store, f, PERSON_SCOPE, 10, [{ kind: 'notifications', rows: [notice(41), notice(42)] }]);
    const page = { rows: { notifications: [notice(43), notice(41, 2)] }, gone: [], next: 11 };
    await store.applyPage(10, page);
    const again = await f.reopen();
    same(await copies(again, 'notifications'), ['41@2', '42@1', '43@1'], 'a notice that came by a pull');
    same((await again.digest()).kinds.notifications, digestOf([notice(41, 2), notice(42), notice(43)]), 'counted');
    await again.applyPage(11, {
      rows: {},
      gone: [
        ['notifications', nth(43), 'D', 2],
        ['notifications', nth(42), 'D', 2],
      ],
      next: 12,
    });
    same(await copies(again, 'notifications'), ['41@2'], 'told as gone');
    await again.dropScopes([PERSON_SCOPE]);
    same(await copies(await f.reopen(), 'notifications'), [], 'dropped with the scope');
  }),

  deviceCase('[S44] what was told as gone from one scope does not hide a later version that comes with another', async (f) => {
    const store = await settled(f);
    await store.applyPage(10, { rows: { sync_conflicts: [conflict(31, 'identity')] }, gone: [], next: 11 });
    await store.applyPage(11, { rows: {}, gone: [['sync_conflicts', nth(31), 'X', 1]], next: 12 });
    same(await copies(store, 'sync_conflicts'), [], 'gone with its scope');
    await takeSnapshot(store, f, 'clinical', 12, [{ kind: 'sync_conflicts', rows: [conflict(31, 'clinical', 2)] }]);
    same(await copies(await f.reopen(), 'sync_conflicts'), ['31@2'], 'there with the other');
  }),

  deviceCase(
    '[S46] a row that came from another scope goes with the one it came to, and not back to what it was',
    async (f) => {
      const store = await settled(f);
      await takeSnapshot(store, f, 'identity', 10, [{ kind: 'sync_conflicts', rows: [conflict(31, 'identity')] }]);
      await takeSnapshot(store, f, 'clinical', 10, []);
      await store.applyPage(10, { rows: { sync_conflicts: [conflict(31, 'clinical', 2)] }, gone: [], next: 11 });
      await store.dropScopes(['clinical']);
      const again = await f.reopen();
      same(await copies(again, 'sync_conflicts'), [], 'not as it was before it moved');
      await takeSnapshot(again, f, 'clinical', 11, [{ kind: 'sync_conflicts', rows: [conflict(31, 'clinical', 2)] }]);
      same(await copies(await f.reopen(), 'sync_conflicts'), ['31@2'], 'back with the scope');
    },
  ),

  deviceCase('[S44] a row that came with another scope, and goes with it, is not what it was in the one it left', async (f) => {
    const store = await settled(f);
    await takeSnapshot(store, f, 'identity', 10, [{ kind: 'sync_conflicts', rows: [conflict(31, 'identity')] }]);
    await store.applyPage(10, { rows: {}, gone: [['sync_conflicts', nth(31), 'X', 1]], next: 11 });
    await takeSnapshot(store, f, 'clinical', 11, [{ kind: 'sync_conflicts', rows: [conflict(31, 'clinical', 2)] }]);
    same(await copies(store, 'sync_conflicts'), ['31@2'], 'in the other scope');
    await store.dropScopes(['clinical']);
    same(await copies(await f.reopen(), 'sync_conflicts'), [], 'gone with it');
  }),

  deviceCase('[S44] what a row was before it moved stays gone when the scopes it was in later go or come anew', async (f) => {
    const store = await settled(f);
    await takeSnapshot(store, f, 'identity', 10, [{ kind: 'sync_conflicts', rows: [conflict(31, 'identity')] }]);
    await takeSnapshot(store, f, 'clinical', 10, []);
    await store.applyPage(10, { rows: { sync_conflicts: [conflict(31, 'clinical', 2)] }, gone: [], next: 11 });
    await takeSnapshot(store, f, 'clinical', 11, [{ kind: 'sync_conflicts', rows: [conflict(31, 'clinical', 2)] }]);
    await store.applyPage(11, { rows: {}, gone: [['sync_conflicts', nth(31), 'X', 2]], next: 12 });
    same(await copies(store, 'sync_conflicts'), [], 'gone from both');
    await takeSnapshot(store, f, 'clinical', 12, []);
    same(await copies(store, 'sync_conflicts'), [], 'fetched anew');
    await store.dropScopes(['clinical']);
    same(await copies(await f.reopen(), 'sync_conflicts'), [], 'dropped');
  }),
];
