import type { Patch } from '@psa/domain';
import { expect, test } from 'vitest';
import { settlement } from '../device/groups.ts';
import { lostSince } from './lives.ts';
import { Hospital, type Tablet, type Wish } from './testing.ts';

/** Rows of a Hospital are written at ten; its backup is restored at eleven, and what comes after is written at noon. */
const RESTORED_AT = '2026-03-05T11:00:00.000Z';
const NOON = '2026-03-05T12:00:00.000Z';

/** A patient that tablet A made, in a hospital that was restored; and how its people write since then. */
async function restored(at = RESTORED_AT) {
  const h = await Hospital.open('consultant');
  const [a, b] = [h.tablet(), h.tablet()];
  const id = await h.patient(a, { phone: '1', city: 'Enugu' });
  const was = h.store.life.epoch;
  const restore = (to = at) => h.store.restore(h.store.backup(), h.newId(), to);
  /** A group of the life `epoch`, judged now. */
  const of = (epoch: string | null, t: Tablet, ...wishes: Wish[]) =>
    h.push({ ...h.group(t, ...wishes), epoch }, h.context(t, { now: NOON })).then((o) => o.results);
  const now = (t: Tablet, ...wishes: Wish[]) => of(h.store.life.epoch, t, ...wishes);
  const edit = (patch: Patch, base = 1): Wish => ({ kind: 'patients', id, base, patch });
  const retract = (base: number): Wish => ({ kind: 'patients', id, op: 'retract', base });
  restore();
  return { h, a, b, id, was, restore, of, now, edit, retract };
}

test('[S49] of a row that was not changed since the restore, its author had read what is there', async () => {
  const w = await restored();
  expect(await w.of(w.was, w.b, w.edit({ phone: '2' }, 7))).toMatchObject([{ status: 'applied', version: 2 }]);
  const x = await restored();
  expect(await x.of(x.was, x.b, x.retract(7))).toMatchObject([{ status: 'applied', version: 2 }]);
});

test('[S49] a version of the lost life says nothing of what was written since', async () => {
  const w = await restored();
  await w.now(w.a, w.edit({ phone: '2' }));
  expect(await w.of(w.was, w.b, w.edit({ phone: '3' }, 7))).toMatchObject([{ status: 'conflict' }]);
  expect(w.h.conflicts()).toMatchObject([{ mine: { phone: '3' }, theirs: { phone: '2' }, base_version: 1 }]);
  expect(await w.of(w.was, w.b, w.retract(7))).toMatchObject([{ status: 'conflict' }]);
  expect(w.h.row('patients', w.id)).toMatchObject({ phone: '2', deleted: false, row_version: 2 });
});

test('[S49] the same number in the present life is what it says', async () => {
  const w = await restored();
  await w.now(w.a, w.edit({ phone: '2' }));
  expect(await w.now(w.b, w.edit({ phone: '3' }, 2))).toMatchObject([{ status: 'applied' }]);
});

test('[S49] what the backup held of other fields is read all the same', async () => {
  const w = await restored();
  await w.now(w.a, w.edit({ phone: '2' }));
  expect(await w.of(w.was, w.b, w.edit({ city: 'Awka' }, 7))).toMatchObject([{ status: 'merged', version: 3 }]);
  expect(await w.of(w.was, w.b, w.edit({ phone: '2' }, 7))).toMatchObject([{ status: 'applied' }]);
});

test('[S49] a device that is given its journal back does not stumble over itself', async () => {
  const w = await restored();
  const journal = [w.edit({ phone: '2' }, 1), w.edit({ city: 'Awka' }, 2), w.edit({ phone: '3' }, 3), w.retract(4)];
  for (const wish of journal) expect(await w.of(w.was, w.b, wish)).toMatchObject([{ status: 'applied' }]);
  const x = await restored();
  const both = await x.of(x.was, x.b, x.edit({ phone: '2' }, 7), x.edit({ city: 'Awka' }, 7));
  expect(both.map((r) => r.status)).toEqual(['applied', 'applied']);
});

