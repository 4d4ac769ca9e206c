import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN, type Hospital, openHospital } from '../testing/hospital.ts';

let h: Hospital;
let admin: string;
beforeAll(async () => {
  h = await openHospital();
  admin = await h.signIn(ADMIN);
});
afterAll(() => h.close());

describe('without a session', () => {
  const PATHS: readonly [string, string][] = [
    ['GET', '/api/user'],
    ['GET', '/api/users'],
    ['PATCH', `/api/users/${randomUUID()}/approve`],
    ['PATCH', `/api/users/${randomUUID()}/status`],
    ['POST', '/api/user/password'],
    ['POST', '/api/logout'],
    ['POST', '/api/sync/push'],
    ['POST', '/api/sync/pull'],
    ['GET', '/api/sync/snapshot'],
    ['GET', '/api/sync/live'],
    ['GET', '/api/sync/patients'],
    ['GET', `/api/sync/patients/${randomUUID()}`],
    ['POST', '/api/sync/patients'],
    ['PUT', `/api/sync/patients/${randomUUID()}`],
    ['DELETE', `/api/sync/patients/${randomUUID()}`],
    ['POST', '/api/trial/demo'],
  ];
  const forged = `eyJhbGciOiJub25lIn0.${Buffer.from(JSON.stringify({ sub: 'x', sid: 'x', exp: 9e9 })).toString('base64url')}.`;
  test.each(PATHS)('%s %s is 401, whatever is sent instead of a token', async (method, path) => {
    const without = await h.call(method, path, method === 'GET' ? {} : { body: {} });
    expect(without).toMatchObject({ status: 401, body: { code: 'NOT_SIGNED_IN' } });
    for (const token of ['', 'x', forged, `${admin}x`, admin.split('.').slice(0, 2).join('.')]) {
      expect((await h.call(method, path, { token })).status).toBe(401);
    }
  });
});

describe('[D36] headers', () => {
  test('no script at all in an answer of the API, no framing, no other origin, nothing kept', async () => {
    const { headers } = await h.call('GET', '/api/health', { headers: { origin: 'https://elsewhere.example' } });
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/script-src|unsafe/);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(policy).toContain("frame-ancestors 'none'");
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-powered-by')).toBeNull();
  });

  test('a flood from one address is slowed, and told until when', async () => {
    const strict = await openHospital({ loginsPerMinute: 3, registrationsPerHour: 1 });
    try {
      const statuses: number[] = [];
      for (let i = 0; i < 4; i++) statuses.push((await strict.call('POST', '/api/login', { body: {} })).status);
      expect(statuses).toEqual([400, 400, 400, 429]);
      const told = await strict.call('POST', '/api/auth/login', { body: ADMIN });
      expect(told).toMatchObject({ status: 429, body: { code: 'TOO_MANY' } });
      expect(Number(told.headers.get('retry-after'))).toBeGreaterThan(0);
      await strict.call('POST', '/api/register', { body: {} });
      expect((await strict.call('POST', '/api/auth/register', { body: {} })).status).toBe(429);
    } finally {
      await strict.close();
    }
  });
});
