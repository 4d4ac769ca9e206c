import type { RECORDS, Row } from '@psa/domain';
import { type Bytes, type Sealed, type SealKey, sealJson, sha256Hex, unsealJson } from './crypto.ts';

/** OWASP's figure for PBKDF2-HMAC-SHA-256 (2023): about a quarter of a second on a ward tablet, once per sign-in. */
export const PBKDF2_ITERATIONS = 600_000;

/** What a person needs to work on this device without the network. Kept only under their password. */
export interface Secrets {
  user: Row<typeof RECORDS.users>;
  /** Null after a sign-out: the device opens, sending needs the password. */
  token: string | null;
  expires_at: string | null;
  keys: {
    /** Base64. The first seals; the others open what an earlier server's key sealed. */
    outbox: string[];
    scopes: Record<string, string>;
    author: string;
  };
}

/** How a person who signed in here is kept: nothing of it can be read without this browser, and the secrets not without the password. */
export interface Person {
  /** E-mail and name for the chooser, under this device's own key. */
  label: Sealed;
  salt: Bytes;
  iterations: number;
  vault: Sealed;
  /** Scopes whose keys are in the vault. */
  scopes: string[];
}

/** What the keyring asks of its storage; each call is one durable transaction. */
export interface KeyringStore {
  salt(): Promise<string>;
  people(): Promise<{ id: string; person: Person }[]>;
  person(id: string): Promise<Person | undefined>;
  put(id: string, person: Person): Promise<void>;
  remove(id: string): Promise<void>;
  /** This device's own key; `fresh` is kept when there is none yet. @returns the one that is kept. */
  deviceKey(fresh: CryptoKey): Promise<CryptoKey>;
  /** Small sealed notes of the device: its name, sessions to end. */
  note(name: 'name' | 'ends'): Promise<Sealed | undefined>;
  putNote(name: 'name' | 'ends', value: Sealed): Promise<void>;
}

export interface Known {
  email: string;
  full_name: string;
}

/** A vault that opened: what was in it, and what is needed to write it again without the password. */
export interface Opened {
  id: string;
  email: string;
  secrets: Secrets;
  vaultKey: SealKey;
}

const plainEmail = (email: string): string => email.trim().toLowerCase();

async function vaultKeyOf(password: string, salt: Bytes, iterations: number): Promise<SealKey> {
  const text = new TextEncoder().encode(password.normalize('NFC'));
  const base = await crypto.subtle.importKey('raw', text, 'PBKDF2', false, ['deriveKey']);
  const params = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations };
  const key = await crypto.subtle.deriveKey(params, base, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
  return { kid: 'vault', key };
}

/** The people who signed in on this device, their keys under their passwords. */
export class Keyring {
  readonly #store: KeyringStore;
  readonly #iterations: number;
  #device: Promise<SealKey> | null = null;

  constructor(store: KeyringStore, iterations = PBKDF2_ITERATIONS) {
    this.#store = store;
    this.#iterations = iterations;
  }

  async idOf(email: string): Promise<string> {
    return await sha256Hex(`${await this.#store.salt()}\u0000${plainEmail(email)}`);
  }

