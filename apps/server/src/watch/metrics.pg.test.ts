import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Database } from '../db/database.ts';
import { noteEvent } from '../db/events.ts';
import { createPool } from '../db/pool.ts';
import { DOCTOR, type Hospital, openHospital, somebody } from '../testing/hospital.ts';
import { Figures } from './figures.ts';
import { serveMetrics } from './listener.ts';
import { Metrics } from './metrics.ts';

const TOKEN = 'a token of the test';
let metrics: Metrics;
let h: Hospital;
let clock = 0;
const ends: (() => Promise<void>)[] = [];

beforeAll(async () => {
  metrics = new Metrics();
  h = await openHospital({ logLevel: 'error' }, undefined, { metrics });
  ends.push(h.close);
  figures = figuresOf(metrics);
});
afterAll(async () => {
  for (const end of ends.toReversed()) await end();
  metrics.stop();
});

const figuresOf = (of: Metrics, db = h.db) => new Figures(of, { db, pool: h.serverPool, folder: '.', now: () => clock });
let figures: Figures;

/** The value of a line of the exposition; undefined when there is none. */
async function value(line: string): Promise<number | undefined> {
  clock += 60_000;
  await figures.update();
  const found = (await metrics.registry.metrics()).split('\n').find((one) => one.startsWith(`${line} `));
  return found === undefined ? undefined : Number(found.split(' ').at(-1));
}

test('requests are counted by pattern and status, pushes by outcome, work that waits by device', async () => {
  const doctor = await h.tablet(DOCTOR);
  const patient = randomUUID();
  await h.call('GET', `/api/sync/patients/${patient}`, { token: doctor.token });
  await h.call('GET', '/api/Ngozi-Okafor', { token: doctor.token });
  const made = await h.push(doctor, [h.sealed(doctor, 1, [{ kind: 'patients', id: patient, patch: somebody() }])], {
    outbox_depth: 3,
    oldest_pending_at: new Date(Date.now() - 7_200_000).toISOString(),
  });
  expect(made.reply.groups[0]?.results[0]?.status).toBe('applied');
  await h.push(doctor, [h.sealed(doctor, 2, [{ kind: 'patients', id: randomUUID(), patch: somebody({ gender: 'None' }) }])]);
  await h.pull(doctor);
  // A contact is noted without delaying the answer.
  await expect.poll(() => value('psa_devices_waiting')).toBe(1);

  expect(await value('psa_requests_total{method="GET",route="/api/sync/patients/:id",status="404"}')).toBe(1);
  expect(await value('psa_request_seconds_count{method="GET",route="/api/sync/patients/:id"}')).toBe(1);
  expect(await value('psa_pushed_mutations_total{status="applied"}')).toBe(1);
  expect(await value('psa_pushed_mutations_total{status="refused"}')).toBe(1);
  expect(await value('psa_pull_seconds_count')).toBe(1);
  expect(await value('psa_push_seconds_count')).toBe(2);
  expect(await value('psa_quarantine{state="open"}')).toBe(1);
  expect(await value('psa_conflicts_open')).toBe(0);
  expect(await value('psa_unsent_groups')).toBe(3);
  expect(await value(`psa_device_oldest_unsent_seconds{device="${doctor.device}"}`)).toBeGreaterThan(7_000);
  expect(await value('psa_oldest_unsent_seconds')).toBeGreaterThan(7_000);
  expect(await value('psa_devices{state="active"}')).toBe(1);
  expect(await value('psa_audit_entries')).toBeGreaterThan(0);
  expect(await value('psa_database_bytes')).toBeGreaterThan(1e6);
  expect(await value('psa_disk_free_bytes')).toBeGreaterThan(0);
  expect(await value('psa_pool_connections{state="waiting"}')).toBe(0);
  expect(await value('psa_database_up')).toBe(1);
  const text = await metrics.registry.metrics();
  expect(text).not.toMatch(/Okafor|Ada|Obi|doctor@/);
  expect(text).not.toContain(patient);
});

test('a live stream counts while it is open', async () => {
  const token = await h.tokenOf('consultant');
  const stop = new AbortController();
  const stream = await fetch(`${h.base}/api/sync/live`, { headers: { authorization: `Bearer ${token}` }, signal: stop.signal });
  await stream.body?.getReader().read();
  expect(await value('psa_live_streams')).toBe(1);
  stop.abort();
  await expect.poll(() => value('psa_live_streams')).toBe(0);
});

test('backups and looks at the trail are told with their age; a failure keeps when it last went well', async () => {
  expect(await value('psa_event_ok{event="backup"}')).toBeUndefined();
  await noteEvent(h.pool, 'backup', true, { bytes: 1 });
  const at = await value('psa_event_ok_timestamp_seconds{event="backup"}');
  expect(at).toBeCloseTo(Date.now() / 1_000, -2);
  await noteEvent(h.pool, 'backup', false);
  expect(await value('psa_event_ok{event="backup"}')).toBe(0);
  expect(await value('psa_event_ok_timestamp_seconds{event="backup"}')).toBe(at);
  await expect(noteEvent(h.serverPool, 'backup', true)).rejects.toMatchObject({ code: '42501' });
});

test('a database that is gone is told as a figure, and at once', async () => {
  const gone = createPool({ connectionString: 'postgres://nobody@127.0.0.1:1/none' });
  const own = new Metrics();
  await figuresOf(own, new Database(gone)).update();
  expect(await own.registry.metrics()).toContain('\npsa_database_up 0\n');
  await gone.end();
});

test('its own listener answers, and only to whoever has the token', async () => {
  const open = await serveMetrics(metrics, figures, { host: '127.0.0.1', port: 0, token: TOKEN });
  ends.push(open.close);
  const get = (path: string, authorization?: string) =>
    fetch(`http://127.0.0.1:${open.port}${path}`, authorization === undefined ? {} : { headers: { authorization } });
  expect((await get('/metrics')).status).toBe(401);
  expect((await get('/metrics', 'Bearer another')).status).toBe(401);
  expect((await get('/', `Bearer ${TOKEN}`)).status).toBe(404);
  const answer = await get('/metrics', `Bearer ${TOKEN}`);
  expect(answer.status).toBe(200);
  expect(await answer.text()).toContain('psa_database_up 1');
  // The hospital's own address has nothing of it.
  expect((await h.call('GET', '/metrics')).text).not.toContain('psa_database_up');
});
