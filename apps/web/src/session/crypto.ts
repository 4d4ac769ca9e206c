/** Bytes sealed with AES-GCM-256: which key, the random 96-bit IV of this entry, and the sealed bytes with their tag. */
export interface Sealed {
  k: string;
  iv: Uint8Array<ArrayBuffer>;
  d: ArrayBuffer;
}

/** A key that seals, and the name by which its entries know it. */
export interface SealKey {
  kid: string;
  key: CryptoKey;
}

export type Bytes = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The place an entry belongs to. It is authenticated with the entry, so that two entries cannot be swapped. */
export type Place = readonly (string | number)[];

export function fromBase64(text: string): Bytes {
  return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
}

export function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

export async function sha256Hex(text: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', encoder.encode(text));
  return Array.from(new Uint8Array(hash), (b) => b.toString(16).padStart(2, '0')).join('');
}

/** A sealing key that cannot leave WebCrypto, from 32 bytes in base64. */
export async function sealKeyOf(base64: string): Promise<SealKey> {
  const key = await crypto.subtle.importKey('raw', fromBase64(base64), 'AES-GCM', false, ['encrypt', 'decrypt']);
  return { kid: (await sha256Hex(`kid ${base64}`)).slice(0, 16), key };
}

/** The key of a vault, which cannot leave WebCrypto, from its 32 bytes. */
export async function masterKeyOf(bytes: Bytes): Promise<SealKey> {
  const key = await crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']);
  return { kid: 'vault', key };
}

/** The key that signs a person's groups, from bytes in base64. */
export function signKeyOf(base64: string): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', fromBase64(base64), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
}

/** HMAC-SHA-256 of a text, base64. */
export async function sign(key: CryptoKey, text: string): Promise<string> {
  return toBase64(new Uint8Array(await crypto.subtle.sign('HMAC', key, encoder.encode(text))));
}

/** Seals bytes for one place. Never call it inside an IndexedDB transaction: waiting for WebCrypto commits that early. */
export async function seal(key: SealKey, place: Place, bytes: Uint8Array<ArrayBufferLike>): Promise<Sealed> {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const additionalData = encoder.encode(JSON.stringify(place));
  const d = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData }, key.key, bytes as Bytes);
  return { k: key.kid, iv, d };
}

/** Opens what was sealed for this place. Rejects when the key is not held, or key, place or bytes are not the right ones. */
export async function unseal(keys: ReadonlyMap<string, CryptoKey>, place: Place, sealed: Sealed): Promise<Bytes> {
  const key = keys.get(sealed.k);
  if (!key) throw new Error(`No key ${sealed.k} on hand.`);
  const additionalData = encoder.encode(JSON.stringify(place));
  return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv: sealed.iv, additionalData }, key, sealed.d));
}

export const sealJson = (key: SealKey, place: Place, value: unknown): Promise<Sealed> =>
  seal(key, place, encoder.encode(JSON.stringify(value)));

export async function unsealJson<T>(keys: ReadonlyMap<string, CryptoKey>, place: Place, sealed: Sealed): Promise<T> {
  return JSON.parse(decoder.decode(await unseal(keys, place, sealed))) as T;
}

/** What the storage of one open session seals and opens with. */
export interface StoreKeys {
  /** Seals outbox, journal, attention and drafts. */
  outbox: SealKey;
  /** Seals pages and delta, by scope. A scope without a key is out of reach. */
  scopes: ReadonlyMap<string, SealKey>;
  /** Every key on hand by name, older ones of the outbox included. */
  known: ReadonlyMap<string, CryptoKey>;
}
