import { randomUUID } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { homeScope, personScope, scopesOfActor } from '@psa/domain';
import { crc32, digestOf, type PullReply, type SnapshotHeader } from '@psa/sync';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN, DOCTOR, type Hospital, one, openHospital, somebody, type Tablet } from '../testing/hospital.ts';

let h: Hospital;
let a: Tablet;
let b: Tablet;
beforeAll(async () => {
  h = await openHospital();
  a = await h.tablet(DOCTOR);
  b = await h.tablet(DOCTOR);
});
afterAll(() => h.close());

const newPatient = (change = {}) => ({ kind: 'patients', id: randomUUID(), patch: somebody(change) });
const rowsOf = (body: unknown) => (body as PullReply).rows;

describe('a device at sign-in', () => {
  test('gets the scopes of its role and keys that stay the same', async () => {
    const again = await h.tablet(DOCTOR, a.device);
    const scopes = scopesOfActor({ user_id: String(a.reply.user.id), facility_id: h.facility, role: 'consultant' });
    expect(a.reply.device).toMatchObject({ state: 'active', scopes });
    expect(again.reply.device).toEqual(a.reply.device);
    expect(Object.keys(a.reply.device?.keys.scopes ?? {})).toEqual(scopes.filter((scope) => homeScope(scope) === scope));
    expect(b.reply.device?.keys.outbox).not.toBe(a.reply.device?.keys.outbox);
    for (const key of Object.values(a.reply.device?.keys.scopes ?? {})) expect(Buffer.from(key, 'base64')).toHaveLength(32);
  });

  test('[S40] a second person gets an own author key, the same outbox, and no scope beyond the role', async () => {
    const who = await h.hire('lab');
    const lab = await h.tablet(who, a.device);
    expect(lab.reply.device?.scopes).toEqual(['ref', 'identity', 'orders', 'learning', personScope(who.id), 'known']);
    expect(lab.reply.device?.keys.outbox).toBe(a.reply.device?.keys.outbox);
    expect(lab.reply.device?.keys.author).not.toBe(a.reply.device?.keys.author);
    expect(lab.reply.device?.keys.scopes).not.toHaveProperty('clinical');
  });

  test('of another hospital is refused', async () => {
    const facility = randomUUID();
    await h.pool.query(
      `insert into facilities (id, facility_id, name, short_name, country, time_zone) values ($1, $1, 'Other', 'O', 'Nigeria', 'Africa/Lagos')`,
      [facility],
    );
    const device = randomUUID();
    await h.pool.query("insert into devices (id, facility_id, name, state) values ($1, $2, 'theirs', 'active')", [
      device,
      facility,
    ]);
    const claim = { id: device, name: 'mine now', schema: 1 };
    const { status, body } = await h.call('POST', '/api/login', { body: { ...DOCTOR, device: claim } });
    expect({ status, body }).toMatchObject({ status: 403, body: { code: 'NOT_YOURS' } });
  });
});

