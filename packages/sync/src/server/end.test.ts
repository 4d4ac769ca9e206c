import { gunzipSync, gzipSync } from 'node:zlib';
import { type AnyRow, may, personScope, ROLES, recordOf, SYNCED, scopesOf, scopesOfActor } from '@psa/domain';
import { expect, test } from 'vitest';
import { crc32 } from '../crc32.ts';
import { digestOf } from '../digest.ts';
import { PROTOCOL_VERSION, SNAPSHOT_PAGE_ROWS } from '../protocol.ts';
import { NOW, pullOf, pushOf, serving, signed } from './testing-end.ts';

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
    ['ref', 'identity', 'orders', 'learning', personScope(t.actor.user_id), 'known'],
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
  const { h, end, caller } = await serving({ compress: (text) => gzipSync(text) });
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