test('[S49] a row that is made again after the restore is known only to who made it', async () => {
  const w = await restored();
  const id = w.h.newId();
  const made = { kind: 'patients', id, op: 'create' as const, patch: w.h.whois({ phone: '1' }) };
  expect(await w.of(w.was, w.a, made)).toMatchObject([{ status: 'applied', version: 1 }]);
  expect(await w.of(w.was, w.a, { kind: 'patients', id, patch: { phone: '2' } })).toMatchObject([{ status: 'applied' }]);
  const seen = { kind: 'patients', id, base: 7, patch: { phone: '3' } };
  expect(await w.of(w.was, w.b, seen)).toMatchObject([{ status: 'conflict' }]);
});

test('[S49] what nobody’s device wrote since is unseen too, and then nothing of the row is certain', async () => {
  const w = await restored(RESTORED_AT);
  const rest = { now: NOON, origin: 'rest' as const, device: null, cseq: null, baseIsCurrent: true, life: undefined };
  await w.h.push(w.h.group(w.a, w.edit({ phone: '2' })), w.h.context(w.a, rest));
  expect(await w.of(w.was, w.b, w.edit({ phone: '3' }, 7))).toMatchObject([{ status: 'conflict' }]);
  expect(await w.of(w.was, w.b, w.edit({ city: 'Awka' }, 7))).toMatchObject([{ status: 'conflict' }]);
  expect(await w.of(w.was, w.a, w.edit({ city: 'Nsukka' }, 7))).toMatchObject([{ status: 'merged' }]);
  expect(await w.of(w.was, w.b, w.edit({ phone: '4' }, 7))).toMatchObject([{ status: 'conflict' }]);
});

test.each([
  ['at the very moment', '2026-03-05T10:00:00.000Z'],
  ['before: the clock was put back', '2026-03-05T09:00:00.000Z'],
])('[S49] a row of the backup whose last change seems to be %s counts as changed', async (_, at) => {
  const w = await restored(at);
  expect(await w.of(w.was, w.b, w.edit({ phone: '2' }, 7))).toMatchObject([{ status: 'conflict' }]);
});

test('[S49] a clock that goes back after the restore hides no write of a device', async () => {
  const w = await restored();
  const early = { now: '2026-03-05T10:30:00.000Z' };
  await w.h.push(w.h.group(w.a, w.edit({ phone: '2' })), w.h.context(w.a, early));
  await w.h.push(w.h.group(w.a, w.edit({ city: 'Awka' }, 2)), w.h.context(w.a, early));
  expect(await w.of(w.was, w.b, w.edit({ phone: '3' }, 7))).toMatchObject([{ status: 'conflict' }]);
  expect(await w.of(w.was, w.b, w.edit({ city: 'Nsukka' }, 7))).toMatchObject([{ status: 'conflict' }]);
  const id = w.h.newId();
  const made = w.h.group(w.a, { kind: 'patients', id, op: 'create', patch: w.h.whois({ phone: '1' }) });
  await w.h.push(made, w.h.context(w.a, early));
  expect(await w.of(w.was, w.b, { kind: 'patients', id, base: 7, patch: { phone: '3' } })).toMatchObject([
    { status: 'conflict' },
  ]);
});

test('[S49] what is noted beside a row is no field that somebody changed', async () => {
  const w = await restored();
  for (const phone of ['2', '3', '4']) await w.now(w.a, w.edit({ phone }, 1));
  w.restore('2026-03-05T13:00:00.000Z');
  const later = w.h.context(w.a, { now: '2026-03-05T14:00:00.000Z' });
  const { results } = await w.h.push(w.h.group(w.a, w.edit({ phone: '5' }), w.retract(1)), later);
  expect(results.map((r) => r.status)).toEqual(['applied', 'applied']);
});

test.each([
  ['before the first contact', null],
  ['a life that nobody remembers', '00000000-0000-4000-8000-000000000000'],
])('[S49] a base of %s counts for nothing', async (_, epoch) => {
  const w = await restored();
  expect(await w.of(epoch, w.b, w.edit({ phone: '2' }, 7))).toMatchObject([{ status: 'conflict' }]);
  expect(await w.of(epoch, w.a, w.edit({ phone: '2' }, 7))).toMatchObject([{ status: 'applied' }]);
});