describe('pushing', () => {
  test('[S20] [S21] a group is applied once, however often it is sent', async () => {
    const patient = newPatient();
    const group = h.sealed(a, 1, [patient]);
    const first = await h.push(a, [group]);
    expect(first.status).toBe(200);
    expect(first.reply.groups[0]?.results[0]).toMatchObject({ status: 'applied', version: 1 });
    const second = await h.push(a, [group]);
    expect(second.reply.groups).toEqual(first.reply.groups);
    expect(await one(h.pool, 'select row_version from patients where id = $1', [patient.id])).toBe(1);
  });

  test('[S4] another person carries it, the author answers for it', async () => {
    const nurse = await h.hire('nursing');
    const shared = randomUUID();
    const byNurse = await h.tablet(nurse, shared);
    const byDoctor = await h.tablet(DOCTOR, shared);
    const patient = newPatient();
    const { reply } = await h.push(byDoctor, [h.sealed(byNurse, 1, [patient])]);
    expect(reply.groups[0]?.results[0]?.status).toBe('applied');
    expect(await one(h.pool, 'select created_by from patients where id = $1', [patient.id])).toBe(nurse.id);
  });

  test('[S29] a forged, foreign or unreadable group is kept and answered, and holds up no other', async () => {
    const good = newPatient();
    const forged = { ...h.sealed(a, 11, [newPatient()]), sig: Buffer.alloc(32).toString('base64') };
    const inAnothersName = h.sealed(a, 12, [newPatient()], h.admin);
    const ofAnotherDevice = { ...h.sealed(b, 13, [newPatient()]) };
    const unreadable = { cseq: 14, body: '{"group": \u0000 [[[', sig: '' };
    const nul = h.sealed(a, 15, [newPatient({ first_name: 'A\0B' })]);
    const { status, reply } = await h.push(a, [
      forged,
      inAnothersName,
      ofAnotherDevice,
      unreadable,
      nul,
      h.sealed(a, 16, [good]),
    ]);
    expect(status).toBe(200);
    const codes = reply.groups.map((g) => g.results[0]?.code ?? g.results[0]?.status);
    expect(codes).toEqual(['BAD_SIGNATURE', 'BAD_SIGNATURE', 'BAD_SIGNATURE', expect.anything(), 'INVALID', 'applied']);
    expect(await one(h.pool, "select count(*) from sync_quarantine where code = 'BAD_SIGNATURE'")).toBe(3);
  });

  test('a closed author is refused, the entry kept', async () => {
    const leaver = await h.hire('nursing');
    const shared = randomUUID();
    const theirs = await h.tablet(leaver, shared);
    const carrier = await h.tablet(DOCTOR, shared);
    const group = h.sealed(theirs, 1, [newPatient()]);
    await h.pool.query('update users set is_active = false where id = $1', [leaver.id]);
    const { reply } = await h.push(carrier, [group]);
    expect(reply.groups[0]?.results[0]).toMatchObject({ status: 'refused', code: 'ACCOUNT_CLOSED' });
  });

  test('only for the device of the session', async () => {
    const request = await h.push(a, [], { device: b.device });
    expect(request).toMatchObject({ status: 400, body: { code: 'BAD_REQUEST' } });
    const withoutDevice = await h.signIn(DOCTOR);
    expect((await h.push({ ...a, token: withoutDevice }, [])).status).toBe(400);
  });

  test('what a device tells of itself is noted', async () => {
    const device = await h.tablet(DOCTOR);
    await h.push(device, [], { outbox_depth: 7, oldest_pending_at: '2026-11-22T08:00:00.000Z' });
    const state = 'select outbox_depth from devices where id = $1';
    await expect.poll(() => one(h.pool, state, [device.device])).toBe(7);
  });
});

describe('pulling', () => {
  test('[S42] [S43] what one tablet sent is on the other, page by page', async () => {
    const from = (await h.pull(b, { cursor: 0, limit: 1 })).body as PullReply;
    expect(from.more).toBe(true);
    const head = (await h.push(a, [])).reply.head;
    const patients = [newPatient(), newPatient(), newPatient()];
    for (const [i, p] of patients.entries()) await h.push(a, [h.sealed(a, 100 + i, [p])]);
    const got: string[] = [];
    let [cursor, more] = [head, true];
    while (more) {
      const page = (await h.pull(b, { cursor, limit: 1 })).body as PullReply;
      got.push(...(page.rows.patients ?? []).map((r) => r.id));
      [cursor, more] = [page.next, page.more];
    }
    expect(got).toEqual(patients.map((p) => p.id));
  });

  test('[S44] [D19] a retracted patient is told as gone', async () => {
    const patient = newPatient();
    const head = (await h.push(a, [h.sealed(a, 200, [patient])])).reply.head;
    await h.push(a, [h.sealed(a, 201, [{ kind: 'patients', id: patient.id, op: 'retract', base: 1 }])]);
    const { body } = await h.pull(b, { cursor: head });
    expect((body as PullReply).gone).toContainEqual(['patients', patient.id, 'D', 2]);
  });

  test('[S40] the role decides what is sent, not what is asked for', async () => {
    const who = await h.hire('lab');
    const lab = await h.tablet(who);
    const other = personScope(String(a.reply.user.id));
    const { body } = await h.pull(lab, { held: ['ref', 'identity', 'clinical', 'everything', other] });
    expect(body).toMatchObject({
      granted: ['ref', 'identity', 'orders', 'learning', personScope(who.id), 'known'],
      revoked: ['clinical', 'everything', other],
    });
    expect(rowsOf(body)).not.toHaveProperty('patient_admissions');
    expect(Object.keys(rowsOf(body))).toContain('wards');
  });

  test('a withdrawn device learns it by pulling and gets nothing else', async () => {
    const lost = await h.tablet(DOCTOR);
    const id = lost.device;
    const admin = await h.signIn(ADMIN);
    const revoke = await h.call('PATCH', `/api/sync/devices/${id}`, {
      token: admin,
      body: { state: 'revoked', state_reason: 'Lost' },
    });
    expect(revoke.status).toBe(200);
    const { status, body } = await h.pull(lost);
    expect(status).toBe(200);
    expect(body).toMatchObject({ device_state: 'revoked', granted: [], rows: {} });
    expect(await h.push(lost, [])).toMatchObject({ status: 403, body: { code: 'DEVICE_REVOKED' } });
    const snapshot = await h.call('GET', `/api/sync/snapshot?device=${id}&scope=ref&min_head=0`, { token: lost.token });
    expect(snapshot.status).toBe(403);
    expect((await h.call('GET', '/api/sync/patients', { token: lost.token })).status).toBe(403);
    const claim = { id, name: 'again', schema: 1 };
    expect((await h.call('POST', '/api/login', { body: { ...DOCTOR, device: claim } })).body).toMatchObject({
      code: 'DEVICE_REVOKED',
    });
  });

  test('[S50] a protocol that is too old may still push, not pull', async () => {
    const { status, body } = await h.pull(a, { schema: 0 });
    expect([status, (body as { code: string }).code]).toEqual([400, 'INVALID']);
    expect((await h.push(a, [], { schema: 1 })).status).toBe(200);
  });
});

