/** The state of this device's work in the words people use. Pure. */
import type { SyncState } from '../store/api.ts';
import { showSpan } from '../ui/days.ts';
import { showNumber } from '../ui/numbers.ts';

export interface SyncWords {
  tone: 'done' | 'neutral' | 'info' | 'caution' | 'conflict';
  /** A few words for the corner. */
  short: string;
  /** The same in one sentence. */
  full: string;
}

const CLOCK_WRONG_MS = 120_000;

/**
 * What the corner says. Never red: having no network is normal, and what was saved is safe.
 * @param attention open conflicts and refused writes.
 */
export function syncWords(sync: SyncState, attention: number, nowIso: string): SyncWords {
  const n = sync.waiting;
  const since = sync.oldest_waiting_at ? showSpan(Date.parse(nowIso) - Date.parse(sync.oldest_waiting_at)) : '';
  if (attention > 0) {
    return {
      tone: 'conflict',
      short: `Needs attention (${attention})`,
      full: `${attention} of what was saved needs a decision. Nothing is lost.`,
    };
  }
  if (sync.contact === 'signed_out') {
    return n > 0
      ? {
          tone: 'caution',
          short: `Sign in again to send · ${n}`,
          full: `${n} saved on this device, to be sent when you sign in again.`,
        }
      : { tone: 'caution', short: 'Sign in again', full: 'Everything is sent. Sign in again to receive what is new.' };
  }
  if (sync.contact === 'withdrawn') {
    return {
      tone: 'caution',
      short: 'Device withdrawn',
      full: 'This device has been withdrawn from use. Ask an administrator.',
    };
  }
  if (sync.fetching) {
    const { done, of } = sync.fetching;
    return {
      tone: 'info',
      short: `Fetching ${percent(done, of)} %`,
      full: `Fetching records: ${showNumber(done)} of ${showNumber(of)}.`,
    };
  }
  if (n > 0 && sync.contact === 'unreachable') {
    return {
      tone: 'neutral',
      short: `Waiting ${since} (no network) · ${n}`,
      full: `Saved on this device. ${n} to be sent as soon as there is a network.`,
    };
  }
  if (n > 0) {
    return {
      tone: 'info',
      short: sync.sending ? `Sending · ${n}` : `Saved on this device · ${n} to send`,
      full: `Saved on this device, ${n} on the way to the server.`,
    };
  }
  if (sync.contact === 'app_too_old') {
    return {
      tone: 'caution',
      short: 'Update to receive',
      full: 'This version of the app can send but no longer receive. Use the new version.',
    };
  }
  if (sync.contact === 'unreachable') {
    return {
      tone: 'neutral',
      short: 'All sent · no network',
      full: 'Everything from this device is sent. New work is saved here until there is a network.',
    };
  }
  if (sync.contact === 'never')
    return {
      tone: 'neutral',
      short: 'Saved on this device',
      full: 'Not in contact with the server yet. What you save is kept here.',
    };
  return { tone: 'done', short: 'Saved on this device · Sent', full: 'Everything from this device is sent.' };
}

/** Whole per cent, 100 only when all is there. */
export function percent(done: number, of: number): number {
  return of <= 0 ? 0 : Math.min(done >= of ? 100 : 99, Math.floor((done / of) * 100));
}

/** A sentence when the device's clock differs from the server's by more than two minutes. */
export function clockWarning(offsetMs: number | null): string | undefined {
  if (offsetMs === null || Math.abs(offsetMs) <= CLOCK_WRONG_MS) return undefined;
  return `This device's clock is ${showSpan(Math.abs(offsetMs))} ${offsetMs > 0 ? 'ahead of' : 'behind'} the server's. Please set it right; what you saved is not affected.`;
}
