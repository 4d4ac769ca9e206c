import { setTimeout as pause } from 'node:timers/promises';
import type { Metrics } from '../watch/metrics.ts';
import type { SnapshotSource } from './snapshots.ts';

/** A replica is usually some milliseconds behind. One that is further behind is not waited for. */
const CATCH_UP_MS_MAX = 2_000;
const LOOK_EVERY_MS = 50;

/** What is needed of a store. */
type PrintingStore = Omit<SnapshotSource, 'snapshotPages'> & {
  snapshotPages(...asked: [facility: string, scope: string, rowsPerPage: number]): ReturnType<SnapshotSource['snapshotPages']>;
};

/**
 * Reads snapshots from a replica while it has one that keeps up, else from the primary. A replica may be behind: nothing is read there until
 * it has come as far as the primary was when the snapshot was asked for, so that none leaves a gap behind a cursor [S45].
 */
export class SnapshotReader implements SnapshotSource {
  readonly #primary: PrintingStore;
  readonly #replica: PrintingStore | undefined;
  readonly #metrics: Metrics | undefined;
  readonly #patienceMs: number;

  /** @param patienceMs how long a replica is waited for */
  constructor(
    primary: PrintingStore,
    replica: PrintingStore | undefined,
    metrics: Metrics | undefined,
    patienceMs = CATCH_UP_MS_MAX,
  ) {
    this.#primary = primary;
    this.#replica = replica;
    this.#metrics = metrics;
    this.#patienceMs = patienceMs;
  }

  head(facility: string) {
    return this.#primary.head(facility);
  }

  epoch(facility: string) {
    return this.#primary.epoch(facility);
  }

  async snapshotPages(facility: string, scope: string, rowsPerPage: number, minHead: number) {
    const replica = this.#replica;
    if (replica) {
      try {
        if (await caughtUp(replica, facility, minHead, this.#patienceMs)) {
          const printed = await replica.snapshotPages(facility, scope, rowsPerPage);
          // Of one that was changed for an older one meanwhile.
          if (printed.head >= minHead) {
            this.#metrics?.snapshots.inc({ from: 'replica' });
            return printed;
          }
        }
      } catch {
        // Away, stopping, or ended in favour of what it replays: the primary has it all.
      }
    }
    const printed = await this.#primary.snapshotPages(facility, scope, rowsPerPage);
    this.#metrics?.snapshots.inc({ from: 'primary' });
    return printed;
  }
}

async function caughtUp(replica: PrintingStore, facility: string, head: number, patienceMs: number): Promise<boolean> {
  for (const until = Date.now() + patienceMs; ; await pause(LOOK_EVERY_MS)) {
    if ((await replica.head(facility)) >= head) return true;
    if (Date.now() >= until) return false;
  }
}
