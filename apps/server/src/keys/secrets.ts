import { createHash, createHmac, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode, StartFailure } from '../start-failure.ts';

const KEY_BYTES = 32;

/** What keys are made for. Each purpose has a key of its own, which follows from the secret and is kept nowhere. */
export type Purpose = 'tokens' | 'keys of language models' | 'second factors';

/** A secret, its short name (which tells nothing of it), and since when it is no longer the one in use. */
interface Secret {
  id: string;
  key: KeyObject;
  retired: string | null;
}

/** The key for one purpose that follows from a secret (HKDF-SHA-256, RFC 5869). */
const derived = (secret: KeyObject, purpose: Purpose): KeyObject =>
  createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', purpose, KEY_BYTES)));

const secretOf = (key: KeyObject, retired: string | null = null): Secret => ({
  id: createHash('sha256').update('id of a secret').update(key.export()).digest('hex').slice(0, 12),
  key,
  retired,
});

/**
 * The secrets of this server, the one in use first. Those before it still open what was made under them; a server that meets a name
 * it does not know reads the file again, so that keys are changed while it runs.
 */
export class Secrets {
  readonly #read: () => readonly Secret[];
  readonly #stamp: () => number;
  #secrets: readonly Secret[];
  #seen: number;
  readonly #derived = new Map<string, KeyObject>();

  private constructor(read: () => readonly Secret[], stamp: () => number) {
    this.#read = read;
    this.#stamp = stamp;
    this.#seen = stamp();
    this.#secrets = read();
  }

  /** Of these keys, the one in use first; they do not change. */
  static of(...keys: readonly KeyObject[]): Secrets {
    const secrets = keys.map((key) => secretOf(key));
    return new Secrets(
      () => secrets,
      () => 0,
    );
  }

  /** Of the file in this folder, made when it is missing. Throws StartFailure. */
  static in(folder: string): Secrets {
    const file = fileIn(folder);
    ensure(file);
    return new Secrets(
      () => readSecrets(file),
      () => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0,
    );
  }

  /** The key in use for a purpose, and the name of the secret behind it. */
  current(purpose: Purpose): { id: string; key: KeyObject } {
    this.#look();
    const [first] = this.#secrets;
    if (!first) throw new Error('there is no secret');
    return { id: first.id, key: this.#of(first, purpose) };
  }

  /** The key for a purpose under the secret of this name, if it is still known. */
  named(purpose: Purpose, id: string): KeyObject | undefined {
    if (!this.#secrets.some((one) => one.id === id)) this.#look();
    const found = this.#secrets.find((one) => one.id === id);
    return found && this.#of(found, purpose);
  }

  /** All keys that may have been used for a purpose, the present one first. */
  all(purpose: Purpose): readonly KeyObject[] {
    this.#look();
    return this.#secrets.map((one) => this.#of(one, purpose));
  }

  /** The secrets themselves: what tokens were signed with before each purpose had its key. */
  get plain(): readonly KeyObject[] {
    return this.#secrets.map(({ key }) => key);
  }

  /** Reads the file again when it is another than before; one that cannot be read now changes nothing. */
  #look(): void {
    const stamp = this.#stamp();
    if (stamp === this.#seen || stamp === 0) return;
    try {
      this.#secrets = this.#read();
      this.#seen = stamp;
    } catch {
      // Read again the next time.
    }
  }

  #of({ id, key }: Secret, purpose: Purpose): KeyObject {
    const name = `${id} ${purpose}`;
    const known = this.#derived.get(name) ?? derived(key, purpose);
    this.#derived.set(name, known);
    return known;
  }
}

const fileIn = (folder: string): string => join(folder, 'secrets', 'jwt.key');

/** Whole or not at all: whoever is killed here leaves no half key. */
function replace(file: string, secrets: readonly Secret[]): void {
  const lines = secrets.map(({ key, retired }) => [key.export().toString('base64url'), retired].filter(Boolean).join(' '));
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${lines.join('\n')}\n`, { mode: 0o600, flush: true });
  renameSync(draft, file);
}

const fresh = (): Secret => secretOf(createSecretKey(randomBytes(KEY_BYTES)));

function ensure(file: string): void {
  try {
    const folder = join(file, '..');
    if (mkdirSync(folder, { recursive: true }) !== undefined) chmodSync(folder, 0o700);
    if (!existsSync(file)) replace(file, [fresh()]);
  } catch (cause) {
    throw new StartFailure(
      `The key in ${file} cannot be read or made (${errorCode(cause)}); let this account write there.`,
      cause,
    );
  }
}

/** One secret a line, base64url, the one in use first; behind each earlier one, when it was retired. */
function readSecrets(file: string): readonly Secret[] {
  let lines: string[];
  try {
    lines = readFileSync(file, 'utf8').trim().split('\n');
  } catch (cause) {
    throw new StartFailure(`The key in ${file} cannot be read (${errorCode(cause)}).`, cause);
  }
  return lines.map((line) => {
    const [text = '', retired] = line.trim().split(' ');
    const key = Buffer.from(text, 'base64url');
    if (key.length >= KEY_BYTES) return secretOf(createSecretKey(key), retired ?? null);
    throw new StartFailure(`The key in ${file} is damaged; remove the file, and everybody signs in again.`);
  });
}

/**
 * Puts a new secret in front of those in `<folder>/secrets/jwt.key` (0600). Those before it stay, so that tokens under them count until
 * they end. @returns the names of the new and of the former one.
 */
export function rotateSecret(folder: string, now: Date): { id: string; before: string } {
  const file = fileIn(folder);
  ensure(file);
  const [last, ...earlier] = readSecrets(file) as [Secret, ...Secret[]];
  const next = fresh();
  replace(file, [next, { ...last, retired: now.toISOString() }, ...earlier]);
  return { id: next.id, before: last.id };
}

/** Forgets secrets that were retired before a moment. @returns how many. Only when nothing is sealed under them any more. */
export function forgetSecrets(folder: string, before: Date): number {
  const file = fileIn(folder);
  const secrets = readSecrets(file);
  const kept = secrets.filter(({ retired }) => retired === null || Date.parse(retired) >= before.getTime());
  if (kept.length < secrets.length) replace(file, kept);
  return secrets.length - kept.length;
}

/**
 * The passwords that the role of the server may have in a PostgreSQL that is not ours: they follow from the secrets, so nothing is
 * kept. The first is the one to give it when none opens.
 */
export const serverPasswords = (secrets: Secrets): readonly string[] =>
  secrets.plain.map((key) => createHmac('sha256', key).update('password of psa_server').digest('hex'));
