import { fold } from './fold.ts';

/**
 * What patients are searched by, the same on a device and on the server. The SQL functions plain_word(), name_words() and
 * number_words() of 0015_patient_search.sql do the same; a test holds them against these.
 */

const BEYOND_ASCII = /[^ -~]/;

/** A word without accents, case, spaces and signs: `Ọlá-Ɗan` → `oladan`, `UNTH/24` → `unth24`. */
export function plainWord(text: string): string {
  const plain = fold(text);
  // Most names and numbers are plain already, and a class of Unicode letters is slow.
  return BEYOND_ASCII.test(plain) ? plain.replace(/[^\p{L}\p{N}]/gu, '') : plain.replace(/[^a-z0-9]/g, '');
}

/** Words of a name as they may be typed: parts of a double name alone and joined. Anything but text has none. */
export function nameWords(name: unknown): string[] {
  if (typeof name !== 'string') return [];
  if (/^[A-Za-z]+$/.test(name)) return [name.toLowerCase()];
  return name.split(/\s+/).flatMap((word) => {
    const parts = word.split(/[-‐–/.]/).map(plainWord);
    return (parts.length > 1 ? [plainWord(word), ...parts] : parts).filter((w) => w !== '');
  });
}
