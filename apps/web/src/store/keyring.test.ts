import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';
import { toBase64 } from '../session/crypto.ts';
import { Keyring, PBKDF2_ITERATIONS, type Secrets } from '../session/keyring.ts';
import { openDatabase } from './database.ts';
import { keyringStore } from './keyring-store.ts';

const key = (): string => toBase64(crypto.getRandomValues(new Uint8Array(32)));
const secretsFor = (full_name: string, scopes: readonly string[]): Secrets => ({
  user: { full_name } as Secrets['user'],
  token: 'token',
  expires_at: '2099-01-01T00:00:00.000Z',
  lease_hours: 72,
  keys: { outbox: [key()], scopes: Object.fromEntries(scopes.map((s) => [s, key()])), author: key() },
});
async function ring(iterations = 1000) {
  const name = `psa ${crypto.randomUUID()}`;
  const db = await openDatabase({ name, newId: () => crypto.randomUUID() });
  return { db, keyring: new Keyring(keyringStore(db), iterations), again: () => new Keyring(keyringStore(db), iterations) };
}

test('a vault opens with its own password only, each person has their own, and the chooser knows the names', async () => {
  const { db, keyring, again } = await ring();
  await keyring.remember('b@ward.test', 'password of b', secretsFor('Bisi', ['ref']));
  await keyring.remember('A@ward.test', 'password of a', secretsFor('Ada', ['ref', 'clinical']));
  const reopened = again();
  expect(await reopened.known()).toEqual([
    { email: 'a@ward.test', full_name: 'Ada' },
    { email: 'b@ward.test', full_name: 'Bisi' },
  ]);
  expect(await reopened.unlock('a@ward.test', 'password of b')).toBe('wrong');
  expect(await reopened.unlock('c@ward.test', 'password of a')).toBe('unknown');
  const a = await reopened.unlock(' a@WARD.test', 'password of a');
  expect(typeof a === 'object' && a.secrets.user.full_name).toBe('Ada');
  expect(await reopened.scopes()).toEqual(new Set(['ref', 'clinical']));
  await reopened.forget('a@ward.test');
  expect(await reopened.unlock('a@ward.test', 'password of a')).toBe('unknown');
  expect(await reopened.scopes()).toEqual(new Set(['ref']));
  db.close();
});

test('a new password makes the old one useless; keys of an earlier server stay readable', async () => {
  const { db, keyring } = await ring();
  const first = secretsFor('Ada', ['ref']);
  await keyring.remember('a@ward.test', 'one', first);
  const second = secretsFor('Ada', ['ref']);
  const opened = await keyring.remember('a@ward.test', 'one', second);
  expect(opened.secrets.keys.outbox).toEqual([...second.keys.outbox, ...first.keys.outbox]);
  await keyring.remember('a@ward.test', 'two', second);
  expect(await keyring.unlock('a@ward.test', 'one')).toBe('wrong');
  expect(typeof (await keyring.unlock('a@ward.test', 'two'))).toBe('object');
  db.close();
});

test('an open vault is changed without its password', async () => {
  const { db, keyring } = await ring();
  const { id, vaultKey } = await keyring.remember('a@ward.test', 'one', secretsFor('Ada', ['ref', 'clinical']));
  await keyring.change(id, vaultKey, (s) => ({
    ...s,
    token: null,
    keys: { ...s.keys, scopes: { ref: s.keys.scopes.ref ?? '' } },
  }));
  const now = await keyring.unlock('a@ward.test', 'one');
  expect(typeof now === 'object' && [now.secrets.token, Object.keys(now.secrets.keys.scopes)]).toEqual([null, ['ref']]);
  expect(await keyring.scopes()).toEqual(new Set(['ref']));
  db.close();
});

test('whoever is forgotten while their vault is written again stays forgotten', async () => {
  const { db, keyring } = await ring();
  const { id, vaultKey } = await keyring.remember('a@ward.test', 'one', secretsFor('Ada', ['ref']));
  const store = keyringStore(db);
  const meanwhile = async (who: string) => {
    const person = await store.person(who);
    await store.remove(who);
    return person;
  };
  await new Keyring({ ...store, person: meanwhile }, 1000).change(id, vaultKey, (s) => ({ ...s, token: null }));
  expect(await store.people()).toEqual([]);
  db.close();
});

test('the number of rounds is the one that is documented, and this device’s own key cannot be taken out', async () => {
  expect(PBKDF2_ITERATIONS).toBeGreaterThanOrEqual(600_000);
  const { db, keyring } = await ring(PBKDF2_ITERATIONS);
  await keyring.remember('a@ward.test', 'one', secretsFor('Ada', ['ref']));
  const device = await db.get('keyring', 'device');
  if (!(device instanceof CryptoKey)) throw new Error('no key');
  expect(device.extractable).toBe(false);
  await expect(crypto.subtle.exportKey('raw', device)).rejects.toThrow();
  db.close();
});
