import { TOTP } from 'otpauth';
import { expect, test } from 'vitest';
import { newTotp, takenStep } from './totp.ts';

/** RFC 6238, appendix B, in Base32: the secret "12345678901234567890". */
const RFC = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

test.each([
  [59, '287082'],
  [1111111109, '081804'],
  [1111111111, '050471'],
  [1234567890, '005924'],
  [2000000000, '279037'],
])('at %d s the code of RFC 6238 is taken', (seconds, code) => {
  expect(takenStep(RFC, code, seconds * 1000, -1)).toBe(Math.floor(seconds / 30));
});

test('a code counts in its step and the ones beside it, and never twice', () => {
  const at = 1_111_111_111_000;
  const step = Math.floor(at / 30_000);
  for (const [shift, taken] of [
    [-60_000, null],
    [-30_000, step],
    [0, step],
    [30_000, step],
    [60_000, null],
  ] as const) {
    expect(takenStep(RFC, '050471', at + shift, -1), `${shift} ms`).toBe(taken);
  }
  expect(takenStep(RFC, '050471', at, step)).toBeNull();
  // Nor one that is older than the last that was taken.
  expect(takenStep(RFC, '050471', at, step + 1)).toBeNull();
});

test.each(['', '05047', '0504711', '05047x', '٠٥٠٤٧١'])('%j is no code', (code) => {
  expect(takenStep(RFC, code, 1_111_111_111_000, -1)).toBeNull();
});

test('a new secret has 160 bits, and its address is what authenticator apps read', () => {
  const { secret, uri } = newTotp((n) => new Uint8Array(n).fill(7), 'ada@unth.edu.ng');
  expect(secret).toHaveLength(32);
  expect(uri).toMatch(/^otpauth:\/\/totp\/Plastic%20Surgeon%20Assistant:ada%40unth\.edu\.ng\?/);
  expect(takenStep(secret, new TOTP({ secret }).generate({ timestamp: 1e12 }), 1e12, 0)).not.toBeNull();
});
