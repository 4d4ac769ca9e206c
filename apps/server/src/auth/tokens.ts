import type { KeyObject } from 'node:crypto';
import { type JWTPayload, jwtVerify, SignJWT } from 'jose';
import type { Secrets } from '../keys/secrets.ts';

/** A token and its session end after a day; there is no refresh: the device keeps working offline and asks again. */
export const TOKEN_MS = 24 * 3600 * 1000;
/** Verified tokens remembered: more than a hospital has signed in at once. */
const KEPT_MAX = 10_000;

export interface TokenClaims {
  session: string;
  /** Whose data the session may reach: named to the database before the session is looked up. */
  facility: string;
  user: string;
  expiresAtMs: number;
}

/**
 * Signs and reads the bearer tokens (JWT, HS256). What was verified once is remembered by its text until it expires: a
 * signature does not change. Whether its session still stands is asked anew at every request (sessions.ts).
 */
export class Tokens {
  readonly #secrets: Secrets;
  readonly #now: () => number;
  readonly #known = new Map<string, TokenClaims>();

  constructor(secrets: Secrets, now: () => number) {
    this.#secrets = secrets;
    this.#now = now;
  }

  /** The text for one session. `id`, `email` and `role` are there for older clients; nothing is decided by them. */
  issue(claims: TokenClaims & { email: string; role: string }): Promise<string> {
    const { id, key } = this.#secrets.current('tokens');
    return new SignJWT({ id: claims.user, email: claims.email, role: claims.role, sid: claims.session, fac: claims.facility })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT', kid: id })
      .setSubject(claims.user)
      .setIssuedAt(Math.floor(this.#now() / 1000))
      .setExpirationTime(Math.floor(claims.expiresAtMs / 1000))
      .sign(key);
  }

  /** Throws when the signature is not ours or the time is over. */
  async #verified(text: string): Promise<JWTPayload> {
    const find = ({ kid }: { kid?: string | undefined }): KeyObject => {
      // Tokens of before secrets had names were signed with the secret itself; they end within a day.
      const key = kid === undefined ? this.#secrets.plain.at(-1) : this.#secrets.named('tokens', kid);
      if (!key) throw new Error('no such key');
      return key;
    };
    const options = { algorithms: ['HS256'], currentDate: new Date(this.#now()) };
    return (await jwtVerify(text, find, options)).payload;
  }

  /** What a token says, or null when it is not ours or has ended. */
  async read(text: string): Promise<TokenClaims | null> {
    const known = this.#known.get(text);
    if (known) return known.expiresAtMs > this.#now() ? known : null;
    try {
      const payload = await this.#verified(text);
      const { sid, fac, sub, exp } = payload;
      if (typeof sid !== 'string' || typeof fac !== 'string' || typeof sub !== 'string' || typeof exp !== 'number') return null;
      const claims = { session: sid, facility: fac, user: sub, expiresAtMs: exp * 1000 };
      if (this.#known.size >= KEPT_MAX) this.#known.clear();
      this.#known.set(text, claims);
      return claims;
    } catch {
      return null;
    }
  }
}
