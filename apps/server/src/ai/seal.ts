import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The key under which provider keys are sealed: it follows from the server's secret (HKDF-SHA-256, RFC 5869) and is kept nowhere. */
export const sealingKey = (secret: KeyObject): KeyObject =>
  createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', 'keys of language models', 32)));

/**
 * Seals a text (AES-256-GCM): nonce, ciphertext, tag. It opens only with the same `purpose`, which says whose it is and where it may be sent.
 * @param nonce 12 random bytes, never used twice.
 */
export function seal(key: KeyObject, nonce: Uint8Array, purpose: string, text: string): Buffer {
  if (nonce.length !== NONCE_BYTES) throw new RangeError('A nonce has 12 bytes.');
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(purpose));
  return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
}

/** Opens what `seal` made; undefined when the key, the purpose or a byte differs. */
export function unseal(key: KeyObject, purpose: string, sealed: Uint8Array): string | undefined {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(purpose));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}
