import { describe, expect, test } from 'vitest';
import type { Group } from '../protocol.ts';
import { Hospital, type Tablet, type Wish } from './testing.ts';
import { pushWave, Wave } from './wave.ts';

async function ward() {
  const h = await Hospital.open('consultant');
  const t = h.tablet();
  const wave = (...groups: Group[]) =>
    pushWave(
      h.store,
      groups.map((group) => ({ group, ctx: h.context(t) })),
    );
  const create = (id: string, patch: Wish['patch'] = {}): Group =>
    h.group(t, { kind: 'patients', id, op: 'create', patch: h.whois(patch) });
  const edit = (id: string, patch: Wish['patch'], on: Tablet = t): Group =>
    h.group(on, { kind: 'patients', id, base: 1, patch });
  return { h, t, wave, create, edit };
}

const statuses = (outcomes: Awaited<ReturnType<typeof pushWave>>) =>
  outcomes.map(({ results }) => results.map((r) => r.status));

describe('groups that have nothing in common', () => {
  test('[S20] share a transaction, and so its number', async () => {
    const { h, wave, create } = await ward();
    const before = await h.store.head(h.facility);
    const ids = [h.newId(), h.newId(), h.newId()];
    const outcomes = await wave(...ids.map((id) => create(id)));
    expect(statuses(outcomes)).toEqual([['applied'], ['applied'], ['applied']]);
    expect(ids.map((id) => h.row('patients', id)?.row_version)).toEqual([1, 1, 1]);
    expect(await h.store.head(h.facility)).toBe(before + 1);
  });

  test('[S20] stand or fall alone: what is refused or parked holds up none of the others', async () => {
    const { h, t, create, edit } = await ward();
    const other = h.tablet();
    const id = await h.patient(t, { phone: '1' });
    await h.push(edit(id, { phone: '2' }), h.context(t));
    const fresh = h.newId();
    const nobodys = h.group(t, { kind: 'nothing', id: h.newId(), op: 'create', patch: {} });
    const clash = h.group(other, { kind: 'patients', id, base: 1, patch: { phone: '3' } });
    const outcomes = await pushWave(h.store, [
      { group: nobodys, ctx: h.context(t) },
      { group: clash, ctx: h.context(other) },
      { group: create(fresh), ctx: h.context(t) },
    ]);
    expect(statuses(outcomes)).toEqual([['refused'], ['conflict'], ['applied']]);
    expect(h.row('patients', id)).toMatchObject({ phone: '2' });
    expect(h.row('patients', fresh)).toBeDefined();
  });

  test('[S21] are answered as before when they come again', async () => {
    const { h, wave, create } = await ward();
    const groups = [create(h.newId()), create(h.newId())];
    const first = await wave(...groups);
    const head = await h.store.head(h.facility);
    expect((await wave(...groups)).map(({ results }) => results)).toEqual(first.map(({ results }) => results));
    expect(await h.store.head(h.facility)).toBe(head);
  });

  test('[S20] are taken one by one in their order when one of them breaks a promise of the database', async () => {
    const { h, wave, create } = await ward();
    const [a, b, c] = [h.newId(), h.newId(), h.newId()];
    const before = await h.store.head(h.facility);
    const taken = { hospital_number: 'UNTH/2026/000001' };
    const outcomes = await wave(create(a, taken), create(b, taken), create(c));
    expect(statuses(outcomes)).toEqual([['applied'], ['refused'], ['applied']]);
    expect(outcomes[1]?.results[0]).toMatchObject({ code: 'TAKEN' });
    expect([a, b, c].map((id) => h.row('patients', id) !== undefined)).toEqual([true, false, true]);
    expect(await h.store.head(h.facility)).toBe(before + 2);
  });

  test('[S20] are halved until the one that fails is by itself', async () => {
    const { h, wave, create } = await ward();
    const taken = { hospital_number: 'UNTH/2026/000001' };
    await wave(create(h.newId(), taken));
    const before = await h.store.head(h.facility);
    const groups = Array.from({ length: 32 }, (_, i) => create(h.newId(), i === 19 ? taken : {}));
    const outcomes = await wave(...groups);
    expect(statuses(outcomes).map(([status]) => status)).toEqual(groups.map((_, i) => (i === 19 ? 'refused' : 'applied')));
    // 16, 8, and of the eight around it 4 and each of the others.
    expect(await h.store.head(h.facility)).toBeLessThanOrEqual(before + 2 + 1 + 3);
  });

  test('[S29] are kept apart from one at which the judge fails', async () => {
    const { h, wave, create } = await ward();
    const id = h.newId();
    const bad = create(h.newId());
    const poison: Group = { ...bad, mutations: bad.mutations.map((m) => ({ ...m, patch: null as never })) };
    const outcomes = await wave(poison, create(id));
    expect(outcomes[0]).toHaveProperty('crash');
    expect(statuses(outcomes)).toEqual([['refused'], ['applied']]);
    expect(h.row('patients', id)).toBeDefined();
  });
});

describe('a wave', () => {
  test('[S2] ends before a group that touches what one in it touches', async () => {
    const { h, t, create, edit } = await ward();
    const id = h.newId();
    const wave = new Wave<{ group: Group; ctx: ReturnType<typeof h.context> }>();
    const wish = (group: Group) => ({ group, ctx: h.context(t) });
    expect(wave.takes(wish(create(id)))).toBe(true);
    expect(wave.takes(wish(edit(h.newId(), { city: 'Awka' })))).toBe(true);
    expect(wave.takes(wish(edit(id, { city: 'Enugu' })))).toBe(false);
    expect(wave.wishes).toHaveLength(2);
  });
});
