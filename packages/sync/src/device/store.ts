import type { AnyRow } from '@psa/domain';
import type { Gone, Group, KindDigest, MutationResult, SnapshotHeader } from '../protocol.ts';

/** A group saved on this device that the server has not yet answered for good. */
export interface OutboxEntry {
  /** Order of saving on this device; never used twice. */
  cseq: number;
  group: Group;
  /** The exact text that was signed, and its signature. */
  body: string;
  sig: string;
  /** Device clock at the save, ISO 8601. */
  saved_at: string;
  /** `deferred`: the server waits for something this depends on; sent again after that is mended. */
  state: 'waiting' | 'deferred';
}

/** A group the server has answered: kept for a while so that a restored server can be given it again. */
export interface AckedEntry extends Omit<OutboxEntry, 'state'> {
  results: readonly MutationResult[];
  acked_at: string;
  /** Shown over the server's copy until the cursor has reached this number. */
  head: number;
}

/** A group the server refused. It stays here until a person mends it, sends it again or withdraws it. */
export interface AttentionEntry extends Omit<OutboxEntry, 'state'> {
  results: readonly MutationResult[];
  refused_at: string;
}

/** One page of a snapshot as it came over the wire. */
export interface SnapshotPage {
  n: number;
  bytes: Uint8Array;
}

export interface DeviceMeta {
  device: string;
  epoch: string | null;
  cursor: number | null;
  held: readonly string[];
}

/** What a save needs: the group, its exact text and signature. */
export interface NewGroup {
  group: Group;
  body: string;
  sig: string;
  saved_at: string;
}

/**
 * What the device end asks of its storage. Every method is one transaction, durable when it resolves, and leaves nothing
 * behind when it rejects. IndexedDB and the memory store pass the same contract suite.
 */
export interface DeviceStore {
  meta(): Promise<DeviceMeta>;

  /**
   * Keeps a group in the outbox; with `mends`, takes that refused group out of attention in the same transaction. Rejects with
   * NOT_FOUND, and keeps nothing, when that group is not in attention (another tab mended it first).
   */
  save(entry: NewGroup, mends?: { group: string }): Promise<OutboxEntry>;
  /** Everything unsent, in `cseq` order. */
  outbox(): Promise<OutboxEntry[]>;
  attention(): Promise<AttentionEntry[]>;
  acked(): Promise<AckedEntry[]>;

  /**
   * Takes in the server's answers by `cseq`. All applied, merged or conflict → journal; any refused → attention; any deferred →
   * stays in the outbox, marked. An answer for a group that is no longer in the outbox changes nothing; neither do answers of another
   * `epoch` than the one held (a tab that slept through a restore must not take that server's word).
   * @param at the server's time of the answer, ISO 8601: the journal is replayed by the server's clock.
   */
  settle(
    answers: readonly { cseq: number; results: readonly MutationResult[] }[],
    head: number,
    at: string,
    epoch?: string,
  ): Promise<void>;
  /** Makes deferred groups ready to be sent again. */
  retryDeferred(): Promise<void>;
  /** Forgets journal entries acknowledged before `before` whose head the cursor has reached. */
  trimAcked(before: string): Promise<void>;

  /**
   * Applies a page of changes if the cursor is still `expected` (another tab may have been faster) and, where named, if epoch and
   * held scopes are still those it was asked with: a scope that came in between would have a gap, one that went would come back.
   * A row is taken when its version is not below the one held. @returns whether it was applied.
   */
  applyPage(
    expected: number,
    page: {
      rows: Readonly<Record<string, readonly AnyRow[]>>;
      gone: readonly Gone[];
      /** Patients whose rows in the page lie in the archive. */
      archived?: readonly string[];
      /** Files that hold nothing any more, as their patients came out of the archive. */
      emptied?: readonly string[];
      next: number;
      held?: readonly string[];
      epoch?: string;
    },
  ): Promise<boolean>;

  /**
   * Starts (or, for the same snapshot, goes on with) fetching a scope. Pages of another unfinished snapshot of that scope are
   * dropped. Rejects with EPOCH_CHANGED when its epoch is not the one held. @returns the numbers of the pages already held.
   */
  beginSnapshot(header: SnapshotHeader): Promise<number[]>;
  /**
   * Keeps pages of the snapshot that this opener has begun or gone on with, as they came (each the gzip of a JSON array of rows), all in one transaction. Rejects with
   * UNREADABLE when a checksum is wrong, and with NOT_FOUND when a page was not announced or the snapshot was given up.
   */
  putPages(scope: string, pages: readonly SnapshotPage[]): Promise<void>;
  /**
   * The scope is held from here on; its older pages and delta (below the header's head) go in the same transaction. On a device
   * without a cursor the cursor becomes the header's head. Rejects with NOT_FOUND when a page is missing, and with CONFLICT when the
   * cursor has passed the header's head meanwhile: what lies between was not asked for and would be missing for ever.
   */
  endSnapshot(scope: string): Promise<void>;
  /** The snapshot that was begun and not ended, if any, to be resumed. */
  unfinishedSnapshot(scope: string): Promise<{ snapshot: string; missing: number[] } | null>;

  /** Patients whose file is kept here when it lies in the archive: opened lately, or pinned (S72). */
  files(): Promise<readonly string[]>;
  /** Deletes everything of these scopes. Own unsent work stays. */
  dropScopes(scopes: readonly string[]): Promise<void>;
  /**
   * The server's numbers mean something else now: pages, delta and cursor go; journal entries acknowledged at or after
   * `replayFrom` (the server's time; null: none) return to the outbox under their old mids and their old cseq. The epoch already held
   * changes nothing.
   */
  newEpoch(epoch: string, replayFrom: string | null): Promise<void>;

  /** The server's copies of a kind: pages and delta, without what is unsent. */
  serverRows(kind: string): Promise<AnyRow[]>;
  /** Digest of the server's copies per kind of the held scopes. */
  digest(): Promise<{ cursor: number | null; kinds: Record<string, KindDigest> }>;
}
