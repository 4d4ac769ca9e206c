import { createCipheriv, createHash, randomBytes, randomUUID } from 'node:crypto';
import type { HandInReply } from '@psa/sync';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN, DOCTOR, type Hospital, one, openHospital, type Tablet } from '../testing/hospital.ts';

let h: Hospital;
let admin: string;
beforeAll(async () => {
  h = await openHospital();
  admin = await h.signIn(ADMIN);
});
afterAll(() => h.close());

type Group = ReturnType<Hospital['sealed']>;

/** An outbox entry as a device seals it. */
function entryOf(by: Tablet, { cseq, body, sig }: Group, key = by.reply.device?.keys.outbox ?? '') {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(key, 'base64'), iv);
  cipher.setAAD(Buffer.from(JSON.stringify(['outbox', cseq])));
  const text = JSON.stringify({ body, sig, saved_at: '2026-11-22T08:00:00.000Z' });
  const d = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  const k = createHash('sha256').update(`kid ${key}`).digest('hex').slice(0, 16);
  return { cseq, k, iv: iv.toString('base64'), d: d.toString('base64') };
}

const ward = (name: string) => ({ kind: 'wards', id: randomUUID(), patch: { name, code: name, is_active: true } });
const patient = (surname: string) => ({
  kind: 'patients',
  id: randomUUID(),
  patch: {
    hospital_number: `T-${randomUUID().slice(0, 8)}`,
    first_name: 'Test',
    last_name: surname,
    gender: 'Female',
    date_of_birth_precision: 'Unknown',
  },
});

const handIn = (token: string, device: string, entries: readonly object[]) =>
  h.call('POST', '/api/sync/hand-in', { token, body: { device, schema: 1, entries } });
const statuses = (body: unknown) => (body as HandInReply).groups.map(({ results }) => results.map(({ status }) => status));
const withdraw = (device: string, state: string, more: object = { state_reason: 'Left in a taxi' }) =>
  h.call('PATCH', `/api/sync/devices/${device}`, { token: admin, body: { state, ...more } });
const stateOf = (device: string) => one<string>(h.pool, 'select state from devices where id = $1', [device]);
const countOf = (id: string) => one<number>(h.pool, 'select count(*)::int from patients where id = $1', [id]);

