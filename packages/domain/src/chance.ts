/** A repeatable stream of chance: the same seed gives the same world. For demonstration data, tests and simulation only. */
export interface Chance {
  /** A whole number from 0 up to, not including, `n`. */
  below(n: number): number;
  /** A fraction from 0 up to, not including, 1. */
  fraction(): number;
  /** True with this probability. */
  odds(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
  bytes(count: number): Uint8Array;
}

/** sfc32 (C. Doty-Humphrey, PractRand 2010), seeded by splitmix32 from one number. */
export function chanceFrom(seed: number): Chance {
  let mix = seed | 0;
  const next32 = () => {
    mix = (mix + 0x9e3779b9) | 0;
    let z = mix;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) | 0;
  };
  let [a, b, c, d] = [next32(), next32(), next32(), next32()];
  const draw = () => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return t >>> 0;
  };
  const fraction = () => draw() / 4294967296;
  const below = (n: number) => Math.floor(fraction() * n);
  return {
    below,
    fraction,
    odds: (probability) => fraction() < probability,
    pick: <T>(items: readonly T[]): T => {
      const item = items[below(items.length)];
      if (item === undefined) throw new RangeError('Cannot pick from an empty list.');
      return item;
    },
    bytes: (count) => Uint8Array.from({ length: count }, () => draw() & 0xff),
  };
}