test('[S49] two restores: what was written between them is unseen by the first life, and read by the second', async () => {
  const written = async () => {
    const w = await restored();
    const between = w.h.store.life.epoch;
    await w.now(w.a, w.edit({ phone: '2' }));
    w.restore('2026-03-05T13:00:00.000Z');
    return { ...w, between };
  };
  const w = await written();
  expect(await w.of(w.was, w.b, w.edit({ phone: '3' }, 7))).toMatchObject([{ status: 'conflict' }]);
  expect(await w.of(w.between, w.b, w.edit({ phone: '3' }, 7))).toMatchObject([{ status: 'applied' }]);
  const x = await restored();
  x.restore();
  expect(await x.of(x.was, x.b, x.edit({ phone: '3' }, 7))).toMatchObject([{ status: 'applied' }]);
  const y = await written();
  await y.now(y.a, y.edit({ city: 'Awka' }, 2));
  expect(await y.of(y.was, y.b, y.edit({ phone: '3' }, 7))).toMatchObject([{ status: 'conflict' }]);
});

test('[S49] what a parked group releases later has its base in the life in which it was parked', async () => {
  const w = await restored();
  const other = await w.h.patient(w.b, { phone: '1' });
  w.restore('2026-03-05T11:30:00.000Z');
  const was = w.h.store.life.earlier.at(-1)?.epoch ?? null;
  await w.now(w.a, w.edit({ phone: '2' }));
  const parked = await w.of(was, w.b, w.edit({ phone: '3' }, 7), {
    kind: 'patients',
    id: other,
    base: 7,
    patch: { phone: '4' },
  });
  expect(parked.map((r) => r.status)).toEqual(['conflict', 'conflict']);
  const [conflict] = w.h.conflicts();
  if (!conflict) throw new Error('no conflict');
  expect(conflict.group_rest).toMatchObject([{ id: other, base: 1 }]);
  // The other patient is changed before the conflict is settled: whoever wished the parked change had not seen that.
  await w.now(w.a, { kind: 'patients', id: other, base: 1, patch: { phone: '5' } });
  const wishes = settlement(conflict, { take: 'mine' }, { row_version: 2, deleted: false });
  expect(await w.now(w.h.tablet(), ...wishes)).toMatchObject([{ status: 'conflict' }, { status: 'conflict' }]);
});

test('[S27] a settlement that is sent again after a restore settles what is still open', async () => {
  const h = await Hospital.open('consultant');
  const [a, b] = [h.tablet(), h.tablet()];
  const id = await h.patient(a);
  await h.one(a, { kind: 'patients', id, patch: { phone: '1' } });
  await h.one(b, { kind: 'patients', id, patch: { phone: '2' } });
  const [conflict] = h.conflicts();
  if (!conflict) throw new Error('no conflict');
  const group = h.group(b, ...settlement(conflict, { take: 'mine' }, { row_version: 2, deleted: false }));
  h.store.restore(h.store.backup(), h.newId(), RESTORED_AT);
  expect((await h.push(group, h.context(b, { now: NOON }))).results).toMatchObject([{ status: 'applied' }]);
  expect([h.row('patients', id)?.phone, h.conflicts()]).toEqual(['2', []]);
});

test('[S48] who slept through several restores is told the earliest; where one is not known, nothing is safe', () => {
  const ended = (epoch: string, restored_to: string | null) => ({ epoch, until: restored_to ?? NOON, restored_to });
  const of = (...earlier: ReturnType<typeof ended>[]) => ({ epoch: 'now', restored_to: NOON, since: NOON, earlier });
  const life = of(ended('first', RESTORED_AT), ended('second', NOON));
  expect(['first', 'second', 'now', 'lost', null].map((epoch) => lostSince(life, epoch))).toEqual([
    RESTORED_AT,
    NOON,
    NOON,
    RESTORED_AT,
    RESTORED_AT,
  ]);
  const mistyped = of(ended('first', NOON), ended('second', RESTORED_AT));
  expect(lostSince(mistyped, 'first')).toBe(RESTORED_AT);
  for (const unknown of [of(ended('first', null), ended('second', NOON)), of(ended('first', NOON), ended('second', null))]) {
    expect(lostSince(unknown, 'first')).toBeNull();
  }
});
