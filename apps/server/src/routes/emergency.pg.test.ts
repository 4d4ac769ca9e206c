import { randomUUID } from 'node:crypto';
import { type AnyRow, ROLES } from '@psa/domain';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeAll } from '../db/write.ts';
import { ADMIN, DOCTOR, type Hospital, one, openHospital, somebody } from '../testing/hospital.ts';
import { EMERGENCY_FOR } from './emergency.ts';

let h: Hospital;
const [ada, bola] = [randomUUID(), randomUUID()];
const vital = { [ada]: randomUUID(), [bola]: randomUUID() };
beforeAll(async () => {
  h = await openHospital();
  const by = { actor: { user_id: h.admin, facility_id: h.facility, role: 'super_admin' }, origin: 'server' } as const;
  for (const id of [ada, bola]) {
    const taken = { patient_id: id, observed_at: '2026-11-22T09:30:00.000Z', temperature: 38.5 };
    await writeAll(h.writer, by, [
      { kind: 'patients', id, op: 'create', patch: somebody() },
      { kind: 'vital_signs', id: vital[id] ?? '', op: 'create', patch: taken },
    ]);
  }
});
afterAll(() => h.close());

const REASON = 'Collapsed in the corridor, nobody of the ward is here';
const begin = (token: string, patient_id = ada, reason = REASON) =>
  h.call('POST', '/api/emergency', { token, body: { patient_id, reason } });
const recordOf = (token: string, id: unknown) => h.call('GET', `/api/emergency/${id}/record`, { token });
const idIn = ({ body }: { body: unknown }) => (body as { id: string }).id;

test('only roles that do not read clinical records need it, and they must say why', async () => {
  expect(EMERGENCY_FOR).toEqual(['super_admin', 'lab', 'pharmacy']);
  for (const role of ROLES) {
    const token = role === 'super_admin' ? await h.signIn(ADMIN) : await h.tokenOf(role);
    expect([role, (await begin(token)).status]).toEqual([role, EMERGENCY_FOR.includes(role) ? 201 : 409]);
  }
  const token = await h.tokenOf('lab');
  for (const reason of ['', 'because', '          ']) expect((await begin(token, ada, reason)).status).toBe(400);
  expect((await begin(token, randomUUID())).status).toBe(404);
  expect((await h.call('POST', '/api/emergency', { body: { patient_id: ada, reason: REASON } })).status).toBe(401);
});

test('it opens this patient’s whole record and no other’s, and changes nothing of what other routes and sync give', async () => {
  const who = await h.hire('lab');
  const tablet = await h.tablet(who);
  const read = (path: string) => h.call('GET', path, { token: tablet.token });
  const before = tablet.reply.device?.scopes;
  const found = await recordOf(tablet.token, idIn(await begin(tablet.token)));
  const { rows } = found.body as { rows: Record<string, AnyRow[]> };
  expect(rows.vital_signs?.map(({ id }) => id)).toEqual([vital[ada]]);
  expect(rows.patients?.map(({ id }) => id)).toEqual([ada]);
  expect(found.text).not.toContain(bola);
  // Nothing is granted beside it.
  expect((await read(`/api/sync/vital-signs/${vital[ada]}`)).status).toBe(403);
  expect((await read(`/api/sync/vital-signs?patient_id=${ada}`)).status).toBe(403);
  expect((await read(`/api/sync/snapshot?device=${tablet.device}&scope=clinical&min_head=0`)).status).toBe(403);
  const pulled = (await h.pull(tablet, { held: [...(before ?? []), 'clinical'] })).body as {
    granted: string[];
    revoked: string[];
  };
  expect(pulled.granted).toEqual(before);
  expect(pulled.revoked).toEqual(['clinical']);
});

