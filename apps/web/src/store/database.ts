import { ProblemError } from '@psa/domain';
import type { OutboxEntry, SnapshotHeader } from '@psa/sync';
import { type DBSchema, type IDBPDatabase, type IDBPTransaction, openDB, type StoreNames } from 'idb';
import type { Sealed } from '../session/crypto.ts';
import type { Person, Quick } from '../session/keyring.ts';

/** Where one scope stands on this device. */
export interface ScopeMeta {
  held: boolean;
  /** Changes up to this number are held. Scopes differ when people of different roles share the device. */
  upto: number;
  /** The pages that count; others are being fetched. */
  generation: number;
  begun: Begun | null;
}

/** A snapshot being fetched, and the number its pages are kept under. */
export interface Begun {
  header: SnapshotHeader;
  generation: number;
}

export interface CopiesMeta {
  epoch: string | null;
  /** The highest number any session of this device has reached. */
  cursor: number | null;
  scopes: Record<string, ScopeMeta>;
}

/** A patient whose file is wanted here though it lies in the archive (docs/sync.md, S72). */
interface WantedFile {
  pinned: boolean;
  /** Device clock when it was last opened, ISO 8601. */
  opened_at: string;
}
export type WantedFiles = Record<string, WantedFile>;

/** What is kept. Outside the sealed parts there are only ids, kinds, scopes, numbers, versions and sizes (docs/sync.md). */
export interface PsaSchema extends DBSchema {
  meta: { key: 'device' | 'copies' | 'cseq' | 'salt' | 'files'; value: string | number | CopiesMeta | WantedFiles };
  pages: {
    key: [scope: string, kind: string, generation: number, n: number];
    value: { schema: number; count: number; s: Sealed };
  };
  /** The newest state of a row since its page; `s` null: gone, with `left` from this scope only. `at`: the cursor it came with. */
  delta: {
    key: [kind: string, id: string];
    value: { scope: string; at: number; v: number; s: Sealed | null; left?: true };
    indexes: { scope: [string, number] };
  };
  outbox: { key: number; value: { group: string; state: OutboxEntry['state']; s: Sealed } };
  acked: { key: number; value: { group: string; head: number; s: Sealed } };
  attention: { key: number; value: { group: string; s: Sealed }; indexes: { group: string } };
  /** People by hashed e-mail and their quicker ways in, this device's own key, and its notes (keyring-store.ts). */
  keyring: { key: string; value: Person | Quick | CryptoKey | Sealed };
  /** By hash of person and form. */
  drafts: { key: string; value: Sealed };
}

export type Database = IDBPDatabase<PsaSchema>;

/** Raised only with a migration below; an upgrade never rewrites the outbox. */
const VERSION = 1;

export interface DatabaseEnv {
  name?: string;
  /** Makes the id of this device; called once in the life of the database. */
  newId(): string;
  /** The storage was closed under us (deleted, or a newer version of the app wants to upgrade it). */
  onEnd?(): void;
}

/** Opens this browser's storage, made when there is none. Rejects when the browser keeps none or a newer version made it. */
export async function openDatabase(env: DatabaseEnv): Promise<Database> {
  const db: Database = await openDB<PsaSchema>(env.name ?? 'psa', VERSION, {
    upgrade(fresh) {
      const meta = fresh.createObjectStore('meta');
      fresh.createObjectStore('pages');
      fresh.createObjectStore('delta').createIndex('scope', ['scope', 'at']);
      fresh.createObjectStore('outbox');
      fresh.createObjectStore('acked');
      fresh.createObjectStore('attention').createIndex('group', 'group');
      fresh.createObjectStore('keyring');
      fresh.createObjectStore('drafts');
      void meta.put(env.newId(), 'device');
      void meta.put(env.newId(), 'salt');
      void meta.put(0, 'cseq');
      void meta.put({ epoch: null, cursor: null, scopes: {} }, 'copies');
    },
    blocking: () => {
      db.close();
      env.onEnd?.();
    },
    terminated: () => env.onEnd?.(),
  });
  return db;
}

export type WriteTx<N extends StoreNames<PsaSchema>> = IDBPTransaction<PsaSchema, N[], 'readwrite'>;

/**
 * One transaction that is on the disk when this resolves. When `work` throws, or the storage gives up, nothing of it is kept. `work` may wait
 * for requests of the transaction only. Rejects with DEVICE_FULL when there is no room, else with what `work` threw or the storage told.
 */
export async function strictly<N extends StoreNames<PsaSchema>, T>(
  db: Database,
  names: N[],
  work: (tx: WriteTx<N>) => Promise<T>,
): Promise<T> {
  const tx = db.transaction(names, 'readwrite', { durability: 'strict' });
  const ended = tx.done.then(
    () => null,
    (error: unknown) => error,
  );
  try {
    const result = await work(tx);
    await tx.done;
    return result;
  } catch (error) {
    try {
      tx.abort();
    } catch {
      // It is over already.
    }
    // A request that failed with its transaction says only that; the transaction says why.
    const why = await ended;
    if (isFull(error) || isFull(why)) throw new ProblemError('DEVICE_FULL', { cause: error });
    throw error instanceof ProblemError ? error : (why ?? error);
  }
}

const isFull = (error: unknown): boolean => error instanceof DOMException && error.name === 'QuotaExceededError';
