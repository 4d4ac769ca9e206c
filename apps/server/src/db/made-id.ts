import { createHash } from 'node:crypto';

/** An id that follows from the facility and a word, the same at every run (version 8: free form, RFC 9562). */
export function madeId(facility: string, word: string): string {
  const hex = createHash('sha256').update(`${facility} ${word}`).digest('hex');
  const variant = ((Number.parseInt(hex.slice(16, 18), 16) & 0x3f) | 0x80).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(18, 20)}-${hex.slice(20, 32)}`;
}
