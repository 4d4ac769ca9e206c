import { expect, test } from 'vitest';
import { aged, hoursInWords, isLeaseOver, leaseFrom } from './lease.ts';

const HOUR = 3_600_000;
const T = Date.parse('2026-11-22T08:00:00Z');

test('the lease ends after its hours without contact, not before; a contact begins it anew', () => {
  const lease = leaseFrom(T);
  expect(isLeaseOver(aged(lease, T + 72 * HOUR - 1), 72)).toBe(false);
  expect(isLeaseOver(aged(lease, T + 72 * HOUR), 72)).toBe(true);
  expect(isLeaseOver(leaseFrom(T + 80 * HOUR), 72)).toBe(false);
});

test('a clock that is set back does not prolong it', () => {
  const worn = aged(leaseFrom(T), T + 71 * HOUR);
  const back = aged(worn, T - 1000 * HOUR);
  expect(isLeaseOver(back, 72)).toBe(false);
  expect(isLeaseOver(aged(back, T - 999 * HOUR), 72)).toBe(true);
  // However often it is set back, every hour that passes counts.
  let lease = leaseFrom(T);
  for (let i = 0; i < 72; i++) lease = aged(aged(lease, T), T + HOUR);
  expect(isLeaseOver(lease, 72)).toBe(true);
});

test('without a note of a contact nothing is open', () => {
  expect(isLeaseOver(null, 720)).toBe(true);
});

test('hours are told as people say them', () => {
  expect([1, 24, 36, 72].map(hoursInWords)).toEqual(['1 hour', '24 hours', '36 hours', '3 days']);
});
