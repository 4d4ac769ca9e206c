import { gunzipSync, gzipSync } from 'node:zlib';
import { type Actor, type AnyRow, may, personScope, ROLES, recordOf, SYNCED, scopesOf, scopesOfActor } from '@psa/domain';
import { expect, test } from 'vitest';
import { crc32 } from '../crc32.ts';
import { digestOf } from '../digest.ts';
import { type Group, PROTOCOL_VERSION, type PullRequest, type PushRequest, SNAPSHOT_PAGE_ROWS } from '../protocol.ts';
import { type Caller, ServerEnd, type ServerEnv } from './end.ts';
import { midsOfRaw } from './raw.ts';
import { Hospital, type Tablet } from './testing.ts';

const NOW = '2026-03-05T10:00:00.000Z';

/** A server end whose signatures are `author of text`. */
async function serving(more: Partial<ServerEnv> = {}) {
  const h = await Hospital.open('consultant', 'nursing', 'lab');
  const people = new Map<string, Actor>();
  const reports: string[] = [];
  const env: ServerEnv = {
    now: () => NOW,
    newId: () => h.newId(),
    authorOf: async (_device, author, body, sig) =>
      sig === sign(author, body) ? (people.get(author) ?? { code: 'ACCOUNT_CLOSED' }) : { code: 'BAD_SIGNATURE' },
    compress: (text) => gzipSync(text),
    report: (what) => reports.push(what),
    ...more,
  };
  const end = new ServerEnd(h.store, env);
  const caller = (t: Tablet, device_state: Caller['device_state'] = 'active'): Caller => {
    people.set(t.actor.user_id, t.actor);
    return { actor: t.actor, device: t.device, device_state, address: '192.0.2.1', user_agent: 'test\0' };
  };
  return { h, end, caller, people, reports, env };
}

const sign = (author: string, body: string): string => `${author} ${crc32(new TextEncoder().encode(body))}`;
const signed = (group: Group, cseq = 1) => {
  const body = JSON.stringify(group);
  return { cseq, body, sig: sign(group.author, body) };
};
const pushOf = (t: Tablet, groups: PushRequest['groups'], more: Partial<PushRequest> = {}): PushRequest => ({
  device: t.device,
  epoch: null,
  schema: PROTOCOL_VERSION,
  sent_at: NOW,
  outbox_depth: groups.length,
  oldest_pending_at: null,
  groups,
  ...more,
});
const pullOf = (t: Tablet, more: Partial<PullRequest> = {}): PullRequest => ({
  device: t.device,
  epoch: null,
  schema: PROTOCOL_VERSION,
  sent_at: NOW,
  cursor: null,
  held: [],
  ...more,
});

test('[S20] a push is answered group by group, with a head that covers it', async () => {
  const { h, end, caller } = await serving();
  const t = h.tablet();
  const groups = [1, 2].map((n) => signed(h.group(t, { kind: 'patients', op: 'create', patch: h.whois() }), n));
  const reply = await end.push(caller(t), pushOf(t, groups, { sent_at: '2026-03-05T10:00:02.500Z' }));
  expect(reply.groups.map((g) => [g.cseq, g.results[0]?.status])).toEqual([
    [1, 'applied'],
    [2, 'applied'],
  ]);
  expect(reply.head).toBe(await h.store.head(h.facility));
  expect(
    h.store
      .mutationLog()
      .map((m) => [m.cseq, m.clock_offset_ms, m.device])
      .slice(-2),
  ).toEqual([
    [1, 2500, t.device],
    [2, 2500, t.device],
  ]);
});

test('[S4] a group is judged with its author’s rights, whoever carries it', async () => {
  const { h, end, caller } = await serving();
  const lab = h.tablet('lab');
  const nurse = { device: lab.device, actor: h.tablet('nursing').actor };
  caller(nurse);
  const group = h.group(nurse, { kind: 'patients', op: 'create', patch: h.whois() });
  const reply = await end.push(caller(lab), pushOf(lab, [signed(group)]));
  expect(reply.groups[0]?.results).toMatchObject([{ status: 'applied' }]);
  expect(h.rows('patients')[0]?.created_by).toBe(nurse.actor.user_id);
});

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

test('a session speaks for its own device, and a revoked device is not heard', async () => {
  const { h, end, caller } = await serving();
  const [t, other] = [h.tablet(), h.tablet()];
  await expect(end.push(caller(t), pushOf(other, []))).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  await expect(end.pull(caller(t), pullOf(other))).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  await expect(end.push(caller(t, 'revoked'), pushOf(t, []))).rejects.toMatchObject({ code: 'DEVICE_REVOKED' });
  const { epoch } = await h.store.epoch(h.facility);
  const pulled = await end.pull(caller(t, 'revoked'), pullOf(t, { epoch, cursor: 0, held: ['ref'] }));
  expect(pulled).toMatchObject({ rows: {}, granted: [], revoked: ['ref'], device_state: 'revoked' });
  const draining = await end.pull(caller(t, 'drain'), pullOf(t, { epoch, cursor: 0, held: ['ref'] }));
  expect(draining).toMatchObject({ rows: {}, next: 0, device_state: 'drain' });
});