describe('a snapshot', () => {
  const fetchBytes = async (query: string, token = a.token): Promise<Buffer> => {
    const response = await fetch(`${h.base}/api/sync/snapshot?${query}`, { headers: { authorization: `Bearer ${token}` } });
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    return Buffer.from(await response.arrayBuffer());
  };
  const read = (bytes: Buffer): { header: SnapshotHeader; pages: Buffer[] } => {
    const frames: Buffer[] = [];
    for (let at = 0; at < bytes.length; ) {
      const length = bytes.readUInt32BE(at);
      frames.push(bytes.subarray(at + 4, at + 4 + length));
      at += 4 + length;
    }
    return { header: JSON.parse(frames[0]?.toString() ?? '') as SnapshotHeader, pages: frames.slice(1) };
  };
  const query = (scope: string, rest = '') => `device=${a.device}&scope=${scope}&min_head=0${rest}`;

  test('[S45] has the pages its header tells, and agrees with the digest', async () => {
    const { head } = (await h.push(a, [h.sealed(a, 290, [newPatient(), newPatient(), newPatient(), newPatient()])])).reply;
    const { header, pages } = read(await fetchBytes(`device=${a.device}&scope=identity&min_head=${head}`));
    expect(header.pages).toHaveLength(pages.length);
    const rows = pages.flatMap((bytes, n) => {
      expect(header.pages[n]).toMatchObject({ n, bytes: bytes.length, crc32: crc32(bytes) });
      const page = JSON.parse(gunzipSync(bytes).toString()) as { id: string; row_version: number; facility_id: string }[];
      expect(page).toHaveLength(header.pages[n]?.count ?? -1);
      return header.pages[n]?.kind === 'patients' ? page : [];
    });
    expect(rows.length).toBeGreaterThan(3);
    const { digest } = (await h.pull(a, { cursor: header.head, digest: true })).body as PullReply;
    expect(digest?.patients).toEqual(digestOf(rows));
  });

  test('is made once for those who ask together, and again when it would leave a gap', async () => {
    const ids = await Promise.all([1, 2, 3, 4].map(async () => read(await fetchBytes(query('ref'))).header.snapshot));
    expect(new Set(ids).size).toBe(1);
    const { head } = (await h.push(a, [h.sealed(a, 300, [newPatient()])])).reply;
    const later = read(await fetchBytes(`device=${a.device}&scope=ref&min_head=${head}`));
    expect(later.header.snapshot).not.toBe(ids[0]);
    expect(later.header.head).toBeGreaterThanOrEqual(head);
  });

  test('goes on at the missing page, and from the start when it is gone', async () => {
    const whole = read(await fetchBytes(query('identity')));
    const id = whole.header.snapshot;
    const rest = read(await fetchBytes(query('identity', `&snapshot=${id}&from=1`)));
    expect(rest.header).toEqual(whole.header);
    expect(rest.pages).toEqual(whole.pages.slice(1));
    const other = read(await fetchBytes(query('identity', `&snapshot=${randomUUID()}&from=1`)));
    expect(other.pages).toHaveLength(other.header.pages.length);
  });

  test('is refused beyond the role and for another device', async () => {
    const lab = await h.tablet(await h.hire('lab'));
    const ask = (device: string, scope: string) =>
      h.call('GET', `/api/sync/snapshot?device=${device}&scope=${scope}&min_head=0`, { token: lab.token });
    expect((await ask(lab.device, 'clinical')).body).toMatchObject({ code: 'NOT_YOURS' });
    expect((await ask(lab.device, 'none')).body).toMatchObject({ code: 'NOT_YOURS' });
    expect((await ask(a.device, 'ref')).status).toBe(400);
    expect((await ask(lab.device, 'no%00ne')).status).toBe(400);
    const refusals = 'select new_values from audit_logs where action = $1 and device_id = $2 order by n';
    expect((await h.pool.query(refusals, ['refuse', lab.device])).rows).toEqual(
      ['clinical', 'none'].map((scope) => ({ new_values: { op: 'copy', code: 'NOT_YOURS', fields: {}, scope } })),
    );
  });
});
