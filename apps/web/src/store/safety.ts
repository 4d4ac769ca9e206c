import { SYNCED } from '@psa/domain';
import type { AckedEntry, OutboxEntry } from '@psa/sync';
import type { Keyring } from '../session/keyring.ts';
import type { Lease } from '../session/lease.ts';
import type { Memory } from './memory.ts';
import type { Opened } from './opened.ts';
import { isTold } from './views.ts';

/** One save that is not answered yet. What is in it stays with its author. */
export interface Waiting {
  group: string;
  author: string;
  kind: string;
  saved_at: string;
  /** `held`: the server waits for another entry to be mended. */
  why: 'waiting' | 'held';
}

/** Where this device stands. Null: not known. */
export interface Safety {
  device: { id: string; name: string };
  /** Shown rows by kind, unsent ones included; kinds without any are left out. */
  kinds: readonly { kind: string; rows: number }[];
  /** Scopes whose copy is whole. */
  held: readonly string[];
  /** What was answered in the last fortnight. */
  sent: { saves: number; last_at: string | null };
  waiting: readonly Waiting[];
  contact_at: string | null;
  lease_hours: number;
  /** Bytes. */
  storage: { used: number | null; room: number | null } | null;
  /** Whether the browser promised not to clear this storage by itself. */
  persisted: boolean | null;
  compared: Compared | null;
}

/** The last comparison of checksums with the server: kinds that differed were fetched anew. */
export interface Compared {
  at: string;
  differed: readonly string[];
}

export interface Shelf {
  estimate(): Promise<{ used: number | null; room: number | null } | null>;
  persisted(): Promise<boolean | null>;
}

/** Asks everything that can be known. Reads this device only. */
export async function safetyOf(
  opened: Opened,
  memory: Memory,
  keyring: Keyring,
  shelf: Shelf,
  device: Safety['device'],
): Promise<Safety> {
  const [{ outbox, acked }, { held }, lease, compared, storage, persisted] = await Promise.all([
    opened.store.groups(),
    opened.store.meta(),
    keyring.note<Lease>('lease'),
    keyring.note<Compared>('digest'),
    shelf.estimate(),
    shelf.persisted(),
  ]);
  const isWork = (entry: OutboxEntry | AckedEntry) => !isTold(entry);
  const answered = acked.filter(isWork);
  return {
    device,
    kinds: SYNCED.map(({ name }) => ({ kind: name, rows: memory.rows.rows(name).length })).filter(({ rows }) => rows > 0),
    held,
    sent: {
      saves: answered.length,
      last_at:
        answered
          .map((e) => e.acked_at)
          .sort()
          .at(-1) ?? null,
    },
    waiting: outbox.filter(isWork).map((entry) => ({
      group: entry.group.group,
      author: entry.group.author,
      kind: entry.group.mutations[0]?.kind ?? '',
      saved_at: entry.saved_at,
      why: entry.state === 'deferred' ? 'held' : 'waiting',
    })),
    contact_at: lease ? new Date(lease.contact_at).toISOString() : null,
    lease_hours: opened.person.lease_hours,
    storage,
    persisted,
    compared,
  };
}