test('[S40] a device is sent the scopes of its user’s role, decided at every request', async () => {
  const { h, end, caller } = await serving();
  const t = h.tablet();
  const patient = await h.patient(t);
  await h.one(t, {
    kind: 'patient_admissions',
    op: 'create',
    patch: {
      patient_id: patient,
      admission_number: 'A1',
      admission_date: NOW,
      admission_type: 'Elective',
      status: 'Active',
    },
  });
  const { epoch } = await h.store.epoch(h.facility);
  const held = ['ref', 'identity', 'clinical'];
  const asked = pullOf(t, { epoch, cursor: 0, held });
  const all = await end.pull(caller(t), asked);
  expect([Object.keys(all.rows).sort(), all.granted, all.revoked]).toEqual([
    ['facilities', 'patient_admissions', 'patients', 'users'],
    scopesOfActor(t.actor),
    [],
  ]);
  const demoted = { device: t.device, actor: { ...t.actor, role: 'lab' as const } };
  const some = await end.pull(caller(demoted), asked);
  expect([Object.keys(some.rows).sort(), some.granted, some.revoked]).toEqual([
    ['facilities', 'patients', 'users'],
    ['ref', 'identity', 'orders', 'learning', personScope(t.actor.user_id)],
    ['clinical'],
  ]);
  const request = { device: t.device, scope: 'clinical', min_head: 0 };
  await expect(end.snapshot(caller(demoted), request)).rejects.toMatchObject({ code: 'NOT_YOURS' });
  for (const scope of ['none', 'person', personScope(h.facility)]) {
    await expect(end.snapshot(caller(t), { ...request, scope })).rejects.toMatchObject({ code: 'NOT_YOURS' });
  }
  expect(some.next).toBe(await h.store.head(h.facility));
});

test('[S40] every role may read every record of the scopes it is sent', () => {
  const wrong = ROLES.flatMap((role) =>
    SYNCED.filter((def) => scopesOf(role).some((s) => s === def.scope))
      .filter((def) => !may({ user_id: '', facility_id: '', role }, 'read', def))
      .map((def) => `${role} ${def.name}`),
  );
  expect(wrong).toEqual([]);
  expect(recordOf('sync_conflicts')?.access.read).toEqual(ROLES);
});

test('[S48] a device of another epoch is told so and gets no rows', async () => {
  const { h, end, caller } = await serving();
  const t = h.tablet();
  const backup = h.store.backup();
  await h.patient(t);
  const before = (await h.store.epoch(h.facility)).epoch;
  const after = h.newId();
  h.store.restore(backup, after, NOW);
  const reply = await end.pull(caller(t), pullOf(t, { epoch: before, cursor: 2, held: ['ref', 'identity'] }));
  expect(reply).toMatchObject({ epoch: after, restored_to: NOW, rows: {}, next: 0, more: false });
  expect(h.rows('patients')).toEqual([]);
  await expect(end.push(caller(t), pushOf(t, [], { epoch: before }))).rejects.toMatchObject({ code: 'EPOCH_CHANGED' });
  expect((await end.push(caller(t), pushOf(t, [], { epoch: after }))).epoch).toBe(after);
});

test('[S48] answers that a restore has made untrue are not given', async () => {
  const { h, end, caller } = await serving();
  const t = h.tablet();
  const backup = h.store.backup();
  const head = h.store.head.bind(h.store);
  h.store.head = async (facility) => {
    h.store.restore(backup, h.newId(), NOW);
    return head(facility);
  };
  const group = signed(h.group(t, { kind: 'patients', op: 'create', patch: h.whois() }));
  await expect(end.push(caller(t), pushOf(t, [group]))).rejects.toMatchObject({ code: 'EPOCH_CHANGED' });
});

test('[S50] an app that is too old may send and not receive', async () => {
  const { h, end, caller } = await serving();
  const t = h.tablet();
  const { epoch } = await h.store.epoch(h.facility);
  const asks = (of: string | null) => end.pull(caller(t), pullOf(t, { schema: PROTOCOL_VERSION - 1, epoch: of }));
  await expect(asks(epoch)).rejects.toMatchObject({ code: 'APP_TOO_OLD' });
  // Without the epoch it could not send.
  for (const other of [null, h.newId()]) {
    await expect(asks(other)).resolves.toMatchObject({ epoch, rows: {}, gone: [], granted: [], more: false });
  }
  await expect(end.push(caller(t), pushOf(t, [], { schema: PROTOCOL_VERSION - 1 }))).resolves.toMatchObject({ groups: [] });
});

