/** A tablet left on a trolley locks itself after so long without a touch or a key. */
export const AUTO_LOCK_MS = 15 * 60 * 1000;
/** How often the time since the last input is looked at, and told to other tabs at most. */
const LOOK_MS = 20_000;
const INPUTS = ['pointerdown', 'keydown', 'wheel', 'touchstart'] as const;

export interface AutoLockEnv {
  now(): number;
  /** The window, or whatever gets its input; also told when the page becomes visible. */
  target: EventTarget | null;
  /** Input here, told to the other tabs now and then. */
  onActive(): void;
  onIdle(): void;
  afterMs?: number;
  lookMs?: number;
}

/**
 * Calls `onIdle` once nothing was touched for the time. Looks by the clock, so that sleep counts, and at once on waking.
 * @returns `touch` for input in another tab, and `stop`.
 */
export function watchIdle(env: AutoLockEnv): { touch(): void; stop(): void } {
  const after = env.afterMs ?? AUTO_LOCK_MS;
  const every = env.lookMs ?? LOOK_MS;
  let last = env.now();
  let told = last;
  const look = (): boolean => {
    const idle = env.now() - last >= after;
    if (idle) env.onIdle();
    return idle;
  };
  const input = (): void => {
    // The touch that wakes a tablet must not count before the look.
    if (look()) return;
    last = env.now();
    if (last - told < every) return;
    told = last;
    env.onActive();
  };
  const timer = setInterval(look, every);
  for (const name of INPUTS) env.target?.addEventListener(name, input, { passive: true, capture: true });
  env.target?.addEventListener('visibilitychange', look);
  return {
    touch: () => {
      last = env.now();
    },
    stop: () => {
      clearInterval(timer);
      for (const name of INPUTS) env.target?.removeEventListener(name, input, { capture: true });
      env.target?.removeEventListener('visibilitychange', look);
    },
  };
}
