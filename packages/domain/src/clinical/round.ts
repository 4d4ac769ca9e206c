/** Binary noise (1.005 is 1.00499…) must not decide a rounding; clinical numbers have far fewer than nine decimals. */
const GUARD = 1e-9;

/** Half away from zero, on the value scaled by `decimals`; never minus zero. */
export function round(value: number, decimals = 0): number {
  const scale = 10 ** decimals;
  const whole = Math.floor(Math.abs(value) * scale + 0.5 + GUARD);
  return whole === 0 ? 0 : (Math.sign(value) * whole) / scale;
}

/** Downwards: for the largest amounts that may be given. `value` is not negative. */
export function roundDown(value: number, decimals = 0): number {
  const scale = 10 ** decimals;
  return Math.floor(value * scale + GUARD) / scale;
}

/** Whether a computed value reaches a limit, or would but for binary noise (0.1 + 0.2 against 0.3). */
export const atLeast = (value: number, limit: number): boolean => value >= limit - GUARD;

/** Whether a computed value lies beyond a limit by more than binary noise. */
export const above = (value: number, limit: number): boolean => value > limit + GUARD;

/** An instant for people and machines: ISO 8601 UTC with milliseconds. */
export const utc = (ms: number): string => new Date(ms).toISOString();
