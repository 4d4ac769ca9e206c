import type { KindDigest } from './protocol.ts';

/**
 * The share of one row in its kind's digest: 32 bits of the id, xor the version times a large odd number. Made so that
 * PostgreSQL computes the same with bigint arithmetic:
 * `(('x' || right(replace(id::text,'-',''), 8))::bit(32)::bigint # ((row_version::bigint * 2654435761) & 4294967295))`.
 */
export function digestShare(id: string, version: number): number {
  const low = Number.parseInt(id.slice(-8), 16);
  return (low ^ Math.imul(version, 2654435761)) >>> 0;
}

/** Count and sum over rows; sums stay exact below two million rows. */
export function digestOf(rows: Iterable<{ id: string; row_version: number }>): KindDigest {
  let count = 0;
  let sum = 0;
  for (const row of rows) {
    count++;
    sum += digestShare(row.id, row.row_version);
  }
  return { count, sum };
}
