import type { DeviceEnv } from './groups.ts';
import type { Link } from './link.ts';
import type { Progress, SyncReport } from './report.ts';
import type { DeviceStore } from './store.ts';

/** What a device end remembers between rounds; nothing of it must survive a crash. */
export interface RoundMemory {
  /** Groups to send at once. */
  batch: number;
  /** Device clock at the last comparison of checksums, ms. */
  digestAt: number | null;
  /** Device clock at the last trimming of the journal, ms. */
  trimmedAt: number | null;
  /** Device clock when deferred groups were last made ready, ms. */
  deferredAt: number | null;
  /** The number that covers all that was acknowledged in this life: the copies of it are on their way, or to be pulled. */
  promised: { epoch: string; head: number } | null;
  /** Something was mended here: what waited for it may go again. */
  mended: boolean;
}

/** Everything one round of synchronisation works with. */
export interface Contacts {
  store: DeviceStore;
  link: Link;
  env: DeviceEnv;
  memory: RoundMemory;
  report: SyncReport;
  progress(now: Progress): void;
  /** Notes the server's time of an answer. */
  heard(serverTime: string): void;
}

/** Whether so much time has passed by a clock that may jump either way. */
export function due(since: number | null, now: number, everyMs: number): boolean {
  return since === null || now < since || now - since >= everyMs;
}
