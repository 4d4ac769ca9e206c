/** Where random bytes come from: crypto at the edges, a seeded stream in tests and simulation. */
export type RandomBytes = (count: number) => Uint8Array;

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/**
 * A UUID of version 7 (RFC 9562, 2024): sortable by `nowMs`, 74 random bits. Made on the device, so that an entry has its
 * final id before any network.
 */
export function uuidv7(nowMs: number, random: RandomBytes): string {
  const bytes = random(16);
  const ms = Math.max(0, Math.floor(nowMs));
  for (let i = 0; i < 6; i++) bytes[i] = Math.floor(ms / 2 ** (8 * (5 - i))) % 256;
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  let hex = '';
  for (const byte of bytes) hex += HEX[byte];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Crockford's base 32 (2002): no I, L, O or U, so that a number read aloud or copied by hand stays itself. */
const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/**
 * A short number for paper, drawn from the random end of a record's id, so that it can be made offline: `ADM-26-7K2M9QXA`.
 * Forty random bits: among a hundred thousand numbers the chance of any two alike is one in two hundred, and the unique index
 * refuses the second.
 */
export function paperNumber(prefix: string, year: number, id: string): string {
  let bits = BigInt(`0x${id.replaceAll('-', '').slice(-10)}`);
  let out = '';
  for (let i = 0; i < 8; i++) {
    out = CROCKFORD[Number(bits & 31n)] + out;
    bits >>= 5n;
  }
  return `${prefix}-${String(year % 100).padStart(2, '0')}-${out}`;
}
