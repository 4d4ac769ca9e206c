/** A new version of the app: found in the background, used when the person says so, never in the middle of work. */
import { useSyncExternalStore } from 'react';

/** `ready`: a new version waits. `elsewhere`: another tab has switched to it; this one still runs the old. */
type UpdateState = 'none' | 'ready' | 'elsewhere';

const CHECK_EVERY_MS = 3_600_000;
let state: UpdateState = 'none';
let waiting: ServiceWorker | null = null;
let asked = false;
const listeners = new Set<() => void>();

function become(next: UpdateState): void {
  state = next;
  for (const listener of listeners) listener();
}

function watch(registration: ServiceWorkerRegistration): void {
  const found = (worker: ServiceWorker | null) => {
    if (!worker) return;
    const look = () => {
      if (worker.state === 'installed' && navigator.serviceWorker.controller) {
        waiting = worker;
        become('ready');
      }
    };
    worker.addEventListener('statechange', look);
    look();
  };
  found(registration.waiting);
  found(registration.installing);
  registration.addEventListener('updatefound', () => found(registration.installing));
  // A failed check means no network: the next one will do.
  const check = () => void registration.update().catch(() => undefined);
  setInterval(check, CHECK_EVERY_MS);
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && check());
}

/** Registers the service worker; nothing happens where there is none (development, private mode). */
export function startUpdates(): void {
  if (!('serviceWorker' in navigator) || import.meta.env.DEV) return;
  const hadController = navigator.serviceWorker.controller !== null;
  let changes = 0;
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    changes++;
    if (asked) location.reload();
    else if (hadController || changes > 1) become('elsewhere');
  });
  navigator.serviceWorker.register('/sw.js').then(watch, () => undefined);
}

/** Switches to the waiting version and reloads this tab. Drafts and unsent work are in the database already. */
export function takeUpdate(): void {
  asked = true;
  if (state === 'elsewhere' || !waiting) location.reload();
  else waiting.postMessage({ type: 'USE_NEW_VERSION' });
}

/** Whether a new version is there to be used. */
export function useUpdate(): UpdateState {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => state,
  );
}
