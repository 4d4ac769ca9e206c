/** How long this device has been without contact, as far as it can know. Times in ms of the device's clock. */
export interface Lease {
  contact_at: number;
  /** The clock when it was last looked at. */
  seen_at: number;
  /** Time without contact. It only grows: a clock that is set back takes nothing off it. */
  away_ms: number;
}

const HOUR_MS = 3_600_000;

/** The server has just answered somebody who may come in. */
export const leaseFrom = (nowMs: number): Lease => ({ contact_at: nowMs, seen_at: nowMs, away_ms: 0 });

/** Adds the time since the last look; a clock that went back adds nothing, and goes on counting from where it is. */
export const aged = (lease: Lease, nowMs: number): Lease => ({
  ...lease,
  seen_at: nowMs,
  away_ms: lease.away_ms + Math.max(0, nowMs - lease.seen_at),
});

/** Whether the server must be reached before anything is shown. Without a note nobody knows, so it must. */
export const isLeaseOver = (lease: Lease | null, hours: number): boolean => lease === null || lease.away_ms >= hours * HOUR_MS;

/** Hours in words: `3 days`, `24 hours`. */
export function hoursInWords(hours: number): string {
  if (hours > 24 && hours % 24 === 0) return `${hours / 24} days`;
  return hours === 1 ? '1 hour' : `${hours} hours`;
}

/** Why the device does not open, kindly. */
export const leaseSentence = (hours: number): string =>
  `This device has not reached the server for ${hoursInWords(hours)}. To protect patients it opens again as soon as it has a network and you sign in. What was saved here is kept, and is sent then.`;
