import type { ResultStatus } from '../protocol.ts';
import type { Key } from '../server/store.ts';

/** How the last contact went. `stuck`: the server answers but cannot take it; `busy`: it asked to wait. */
export type Contact = 'good' | 'unreachable' | 'signed_out' | 'withdrawn' | 'app_too_old' | 'busy' | 'stuck';

/** What one synchronisation did. */
export interface SyncReport {
  contact: Contact;
  /** The server asked to wait so long, in ms. */
  retry_after_ms: number | null;
  /** Mutations by what became of them. */
  results: Record<ResultStatus, number>;
  /** Rows and retractions taken in by pulling. */
  pulled: number;
  /** Own groups moved (sent, refused, deferred, or returned to the outbox). */
  outbox_changed: boolean;
  /** Server copies that changed, `kind/id`. */
  changed: Set<Key>;
  /** Scopes whose copies were replaced or deleted as a whole: read them anew. */
  replaced: Set<string>;
  /** The server was restored from a backup, or this is the first contact. */
  new_epoch: boolean;
  /** Kinds whose checksum differed from the server's. */
  differed: string[];
  /** All changes that the server had were received. */
  at_head: boolean;
  /** Device clock ahead of the server's, ms; null when there was no answer. */
  clock_offset_ms: number | null;
  /** The server's time at the last answer. */
  server_time: string | null;
}

export function emptyReport(): SyncReport {
  return {
    contact: 'good',
    retry_after_ms: null,
    results: { applied: 0, merged: 0, conflict: 0, deferred: 0, refused: 0 },
    pulled: 0,
    outbox_changed: false,
    changed: new Set(),
    replaced: new Set(),
    new_epoch: false,
    differed: [],
    at_head: false,
    clock_offset_ms: null,
    server_time: null,
  };
}

/** What goes on while it goes on, for a progress line. */
export type Progress =
  | { doing: 'sending'; groups: number }
  | { doing: 'fetching'; scope: string; done: number; of: number }
  | { doing: 'receiving'; rows: number };
