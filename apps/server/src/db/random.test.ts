import { expect, test } from 'vitest';
import { randomBytes } from './random.ts';

test('as many bytes as asked for, never the same twice', () => {
  const seen = new Set<string>();
  for (let i = 0; i < 2_000; i++) {
    const bytes = randomBytes(16);
    expect(bytes).toHaveLength(16);
    seen.add(bytes.join());
  }
  expect(seen.size).toBe(2_000);
});

test('what was given out is the caller’s alone', () => {
  const first = randomBytes(32);
  const kept = first.join();
  for (let i = 0; i < 500; i++) randomBytes(32).fill(7);
  expect(first.join()).toBe(kept);
});

test('more than the pool holds', () => {
  const bytes = randomBytes(10_000);
  expect(bytes).toHaveLength(10_000);
  expect(new Set(bytes).size).toBe(256);
});
