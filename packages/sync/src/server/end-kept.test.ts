import { expect, test } from 'vitest';
import { midsOfRaw } from './raw.ts';
import { NOW, pushOf, serving, signed } from './testing-end.ts';

/** A group in order, but for one value that is nested so deep. */
function deep(levels: number): string {
  const id = '00000000-0000-7000-8000-000000000001';
  const at = NOW;
  const mutation = { mid: id, kind: 'patients', id, op: 'edit', base: 1, patch: { city: 'DEEP' }, at };
  const body = JSON.stringify({ group: id, device: id, author: id, epoch: null, mutations: [mutation] });
  return body.replace('"DEEP"', '['.repeat(levels) + ']'.repeat(levels));
}

test.each([
  ['no JSON', '{"group":'],
  ['another shape', '{"hello":"world"}'],
  ['nested without end', '['.repeat(100_000)],
  ['nested beyond reason', deep(60)],
  ['nested beyond any stack', deep(50_000)],
  ['characters that cannot be stored', '"\0\ud800"'],
])('[S29] a group that is %s is kept raw, answered for good, and holds up no other', async (_, body) => {
  const { h, end, caller } = await serving();
  const t = h.tablet();
  const good = signed(h.group(t, { kind: 'patients', op: 'create', patch: h.whois() }), 2);
  const request = pushOf(t, [{ cseq: 1, body, sig: 'x' }, good]);
  const first = await end.push(caller(t), request);
  expect(first.groups).toMatchObject([
    { cseq: 1, group: null, results: [{ status: 'refused', code: 'UNREADABLE' }] },
    { cseq: 2, results: [{ status: 'applied' }] },
  ]);
  const kept = h.store.quarantineLog();
  expect(kept).toMatchObject([{ code: 'UNREADABLE', state: 'open', author: null, device: t.device }]);
  expect((await end.push(caller(t), request)).groups).toEqual(first.groups);
  expect(h.store.quarantineLog()).toEqual(kept);
  // It can be given up by the name it was answered with.
  const mid = first.groups[0]?.results[0]?.mid ?? '';
  await h.one(t, { kind: 'patients', op: 'withdraw', repairs: mid });
  expect(h.quarantine().get(mid)).toBe('withdrawn');
});

test('[S29] one mutation twice in a group is no group', async () => {
  const { h, end, caller } = await serving();
  const t = h.tablet();
  const group = h.group(t, { kind: 'patients', op: 'create', patch: h.whois() });
  const twice = { ...group, mutations: [...group.mutations, ...group.mutations] };
  const reply = await end.push(caller(t), pushOf(t, [signed(twice)]));
  expect(reply.groups[0]?.results).toMatchObject([{ mid: group.mutations[0]?.mid, code: 'UNREADABLE' }]);
});

test('[S29] a wrong signature, another device, a closed account, another facility: kept raw under the ids it claims', async () => {
  const { h, end, caller, people } = await serving();
  const t = h.tablet();
  const group = () => h.group(t, { kind: 'patients', op: 'create', patch: h.whois() }, { kind: 'patients' });
  const forged = { ...signed(group()), sig: 'forged' };
  const foreign = signed({ ...group(), device: h.newId() }, 2);
  const stranger = h.newId();
  const closed = signed({ ...group(), author: stranger }, 3);
  const elsewhere = signed({ ...group(), author: h.newId() }, 4);
  people.set(JSON.parse(elsewhere.body).author, {
    ...t.actor,
    user_id: JSON.parse(elsewhere.body).author,
    facility_id: h.newId(),
  });
  const reply = await end.push(caller(t), pushOf(t, [forged, foreign, closed, elsewhere]));
  expect(reply.groups.map((g) => g.results.map((r) => r.code))).toEqual([
    ['BAD_SIGNATURE', 'BAD_SIGNATURE'],
    ['BAD_SIGNATURE', 'BAD_SIGNATURE'],
    ['ACCOUNT_CLOSED', 'ACCOUNT_CLOSED'],
    ['BAD_SIGNATURE', 'BAD_SIGNATURE'],
  ]);
  expect(h.rows('patients')).toEqual([]);
  expect(h.store.mutationLog().filter((m) => m.device === t.device)).toEqual([]);
  expect(h.store.quarantineLog()).toHaveLength(8);
  expect(reply.groups[0]?.group).toBe(JSON.parse(forged.body).group);
});

test('[S21] an account that was closed since does not change the answer that was given', async () => {
  const { h, end, caller, people } = await serving();
  const t = h.tablet();
  const request = pushOf(t, [signed(h.group(t, { kind: 'patients', op: 'create', patch: h.whois() }))]);
  const first = await end.push(caller(t), request);
  const other = h.tablet('nursing');
  people.delete(t.actor.user_id);
  const again = await end.push(caller({ device: t.device, actor: other.actor }), request);
  expect(again.groups).toEqual(first.groups);
  expect(h.store.quarantineLog()).toEqual([]);
});

test('[S21] [S28] an account that is opened again does not change the answer that was given while it was closed', async () => {
  const { h, end, caller, people } = await serving();
  const t = h.tablet();
  const carrier = { device: t.device, actor: h.tablet('nursing').actor };
  caller(t);
  const group = h.group(t, { kind: 'patients', op: 'create', patch: h.whois() }, { kind: 'patients', op: 'create' });
  people.delete(t.actor.user_id);
  const request = pushOf(t, [signed(group)]);
  const first = await end.push(caller(carrier), request);
  expect(first.groups[0]?.results.map((r) => r.code)).toEqual(['ACCOUNT_CLOSED', 'ACCOUNT_CLOSED']);
  expect(h.store.quarantineLog()).toMatchObject(
    group.mutations.map(({ mid, id }) => ({ mid, record_id: id, kind: 'patients', author: t.actor.user_id, state: 'open' })),
  );
  people.set(t.actor.user_id, t.actor);
  const again = await end.push(caller(carrier), request);
  expect(again.groups).toEqual(first.groups);
  expect(h.rows('patients')).toEqual([]);
  // Who wrote it may send it anew.
  const mended = await h.one(t, { kind: 'patients', op: 'create', patch: h.whois(), repairs: group.mutations[0]?.mid });
  expect(mended.status).toBe('applied');
});

test('[S29] a forged group cannot take the place of what is kept', async () => {
  const { h, end, caller } = await serving();
  const t = h.tablet();
  const bad = await h.one(t, { kind: 'patients', op: 'create', patch: h.whois({ gender: 'x' }) });
  const kept = h.store.quarantineLog();
  const body = JSON.stringify({ mutations: [{ mid: bad.mid }] });
  await end.push(caller(t), pushOf(t, [{ cseq: 9, body, sig: 'x' }]));
  expect(h.store.quarantineLog()).toEqual(kept);
});

test('the ids of a raw group: those it claims, else one from its text, the same every time', () => {
  const raw = { device: 'd', cseq: 1, body: 'x', sig: '' };
  expect(midsOfRaw(raw)).toEqual(midsOfRaw({ ...raw }));
  expect(midsOfRaw(raw)).not.toEqual(midsOfRaw({ ...raw, cseq: 2 }));
  expect(midsOfRaw(raw)[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
});
