import type { RECORDS, Row } from '@psa/domain';
import { type Bytes, masterKeyOf, type Sealed, type SealKey, seal, sealJson, sha256Hex, unseal, unsealJson } from './crypto.ts';

/** OWASP's figure for PBKDF2-HMAC-SHA-256 (2023): about a quarter of a second on a ward tablet, once per sign-in. */
export const PBKDF2_ITERATIONS = 600_000;

/** What a person needs to work on this device without the network. Kept only under their password. */
export interface Secrets {
  user: Row<typeof RECORDS.users>;
  /** Null after a sign-out: the device opens, sending needs the password. */
  token: string | null;
  expires_at: string | null;
  /** How long this person may read here without contact, hours; what the hospital said at the last sign-in. */
  lease_hours: number;
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
  /** The vault's own key, sealed under the password. */
  master: Sealed;
  vault: Sealed;
  /** Scopes whose keys are in the vault. */
  scopes: string[];
}

/** A second, quicker way to the key of a vault (quick.ts). */
export interface Quick {
  kind: 'pin' | 'passkey';
  /** Of this browser: WebCrypto uses it and gives it to nobody. What is sealed here opens nowhere else. */
  bound: CryptoKey;
  salt: Bytes;
  iterations: number;
  /** Wrong PINs since the last right one. */
  tries: number;
  /** Which passkey; empty for a PIN. */
  credential: Bytes;
  master: Sealed;
}

export type NoteName = 'name' | 'ends' | 'lease' | 'digest';

/** What the keyring asks of its storage; each call is one durable transaction. */
export interface KeyringStore {
  salt(): Promise<string>;
  people(): Promise<{ id: string; person: Person }[]>;
  person(id: string): Promise<Person | undefined>;
  put(id: string, person: Person): Promise<void>;
  /** As `put`, unless the person was removed meanwhile. */
  replace(id: string, person: Person): Promise<void>;
  remove(id: string): Promise<void>;
  /** This device's own key; `fresh` is kept when there is none yet. @returns the one that is kept. */
  deviceKey(fresh: CryptoKey): Promise<CryptoKey>;
  /** Small sealed notes of the device: its name, sessions to end, its last contact, the last comparison. */
  note(name: NoteName): Promise<Sealed | undefined>;
  putNote(name: NoteName, value: Sealed): Promise<void>;
  quick(id: string): Promise<Quick | undefined>;
  putQuick(id: string, quick: Quick): Promise<void>;
  removeQuick(id: string): Promise<void>;
  /** Counts one more try before it is made. @returns it as counted; undefined when there is none, or was after `most` tries. */
  countTry(id: string, most: number): Promise<Quick | undefined>;
}

export interface Known {
  email: string;
  full_name: string;
  /** How this person may open the device without the password. */
  quick?: Quick['kind'];
}

/** A vault that opened: what was in it, and what is needed to write it again without the password. */
export interface Opened {
  id: string;
  email: string;
  secrets: Secrets;
  vaultKey: SealKey;
}

const plainEmail = (email: string): string => email.trim().toLowerCase();