  #deviceKey(): Promise<SealKey> {
    this.#device ??= (async () => {
      const fresh = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
      return { kid: 'device', key: await this.#store.deviceKey(fresh) };
    })();
    return this.#device;
  }

  /** Who can open this device, by name. */
  async known(): Promise<Known[]> {
    const { kid, key } = await this.#deviceKey();
    const people = await this.#store.people();
    const labels = people.map(({ id, person }) =>
      unsealJson<Known>(new Map([[kid, key]]), ['label', id], person.label).catch(() => null),
    );
    return (await Promise.all(labels)).filter((l) => l !== null).sort((a, b) => a.full_name.localeCompare(b.full_name));
  }

  /** Opens a person's vault. `unknown`: never signed in here; `wrong`: not that password. */
  async unlock(email: string, password: string): Promise<Opened | 'unknown' | 'wrong'> {
    const id = await this.idOf(email);
    const person = await this.#store.person(id);
    if (!person) return 'unknown';
    const vaultKey = await vaultKeyOf(password, person.salt, person.iterations);
    const secrets = await this.#open(id, vaultKey, person).catch(() => null);
    return secrets ? { id, email: plainEmail(email), secrets, vaultKey } : 'wrong';
  }

  /** Keeps what the server has just granted, under the password that was right for it. Older outbox keys that can be read are kept too. */
  async remember(email: string, password: string, secrets: Secrets): Promise<Opened> {
    const before = await this.unlock(email, password);
    const older = typeof before === 'string' ? [] : before.secrets.keys.outbox;
    const outbox = [...new Set([...secrets.keys.outbox, ...older])];
    const merged: Secrets = { ...secrets, keys: { ...secrets.keys, outbox } };
    const id = await this.idOf(email);
    const kept = typeof before === 'string' ? undefined : await this.#store.person(id);
    const reused =
      typeof before !== 'string' && kept?.iterations === this.#iterations ? { salt: kept.salt, key: before.vaultKey } : null;
    const salt = reused?.salt ?? crypto.getRandomValues(new Uint8Array(16));
    const vaultKey = reused?.key ?? (await vaultKeyOf(password, salt, this.#iterations));
    const label: Known = { email: plainEmail(email), full_name: secrets.user.full_name };
    await this.#store.put(id, {
      label: await sealJson(await this.#deviceKey(), ['label', id], label),
      salt,
      iterations: this.#iterations,
      vault: await sealJson(vaultKey, ['vault', id], merged),
      scopes: Object.keys(merged.keys.scopes),
    });
    return { id, email: plainEmail(email), secrets: merged, vaultKey };
  }

  /** Changes what is in an open vault, as when a scope is lost. */
  async change(id: string, vaultKey: SealKey, change: (secrets: Secrets) => Secrets): Promise<void> {
    const person = await this.#store.person(id);
    if (!person) return;
    const secrets = change(await this.#open(id, vaultKey, person));
    const vault = await sealJson(vaultKey, ['vault', id], secrets);
    await this.#store.put(id, { ...person, vault, scopes: Object.keys(secrets.keys.scopes) });
  }

  async forget(email: string): Promise<void> {
    await this.#store.remove(await this.idOf(email));
  }

  async forgetEverybody(): Promise<void> {
    for (const { id } of await this.#store.people()) await this.#store.remove(id);
  }

  /** Scopes that somebody who signed in here has the key of. */
  async scopes(): Promise<Set<string>> {
    return new Set((await this.#store.people()).flatMap(({ person }) => person.scopes));
  }

  async deviceName(): Promise<string | null> {
    return await this.#note<string>('name');
  }

  async nameDevice(name: string): Promise<void> {
    await this.#putNote('name', name);
  }

  /** Tokens of sessions that the server has not yet been told to end. */
  async ends(): Promise<string[]> {
    return (await this.#note<string[]>('ends')) ?? [];
  }

  async setEnds(tokens: readonly string[]): Promise<void> {
    await this.#putNote('ends', tokens);
  }

  #open(id: string, { kid, key }: SealKey, person: Person): Promise<Secrets> {
    return unsealJson<Secrets>(new Map([[kid, key]]), ['vault', id], person.vault);
  }

  async #note<T>(name: 'name' | 'ends'): Promise<T | null> {
    const sealed = await this.#store.note(name);
    if (!sealed) return null;
    const { kid, key } = await this.#deviceKey();
    return await unsealJson<T>(new Map([[kid, key]]), ['note', name], sealed).catch(() => null);
  }

  async #putNote(name: 'name' | 'ends', value: unknown): Promise<void> {
    await this.#store.putNote(name, await sealJson(await this.#deviceKey(), ['note', name], value));
  }
}
