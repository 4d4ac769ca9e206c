import { createSecretKey, randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Tokens } from '../auth/tokens.ts';
import { forgetSecrets, rotateSecret, Secrets, serverPasswords } from './secrets.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'psa-secrets-'));
  file = join(folder, 'secrets', 'jwt.key');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const CLAIMS = { session: 's', facility: 'f', user: 'u', expiresAtMs: Date.now() + 3_600_000, email: 'e', role: 'lab' };
/** File systems keep times coarsely: what is written within a tick would look unchanged. */
const touch = (seconds: number) => utimesSync(file, new Date(), new Date(Date.now() + seconds * 1000));

test('a secret is made once, whole, and only its owner may read it', () => {
  const first = Secrets.in(folder).current('tokens');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, 'secrets')).mode & 0o777).toBe(0o700);
  expect(Secrets.in(folder).current('tokens').id).toBe(first.id);
  expect(readFileSync(file, 'utf8')).not.toContain(first.id);
});

test('each purpose has a key of its own, and none is the secret', () => {
  const secrets = Secrets.in(folder);
  const keys = (['tokens', 'keys of language models', 'second factors'] as const).map((p) => secrets.current(p).key);
  const texts = [...keys, ...secrets.plain].map((key) => key.export().toString('hex'));
  expect(new Set(texts).size).toBe(4);
});

test('after a change, a server that runs makes new tokens and still reads the old ones; so do others', async () => {
  const running = new Tokens(Secrets.in(folder), Date.now);
  const old = await running.issue(CLAIMS);
  const { id, before } = rotateSecret(folder, new Date());
  touch(1);
  const fresh = await running.issue(CLAIMS);
  expect([old, fresh].map((token) => JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid)).toEqual([
    before,
    id,
  ]);
  for (const tokens of [running, new Tokens(Secrets.in(folder), Date.now)]) {
    for (const token of [old, fresh]) expect(await tokens.read(token)).toMatchObject({ session: 's' });
  }
});

test('a token under a secret that was forgotten, or under none of ours, opens nothing', async () => {
  const old = await new Tokens(Secrets.in(folder), Date.now).issue(CLAIMS);
  rotateSecret(folder, new Date(Date.now() - 26 * 3_600_000));
  expect(forgetSecrets(folder, new Date(Date.now() - 25 * 3_600_000))).toBe(1);
  expect(forgetSecrets(folder, new Date())).toBe(0);
  const now = new Tokens(Secrets.in(folder), Date.now);
  expect(await now.read(old)).toBeNull();
  const other = new Tokens(Secrets.of(createSecretKey(randomBytes(32))), Date.now);
  expect(await now.read(await other.issue(CLAIMS))).toBeNull();
});

test('a token of before secrets had names counts until it ends, and is not taken for another purpose', async () => {
  const secrets = Secrets.in(folder);
  const [plain] = secrets.plain;
  const sign = (key: Parameters<SignJWT['sign']>[0], kid?: string) =>
    new SignJWT({ sid: 's', fac: 'f' })
      .setProtectedHeader({ alg: 'HS256', ...(kid ? { kid } : {}) })
      .setSubject('u')
      .setExpirationTime('1h')
      .sign(key);
  const tokens = new Tokens(secrets, Date.now);
  expect(await tokens.read(await sign(plain as NonNullable<typeof plain>))).toMatchObject({ user: 'u' });
  const { id, key } = secrets.current('second factors');
  expect(await tokens.read(await sign(key, id))).toBeNull();
});

test('the password of the role follows from each secret, the one in use first', () => {
  const before = serverPasswords(Secrets.in(folder));
  rotateSecret(folder, new Date());
  expect(serverPasswords(Secrets.in(folder)).slice(1)).toEqual(before);
});

test('a damaged file is told, and one that is damaged while the server runs changes nothing', () => {
  const running = Secrets.in(folder);
  const { id } = running.current('tokens');
  writeFileSync(file, 'too short');
  touch(2);
  expect(running.current('tokens').id).toBe(id);
  expect(() => Secrets.in(folder)).toThrow(/is damaged; remove the file/);
  rmSync(file);
  chmodSync(join(folder, 'secrets'), 0o700);
});