async function passwordKeyOf(password: string, salt: Bytes, iterations: number): Promise<SealKey> {
  const text = new TextEncoder().encode(password.normalize('NFC'));
  const base = await crypto.subtle.importKey('raw', text, 'PBKDF2', false, ['deriveKey']);
  const params = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations };
  const key = await crypto.subtle.deriveKey(params, base, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
  return { kid: 'password', key };
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
    const labels = people.map(async ({ id, person }) => {
      const label = await unsealJson<Known>(new Map([[kid, key]]), ['label', id], person.label).catch(() => null);
      const quick = await this.#store.quick(id);
      return label && (quick ? { ...label, quick: quick.kind } : label);
    });
    return (await Promise.all(labels)).filter((l) => l !== null).sort((a, b) => a.full_name.localeCompare(b.full_name));
  }

  /** Opens a person's vault. `unknown`: never signed in here; `wrong`: not that password. */
  async unlock(email: string, password: string): Promise<Opened | 'unknown' | 'wrong'> {
    const master = await this.master(email, password);
    if (typeof master === 'string') return master;
    return (await this.openWith(email, await masterKeyOf(master))) ?? 'wrong';
  }

  /** The key of a vault, for another way to it. It opens everything: the caller forgets it. */
  async master(email: string, password: string): Promise<Bytes | 'unknown' | 'wrong'> {
    const id = await this.idOf(email);
    const person = await this.#store.person(id);
    if (!person) return 'unknown';
    const { kid, key } = await passwordKeyOf(password, person.salt, person.iterations);
    return await unseal(new Map([[kid, key]]), ['master', id], person.master).catch(() => 'wrong' as const);
  }

  /** Opens a vault by its own key; null when it is not the one. */
  async openWith(email: string, vaultKey: SealKey): Promise<Opened | null> {
    const id = await this.idOf(email);
    const person = await this.#store.person(id);
    const secrets = person && (await this.#open(id, vaultKey, person).catch(() => null));
    return secrets ? { id, email: plainEmail(email), secrets, vaultKey } : null;
  }

  /**
   * Keeps what the server has just granted, under the password that was right for it. Older outbox keys that can be read are kept too.
   * A new password is a new vault: its key, and every quicker way to it, are those of nobody any more.
   */
  async remember(email: string, password: string, secrets: Secrets): Promise<Opened> {
    const before = await this.unlock(email, password);
    const older = typeof before === 'string' ? [] : before.secrets.keys.outbox;
    const outbox = [...new Set([...secrets.keys.outbox, ...older])];
    const merged: Secrets = { ...secrets, keys: { ...secrets.keys, outbox } };
    const kept = typeof before === 'string' ? undefined : await this.#store.person(before.id);
    if (typeof before !== 'string' && kept?.iterations === this.#iterations) {
      await this.#keep(before.id, before.email, before.vaultKey, merged, kept);
      return { ...before, secrets: merged };
    }
    return await this.#anew(email, password, merged);
  }

  /** Puts a vault under a new password and a new key of its own. Every quicker way to it ends. */
  async rekey(email: string, before: string, next: string): Promise<Opened | 'unknown' | 'wrong'> {
    const opened = await this.unlock(email, before);
    return typeof opened === 'string' ? opened : await this.#anew(email, next, opened.secrets);
  }

  async #anew(email: string, password: string, secrets: Secrets): Promise<Opened> {
    const id = await this.idOf(email);
    const salt = crypto.getRandomValues(new Uint8Array(16));
    const bytes = crypto.getRandomValues(new Uint8Array(32));
    const vaultKey = await masterKeyOf(bytes);
    const under = await passwordKeyOf(password, salt, this.#iterations);
    const master = await seal(under, ['master', id], bytes);
    bytes.fill(0);
    await this.#store.removeQuick(id);
    await this.#keep(id, plainEmail(email), vaultKey, secrets, { salt, iterations: this.#iterations, master });
    return { id, email: plainEmail(email), secrets, vaultKey };
  }

  async #keep(
    id: string,
    email: string,
    vaultKey: SealKey,
    secrets: Secrets,
    { salt, iterations, master }: Pick<Person, 'salt' | 'iterations' | 'master'>,
  ): Promise<void> {
    const label: Known = { email, full_name: secrets.user.full_name };
    await this.#store.put(id, {
      label: await sealJson(await this.#deviceKey(), ['label', id], label),
      salt,
      iterations,
      master,
      vault: await sealJson(vaultKey, ['vault', id], secrets),
      scopes: Object.keys(secrets.keys.scopes),
    });
  }

  /** Changes what is in an open vault, as when a scope is lost. */
  async change(id: string, vaultKey: SealKey, change: (secrets: Secrets) => Secrets): Promise<void> {
    const person = await this.#store.person(id);
    if (!person) return;
    const secrets = change(await this.#open(id, vaultKey, person));
    const vault = await sealJson(vaultKey, ['vault', id], secrets);
    await this.#store.replace(id, { ...person, vault, scopes: Object.keys(secrets.keys.scopes) });
  }

  async forget(email: string): Promise<void> {
    const id = await this.idOf(email);
    await this.#store.removeQuick(id);
    await this.#store.remove(id);
  }

  /** Scopes that somebody who signed in here has the key of. */
  async scopes(): Promise<Set<string>> {
    return new Set((await this.#store.people()).flatMap(({ person }) => person.scopes));
  }

  async deviceName(): Promise<string | null> {
    return await this.note<string>('name');
  }

  async nameDevice(name: string): Promise<void> {
    await this.putNote('name', name);
  }

  /** Tokens of sessions that the server has not yet been told to end. */
  async ends(): Promise<string[]> {
    return (await this.note<string[]>('ends')) ?? [];
  }

  async setEnds(tokens: readonly string[]): Promise<void> {
    await this.putNote('ends', tokens);
  }

  #open(id: string, { kid, key }: SealKey, person: Person): Promise<Secrets> {
    return unsealJson<Secrets>(new Map([[kid, key]]), ['vault', id], person.vault);
  }

  /** A small note of this device; null when there is none. */
  async note<T>(name: NoteName): Promise<T | null> {
    const sealed = await this.#store.note(name);
    if (!sealed) return null;
    const { kid, key } = await this.#deviceKey();
    return await unsealJson<T>(new Map([[kid, key]]), ['note', name], sealed).catch(() => null);
  }

  async putNote(name: NoteName, value: unknown): Promise<void> {
    await this.#store.putNote(name, await sealJson(await this.#deviceKey(), ['note', name], value));
  }
}
