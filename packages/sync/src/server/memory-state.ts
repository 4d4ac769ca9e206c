import { type AnyRow, recordOf, scopeOfRow } from '@psa/domain';
import type { Rows } from './constraints.ts';
import {
  type AuditEntry,
  type Effects,
  type HeldEntry,
  type Key,
  keyOf,
  type Life,
  type Loaded,
  type MutationEntry,
  type Need,
  type QuarantineEntry,
  type RowWrite,
  type StoredRow,
} from './store.ts';
import { amongKey } from './work.ts';

/** The last change of a row as one scope sees it. */
export interface Change {
  facility: string;
  key: Key;
  kind: string;
  id: string;
  scope: string;
  seq: number;
  op: 'U' | 'D' | 'X';
  version: number;
}

export type HeldState = QuarantineEntry['state'] | 'repaired' | 'withdrawn' | 'judged';

/** Everything a MemoryServerStore keeps. Rows and entries are never changed in place, so a copy of the maps is a backup. */
export interface MemoryState {
  life: Life;
  heads: Map<string, number>;
  rows: Map<Key, StoredRow>;
  changes: Map<string, Change>;
  /** Patients in the archive. */
  archived: Set<string>;
  mutations: Map<string, MutationEntry & { facility: string; seq: number | null }>;
  quarantine: Map<string, Omit<QuarantineEntry, 'state'> & { state: HeldState; facility: string }>;
  audit: (AuditEntry & { facility: string })[];
  /** `derived`: rows that follow from the writes, as triggers make them. `file`: the patient that it took to the archive. */
  commits: { facility: string; seq: number | null; effects: Effects; derived: readonly RowWrite[]; file?: string }[];
}

export const newState = (epoch: string): MemoryState => ({
  life: { epoch, restored_to: null, since: new Date(0).toISOString(), earlier: [] },
  heads: new Map(),
  rows: new Map(),
  changes: new Map(),
  archived: new Set(),
  mutations: new Map(),
  quarantine: new Map(),
  audit: [],
  commits: [],
});

/** Whether rows of this kind are sent to devices at all. */
export const travels = (kind: string): boolean => (recordOf(kind)?.scope ?? 'none') !== 'none';

/** The scope a row lives in. @param archived the patients in the archive. */
export function scopeOf(kind: string, row: AnyRow, archived?: ReadonlySet<string>): string {
  const def = recordOf(kind);
  return def ? scopeOfRow(def, row, archived) : 'none';
}

const isHeld = (state: HeldState): boolean => state === 'open' || state === 'deferred';

/** Reads what a decision needs, as of now. */
export function load(s: MemoryState, facility: string, need: Need): Loaded {
  const rows = new Map<Key, StoredRow>();
  for (const { kind, id } of need.rows) {
    const stored = s.rows.get(keyOf(kind, id));
    if (stored) rows.set(keyOf(kind, id), stored);
  }
  const named = new Set(need.rows.map(({ kind, id }) => keyOf(kind, id)));
  const conflicts: AnyRow[] = [];
  for (const [key, { row }] of s.rows) {
    if (!key.startsWith('sync_conflicts/') || row.status !== 'Open' || row.facility_id !== facility) continue;
    if (named.has(keyOf(String(row.kind), String(row.record_id)))) conflicts.push(row);
  }
  const among = new Map<string, AnyRow[]>();
  for (const { kind, field, value } of need.among) {
    const found = [...s.rows]
      .filter(([key, { row }]) => key.startsWith(`${kind}/`) && row.facility_id === facility && !row.deleted)
      .flatMap(([, { row }]) => (row[field] === value ? [row] : []));
    among.set(amongKey(kind, field, value), found);
  }
  return { ...loadAnswers(s, facility, need), rows, conflicts, among };
}

function loadAnswers(s: MemoryState, facility: string, need: Need): Pick<Loaded, 'known' | 'quarantined' | 'held'> {
  const known = new Map<string, MutationEntry['result']>();
  const held = new Map<string, HeldEntry>();
  for (const mid of need.mids) {
    const entry = s.mutations.get(mid);
    if (entry?.facility === facility) known.set(mid, entry.result);
    const kept = s.quarantine.get(mid);
    if (kept?.facility === facility && isHeld(kept.state)) {
      held.set(mid, { author: kept.author, kind: kept.kind, record_id: kept.record_id });
    }
  }
  const asked = new Set(need.quarantined.map(({ kind, id }) => keyOf(kind, id)));
  const quarantined = new Set<Key>();
  if (asked.size > 0) {
    for (const entry of s.quarantine.values()) {
      if (!isHeld(entry.state) || entry.facility !== facility || entry.kind === null || entry.record_id === null) continue;
      const op = (entry.payload as { op?: unknown } | null)?.op;
      const key = keyOf(entry.kind, entry.record_id);
      if (op === 'create' && asked.has(key)) quarantined.add(key);
    }
  }
  return { known, held, quarantined };
}

/** Whether anything that a decision was based on is different by now. */
export function stale(s: MemoryState, facility: string, need: Need, was: Loaded): boolean {
  const now = load(s, facility, need);
  const sameMap = <V>(a: ReadonlyMap<string, V>, b: ReadonlyMap<string, V>, same: (x: V, y: V) => boolean) =>
    a.size === b.size && [...a].every(([k, v]) => b.has(k) && same(v, b.get(k) as V));
  const sameList = (a: readonly AnyRow[], b: readonly AnyRow[]) => a.length === b.length && a.every((row, i) => row === b[i]);
  return !(
    sameMap(now.rows, was.rows, (a, b) => a === b) &&
    sameMap(now.known, was.known, (a, b) => a === b) &&
    sameMap(now.among, was.among, sameList) &&
    sameMap(now.held, was.held, () => true) &&
    sameList(now.conflicts, was.conflicts) &&
    now.quarantined.size === was.quarantined.size
  );
}

/** The rows as they would be after some writes. */
export function overlay(s: MemoryState, writes: readonly RowWrite[]): Rows {
  const changed = new Map(writes.map((w) => [keyOf(w.kind, w.after.id), w.after]));
  return {
    get: (kind, id) => changed.get(keyOf(kind, id)) ?? s.rows.get(keyOf(kind, id))?.row,
    *of(kind) {
      for (const [key, row] of changed) if (key.startsWith(`${kind}/`)) yield row;
      for (const [key, { row }] of s.rows) if (key.startsWith(`${kind}/`) && !changed.has(key)) yield row;
    },
  };
}
