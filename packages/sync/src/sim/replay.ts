import { type AnyRow, SYSTEM_FIELDS } from '@psa/domain';
import { canonical } from '../contracts/must.ts';
import { type Key, keyOf, type MutationEntry, type RowWrite } from '../server/store.ts';
import type { Oracle } from './oracle.ts';

/** Who wrote a field last, and at which version of the row. */
export interface Writer {
  version: number;
  device: string | null;
}

/** One change of one row, as it was committed, with what was there before by the replay's own account. */
export interface Change {
  key: Key;
  kind: string;
  before: AnyRow | null;
  after: AnyRow;
  /** By field, `deleted` too: the last writer before this change. */
  writers: ReadonlyMap<string, Writer>;
  /** The mutations of this row that were applied in the same commit, in order. */
  applied: readonly MutationEntry[];
  /** How many commits there were before this one. */
  at: number;
  /** Followed from the writes of its commit, as triggers make it: nobody wished it. */
  derived: boolean;
}

export interface Replay {
  changes: readonly Change[];
  /** The rows as they must be now. */
  rows: ReadonlyMap<Key, AnyRow>;
  /** The version that a row had after so many commits; 0: there was none. */
  versionAt(key: Key, commits: number): number;
}

export const isApplied = (entry: MutationEntry): boolean =>
  entry.result.status === 'applied' || entry.result.status === 'merged';

const SYSTEM: ReadonlySet<string> = new Set(SYSTEM_FIELDS.filter((f) => f !== 'deleted'));

/** The declared fields, and `deleted`, that differ between two states of a row. */
export function changedFields(before: AnyRow | null, after: AnyRow): string[] {
  return Object.keys(after).filter((f) => {
    if (SYSTEM.has(f)) return false;
    const was = before === null ? (f === 'deleted' ? false : null) : (before[f] ?? null);
    return canonical(was) !== canonical(after[f] ?? null);
  });
}

/** Goes through all commits and keeps its own account of rows and writers, so that it need not believe the server's. */
export function replay(oracle: Oracle): Replay {
  const rows = new Map<Key, AnyRow>();
  const writers = new Map<Key, Map<string, Writer>>();
  const changes: Change[] = [];
  const take = (at: number, { kind, after }: RowWrite, answered: readonly MutationEntry[] | null) => {
    const key = keyOf(kind, after.id);
    const before = rows.get(key) ?? null;
    const applied = (answered ?? []).filter((e) => keyOf(e.mutation.kind, e.mutation.id) === key && isApplied(e));
    const known = writers.get(key) ?? new Map<string, Writer>();
    changes.push({ key, kind, before, after, writers: known, applied, at, derived: answered === null });
    const device = answered?.[0]?.device ?? null;
    const next = new Map(known);
    for (const field of changedFields(before, after)) next.set(field, { version: after.row_version, device });
    writers.set(key, next);
    rows.set(key, after);
  };
  for (const [at, { effects, derived = [] }] of oracle.commits.entries()) {
    for (const write of effects.writes) take(at, write, effects.mutations);
    for (const write of derived) take(at, write, null);
  }
  const versionAt = (key: Key, commits: number) =>
    changes.findLast((c) => c.key === key && c.at < commits)?.after.row_version ?? 0;
  return { changes, rows, versionAt };
}
