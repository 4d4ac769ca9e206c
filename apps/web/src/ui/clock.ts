import { useSyncExternalStore } from 'react';

const STEP_MS = 30_000;
const listeners = new Set<() => void>();
let now = new Date().toISOString();
let timer: ReturnType<typeof setInterval> | undefined;

function tick(): void {
  now = new Date().toISOString();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) {
    now = new Date().toISOString();
    timer = setInterval(tick, STEP_MS);
  }
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) clearInterval(timer);
  };
}

/** The device's clock, ISO 8601, moving on every half minute; one timer for the whole page. */
export function useNow(): string {
  return useSyncExternalStore(subscribe, () => now);
}

/** The device's clock at this very moment, for what is being recorded now. */
export const nowIso = (): string => new Date().toISOString();