test('it counts for this person, in this session, for an hour, until it is closed', async () => {
  const who = await h.hire('pharmacy');
  const [token, elsewhere] = [await h.signIn(who), await h.signIn(who)];
  const id = idIn(await begin(token));
  expect((await recordOf(token, id)).status).toBe(200);
  for (const other of [elsewhere, await h.tokenOf('lab'), await h.signIn(ADMIN), await h.signIn(DOCTOR)]) {
    expect((await recordOf(other, id)).status).toBe(403);
    expect((await h.call('POST', `/api/emergency/${id}/end`, { token: other })).status).toBe(403);
  }
  expect((await recordOf(token, randomUUID())).status).toBe(404);
  expect((await h.call('POST', `/api/emergency/${id}/end`, { token })).status).toBe(200);
  expect((await recordOf(token, id)).body).toMatchObject({ code: 'EMERGENCY_OVER' });
  const second = idIn(await begin(token));
  h.clock.ahead += 3_599_000;
  expect((await recordOf(token, second)).status).toBe(200);
  h.clock.ahead += 2_000;
  expect((await recordOf(token, second)).body).toMatchObject({ code: 'EMERGENCY_OVER' });
  h.clock.ahead = 0;
  // A role that was taken away takes the access with it.
  const third = idIn(await begin(token));
  await h.pool.query('update users set is_active = false where id = $1', [who.id]);
  await expect.poll(async () => (await recordOf(token, third)).status).toBe(401);
});

test('the consultants and administrators are told at once, it is listed to them, and the trail says who, whose and why', async () => {
  const who = await h.hire('lab');
  const token = await h.signIn(who);
  const id = idIn(await begin(token, bola, 'Bleeding, the ward asks for the last results'));
  await recordOf(token, id);
  const told = await h.pool.query(
    `select u.role, n.message, n.patient_id from notifications n join users u on u.id = n.user_id
      where n.message like '%Bleeding%' order by u.role`,
  );
  expect(new Set(told.rows.map((row) => row.role))).toEqual(new Set(['consultant', 'super_admin']));
  expect(told.rows[0]).toMatchObject({ patient_id: bola, message: expect.stringMatching(/^Emergency access: A lab opened/) });
  const listed = async (t: string) =>
    ((await h.call('GET', '/api/emergency', { token: t })).body as { accesses: { id: string; user_id: string }[] }).accesses;
  expect((await listed(await h.signIn(DOCTOR))).some((one) => one.id === id)).toBe(true);
  expect(new Set((await listed(token)).map((one) => one.user_id))).toEqual(new Set([who.id]));
  const trail = await h.pool.query(
    'select action, new_values from audit_logs where user_id = $1 and record_id = $2 order by n',
    [who.id, bola],
  );
  expect(trail.rows.map((row) => row.action)).toEqual(['emergency', 'emergency_read']);
  expect(trail.rows[0].new_values).toMatchObject({ reason: 'Bleeding, the ward asks for the last results' });
  const looks = (await h.call('GET', `/api/audit/patients/${bola}`, { token: await h.signIn(DOCTOR) })).text;
  expect(looks).toContain('emergency_read');
});

test('the database keeps it as it was: no longer, no other reason, no deletion', async () => {
  const id = await one<string>(h.pool, 'select id from emergency_accesses where ended_at is null limit 1');
  for (const change of [
    "until = until + interval '1 minute'",
    "reason = 'x'",
    `patient_id = '${bola}', user_id = '${h.admin}'`,
  ]) {
    await expect(h.pool.query(`update emergency_accesses set ${change} where id = $1`, [id])).rejects.toThrow(/kept as it was/);
  }
  await expect(h.pool.query('delete from emergency_accesses')).rejects.toThrow();
  await expect(
    h.pool.query(
      `insert into emergency_accesses select gen_random_uuid(), facility_id, user_id, patient_id, session_id, 'reason', now(), now() + interval '2 hours'
        from emergency_accesses limit 1`,
    ),
  ).rejects.toMatchObject({ constraint: 'emergency_accesses_short' });
});
