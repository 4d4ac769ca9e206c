import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN, DOCTOR, type Hospital, one, openHospital, PASSWORD } from '../testing/hospital.ts';

let h: Hospital;
let admin: string;
beforeAll(async () => {
  h = await openHospital();
  admin = await h.signIn(ADMIN);
});
afterAll(() => h.close());

const wish = (change: object = {}) => ({
  email: 'new.nurse@unth.edu.ng',
  password: PASSWORD,
  full_name: 'A new nurse',
  role: 'nursing',
  ...change,
});
const register = (change: object = {}) => h.call('POST', '/api/register', { body: wish(change) });
const idOf = (email: string) => one<string>(h.pool, 'select id from users where email = $1', [email]);
const approve = (id: string, is_approved: boolean, token = admin) =>
  h.call('PATCH', `/api/users/${id}/approve`, { token, body: { is_approved } });
const status = (id: string, is_active: boolean, token = admin) =>
  h.call('PATCH', `/api/users/${id}/status`, { token, body: { is_active } });

describe('asking for an account', () => {
  test('[D25] [D36] is taken as forms write it, and opens nothing until an administrator approves', async () => {
    const asked = await register({ department: ' Burns ', phone: '' });
    expect(asked).toMatchObject({ status: 201, body: { user: { email: 'new.nurse@unth.edu.ng', is_approved: false } } });
    const login = () => h.call('POST', '/api/login', { body: { email: 'new.nurse@unth.edu.ng', password: PASSWORD } });
    expect(await login()).toMatchObject({ status: 403, body: { code: 'AWAITING_APPROVAL' } });
    expect((await approve(await idOf('new.nurse@unth.edu.ng'), true)).status).toBe(200);
    const { body } = await login();
    expect(body).toMatchObject({ user: { role: 'nursing', department: 'Burns', phone: null, is_approved: true } });
  });

  test('a known address gets the same answer, and keeps its password', async () => {
    const answers = [
      await register({ email: 'twice@unth.edu.ng' }),
      await register({ email: 'Twice@unth.edu.ng', password: 'another long one' }),
    ];
    expect(answers.map((a) => a.status)).toEqual([201, 201]);
    expect(answers[1]?.text).toBe(answers[0]?.text);
    await approve(await idOf('twice@unth.edu.ng'), true);
    expect((await h.call('POST', '/api/login', { body: { email: 'twice@unth.edu.ng', password: PASSWORD } })).status).toBe(200);
  });

  test('[D35] nobody makes an administrator of himself', async () => {
    expect(await register({ email: 'me@unth.edu.ng', role: 'super_admin' })).toMatchObject({
      status: 403,
      body: { code: 'NOT_YOURS' },
    });
    expect(await idOf('me@unth.edu.ng')).toBeUndefined();
    // The doors of the predecessor are not there.
    for (const [method, path] of [
      ['GET', '/api/users/all'],
      ['POST', `/api/users/${h.admin}/approve-direct`],
    ] as const) {
      expect((await h.call(method, path)).status).toBe(404);
    }
    const nurse = await h.tokenOf('nursing');
    expect((await h.call('GET', '/api/users', { token: nurse })).status).toBe(403);
    expect((await approve(h.admin, true, nurse)).status).toBe(403);
    const change = { token: nurse, body: { role: 'super_admin' } };
    expect(
      (
        await h.call(
          'PATCH',
          `/api/sync/users/${await one(h.pool, "select id from users where role = 'nursing' limit 1")}`,
          change,
        )
      ).status,
    ).toBe(403);
  });

  test.each([
    [{ password: 'short' }, 'password'],
    [{ password: 'NEW.NURSE@unth.edu.ng' }, 'password'],
    [{ password: 'new.nurse 1234' }, 'password'],
    [{ password: 'aaaaaaaaaaaa' }, 'password'],
    [{ email: 'no address' }, 'email'],
    [{ role: 'chief' }, 'role'],
    [{ full_name: 'A\0B' }, 'full_name'],
    [{ is_approved: true }, 'is_approved'],
  ])('[D36] %o is refused beside its field', async (change, field) => {
    const { status: code, body } = await register(change);
    expect(code).toBe(400);
    expect(body).toMatchObject({ code: 'INVALID', fields: { [field]: expect.any(String) } });
  });
});

