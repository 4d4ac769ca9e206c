import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN, ask, DOCTOR, type Hospital, one, openHospital, somebody } from '../testing/hospital.ts';

let h: Hospital;
let web: string;
beforeAll(async () => {
  web = mkdtempSync(join(tmpdir(), 'psa-web-'));
  mkdirSync(join(web, 'assets'));
  writeFileSync(join(web, 'index.html'), '<!doctype html><title>app</title>');
  writeFileSync(join(web, 'sw.js'), 'self;');
  writeFileSync(join(web, 'assets/index-abc123.js'), 'let plain = 1;');
  writeFileSync(join(web, 'assets/index-abc123.js.gz'), gzipSync('let packed = 1;'));
  h = await openHospital({}, web);
});
afterAll(async () => {
  await h.close();
  rmSync(web, { recursive: true, force: true });
});

describe('the web app', () => {
  const page = { headers: { accept: 'text/html' } };

  test.each(['/', '/patients', '/patients/018f', '/index.html'])(
    '%s opens the start page, asked for anew each time',
    async (path) => {
      const { status, text, headers } = await h.call('GET', path, page);
      expect([status, text]).toEqual([200, '<!doctype html><title>app</title>']);
      expect(headers.get('cache-control')).toBe('no-cache');
      expect(headers.get('content-security-policy')).toContain("script-src 'self'");
    },
  );

  test('hashed files are kept for ever and sent packed; the service worker is not kept', async () => {
    const { headers, text } = await h.call('GET', '/assets/index-abc123.js');
    expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(text).toBe('let packed = 1;');
    expect((await h.call('GET', '/sw.js')).headers.get('cache-control')).toBe('no-cache');
  });

  test('what is not there is not the start page', async () => {
    for (const path of ['/assets/gone.js', '/api', '/api/nothing', '/../package.json', '/.env', '/%2e%2e/package.json']) {
      expect((await h.call('GET', path, page)).status, path).toBe(404);
    }
    expect((await h.call('GET', '/patients')).status).toBe(404);
    expect((await h.call('POST', '/patients', page)).status).toBe(404);
  });
});

describe('GET /api/health', () => {
  test('tells that an entry could be kept', async () => {
    const { status, body } = await h.call('GET', '/api/health');
    expect([status, body]).toMatchObject([
      200,
      { status: 'healthy', database: 'connected', migrated: true, writable: true, version: 'test' },
    ]);
  });

  test('tells when it could not: read-only, not migrated, and well again', async () => {
    const own = await openHospital();
    const operator = new pg.Client({ connectionString: own.url });
    // Only its own role may end a connection.
    const server = new pg.Client({ connectionString: own.serverUrl });
    try {
      await operator.connect();
      await server.connect();
      const health = async () => {
        own.clock.ahead += 2_000;
        const { status, body } = await own.call('GET', '/api/health');
        return { code: status, ...(body as { writable: boolean; migrated: boolean }) };
      };
      /** Settings of a database count from the next connection on. */
      const set = async (change: string) => {
        await operator.query(`do $$ begin execute format('alter database %I ${change}', current_database()); end $$`);
        await server.query(
          `select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and usename = current_user and pid <> pg_backend_pid()`,
        );
      };
      await set('set default_transaction_read_only = on');
      await expect.poll(health).toMatchObject({ code: 503, database: 'connected', writable: false });
      await operator.query('set default_transaction_read_only = off');
      await set('reset default_transaction_read_only');
      await expect.poll(health).toMatchObject({ code: 200, writable: true });
      await operator.query("update schema_migrations set checksum = 'other' where number = 1");
      expect(await health()).toMatchObject({ code: 503, migrated: false });
    } finally {
      await server.end();
      await operator.end();
      await own.close();
    }
  });
});

describe('stopping', () => {
  test('cuts what a browser opened in advance, and lets a request under way end', async () => {
    const own = await openHospital();
    const token = await own.signIn(DOCTOR);
    const { hostname, port } = new URL(own.base);
    const early = net.connect(Number(port), hostname);
    await once(early, 'connect');
    const cut = once(early, 'close');
    const arrived = new Promise<void>((resolve) => {
      let count = 0;
      own.app.server.on('request', () => ++count === 5 && resolve());
    });
    const writes = Array.from({ length: 5 }, () => own.call('POST', '/api/sync/patients', { token, body: somebody() }));
    await arrived;
    const started = Date.now();
    await own.close();
    await cut;
    expect(Date.now() - started).toBeLessThan(4_500);
    // Each was answered, or refused because the server was stopping; none was cut in the middle.
    for (const { status } of await Promise.all(writes)) expect([201, 503]).toContain(status);
  });
});

describe('trying it out', () => {
  test('the accounts are offered on this machine only, and the ward can be loaded once', async () => {
    const own = await openHospital();
    try {
      const trial = async (headers: Record<string, string> = {}) =>
        (await own.call('GET', '/api/trial', { headers })).body as { accounts: { email: string }[]; demo_available: boolean };
      const offered = await trial();
      expect(offered.accounts.map(({ email }) => email)).toEqual([ADMIN.email, DOCTOR.email]);
      expect(offered.demo_available).toBe(true);
      expect(await trial({ 'x-forwarded-for': '10.0.0.7' })).toMatchObject({ accounts: [], demo_available: false });
      const token = await own.signIn(DOCTOR);
      const [first, second] = await Promise.all([0, 1].map(() => own.call('POST', '/api/trial/demo', { token })));
      const statuses = [first?.status, second?.status].sort();
      expect(statuses).toEqual([200, 409]);
      const made = (first?.status === 200 ? first : second)?.body as { patients: number; records: number };
      expect(made.patients).toBe(2000);
      expect(await one(own.pool, 'select count(*) from patients')).toBe(2000);
      expect(await one(own.pool, "select count(*) from sync_mutation where status <> 'applied'")).toBe(0);
      expect((await trial()).demo_available).toBe(false);
      expect((await own.call('POST', '/api/trial/demo', { token })).status).toBe(409);
    } finally {
      await own.close();
    }
  });

  test('nothing is offered any more for a changed password', async () => {
    const own = await openHospital();
    try {
      const token = await own.signIn(ADMIN);
      const body = { old_password: ADMIN.password, new_password: 'a long one of our own' };
      expect((await own.call('POST', '/api/user/password', { token, body })).status).toBe(200);
      const { body: trial } = await ask(own.base, 'GET', '/api/trial');
      expect(trial).toMatchObject({ accounts: [{ email: DOCTOR.email, title: 'Consultant' }], demo_available: false });
      expect((await own.call('POST', '/api/trial/demo', { token })).status).toBe(409);
    } finally {
      await own.close();
    }
  });
});
