import { hashSync as bcryptSync } from '@node-rs/bcrypt';
import type { LoginReply } from '@psa/sync';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN, DOCTOR, type Hospital, one, openHospital, PASSWORD } from '../testing/hospital.ts';

let h: Hospital;
beforeAll(async () => {
  h = await openHospital();
});
afterAll(() => h.close());

const login = (email: string, password: string) => h.call('POST', '/api/login', { body: { email, password } });

describe('signing in', () => {
  test.each(['/api/login', '/api/auth/login'])(
    '[D25] %s gives a token, its end and the person, never the password',
    async (path) => {
      const { status, body, text } = await h.call('POST', path, { body: ADMIN });
      expect(status).toBe(200);
      const reply = body as LoginReply;
      expect(reply.user).toMatchObject({ email: ADMIN.email, role: 'super_admin', is_approved: true, row_version: 1 });
      expect(Date.parse(reply.expires_at) - Date.now()).toBeGreaterThan(23.9 * 3600_000);
      expect(text).not.toMatch(/argon2|password_hash/);
      const me = await h.call('GET', '/api/user', { token: reply.token });
      expect(me.body).toEqual({ user: reply.user });
      expect((await h.call('GET', '/api/auth/me', { token: reply.token })).text).toBe(me.text);
    },
  );

  test('an address is known in any case', async () => {
    expect((await login(' Admin@UNTH.edu.ng ', ADMIN.password)).status).toBe(200);
  });

  test('a wrong password and an unknown address get the same answer', async () => {
    const wrong = await login((await h.hire('nursing')).email, 'not the password');
    const unknown = await login('nobody@unth.edu.ng', 'not the password');
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    expect(wrong.text).toBe(unknown.text);
  });

  test('sign-out ends the session at once, everywhere', async () => {
    const token = await h.signIn(DOCTOR);
    expect((await h.call('GET', '/api/user', { token })).status).toBe(200);
    expect((await h.call('POST', '/api/logout', { token })).status).toBe(200);
    const after = await h.call('GET', '/api/user', { token });
    expect(after).toMatchObject({ status: 401, body: { code: 'SESSION_ENDED' } });
  });

  test('a token ends after a day, by the clock of the server', async () => {
    const token = await h.signIn(DOCTOR);
    h.clock.ahead = 24 * 3600_000 + 1000;
    try {
      expect((await h.call('GET', '/api/user', { token })).body).toMatchObject({ code: 'SESSION_ENDED' });
    } finally {
      h.clock.ahead = 0;
    }
  });

  test('outcomes are audited', async () => {
    const { id, email } = await h.hire('lab');
    await login(email, 'not the password');
    await h.call('POST', '/api/logout', { token: await h.signIn({ email, password: PASSWORD }) });
    const { rows } = await h.pool.query('select action, ip_address from audit_logs where user_id = $1 order by at', [id]);
    expect(rows.map((r) => r.action)).toEqual(['login_failed', 'login', 'logout']);
    expect(rows[0]).toMatchObject({ ip_address: '127.0.0.1' });
  });
});

describe('passwords', () => {
  test('a bcrypt hash of an older system still opens, and is made anew', async () => {
    for (const prefix of ['$2b$', '$2a$', '$2y$']) {
      const old = bcryptSync(PASSWORD, 4).replace(/^\$2b\$/, prefix);
      const { id, email } = await h.hire('nursing', { hash: old });
      expect((await login(email, 'not the password')).status).toBe(401);
      expect((await login(email, PASSWORD)).status).toBe(200);
      const now = await one<string>(h.pool, 'select password_hash from user_credentials where user_id = $1', [id]);
      expect(now).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
      expect((await login(email, PASSWORD)).status).toBe(200);
    }
  });

  test('a hash that cannot be read opens nothing', async () => {
    const { email } = await h.hire('nursing', { hash: '$2b$10$tooshort' });
    expect((await login(email, PASSWORD)).body).toMatchObject({ code: 'BAD_CREDENTIALS' });
  });

  test('five failures lock the account, also for the right password; the lock grows', async () => {
    const { id, email } = await h.hire('pharmacy');
    for (let i = 0; i < 5; i++) expect((await login(email, `wrong ${i}`)).status).toBe(401);
    const locked = await login(email, PASSWORD);
    expect(locked).toMatchObject({ status: 429, body: { code: 'LOCKED_OUT' } });
    const first = Number(locked.headers.get('retry-after'));
    expect(first).toBeGreaterThan(290);
    expect(first).toBeLessThanOrEqual(300);
    // The five minutes pass.
    await h.pool.query("update user_credentials set locked_until = now() - interval '1 second' where user_id = $1", [id]);
    expect((await login(email, 'wrong again')).status).toBe(401);
    const second = Number((await login(email, PASSWORD)).headers.get('retry-after'));
    expect(second).toBeGreaterThan(590);
    await h.pool.query("update user_credentials set locked_until = now() - interval '1 second' where user_id = $1", [id]);
    expect((await login(email, PASSWORD)).status).toBe(200);
    expect(await one(h.pool, 'select failed_count from user_credentials where user_id = $1', [id])).toBe(0);
  });

  test('guesses sent all at once are counted too', async () => {
    const { email } = await h.hire('pharmacy');
    const statuses = await Promise.all(Array.from({ length: 12 }, async (_, i) => (await login(email, `guess ${i}`)).status));
    expect(statuses.filter((s) => s === 401)).toHaveLength(5);
    expect(statuses.filter((s) => s === 429)).toHaveLength(7);
  });

  test('an unknown address is locked like a known one', async () => {
    const answers = [];
    for (let i = 0; i < 6; i++) answers.push(await login('ghost@unth.edu.ng', `wrong ${i}`));
    expect(answers.map((a) => a.status)).toEqual([401, 401, 401, 401, 401, 429]);
  });

  test('many tablets may sign in with one account at the same moment', async () => {
    const { email } = await h.hire('nursing');
    const statuses = await Promise.all(Array.from({ length: 8 }, async () => (await login(email, PASSWORD)).status));
    expect(statuses).toEqual(Array(8).fill(200));
  });

  test('a new password ends the other sessions and the old password', async () => {
    const who = await h.hire('nursing');
    const [here, there] = [await h.signIn(who), await h.signIn(who)];
    await h.pool.query('update user_credentials set is_default_password = true where user_id = $1', [who.id]);
    const change = (body: object) => h.call('POST', '/api/user/password', { token: here, body });
    const wrong = await change({ old_password: 'no', new_password: 'another long one' });
    expect(wrong).toMatchObject({ status: 400, body: { code: 'INVALID', fields: { old_password: expect.any(String) } } });
    const weak = await change({ old_password: PASSWORD, new_password: 'short' });
    expect(weak).toMatchObject({
      status: 400,
      body: { fields: { new_password: 'At least 12 characters. Three or four words are easy to keep in mind.' } },
    });
    expect((await change({ old_password: PASSWORD, new_password: PASSWORD })).status).toBe(400);
    expect((await change({ old_password: PASSWORD, new_password: 'another long one' })).status).toBe(200);
    expect((await h.call('GET', '/api/user', { token: here })).status).toBe(200);
    expect((await h.call('GET', '/api/user', { token: there })).status).toBe(401);
    expect((await login(who.email, PASSWORD)).status).toBe(401);
    expect((await login(who.email, 'another long one')).status).toBe(200);
    const stands = 'select is_default_password from user_credentials where user_id = $1';
    expect(await one(h.pool, stands, [who.id])).toBe(false);
  });
});