describe('who may come in', () => {
  test('the list is a bare array of people without passwords, for administrators and consultants', async () => {
    const { status: code, body, text } = await h.call('GET', '/api/users', { token: await h.signIn(DOCTOR) });
    expect(code).toBe(200);
    expect(Array.isArray(body)).toBe(true);
    expect(body).toContainEqual(expect.objectContaining({ email: ADMIN.email, is_active: true, role: 'super_admin' }));
    expect(text).not.toContain('password');
  });

  test('closing an account ends its sessions at once, by whatever way', async () => {
    const ways: ((id: string) => Promise<unknown>)[] = [
      (id) => status(id, false),
      (id) => approve(id, false),
      (id) => h.call('PATCH', `/api/sync/users/${id}`, { token: admin, body: { is_active: false } }),
    ];
    for (const close of ways) {
      const who = await h.hire('lab');
      const token = await h.signIn(who);
      expect((await h.call('GET', '/api/user', { token })).status).toBe(200);
      await close(who.id);
      expect((await h.call('GET', '/api/user', { token })).status).toBe(401);
      expect(await one(h.pool, 'select count(*) from sessions where user_id = $1 and ended_at is null', [who.id])).toBe(0);
      expect((await h.call('POST', '/api/login', { body: { email: who.email, password: PASSWORD } })).status).toBe(403);
    }
  });

  test('SQL run by hand is heard of', async () => {
    const who = await h.hire('lab');
    const token = await h.signIn(who);
    const live = await fetch(`${h.base}/api/sync/live`, { headers: { authorization: `Bearer ${token}` } });
    expect(live.status).toBe(200);
    await h.pool.query('update users set is_active = false where id = $1', [who.id]);
    // The notice ends the stream; from then on nothing is remembered.
    for await (const _ of live.body ?? []);
    expect((await h.call('GET', '/api/user', { token })).status).toBe(401);
  });

  test('a new role counts from the next request', async () => {
    const who = await h.hire('lab');
    const token = await h.signIn(who);
    expect((await h.call('GET', '/api/users', { token })).status).toBe(403);
    await h.call('PATCH', `/api/sync/users/${who.id}`, { token: admin, body: { role: 'consultant' } });
    expect((await h.call('GET', '/api/users', { token })).status).toBe(200);
  });

  test('the last administrator stays, also when two close each other', async () => {
    for (const close of [status, approve]) {
      expect(await close(h.admin, false)).toMatchObject({ status: 409, body: { code: 'LAST_ADMIN' } });
    }
    // Nobody changes their own role, down or up.
    const demote = { token: admin, body: { role: 'nursing' } };
    expect((await h.call('PATCH', `/api/sync/users/${h.admin}`, demote)).body).toMatchObject({ code: 'NOT_YOURS' });
    const other = await h.hire('super_admin');
    const token = await h.signIn(other);
    const both = await Promise.all([status(other.id, false), status(h.admin, false, token)]);
    const left = "select count(*) from users where role = 'super_admin' and is_active and is_approved";
    expect(await one(h.pool, left)).toBe(1);
    expect(both.filter((a) => a.status === 200)).toHaveLength(1);
    await h.pool.query("update users set is_active = true where role = 'super_admin'");
    admin = await h.signIn(ADMIN);
  });

  test('an unknown person is not there, and no change is told as one', async () => {
    expect((await approve('018f0000-0000-7000-8000-000000000001', true)).status).toBe(404);
    expect((await approve('admin-001', true)).status).toBe(404);
  });

  test('approval and status are audited with who did it', async () => {
    const who = await h.hire('lab', { patch: { is_approved: false } });
    await approve(who.id, true);
    await status(who.id, false);
    const { rows } = await h.pool.query(
      "select action, user_id from audit_logs where record_id = $1 and action in ('approve', 'deactivate') order by at",
      [who.id],
    );
    expect(rows).toEqual([
      { action: 'approve', user_id: h.admin },
      { action: 'deactivate', user_id: h.admin },
    ]);
  });
});
