import { mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rotateKeys } from '../cli/rotate-keys.ts';
import { Secrets } from '../keys/secrets.ts';
import { ADMIN, type Hospital, one, openHospital, PASSWORD } from '../testing/hospital.ts';

let h: Hospital;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'psa-factors-'));
  h = await openHospital({ secrets: Secrets.in(folder), loginsPerMinute: 10_000 });
});
afterAll(async () => {
  await h.close();
  rmSync(folder, { recursive: true, force: true });
});

const STEP_MS = 30_000;
const codeOf = (secret: string) => new TOTP({ secret }).generate({ timestamp: Date.now() + h.clock.ahead });
const login = (email: string, second?: object, password = PASSWORD) =>
  h.call('POST', '/api/login', { body: { email, password, ...(second ? { second } : {}) } });
const codeIn = ({ status, body }: { status: number; body: unknown }) => [status, (body as { code?: string }).code ?? null];

/** Somebody with an authenticator app, and its secret. */
async function withApp() {
  const who = await h.hire('nursing');
  const token = await h.signIn(who);
  const offer = (await h.call('POST', '/api/second-factors/totp', { token, body: { password: PASSWORD } })).body as {
    secret: string;
    uri: string;
    token: string;
  };
  const confirm = await h.call('POST', '/api/second-factors/totp/confirm', {
    token,
    body: { token: offer.token, code: codeOf(offer.secret) },
  });
  expect(confirm.status).toBe(200);
  h.clock.ahead += STEP_MS;
  return { ...who, token, secret: offer.secret };
}

describe('an authenticator app', () => {
  test('is asked for once it is set up: the password alone opens nothing, and being asked is no failed attempt', async () => {
    const who = await withApp();
    for (let i = 0; i < 12; i++) expect(codeIn(await login(who.email))).toEqual([401, 'SECOND_FACTOR']);
    expect((await login(who.email)).body).toMatchObject({ second: { totp: true, recovery: true } });
    expect((await login(who.email, { code: codeOf(who.secret) })).status).toBe(200);
    const [session] = ((await h.call('GET', '/api/sessions', { token: who.token })).body as { sessions: object[] }).sessions;
    expect(session).toMatchObject({ second_factor: 'totp' });
  });

  test('takes each code once, also of two tries at the same moment', async () => {
    const who = await withApp();
    const code = codeOf(who.secret);
    const tries = await Promise.all([login(who.email, { code }), login(who.email, { code })]);
    expect(tries.map(({ status }) => status).sort()).toEqual([200, 422]);
    expect(codeIn(await login(who.email, { code }))).toEqual([422, 'WRONG_CODE']);
    h.clock.ahead += STEP_MS;
    expect((await login(who.email, { code: codeOf(who.secret) })).status).toBe(200);
  });

  test('guesses lock the account, whether or not the password is given alone between them', async () => {
    const who = await withApp();
    const outcomes: unknown[] = [];
    for (let i = 0; i < 6; i++) {
      await login(who.email);
      outcomes.push(codeIn(await login(who.email, { code: String(100_000 + i) }))[1]);
    }
    expect(outcomes.slice(0, 4)).toEqual(Array.from({ length: 4 }, () => 'WRONG_CODE'));
    expect(outcomes.at(-1)).toBe('LOCKED_OUT');
    expect(codeIn(await login(who.email, { code: codeOf(who.secret) }))).toEqual([429, 'LOCKED_OUT']);
  });

  test('is said nothing of before the password is right', async () => {
    const who = await withApp();
    expect(await login(who.email, undefined, 'not the password')).toMatchObject({
      status: 401,
      body: { code: 'BAD_CREDENTIALS' },
    });
    expect((await login(who.email, { code: codeOf(who.secret) }, 'not the password')).text).not.toContain('second');
  });

  test('needs the password to be set up, taken away, or given new codes', async () => {
    const who = await withApp();
    const { factors } = (await h.call('GET', '/api/second-factors', { token: who.token })).body as {
      factors: { id: string }[];
    };
    const [id] = factors.map((f) => f.id);
    for (const path of ['totp', 'passkeys', 'recovery-codes', `${id}/remove`]) {
      const answer = await h.call('POST', `/api/second-factors/${path}`, { token: who.token, body: { password: 'no' } });
      expect([path, ...codeIn(answer)]).toEqual([path, 400, 'INVALID']);
      expect((await h.call('POST', `/api/second-factors/${path}`, { body: { password: PASSWORD } })).status).toBe(401);
    }
    // The guesses above count towards the lock.
    expect(await one<number>(h.pool, 'select failed_count from user_credentials where user_id = $1', [who.id])).toBe(4);
    const removed = await h.call('POST', `/api/second-factors/${id}/remove`, {
      token: who.token,
      body: { password: PASSWORD },
    });
    expect(removed.status).toBe(200);
    expect((await login(who.email)).status).toBe(200);
  });

  test('an offered secret is another person’s to nobody, ends, and is not kept before its first code', async () => {
    const [a, b] = [await h.hire('lab'), await h.hire('lab')];
    const [ta, tb] = [await h.signIn(a), await h.signIn(b)];
    const offer = (await h.call('POST', '/api/second-factors/totp', { token: ta, body: { password: PASSWORD } })).body as {
      secret: string;
      token: string;
    };
    const confirm = (token: string, code: string) =>
      h.call('POST', '/api/second-factors/totp/confirm', { token, body: { token: offer.token, code } });
    expect(codeIn(await confirm(ta, '000000'))).toEqual([422, 'WRONG_CODE']);
    expect((await login(a.email)).status).toBe(200);
    expect(codeIn(await confirm(tb, codeOf(offer.secret)))).toEqual([422, 'WRONG_CODE']);
    h.clock.ahead += 16 * 60_000;
    expect(codeIn(await confirm(ta, codeOf(offer.secret)))).toEqual([422, 'WRONG_CODE']);
    expect(await one<number>(h.pool, 'select count(*)::int from second_factors where user_id = $1', [a.id])).toBe(0);
  });

  test('its secret lies sealed, and survives a change of the server’s secret', async () => {
    const who = await withApp();
    const sealed = () => one<Buffer>(h.pool, 'select sealed from second_factors where user_id = $1', [who.id]);
    const before = await sealed();
    expect(before.toString('latin1')).not.toContain(who.secret);
    const said: string[] = [];
    expect(await rotateKeys(h.pool, folder, new Date(), (line) => said.push(line))).toBe(true);
    expect(said.join('\n')).toMatch(/[1-9]\d* secrets of authenticator apps sealed anew\./);
    utimesSync(join(folder, 'secrets', 'jwt.key'), new Date(), new Date(Date.now() + 5_000));
    expect(Buffer.compare(before, await sealed())).not.toBe(0);
    // Whoever is in stays in, and the server that runs opens what was sealed anew.
    expect((await h.call('GET', '/api/user', { token: who.token })).status).toBe(200);
    expect((await login(who.email, { code: codeOf(who.secret) })).status).toBe(200);
    // What cannot be opened is said, and stays.
    await h.pool.query("update second_factors set sealed = 'spoilt' where user_id = $1", [who.id]);
    expect(await rotateKeys(h.pool, folder, new Date(), (line) => said.push(line))).toBe(false);
    expect(said.at(-1)).toMatch(/^No secret was forgotten/);
    expect(codeIn(await login(who.email, { code: codeOf(who.secret) }))).toEqual([422, 'WRONG_CODE']);
  });
});

