import { afterAll, beforeAll, expect, test } from 'vitest';
import { noteEvent } from '../db/events.ts';
import { ADMIN, DOCTOR, type Hospital, openHospital } from '../testing/hospital.ts';

let h: Hospital;
beforeAll(async () => {
  h = await openHospital({ dataDir: '.' });
});
afterAll(() => h.close());

const statusOf = async (token: string) => (await h.call('GET', '/api/status', { token })).body as Record<string, unknown>;

test('what waits on tablets, when there was a backup, and more for those who look after them', async () => {
  const tablet = await h.tablet(DOCTOR);
  const oldest = new Date(Date.now() - 3_600_000).toISOString();
  await h.push(tablet, [], { outbox_depth: 4, oldest_pending_at: oldest });
  const waiting = async () => ((await statusOf(tablet.token)).tablets as { waiting: number }).waiting;
  await expect.poll(waiting).toBe(1);

  const doctor = await statusOf(tablet.token);
  expect(doctor).toMatchObject({
    version: 'test',
    conflicts: 0,
    refused: 0,
    backup: null,
    tablets: { in_use: 1, waiting: 1, saves: 4, oldest_at: oldest, silent: 0 },
  });
  expect(doctor).not.toHaveProperty('kept');

  await noteEvent(h.pool, 'backup', true);
  await noteEvent(h.pool, 'backup', false);
  const token = await h.signIn(ADMIN);
  const admin = await statusOf(token);
  expect(admin.backup).toMatchObject({ ok: false, ok_at: expect.stringMatching(/Z$/) });
  expect(admin.kept).toMatchObject({
    audit: null,
    disk: { free: expect.any(Number), total: expect.any(Number) },
    tablets: [{ name: 'A tablet', waiting: 4, oldest_at: oldest, last_seen_at: expect.stringMatching(/Z$/) }],
  });
  h.clock.ahead = 25 * 3_600_000;
  expect((await h.call('GET', '/api/status', { token })).status).toBe(401);
  const later = await statusOf(await h.signIn(ADMIN));
  expect(later.tablets).toMatchObject({ silent: 1 });
  h.clock.ahead = 0;
});

test('nobody is told without signing in', async () => {
  expect((await h.call('GET', '/api/status')).status).toBe(401);
});
