import type { Chance as DomainChance } from '@psa/domain';
import type { Chance } from '../device/chance.ts';

/** A seeded stream of chance (sfc32, Chris Doty-Humphrey): the same seed gives the same bad day. */
export class Random implements Chance {
  private a: number;
  private b: number;
  private c: number;
  private d: number;

  constructor(seed: number, stream = 0) {
    [this.a, this.b, this.c, this.d] = [0, 0, 0, 0];
    this.reseed(seed, stream);
  }

  /** Begins another stream. What a step of the day draws then does not depend on the steps before it, so that some can be left out. */
  reseed(seed: number, stream: number): void {
    this.a = 0x9e3779b9 ^ seed;
    this.b = 0x243f6a88 ^ stream;
    this.c = 0xb7e15162;
    this.d = 1;
    for (let i = 0; i < 15; i++) this.next();
  }

  /** 32 random bits. */
  private next(): number {
    const t = (((this.a + this.b) | 0) + this.d) | 0;
    this.d = (this.d + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (this.c << 21) | (this.c >>> 11);
    this.c = (this.c + t) | 0;
    return t >>> 0;
  }

  below(n: number): number {
    return n <= 1 ? 0 : this.next() % n;
  }
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }
  /** Happens in `percent` of a hundred cases. */
  happens(percent: number): boolean {
    return this.below(1000) < percent * 10;
  }
  pick<T>(list: readonly T[]): T | undefined {
    return list[this.below(list.length)];
  }
  random(count: number): Uint8Array {
    const bytes = new Uint8Array(count);
    for (let i = 0; i < count; i++) bytes[i] = this.next() & 0xff;
    return bytes;
  }
  /** The same stream as the random rows of the domain want it. */
  readonly forRows: DomainChance = {
    below: (n) => this.below(n),
    fraction: () => this.next() / 4294967296,
    odds: (probability) => this.next() / 4294967296 < probability,
    pick: (items) => {
      const [item] = items.length === 0 ? [] : [items[this.below(items.length)]];
      if (item === undefined) throw new RangeError('Cannot pick from an empty list.');
      return item;
    },
    bytes: (count) => this.random(count),
  };
  /** A stream of its own, so that one part of the world does not shift the chance of another. */
  fork(stream: number): Random {
    return new Random(this.next(), stream);
  }
}