describe('recovery codes', () => {
  test('open once each, however they are typed; new ones replace them; only hashes are kept', async () => {
    const who = await withApp();
    const make = async () =>
      (
        (await h.call('POST', '/api/second-factors/recovery-codes', { token: who.token, body: { password: PASSWORD } }))
          .body as { codes: string[] }
      ).codes;
    const codes = await make();
    expect(new Set(codes).size).toBe(10);
    for (const code of codes) expect(code).toMatch(/^\d{1,2}-[2-9a-z]{5}-[2-9a-z]{5}$/);
    const [first = '', second = ''] = codes;
    expect((await login(who.email, { code: first })).status).toBe(200);
    expect(codeIn(await login(who.email, { code: first }))).toEqual([422, 'WRONG_CODE']);
    expect((await login(who.email, { code: ` ${second.toUpperCase().replaceAll('-', ' ')}` })).status).toBe(200);
    const left = await h.call('GET', '/api/second-factors', { token: who.token });
    expect(left.body).toMatchObject({ recovery_codes_left: 8 });
    const kept = await h.pool.query('select code_hash from recovery_codes where user_id = $1', [who.id]);
    for (const { code_hash } of kept.rows) expect(code_hash).toMatch(/^\$argon2id\$/);
    const fresh = await make();
    expect(codeIn(await login(who.email, { code: codes[4] }))).toEqual([422, 'WRONG_CODE']);
    expect((await login(who.email, { code: fresh[4] })).status).toBe(200);
  });
});

describe('what the hospital asks of a role', () => {
  test('whoever has none sets one up while signing in, and cannot take the last away', async () => {
    const who = await h.hire('anaesthetist');
    const admin = await h.signIn(ADMIN);
    const ask = (roles: string[] | null) =>
      h.call('PATCH', `/api/sync/facilities/${h.facility}`, { token: admin, body: { second_factor_roles: roles } });
    expect((await ask(['anaesthetist'])).status).toBe(200);
    const asked = await login(who.email);
    expect(codeIn(asked)).toEqual([401, 'SECOND_FACTOR']);
    const { setup } = (asked.body as { second: { setup: { secret: string; token: string } } }).second;
    expect(codeIn(await login(who.email, { setup: setup.token, code: '000000' }))).toEqual([422, 'WRONG_CODE']);
    const done = await login(who.email, { setup: setup.token, code: codeOf(setup.secret) });
    expect(done.status).toBe(200);
    const { token } = done.body as { token: string };
    const { factors } = (await h.call('GET', '/api/second-factors', { token })).body as { factors: { id: string }[] };
    const remove = () =>
      h.call('POST', `/api/second-factors/${factors[0]?.id}/remove`, { token, body: { password: PASSWORD } });
    expect(codeIn(await remove())).toEqual([403, 'NOT_YOURS']);
    // Other roles are not asked.
    expect((await login((await h.hire('lab')).email)).status).toBe(200);
    await ask(null);
    expect((await remove()).status).toBe(200);
  });

  test('an administrator helps somebody who lost everything; nobody else may, and it is written down', async () => {
    const who = await withApp();
    const path = `/api/users/${who.id}/remove-second-factors`;
    expect((await h.call('POST', path, { token: await h.tokenOf('consultant') })).status).toBe(403);
    expect((await h.call('POST', path, { token: await h.signIn(ADMIN) })).body).toMatchObject({ removed: 1 });
    expect((await login(who.email)).status).toBe(200);
    const written = await one<object>(
      h.pool,
      "select new_values from audit_logs where action = 'second_factor' and record_id = $1 and user_id = $2",
      [who.id, h.admin],
    );
    expect(written).toEqual({ removed: 1 });
  });
});

test('passkeys belong to a name: asked by an address, the server says so', async () => {
  const token = await h.tokenOf('nursing');
  const answer = await h.call('POST', '/api/second-factors/passkeys', { token, body: { password: PASSWORD } });
  expect([answer.status, answer.body]).toMatchObject([400, { error: expect.stringContaining('belong to a name') }]);
});
