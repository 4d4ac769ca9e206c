import { WaitProblem } from './wait.ts';

/** Addresses remembered at once; the oldest go first. */
const ADDRESSES_MAX = 20_000;

/**
 * Counts attempts per address in fixed windows. A whole ward shares one address, so the limits are generous: what stops
 * guessing of one password is the lock on the account (lockout.ts), this stops floods.
 */
export class RateLimit {
  readonly #most: number;
  readonly #windowMs: number;
  readonly #now: () => number;
  readonly #seen = new Map<string, { until: number; count: number }>();

  constructor(most: number, windowMs: number, now: () => number) {
    this.#most = most;
    this.#windowMs = windowMs;
    this.#now = now;
  }

  /** Counts one attempt. Throws TOO_MANY with the time to wait. */
  take(address: string): void {
    const now = this.#now();
    let seen = this.#seen.get(address);
    if (!seen || seen.until <= now) {
      this.#seen.delete(address);
      const oldest = this.#seen.size >= ADDRESSES_MAX ? this.#seen.keys().next().value : undefined;
      if (oldest !== undefined) this.#seen.delete(oldest);
      seen = { until: now + this.#windowMs, count: 0 };
      this.#seen.set(address, seen);
    }
    if (++seen.count > this.#most) throw new WaitProblem('TOO_MANY', seen.until - now);
  }
}
