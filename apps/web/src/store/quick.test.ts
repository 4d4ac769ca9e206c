import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';
import { toBase64 } from '../session/crypto.ts';
import { Keyring, type Secrets } from '../session/keyring.ts';
import { PIN_TRIES_MAX, pinProblem, QuickUnlock } from '../session/quick.ts';
import { openDatabase } from './database.ts';
import { keyringStore } from './keyring-store.ts';

const ADA = 'a@ward.test';
const PIN = '739154';
const key = (): string => toBase64(crypto.getRandomValues(new Uint8Array(32)));
const secrets = (): Secrets => ({
  user: { full_name: 'Ada' } as Secrets['user'],
  token: 'token',
  expires_at: '2099-01-01T00:00:00.000Z',
  lease_hours: 72,
  keys: { outbox: [key()], scopes: { ref: key() }, author: key() },
});

async function withPin() {
  const db = await openDatabase({ name: `psa ${crypto.randomUUID()}`, newId: () => crypto.randomUUID() });
  const keyring = new Keyring(keyringStore(db), 1000);
  const quick = new QuickUnlock(keyringStore(db), 1000);
  const { id } = await keyring.remember(ADA, 'one', secrets());
  const master = await keyring.master(ADA, 'one');
  if (typeof master === 'string') throw new Error(master);
  await quick.setPin(id, master, PIN);
  return { db, keyring, quick, id };
}

test('a PIN has six digits or more, and is not one that everybody tries', () => {
  expect(['', '12345', 'abcdef', '000000', '123456', '987654', '1234567890123'].map((pin) => pinProblem(pin) !== null)).toEqual(
    Array.from({ length: 7 }, () => true),
  );
  expect(['739154', '100000', '201984', '123457'].map(pinProblem)).toEqual([null, null, null, null]);
});

test('the right PIN opens the vault that the password opens; what was changed meanwhile is in it', async () => {
  const { db, keyring, quick, id } = await withPin();
  expect(await keyring.known()).toEqual([{ email: ADA, full_name: 'Ada', quick: 'pin' }]);
  const got = await quick.withPin(id, PIN);
  if ('left' in got) throw new Error('not opened');
  await keyring.change(id, got, (s) => ({ ...s, token: null }));
  expect((await keyring.openWith(ADA, got))?.secrets.token).toBe(null);
  expect(await keyring.unlock(ADA, 'one')).toMatchObject({ secrets: { token: null } });
  db.close();
});

test('five wrong PINs destroy it, also when they are tried in two tabs at once; a right one begins the count anew', async () => {
  const { db, keyring, quick, id } = await withPin();
  for (let i = 1; i < PIN_TRIES_MAX; i++) expect(await quick.withPin(id, '111112')).toEqual({ left: PIN_TRIES_MAX - i });
  expect('left' in (await quick.withPin(id, PIN))).toBe(false);
  const other = new QuickUnlock(keyringStore(db), 1000);
  await Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 ? quick : other).withPin(id, '111112')));
  expect(await quick.withPin(id, PIN)).toEqual({ left: 0 });
  expect(await db.getAllKeys('keyring')).not.toContain(`quick ${id}`);
  expect(await keyring.known()).toEqual([{ email: ADA, full_name: 'Ada' }]);
  expect(typeof (await keyring.unlock(ADA, 'one'))).toBe('object');
  db.close();
});

test('a try that was cut off counts', async () => {
  const { db, quick, id } = await withPin();
  const store = keyringStore(db);
  for (let i = 0; i < PIN_TRIES_MAX; i++) await store.countTry(id, PIN_TRIES_MAX);
  expect(await quick.withPin(id, PIN)).toEqual({ left: 0 });
  db.close();
});

test('without the key of this browser the PIN is worth nothing, and that key cannot be taken out', async () => {
  const { db, quick, id } = await withPin();
  const store = keyringStore(db);
  const kept = await store.quick(id);
  if (!kept) throw new Error('nothing is kept');
  expect(kept.bound.extractable).toBe(false);
  await expect(crypto.subtle.exportKey('raw', kept.bound)).rejects.toThrow();
  const bound = (await crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])) as CryptoKey;
  await store.putQuick(id, { ...kept, bound });
  expect(await quick.withPin(id, PIN)).toEqual({ left: PIN_TRIES_MAX - 1 });
  db.close();
});

test('[rotation] a new password is a new vault: old password, PIN and the key that was in memory open nothing', async () => {
  const { db, keyring, quick, id } = await withPin();
  const before = await keyring.unlock(ADA, 'one');
  const old = await quick.withPin(id, PIN);
  if (typeof before === 'string' || 'left' in old) throw new Error('not opened');
  const opened = await keyring.rekey(ADA, 'one', 'two');
  expect(opened).toMatchObject({ secrets: before.secrets });
  expect(await keyring.unlock(ADA, 'one')).toBe('wrong');
  expect(await quick.withPin(id, PIN)).toEqual({ left: 0 });
  expect(await keyring.openWith(ADA, old)).toBe(null);
  expect(await keyring.unlock(ADA, 'two')).toMatchObject({ secrets: before.secrets });
  expect(await keyring.rekey(ADA, 'one', 'three')).toBe('wrong');
  db.close();
});

test('[rotation] signing in with a password that was changed elsewhere ends the PIN; with the same one it stays', async () => {
  const { db, keyring, quick, id } = await withPin();
  await keyring.remember(ADA, 'one', secrets());
  expect('left' in (await quick.withPin(id, PIN))).toBe(false);
  await keyring.remember(ADA, 'two', secrets());
  expect(await quick.kind(id)).toBe(null);
  db.close();
});

test('a passkey opens with what its authenticator makes of the salt, and with nothing else', async () => {
  const { db, keyring, quick, id } = await withPin();
  const master = await keyring.master(ADA, 'one');
  if (typeof master === 'string') throw new Error(master);
  const [secret, salt, credential] = [32, 32, 16].map((n) => crypto.getRandomValues(new Uint8Array(n)));
  if (!secret || !salt || !credential) throw new Error();
  await quick.setPasskey(id, master, credential, salt, secret);
  expect(await quick.kind(id)).toBe('passkey');
  const got = await quick.withPasskey(id, async (c, s) =>
    c.join() === credential.join() && s.join() === salt.join() ? secret : null,
  );
  expect(got && (await keyring.openWith(ADA, got))?.email).toBe(ADA);
  expect(await quick.withPasskey(id, async () => crypto.getRandomValues(new Uint8Array(32)))).toBe(null);
  expect(await quick.withPasskey(id, async () => null)).toBe(null);
  db.close();
});
