import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

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

/** Opens what `seal` made under one of these keys; undefined when the keys, the purpose or a byte differ. */
export function unseal(keys: readonly KeyObject[], purpose: string, sealed: Uint8Array): string | undefined {
  for (const key of keys) {
    const text = opened(key, purpose, sealed);
    if (text !== undefined) return text;
  }
  return undefined;
}

function opened(key: KeyObject, purpose: string, sealed: Uint8Array): string | undefined {
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
