/** How the screen looks: light, dark, as the system says, or theatre (high contrast, large, stays awake). Kept per browser. */
import type { MantineColorSchemeManager } from '@mantine/core';
import { useEffect, useSyncExternalStore } from 'react';
import type { Mode } from './tokens.ts';

export const LOOKS = ['auto', 'light', 'dark', 'theatre'] as const;
export type Look = (typeof LOOKS)[number];
export const LOOK_TITLES: Readonly<Record<Look, string>> = {
  auto: 'As the system',
  light: 'Light',
  dark: 'Dark',
  theatre: 'Theatre',
};

const KEY = 'psa-look';
const system = matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<() => void>();

function stored(): Look {
  const text = localStorage.getItem(KEY);
  return LOOKS.find((l) => l === text) ?? 'auto';
}

let look = stored();

/** What a look comes to on this system now. */
function modeOf(wanted: Look): Mode {
  return wanted === 'auto' ? (system.matches ? 'dark' : 'light') : wanted;
}

function tell(): void {
  document.documentElement.dataset.mode = modeOf(look);
  for (const listener of listeners) listener();
}
system.addEventListener('change', tell);
window.addEventListener('storage', (event) => {
  if (event.key !== KEY) return;
  look = stored();
  tell();
});
tell();

/** Changes the look in every tab. */
export function chooseLook(next: Look): void {
  look = next;
  localStorage.setItem(KEY, next);
  tell();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
};

export const useLook = (): Look => useSyncExternalStore(subscribe, () => look);
export const useMode = (): Mode => useSyncExternalStore(subscribe, () => modeOf(look));

/** Lets the component library follow; it knows only light and dark. */
export const schemeManager: MantineColorSchemeManager = (() => {
  let stop: (() => void) | undefined;
  const scheme = () => (modeOf(look) === 'light' ? 'light' : 'dark');
  return {
    get: scheme,
    set: () => undefined,
    subscribe: (onUpdate) => {
      stop = subscribe(() => onUpdate(scheme()));
    },
    unsubscribe: () => stop?.(),
    clear: () => undefined,
  };
})();

/** In theatre mode the screen stays awake while the page is visible. */
export function useScreenAwake(): void {
  const mode = useMode();
  useEffect(() => {
    if (mode !== 'theatre' || !('wakeLock' in navigator)) return;
    let lock: WakeLockSentinel | undefined;
    const hold = () => {
      if (document.visibilityState === 'visible') {
        // Refused on low battery: the screen then sleeps as usual.
        navigator.wakeLock.request('screen').then(
          (held) => {
            lock = held;
          },
          () => undefined,
        );
      }
    };
    hold();
    document.addEventListener('visibilitychange', hold);
    return () => {
      document.removeEventListener('visibilitychange', hold);
      void lock?.release();
    };
  }, [mode]);
}
