/** Where randomness comes from: crypto in the app, a seeded stream in tests and simulation. */
export interface Chance {
  /** A whole number from 0 to n − 1. */
  below(n: number): number;
  /** So many random bytes. */
  random(count: number): Uint8Array;
}
