import { Secret, TOTP } from 'otpauth';

/** What the key is for under which secrets of authenticator apps lie sealed. */
export const FACTORS_SEALED_FOR = 'second factors';

/** Whose secret it is: sealed for one factor of one person, it opens for no other. */
export const purposeOfFactor = (facility: string, user: string, factor: string): string =>
  JSON.stringify(['totp', facility, user, factor]);

const STEP_S = 30;
/** A code of the step before or after counts too: clocks of telephones differ, and people type slowly. */
const WINDOW = 1;
/** 160 bits, as RFC 4226 advises. */
const SECRET_BYTES = 20;
const ISSUER = 'Plastic Surgeon Assistant';

const totpOf = (secret: Secret, label = ''): TOTP =>
  new TOTP({ issuer: ISSUER, label, algorithm: 'SHA1', digits: 6, period: STEP_S, secret });

/** A new secret for an authenticator app, in Base32 as it is typed, and the address that its picture holds. */
export function newTotp(random: (bytes: number) => Uint8Array, email: string): { secret: string; uri: string } {
  const secret = new Secret({ buffer: Uint8Array.from(random(SECRET_BYTES)).buffer });
  return { secret: secret.base32, uri: totpOf(secret, email).toString() };
}

/**
 * The step of time (RFC 6238) whose code this is, if it is one of now and later than the last one that was taken: no code counts twice.
 * Null when it is not.
 */
export function takenStep(secret: string, code: string, nowMs: number, last: number): number | null {
  if (!/^\d{6}$/.test(code)) return null;
  const delta = totpOf(Secret.fromBase32(secret)).validate({ token: code, timestamp: nowMs, window: WINDOW });
  if (delta === null) return null;
  const step = Math.floor(nowMs / 1000 / STEP_S) + delta;
  return step > last ? step : null;
}
