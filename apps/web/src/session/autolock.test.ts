import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AUTO_LOCK_MS, watchIdle } from './autolock.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function watched() {
  const target = new EventTarget();
  const seen = { idle: 0, active: 0 };
  const watch = watchIdle({ now: Date.now, target, onActive: () => seen.active++, onIdle: () => seen.idle++ });
  return { target, seen, watch, touch: () => target.dispatchEvent(new Event('pointerdown')) };
}

test('fifteen minutes without input lock; input starts them again', () => {
  const { seen, touch, watch } = watched();
  vi.advanceTimersByTime(AUTO_LOCK_MS - 60_000);
  touch();
  vi.advanceTimersByTime(AUTO_LOCK_MS - 60_000);
  expect(seen).toEqual({ idle: 0, active: 1 });
  vi.advanceTimersByTime(90_000);
  expect(seen.idle).toBeGreaterThan(0);
  watch.stop();
});

test('input in another tab counts', () => {
  const { seen, watch } = watched();
  vi.advanceTimersByTime(AUTO_LOCK_MS - 60_000);
  watch.touch();
  vi.advanceTimersByTime(AUTO_LOCK_MS - 60_000);
  expect(seen.idle).toBe(0);
  watch.stop();
});

test('a tablet that slept is locked by the touch that wakes it', () => {
  const { seen, touch, watch } = watched();
  // Timers do not run in sleep; the clock does.
  vi.setSystemTime(Date.now() + AUTO_LOCK_MS + 1000);
  touch();
  expect(seen).toEqual({ idle: 1, active: 0 });
  watch.stop();
});

test('nothing is watched any more after stop', () => {
  const { seen, touch, watch } = watched();
  watch.stop();
  vi.advanceTimersByTime(2 * AUTO_LOCK_MS);
  touch();
  expect(seen).toEqual({ idle: 0, active: 0 });
});
