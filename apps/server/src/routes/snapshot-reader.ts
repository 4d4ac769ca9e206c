import { setTimeout as pause } from 'node:timers/promises';
import type { PgServerStore } from '../db/store.ts';
import type { Metrics } from '../watch/metrics.ts';
import type { SnapshotSource } from './snapshots.ts';

/** A replica is usually some milliseconds behind. One that is further behind is not waited for. */
const CATCH_UP_MS_MAX = 2_000;
const LOOK_EVERY_MS = 50;

/**
 * Reads snapshots from a replica while it has one that keeps up, else from the primary. A replica may be behind: nothing is read there until
 * it has come as far as the primary was when the snapshot was asked for, so that none leaves a gap behind a cursor [S45].
 */
export class SnapshotReader implements SnapshotSource {
  readonly #primary: PgServerStore;
  readonly #replica: PgServerStore | undefined;
  readonly #metrics: Metrics | undefined;

  constructor(primary: PgServerStore, replica: PgServerStore | undefined, metrics: Metrics | undefined) {
    this.#primary = primary;
    this.#replica = replica;
    this.#metrics = metrics;
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
        if (await caughtUp(replica, facility, minHead)) {
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

async function caughtUp(replica: PgServerStore, facility: string, head: number): Promise<boolean> {
  for (const until = Date.now() + CATCH_UP_MS_MAX; ; await pause(LOOK_EVERY_MS)) {
    if ((await replica.head(facility)) >= head) return true;
    if (Date.now() >= until) return false;
  }
}