test('[S47] a digest is given at the head, and is that of the rows in reach', async () => {
  const { h, end, caller } = await serving();
  const t = h.tablet();
  for (let i = 0; i < 3; i++) await h.patient(t);
  const { epoch } = await h.store.epoch(h.facility);
  const asked = pullOf(t, { epoch, cursor: 0, held: ['ref', 'identity'], digest: true });
  const reply = await end.pull(caller(t), asked);
  expect(reply.digest?.patients).toEqual(digestOf(h.rows('patients')));
  const cut = await end.pull(caller(t), { ...asked, limit: 1 });
  expect([cut.more, cut.digest]).toEqual([true, undefined]);
});

test('[S47] no digest of another moment than the page', async () => {
  const { h, end, caller } = await serving();
  const t = h.tablet();
  await h.patient(t);
  const { epoch } = await h.store.epoch(h.facility);
  const digest = h.store.digest.bind(h.store);
  h.store.digest = async (facility, scopes) => {
    await h.patient(t);
    return digest(facility, scopes);
  };
  const reply = await end.pull(caller(t), pullOf(t, { epoch, cursor: 0, held: ['identity'], digest: true }));
  expect([reply.rows.patients?.length, reply.digest]).toEqual([1, undefined]);
});

test('[S45] a snapshot: pages of one kind with their sums, the same bytes for every device, resumed where it was cut', async () => {
  let compressed = 0;
  const { h, end, caller } = await serving({
    compress: (text) => {
      compressed++;
      return gzipSync(text);
    },
  });
  const [t, other] = [h.tablet(), h.tablet()];
  const many = Array.from({ length: 100 }, () => ({ kind: 'patients', op: 'create' as const, patch: {} }));
  for (let i = 0; i < 6; i++) await h.send(t, ...many.map((m) => ({ ...m, patch: h.whois() })));
  const request = { device: t.device, scope: 'identity', min_head: 0 };
  const [first, second] = await Promise.all([
    end.snapshot(caller(t), request),
    end.snapshot(caller(other), { ...request, device: other.device }),
  ]);
  expect(second.header).toBe(first.header);
  expect(compressed).toBe(2);
  expect(first.header).toMatchObject({ scope: 'identity', head: await h.store.head(h.facility) });
  expect(first.header.pages.map((p) => [p.n, p.kind, p.count])).toEqual([
    [0, 'patients', SNAPSHOT_PAGE_ROWS],
    [1, 'patients', 100],
  ]);
  const rows = first.pages.flatMap(({ n, bytes }) => {
    expect([bytes.length, crc32(bytes)]).toEqual([first.header.pages[n]?.bytes, first.header.pages[n]?.crc32]);
    return JSON.parse(gunzipSync(bytes).toString()) as AnyRow[];
  });
  expect(digestOf(rows)).toEqual(digestOf(h.rows('patients')));
  const resumed = await end.snapshot(caller(t), { ...request, snapshot: first.header.snapshot, from: 1 });
  expect([resumed.header.snapshot, resumed.pages.map((p) => p.n)]).toEqual([first.header.snapshot, [1]]);
  const unknown = await end.snapshot(caller(t), { ...request, snapshot: h.newId(), from: 1 });
  expect(unknown.pages.map((p) => p.n)).toEqual([0, 1]);
});

test('[S45] a snapshot older than the device’s cursor is not given', async () => {
  const { h, end, caller } = await serving();
  const t = h.tablet();
  const request = { device: t.device, scope: 'identity', min_head: 0 };
  const old = await end.snapshot(caller(t), request);
  await h.patient(t);
  const head = await h.store.head(h.facility);
  expect((await end.snapshot(caller(t), request)).header.snapshot).toBe(old.header.snapshot);
  const news = await end.snapshot(caller(t), { ...request, snapshot: old.header.snapshot, from: 0, min_head: head });
  expect(news.header).toMatchObject({ head, pages: [{ kind: 'patients', count: 1 }] });
});

test('[S29] a judge that throws is reported to whoever runs the server', async () => {
  const { h, end, caller, reports } = await serving({
    // The judge asks for an id when it opens a conflict.
    newId: () => {
      throw new Error('planted');
    },
  });
  const [a, b] = [h.tablet(), h.tablet()];
  const id = await h.patient(a);
  await h.one(a, { kind: 'patients', id, patch: { phone: '1' } });
  const clash = h.group(b, { kind: 'patients', id, patch: { phone: '2' } });
  const good = h.group(b, { kind: 'patients', id, patch: { city: 'Awka' } });
  const reply = await end.push(caller(b), pushOf(b, [signed(clash, 1), signed(good, 2)]));
  expect(reply.groups.map((g) => g.results[0])).toMatchObject([{ code: 'CRASH' }, { status: 'merged' }]);
  expect(reports).toEqual([expect.stringContaining(clash.group)]);
});
