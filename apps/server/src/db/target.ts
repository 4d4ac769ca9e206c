import { type AnyRow, RECORD_LIST, recordOf, SYNCED } from '@psa/domain';
import { Follow, keyOf, MemoryServerStore } from '@psa/sync';
import type { Database } from './database.ts';
import { RowReader } from './rows.ts';
import { PgServerStore } from './store.ts';
import type { Writer } from './write.ts';

/** Where rows are taken over to: the hospital's database, or, to try, its likeness in memory. */
export interface Target {
  writer: Writer;
  row(kind: string, id: string): Promise<AnyRow | undefined>;
  /** All rows of a kind that are not retracted. */
  all(kind: string): Promise<AnyRow[]>;
}

/** @param takesOver keeps rows as another server had them (transact.ts). */
export function realTarget(db: Database, facility: string, clock: Omit<Writer, 'store'>, takesOver = false): Target {
  const rows = new RowReader(db);
  return {
    writer: { ...clock, store: new PgServerStore(db, takesOver) },
    row: (kind, id) => rows.row(facility, kind, id),
    all: async (kind) => (await rows.all(facility, kind)).map((row) => JSON.parse(row) as AnyRow),
  };
}

/** A memory that can be filled with what is there already. */
class Likeness extends MemoryServerStore {
  fill(kind: string, rows: readonly AnyRow[]): void {
    for (const row of rows) this.state.rows.set(keyOf(kind, row.id), { row, field_ver: {} });
  }

  find(kind: string, id: string): AnyRow | undefined {
    return this.state.rows.get(keyOf(kind, id))?.row;
  }

  all(kind: string): AnyRow[] {
    return [...this.state.rows].filter(([key]) => key.startsWith(`${kind}/`)).map(([, { row }]) => row);
  }
}

/** Judges by the same rules and keeps nothing: `real` is read once and never written. */
export async function trialTarget(real: Target, takesOver = false): Promise<Target> {
  const { now, newId } = real.writer;
  const follow = new Follow({ newId, now: () => new Date(now()).toISOString() });
  const store = new Likeness({ epoch: newId(), ...(takesOver ? {} : { follow }) });
  for (const { name, merge } of RECORD_LIST) {
    if (!takesOver && merge === 'server' && !KEPT.includes(name)) continue;
    if (takesOver && !SYNCED.some((def) => def.name === name)) continue;
    store.fill(name, await real.all(name));
  }
  return {
    writer: { store, now, newId },
    row: async (kind, id) => store.find(kind, id),
    all: async (kind) => store.all(recordOf(kind)?.name ?? kind),
  };
}

/** Written by the server only, and pointed to by much. */
const KEPT = ['users', 'facilities'];