describe('[S60] unsent work that somebody else hands in', () => {
  test('is judged in its author’s name, once, whoever carries it and how often', async () => {
    const tablet = await h.tablet(DOCTOR);
    const nurse = await h.tokenOf('nursing');
    const wish = patient('Carried');
    const entries = [entryOf(tablet, h.sealed(tablet, 1, [wish]))];
    const first = await handIn(nurse, tablet.device, entries);
    expect([first.status, statuses(first.body)]).toEqual([200, [['applied']]]);
    expect((await handIn(admin, tablet.device, entries)).body).toEqual(first.body);
    expect(await one(h.pool, 'select created_by from patients where id = $1', [wish.id])).toBe(tablet.reply.user.id);
    expect(
      await one<number>(h.pool, "select count(*)::int from audit_logs where action = 'hand_in' and record_id = $1", [
        tablet.device,
      ]),
    ).toBe(2);
  });

  test('a carrier’s rights are not lent: what the author may not, is refused though an administrator brings it', async () => {
    const nurse = await h.tablet(await h.hire('nursing'));
    const { body } = await handIn(admin, nurse.device, [entryOf(nurse, h.sealed(nurse, 1, [ward('W9')]))]);
    expect((body as HandInReply).groups[0]?.results).toMatchObject([{ status: 'refused', code: 'NOT_YOURS' }]);
  });

  test('[S61] what was spoilt, sealed by another key or moved to another place is not taken, and holds up nothing', async () => {
    const tablet = await h.tablet(DOCTOR);
    const good = entryOf(tablet, h.sealed(tablet, 4, [patient('Whole')]));
    const spoilt = { ...good, d: Buffer.from(good.d, 'base64').fill(7, 0, 4).toString('base64') };
    const strange = entryOf(tablet, h.sealed(tablet, 5, [patient('Strange')]), randomBytes(32).toString('base64'));
    const { status, body } = await handIn(admin, tablet.device, [spoilt, strange, { ...good, cseq: 6 }, good]);
    expect([status, statuses(body)]).toEqual([200, [[], [], [], ['applied']]]);
    const forged = { ...h.sealed(tablet, 7, [patient('Forged')]), sig: 'AAAA' };
    const answer = await handIn(admin, tablet.device, [entryOf(tablet, forged)]);
    expect((answer.body as HandInReply).groups[0]?.results).toMatchObject([{ status: 'refused', code: 'BAD_SIGNATURE' }]);
  });

  test('of a device that nobody knows it is refused', async () => {
    const tablet = await h.tablet(DOCTOR);
    const entries = [entryOf(tablet, h.sealed(tablet, 1, [patient('Lost')]))];
    expect(await handIn(admin, randomUUID(), entries)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    expect((await handIn('', tablet.device, entries)).status).toBe(401);
    expect(await handIn(admin, tablet.device, [])).toMatchObject({ status: 400, body: { code: 'INVALID' } });
  });
});

describe('a device that is taken out of use', () => {
  test('needs a reason, and goes only the ways that there are', async () => {
    const { device } = await h.tablet(DOCTOR);
    expect(await withdraw(device, 'revoked', {})).toMatchObject({ body: { fields: { state_reason: expect.any(String) } } });
    expect((await withdraw(device, 'wiped')).body).toMatchObject({ code: 'ILLEGAL_STEP' });
    for (const state of ['drain', 'revoked', 'active', 'revoked', 'wiped'])
      expect((await withdraw(device, state)).status).toBe(200);
    expect((await withdraw(device, 'active')).body).toMatchObject({ code: 'ILLEGAL_STEP' });
  });

  test('[S62] what a revoked one brings is kept raw, and judged when an administrator releases it', async () => {
    const tablet = await h.tablet(DOCTOR);
    const wish = patient('Quarantined');
    const bad = { ...h.sealed(tablet, 2, [patient('Forged')]), sig: 'AAAA' };
    const entries = [entryOf(tablet, h.sealed(tablet, 1, [wish])), entryOf(tablet, bad)];
    await withdraw(tablet.device, 'revoked');
    const taken = await handIn(tablet.token, tablet.device, entries);
    expect(statuses(taken.body)).toEqual([['refused'], ['refused']]);
    expect(await countOf(wish.id)).toBe(0);
    const held = async () => (await h.call('GET', '/api/sync/hand-in', { token: admin })).body;
    expect(await held()).toMatchObject({ held: [{ device: tablet.device, groups: 2 }] });

    const release = (token: string) => h.call('POST', '/api/sync/hand-in/release', { token, body: { device: tablet.device } });
    expect((await release(await h.tokenOf('consultant'))).body).toMatchObject({ code: 'NOT_YOURS' });
    const { body } = await release(admin);
    expect(statuses(body)).toEqual([['applied'], ['refused']]);
    expect(await one(h.pool, 'select created_by from patients where id = $1', [wish.id])).toBe(tablet.reply.user.id);
    // What could not be believed still waits for a person; the rest does not.
    expect(await held()).toMatchObject({ held: [{ device: tablet.device, groups: 1 }] });
    expect(statuses((await release(admin)).body)).toEqual([['refused']]);
  });

  test('[S63] it confirms that it is empty; another cannot, and nobody of one in use', async () => {
    const tablet = await h.tablet(DOCTOR);
    const other = await h.tablet(DOCTOR);
    const say = (token: string) => h.call('POST', '/api/sync/wiped', { token, body: { device: tablet.device } });
    expect((await say(tablet.token)).body).toMatchObject({ code: 'CONFLICT' });
    await withdraw(tablet.device, 'revoked');
    expect((await say(other.token)).body).toMatchObject({ code: 'NOT_YOURS' });
    expect((await say(tablet.token)).status).toBe(200);
    expect(await stateOf(tablet.device)).toBe('wiped');
    expect((await say(tablet.token)).status).toBe(200);
    await expect(h.tablet(DOCTOR, tablet.device)).rejects.toThrow('DEVICE_REVOKED');

    const lost = await h.tablet(DOCTOR);
    await withdraw(lost.device, 'drain');
    expect((await h.push(lost, [h.sealed(lost, 1, [patient('Drained')])])).status).toBe(200);
    const plain = await h.call('POST', '/api/sync/wiped', { token: await h.signIn(DOCTOR), body: { device: lost.device } });
    expect([plain.status, await stateOf(lost.device)]).toEqual([200, 'wiped']);
  });

  test('the lease that a sign-in grants is what the hospital says', async () => {
    expect((await h.tablet(DOCTOR)).reply.device?.lease_hours).toBe(72);
    const url = `/api/sync/facilities/${h.facility}`;
    expect((await h.call('PATCH', url, { token: admin, body: { offline_lease_hours: 24 } })).status).toBe(200);
    expect((await h.tablet(DOCTOR)).reply.device?.lease_hours).toBe(24);
  });
});
