import { type AnyRow, recordOf } from '@psa/domain';
import type { Mutation } from '../protocol.ts';
import { type Key, keyOf } from '../server/store.ts';
import type { AckedEntry, OutboxEntry } from './store.ts';

/** One own wish about a row that the server's copy does not show yet. */
export interface PendingWish {
  mutation: Mutation;
  cseq: number;
  author: string;
  /** Outbox: null. Journal: the version the row had after it, and the number that covers it. */
  acked: { version: number; head: number } | null;
}

/**
 * The row as a screen shows it (docs/sync.md, S10, S11): the server's copy with own wishes laid over it in `cseq` order. Its
 * `row_version` stays that of the server's copy (0: there is none yet), so that it can be the `base` of the next edit.
 * @param facility the facility of rows that are created here.
 * @returns undefined when there is nothing to show: never created, or retracted.
 */
export function shownRow(
  server: AnyRow | undefined,
  pending: readonly PendingWish[],
  facility: string,
  cursor: number | null,
): AnyRow | undefined {
  let row = server;
  for (const wish of pending) {
    if (wish.acked && !stillUnseen(wish.acked, server, cursor)) continue;
    row = laidOver(row, wish, facility);
  }
  return row === undefined || row.deleted ? undefined : row;
}

function stillUnseen(acked: { version: number; head: number }, server: AnyRow | undefined, cursor: number | null): boolean {
  return (cursor ?? -1) < acked.head && acked.version > (server?.row_version ?? 0);
}

function laidOver(row: AnyRow | undefined, { mutation, author }: PendingWish, facility: string): AnyRow | undefined {
  const touched = { updated_by: author, updated_at: mutation.at };
  switch (mutation.op) {
    case 'create':
      // The server judges a create of what exists as an edit (S22); so does the screen.
      return row === undefined ? created(mutation, author, facility) : { ...row, ...mutation.patch, ...touched };
    case 'edit':
      return row === undefined || row.deleted ? row : { ...row, ...mutation.patch, ...touched };
    case 'retract':
      return row === undefined ? row : { ...row, deleted: true, ...touched };
    case 'restore':
      return row === undefined ? row : { ...row, deleted: false, ...touched };
    case 'withdraw':
      return row;
  }
}

function created(mutation: Mutation, author: string, facility: string): AnyRow {
  const empty = Object.fromEntries(Object.keys(recordOf(mutation.kind)?.fields ?? {}).map((field) => [field, null]));
  return {
    ...empty,
    ...mutation.patch,
    id: mutation.id,
    facility_id: facility,
    created_by: author,
    updated_by: author,
    created_at: mutation.at,
    updated_at: mutation.at,
    deleted: false,
    row_version: 0,
  };
}

/** What waits on one row: groups in the outbox that touch it, and the save time of the oldest. */
export interface UnsentFacts {
  unsent: number;
  unsent_since: string | null;
}

/** Own wishes by row, from one reading of outbox and journal. Make a new one when either, or the cursor, has changed. */
export class Overlay {
  private readonly byRow = new Map<Key, PendingWish[]>();
  private readonly waiting = new Map<Key, { groups: Set<number>; since: string }>();
  private readonly facility: string;
  private readonly cursor: number | null;
  /** Groups in the outbox, and the save time of the oldest. */
  readonly total: UnsentFacts;

  constructor(outbox: readonly OutboxEntry[], acked: readonly AckedEntry[], cursor: number | null, facility: string) {
    this.facility = facility;
    this.cursor = cursor;
    for (const entry of acked) {
      // A parked group was not applied: the conflict is shown beside the row, not over it.
      if ((cursor ?? -1) >= entry.head || entry.results.some((r) => r.status === 'conflict')) continue;
      for (const [i, mutation] of entry.group.mutations.entries()) {
        const version = entry.results[i]?.version;
        if (version !== undefined) this.add(mutation, entry.cseq, entry.group.author, { version, head: entry.head });
      }
    }
    for (const entry of outbox) {
      for (const mutation of entry.group.mutations) {
        this.add(mutation, entry.cseq, entry.group.author, null);
        const key = keyOf(mutation.kind, mutation.id);
        const known = this.waiting.get(key);
        if (!known) this.waiting.set(key, { groups: new Set([entry.cseq]), since: entry.saved_at });
        else {
          known.groups.add(entry.cseq);
          if (entry.saved_at < known.since) known.since = entry.saved_at;
        }
      }
    }
    for (const list of this.byRow.values()) list.sort((a, b) => a.cseq - b.cseq);
    this.total = {
      unsent: outbox.length,
      unsent_since: outbox.reduce<string | null>((min, e) => (min === null || e.saved_at < min ? e.saved_at : min), null),
    };
  }

  private add(mutation: Mutation, cseq: number, author: string, acked: PendingWish['acked']): void {
    this.put(mutation, cseq, author, acked);
    if (mutation.resolves === undefined) return;
    // Whoever settled a conflict here has settled it, before the server has heard of it (S27).
    const { mid, at, base, resolves: id } = mutation;
    const settled: Mutation = { mid, kind: 'sync_conflicts', id, op: 'edit', base, at, patch: { status: 'Resolved' } };
    this.put(settled, cseq, author, acked && { ...acked, version: Number.POSITIVE_INFINITY });
  }

  private put(mutation: Mutation, cseq: number, author: string, acked: PendingWish['acked']): void {
    const key = keyOf(mutation.kind, mutation.id);
    const list = this.byRow.get(key);
    const wish = { mutation, cseq, author, acked };
    if (list) list.push(wish);
    else this.byRow.set(key, [wish]);
  }

  /** `kind/id` of every row with own wishes over it. */
  keys(): IterableIterator<Key> {
    return this.byRow.keys();
  }

  /** The row as shown, given the server's copy of it. */
  shown(kind: string, id: string, server: AnyRow | undefined): AnyRow | undefined {
    // Asked for every row of a first fetch, when there is seldom anything to lay.
    const pending = this.byRow.size === 0 ? undefined : this.byRow.get(keyOf(kind, id));
    return pending ? shownRow(server, pending, this.facility, this.cursor) : server;
  }

  /** All shown rows of a kind, given all server copies of it. */
  shownRows(kind: string, server: readonly AnyRow[]): AnyRow[] {
    const rows = new Map(server.map((row) => [row.id, row]));
    for (const key of this.byRow.keys()) {
      const cut = key.indexOf('/');
      if (key.slice(0, cut) !== kind) continue;
      const id = key.slice(cut + 1);
      const row = this.shown(kind, id, rows.get(id));
      if (row) rows.set(id, row);
      else rows.delete(id);
    }
    return [...rows.values()];
  }

  /** What of one row waits to be sent. */
  unsentOf(kind: string, id: string): UnsentFacts {
    const known = this.waiting.get(keyOf(kind, id));
    return { unsent: known?.groups.size ?? 0, unsent_since: known?.since ?? null };
  }
}
