import type { Chance } from './chance.ts';

/** S50: the first wait is up to a second, later ones up to five minutes, for ever. */
export const RETRY_MS_MIN = 1000;
export const RETRY_MS_MAX = 5 * 60 * 1000;

/**
 * How long to wait before the next try, in ms: full jitter, so that a ward of tablets does not come back at once.
 * @param failures tries in a row that failed; reset it when the network returns, the app becomes visible or the server pokes.
 * @param retryAfterMs what the server asked for: never less than that.
 */
export function retryDelayMs(failures: number, chance: Pick<Chance, 'below'>, retryAfterMs: number | null = null): number {
  const most = Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** Math.min(Math.max(0, failures - 1), 30));
  const jitter = chance.below(most) + 1;
  return retryAfterMs === null ? jitter : retryAfterMs + Math.min(jitter, RETRY_MS_MIN);
}

/** How many groups to send at once: half after a failure, twice as many after a success, between 1 and `most`. */
export function nextBatch(size: number, succeeded: boolean, most: number): number {
  return succeeded ? Math.min(most, size * 2) : Math.max(1, Math.floor(size / 2));
}
