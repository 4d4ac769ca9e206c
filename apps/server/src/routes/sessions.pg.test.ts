import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SessionShown } from '../auth/sessions.ts';
import { ADMIN, DOCTOR, type Hospital, one, openHospital } from '../testing/hospital.ts';

let h: Hospital;
beforeAll(async () => {
  h = await openHospital();
});
afterAll(() => h.close());

type Shown = SessionShown & { current: boolean };
const sessionsOf = async (token: string): Promise<Shown[]> =>
  ((await h.call('GET', '/api/sessions', { token })).body as { sessions: Shown[] }).sessions;
const stands = async (token: string) => (await h.call('GET', '/api/user', { token })).status === 200;

test('a person sees where they are signed in, on what, since when and last used when; nobody else’s', async () => {
  const who = await h.hire('nursing');
  await h.tablet(DOCTOR);
  const tablet = await h.tablet(who);
  const plain = await h.signIn(who);
  const [a, b] = await sessionsOf(plain);
  expect([a, b].filter((s) => s?.current)).toHaveLength(1);
  expect(await sessionsOf(plain)).toHaveLength(2);
  const onTablet = (await sessionsOf(plain)).find(({ device_id }) => device_id === tablet.device);
  expect(onTablet).toMatchObject({ device_name: 'A tablet', current: false, second_factor: null });
  expect(onTablet?.ip_address).toMatch(/127\.0\.0\.1/);

  h.clock.ahead += 120_000;
  const before = onTablet?.last_seen_at ?? '';
  await stands(tablet.token);
  const after = (await sessionsOf(plain)).find(({ device_id }) => device_id === tablet.device)?.last_seen_at ?? '';
  expect(Date.parse(after) - Date.parse(before)).toBeGreaterThanOrEqual(100_000);
});

test('a session that its person ends is refused at its next request, and so is its live stream', async () => {
  const who = await h.hire('lab');
  const [here, there] = [await h.signIn(who), await h.tablet(who)];
  const stream = await fetch(`${h.base}/api/sync/live`, { headers: { authorization: `Bearer ${there.token}` } });
  const ended = stream.text();
  const other = (await sessionsOf(here)).find(({ current }) => !current);
  expect(await stands(there.token)).toBe(true);
  expect((await h.call('POST', `/api/sessions/${other?.id}/end`, { token: here })).status).toBe(200);
  const refused = await h.call('GET', '/api/user', { token: there.token });
  expect([refused.status, refused.body]).toMatchObject([401, { code: 'SESSION_ENDED' }]);
  await ended;
  expect(await stands(here)).toBe(true);
  // Once more, or of somebody else: there is none.
  expect((await h.call('POST', `/api/sessions/${other?.id}/end`, { token: here })).status).toBe(404);
  const stranger = await h.signIn(DOCTOR);
  const mine = (await sessionsOf(here))[0];
  expect((await h.call('POST', `/api/sessions/${mine?.id}/end`, { token: stranger })).status).toBe(404);
  expect(await stands(here)).toBe(true);
});

test('all others at once; an administrator all of somebody; both are written down', async () => {
  const who = await h.hire('pharmacy');
  const tokens = [await h.signIn(who), await h.signIn(who), (await h.tablet(who)).token];
  const [here = ''] = tokens;
  expect((await h.call('POST', '/api/sessions/end-others', { token: here })).body).toMatchObject({ ended: 2 });
  expect(await Promise.all(tokens.map(stands))).toEqual([true, false, false]);

  const [admin, doctor] = [await h.signIn(ADMIN), await h.signIn(DOCTOR)];
  expect((await h.call('POST', `/api/users/${who.id}/sign-out`, { token: doctor })).status).toBe(403);
  expect(await stands(here)).toBe(true);
  expect((await h.call('POST', `/api/users/${who.id}/sign-out`, { token: admin })).body).toMatchObject({ ended: 1 });
  expect(await stands(here)).toBe(false);
  const entries = await h.pool.query(
    "select user_id, new_values from audit_logs where action = 'end_session' and record_id = $1 order by n",
    [who.id],
  );
  expect(entries.rows).toEqual([
    { user_id: who.id, new_values: { ended: 2 } },
    { user_id: h.admin, new_values: { ended: 1 } },
  ]);
});

test('a session that is over is not listed, and its token is never taken again', async () => {
  const who = await h.hire('house_officer');
  const old = await h.signIn(who);
  h.clock.ahead += 25 * 3_600_000;
  expect(await stands(old)).toBe(false);
  expect(await sessionsOf(await h.signIn(who))).toHaveLength(1);
  expect(
    await one<number>(h.pool, 'select count(*)::int from sessions where user_id = $1 and ended_at is null', [who.id]),
  ).toBe(2);
});
