import { randomFillSync } from 'node:crypto';

/** Bytes fetched from the system at a time: an id needs sixteen, and a write a handful of ids. */
const POOL_BYTES = 4_096;

const pool = new Uint8Array(POOL_BYTES);
let at = POOL_BYTES;

/** Random bytes of the system, each given out once. */
export function randomBytes(count: number): Uint8Array {
  if (count > POOL_BYTES) return randomFillSync(new Uint8Array(count));
  if (at + count > POOL_BYTES) {
    randomFillSync(pool);
    at = 0;
  }
  const bytes = pool.slice(at, at + count);
  // What was given out may become a key: it does not stay here.
  pool.fill(0, at, at + count);
  at += count;
  return bytes;
}
