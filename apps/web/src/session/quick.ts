import { type Bytes, masterKeyOf, type SealKey, seal, unseal } from './crypto.ts';
import type { KeyringStore, Quick } from './keyring.ts';

/** After so many wrong PINs in a row the quick way in is destroyed. */
export const PIN_TRIES_MAX = 5;
const DIGITS_MIN = 6;
const DIGITS_MAX = 12;
const NO_CREDENTIAL: Bytes = new Uint8Array(0);

/** What is wrong with a PIN, in one sentence; null when nothing is. */
export function pinProblem(pin: string): string | null {
  if (!/^\d+$/.test(pin)) return 'Digits only.';
  if (pin.length < DIGITS_MIN) return `At least ${DIGITS_MIN} digits.`;
  if (pin.length > DIGITS_MAX) return `At most ${DIGITS_MAX} digits.`;
  const steps = new Set([...pin].slice(1).map((digit, i) => Number(digit) - Number(pin[i])));
  const [step = 0] = steps;
  if (steps.size === 1 && Math.abs(step) <= 1) return 'This is among the first that anybody tries. Choose another.';
  return null;
}

const newBound = (): Promise<CryptoKey> =>
  crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256', length: 256 }, false, ['sign']) as Promise<CryptoKey>;

/** The sealing key out of what a person brings and what this browser alone can use. */
async function quickKeyOf(bound: CryptoKey, brought: Bytes): Promise<SealKey> {
  const bytes = new Uint8Array(await crypto.subtle.sign('HMAC', bound, brought));
  const key = await crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']);
  bytes.fill(0);
  return { kid: 'quick', key };
}

async function stretched(pin: string, salt: Bytes, iterations: number): Promise<Bytes> {
  const base = await crypto.subtle.importKey('raw', new TextEncoder().encode(pin), 'PBKDF2', false, ['deriveBits']);
  return new Uint8Array(await crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt, iterations }, base, 256));
}

/**
 * A PIN or a passkey per person and device: another wrapping of the key of that person's vault, under what they bring together with a
 * key that only this browser can use (docs/decisions/0019-shared-and-lost-tablets.md says what that is worth). Nothing of it is sent.
 */
export class QuickUnlock {
  readonly #store: KeyringStore;
  readonly #iterations: number;

  constructor(store: KeyringStore, iterations: number) {
    this.#store = store;
    this.#iterations = iterations;
  }

  kind(id: string): Promise<Quick['kind'] | null> {
    return this.#store.quick(id).then((quick) => quick?.kind ?? null);
  }

  forget(id: string): Promise<void> {
    return this.#store.removeQuick(id);
  }

  /** Sets a PIN that `pinProblem` has nothing against. @param master the key of the vault. */
  async setPin(id: string, master: Bytes, pin: string): Promise<void> {
    const salt = crypto.getRandomValues(new Uint8Array(16));
    const brought = await stretched(pin, salt, this.#iterations);
    await this.#set(id, master, { kind: 'pin', salt, credential: NO_CREDENTIAL }, brought);
  }

  /** Sets a passkey. @param secret what its authenticator makes of `salt`, 32 bytes. */
  async setPasskey(id: string, master: Bytes, credential: Bytes, salt: Bytes, secret: Bytes): Promise<void> {
    await this.#set(id, master, { kind: 'passkey', salt, credential }, secret);
  }

  /** The key of the vault; or how many tries are left, after which only the password opens. */
  async withPin(id: string, pin: string): Promise<SealKey | { left: number }> {
    // Counted before it is tried: pulling the plug wins nobody another try.
    const quick = await this.#store.countTry(id, PIN_TRIES_MAX);
    if (quick?.kind !== 'pin') return { left: 0 };
    const master = await this.#unwrap(id, quick, await stretched(pin, quick.salt, quick.iterations));
    if (master) {
      await this.#store.putQuick(id, { ...quick, tries: 0 });
      return master;
    }
    if (quick.tries >= PIN_TRIES_MAX) await this.#store.removeQuick(id);
    return { left: Math.max(0, PIN_TRIES_MAX - quick.tries) };
  }

  /** The key of the vault by what an authenticator answers; null when there is none or it does not fit. */
  async withPasskey(id: string, secretOf: (credential: Bytes, salt: Bytes) => Promise<Bytes | null>): Promise<SealKey | null> {
    const quick = await this.#store.quick(id);
    if (quick?.kind !== 'passkey') return null;
    const secret = await secretOf(quick.credential, quick.salt);
    return secret && (await this.#unwrap(id, quick, secret));
  }

  async #set(id: string, master: Bytes, how: Pick<Quick, 'kind' | 'salt' | 'credential'>, brought: Bytes): Promise<void> {
    const bound = await newBound();
    const wrapped = await seal(await quickKeyOf(bound, brought), ['quick', id], master);
    await this.#store.putQuick(id, { ...how, bound, iterations: this.#iterations, tries: 0, master: wrapped });
  }

  async #unwrap(id: string, quick: Quick, brought: Bytes): Promise<SealKey | null> {
    const { kid, key } = await quickKeyOf(quick.bound, brought);
    const bytes = await unseal(new Map([[kid, key]]), ['quick', id], quick.master).catch(() => null);
    return bytes && (await masterKeyOf(bytes));
  }
}
