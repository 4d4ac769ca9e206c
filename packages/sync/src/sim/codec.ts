import type { AnyRow } from '@psa/domain';

/** A page of a simulated snapshot: JSON with everything beyond ASCII written out, one byte a character. */
export function packPage(rows: readonly AnyRow[]): Uint8Array {
  const text = JSON.stringify(rows).replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

export function unpackPage(bytes: Uint8Array): AnyRow[] {
  let text = '';
  for (let i = 0; i < bytes.length; i++) text += String.fromCharCode(bytes[i] ?? 0);
  return JSON.parse(text) as AnyRow[];
}
