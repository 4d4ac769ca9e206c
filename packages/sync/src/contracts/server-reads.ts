import { isInstant, RECORD_LIST, UUID } from '@psa/domain';
import { digestOf } from '../digest.ts';
import { must, same } from './must.ts';
import { type ServerCase, serverCase, Ward } from './server-fixture.ts';

/** Pulling, snapshots and digests. */
export const serverReads: ServerCase[] = [
  serverCase('[S42] changes come oldest first, as they are now, each row once', async (w) => {
    const start = await w.head();
    const [one, two] = [w.patient('H1', { phone: '1' }), w.patient('H2')];
    await w.write([one]);
    await w.write([two]);
    const stored = await w.row('patients', one.after.id);
    must(stored, 'the row is not there');
    const change = w.changed('patients', stored, { phone: '2' });
    await w.write([change]);
    const first = await w.f.store.pull(w.facility, start, ['identity'], 1);
    same([first.rows.patients, first.more, first.next], [[two.after], true, start + 2], 'the first page of one row');
    const second = await w.f.store.pull(w.facility, first.next, ['identity'], 1);
    same([second.rows.patients, second.more, second.next], [[change.after], false, start + 3], 'the second page');
    same(
      await w.f.store.pull(w.facility, second.next, ['identity'], 1),
      { rows: {}, gone: [], archived: [], next: start + 3, more: false },
      'nothing new',
    );
  }),

  serverCase('[S53] what begins further back holds all that begins later, as it is now', async (w) => {
    const start = await w.head();
    const [one, two] = [w.patient('H1'), w.patient('H2')];
    await w.write([one]);
    await w.write([two]);
    const stored = await w.row('patients', one.after.id);
    must(stored, 'the row is not there');
    await w.write([w.changed('patients', stored, { phone: '2' })]);
    const [early, late] = [
      await w.f.store.pull(w.facility, start, ['identity'], 100),
      await w.f.store.pull(w.facility, start + 2, ['identity'], 100),
    ];
    same([early.next, late.next], [start + 3, start + 3], 'both end at the head');
    same(early.rows.patients?.length, 2, 'the early page');
    same(late.rows.patients, early.rows.patients?.slice(1), 'the late page');
  }),

  serverCase('[S42] a page never ends inside a transaction', async (w) => {
    const start = await w.head();
    await w.write(Array.from({ length: 5 }, (_, i) => w.patient(`H${i}`)));
    await w.write([w.patient('last')]);
    const page = await w.f.store.pull(w.facility, start, ['identity'], 2);
    same([page.rows.patients?.length, page.next, page.more], [5, start + 1, true], 'a page of at most two rows');
  }),

  serverCase('[S40] only the scopes asked for, and the cursor passes what is in others', async (w) => {
    const start = await w.head();
    const patient = w.patient('H1');
    await w.write([patient, w.ward('W1')]);
    await w.write([w.admission(patient.after.id, 'A1')]);
    const ref = await w.f.store.pull(w.facility, start, ['ref'], 100);
    same([Object.keys(ref.rows), ref.next, ref.more], [['wards'], start + 2, false], 'a pull of one scope');
    const none = await w.f.store.pull(w.facility, start, [], 100);
    same(none, { rows: {}, gone: [], archived: [], next: start + 2, more: false }, 'a pull of no scope');
    const all = await w.f.store.pull(w.facility, start, ['clinical', 'ref', 'identity'], 100);
    same(Object.keys(all.rows).sort(), ['patient_admissions', 'patients', 'wards'], 'a pull of all scopes');
  }),

  serverCase('[S40] nothing of another facility is told', async (w) => {
    const other = await Ward.open(w.f, w.f.newId());
    await other.write([other.patient('H1')]);
    const start = await w.head();
    await other.write([other.patient('H2')]);
    same(await w.head(), start, 'the head of a facility where nothing happened');
    const page = await w.f.store.pull(w.facility, 0, ['ref', 'identity', 'clinical'], 100);
    const rows = Object.values(page.rows).flat();
    must(rows.length > 0 && rows.every((r) => r.facility_id === w.facility), 'a row of another facility was sent', rows);
    const { kinds } = await w.f.store.snapshot(w.facility, 'identity');
    same(kinds, [], 'the snapshot of a facility without patients');
  }),

  serverCase('[S44] a retracted row is told as gone, for ever, and comes back when restored', async (w) => {
    const made = w.patient('H1');
    await w.write([made]);
    const before = await w.row('patients', made.after.id);
    must(before, 'the row is not there');
    await w.write([w.changed('patients', before, { deleted: true })]);
    for (const from of [0, (await w.head()) - 1]) {
      const page = await w.f.store.pull(w.facility, from, ['identity'], 100);
      same([page.rows, page.gone], [{}, [['patients', made.after.id, 'D', 2]]], 'a retracted row');
    }
    const retracted = await w.row('patients', made.after.id);
    must(retracted, 'a retracted row is not loaded');
    await w.write([w.changed('patients', retracted, { deleted: false })]);
    const page = await w.f.store.pull(w.facility, 0, ['identity'], 100);
    same([page.rows.patients?.[0]?.row_version, page.gone], [3, []], 'a restored row');
  }),

  serverCase('[S26] a conflict travels in the scope it names', async (w) => {
    const patient = w.patient('H1');
    await w.write([patient]);
    const start = await w.head();
    const [low, high] = [w.conflict('patients', patient.after.id, 'identity'), w.conflict('x', patient.after.id, 'clinical')];
    await w.write([low, high]);
    for (const [scope, conflict] of [
      ['identity', low],
      ['clinical', high],
    ] as const) {
      const page = await w.f.store.pull(w.facility, start, [scope], 100);
      same(page.rows, { sync_conflicts: [conflict.after] }, `conflicts of ${scope}`);
      const { kinds } = await w.f.store.snapshot(w.facility, scope);
      same(kinds.find((k) => k.kind === 'sync_conflicts')?.rows, [conflict.after], `the snapshot of ${scope}`);
      const { kinds: sums } = await w.f.store.digest(w.facility, [scope]);
      same(sums.sync_conflicts, digestOf([conflict.after]), `the digest of ${scope}`);
    }
  }),

  serverCase('a row that moves to another scope is gone from the old one', async (w) => {
    const patient = w.patient('H1');
    const made = w.conflict('patients', patient.after.id, 'identity');
    await w.write([patient, made]);
    const stored = await w.row('sync_conflicts', made.after.id);
    must(stored, 'the row is not there');
    const start = await w.head();
    await w.write([w.changed('sync_conflicts', stored, { scope: 'clinical' })]);
    const old = await w.f.store.pull(w.facility, start, ['identity'], 100);
    same([old.rows, old.gone], [{}, [['sync_conflicts', made.after.id, 'X', 2]]], 'the old scope');
    const now = await w.f.store.pull(w.facility, start, ['clinical'], 100);
    same(now.rows.sync_conflicts?.length, 1, 'the new scope');
  }),

  serverCase('[S45] a snapshot: every row that is not retracted, parents first, then by id', async (w) => {
    const patients = Array.from({ length: 5 }, (_, i) => w.patient(`H${i}`));
    await w.write([...patients].reverse());
    await w.write(patients.map((p) => w.allergy(p.after.id)));
    const stored = await w.row('patients', patients[3]?.after.id ?? '');
    must(stored, 'the row is not there');
    await w.write([w.changed('patients', stored, { deleted: true })]);
    const { head, kinds } = await w.f.store.snapshot(w.facility, 'identity');
    same(head, await w.head(), 'the head of the snapshot');
    same(
      kinds.map((k) => k.kind),
      RECORD_LIST.map((d) => d.name).filter((n) => ['patients', 'patient_allergies'].includes(n)),
      'the kinds',
    );
    const expected = patients.filter((_, i) => i !== 3).map((p) => p.after);
    same(
      kinds[0]?.rows,
      expected.sort((a, b) => (a.id < b.id ? -1 : 1)),
      'the rows',
    );
  }),

  serverCase('[S47] the digest is that of the rows in the snapshot', async (w) => {
    const patients = Array.from({ length: 7 }, (_, i) => w.patient(`H${i}`));
    await w.write(patients);
    for (const [i, p] of patients.slice(0, 3).entries()) {
      const stored = await w.row('patients', p.after.id);
      must(stored, 'the row is not there');
      await w.write([w.changed('patients', stored, i === 2 ? { deleted: true } : { phone: `${i}` })]);
    }
    const digest = await w.f.store.digest(w.facility, ['ref', 'identity']);
    const shots = await Promise.all(['ref', 'identity'].map((scope) => w.f.store.snapshot(w.facility, scope)));
    const kinds = shots.flatMap((s) => s.kinds);
    same(digest.head, shots[0]?.head, 'the head of the digest');
    // A kind without rows may be left out or be told as nothing.
    const told = Object.entries(digest.kinds).filter(([, d]) => d.count > 0);
    same(Object.fromEntries(told), Object.fromEntries(kinds.map((k) => [k.kind, digestOf(k.rows)])), 'the digests');
  }),

  serverCase('the life of the database has a name', async (w) => {
    const first = await w.f.store.epoch(w.facility);
    must(UUID.test(first.epoch), 'an epoch is a UUID', first.epoch);
    same(first.restored_to, null, 'a database that was never restored');
    await w.write([w.patient('H1')]);
    same(await w.f.store.epoch(w.facility), first, 'the epoch after a write');
    same([first.earlier, isInstant(first.since)], [[], true], 'the beginning of a first life');
  }),

  serverCase('[S49] a restored database tells when its life began and which lives it goes on from', async (w) => {
    const lives = [await w.f.store.epoch(w.facility)];
    const moments = ['2026-03-01T06:00:00.000Z', '2026-03-02T06:00:00.250Z'];
    for (const moment of moments) {
      await w.f.restore(moment);
      const life = await w.f.store.epoch(w.facility);
      const earlier = lives.map(({ epoch }, i) => ({ epoch, until: moments[i], restored_to: moments[i] }));
      must(!lives.some((was) => was.epoch === life.epoch), 'a new life has a new name', life.epoch);
      same(life, { epoch: life.epoch, restored_to: moment, since: moment, earlier }, 'the new life');
      await w.write([w.patient(`H ${moment}`)]);
      same(await w.f.store.epoch(w.facility), life, 'the life after a write');
      lives.push(life);
    }
  }),
];
