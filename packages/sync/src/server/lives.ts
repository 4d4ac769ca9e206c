import type { Group, Mutation } from '../protocol.ts';
import { keyOf, type Life, type Loaded, type StoredRow } from './store.ts';

/**
 * Beside the fields in `field_ver`: the version that the row had when a life began, and which. Only there when the row was changed
 * since, in a database that was restored. No field has such a name.
 */
const MARK = '@life';

/** The fields whose last write is known. */
export const writtenFields = ({ field_ver }: StoredRow): string[] => Object.keys(field_ver).filter((field) => field !== MARK);

/** The mark that goes with a change (or, without a row, a creation); nothing when it is there already or cannot be known any more. */
export function markOf(stored: StoredRow | undefined, life: Life | undefined): StoredRow['field_ver'] {
  if (!life || life.earlier.length === 0) return {};
  if (!stored) return { [MARK]: [0, life.epoch] };
  const { row, field_ver } = stored;
  if (field_ver[MARK]?.[1] === life.epoch || row.updated_at >= life.since) return {};
  return { [MARK]: [row.row_version, life.epoch] };
}

/**
 * What the base of a mutation is worth in the present life (S49). A version that was counted before the database was restored
 * says nothing of what was written since: the author has read at most what the backup held.
 * @param loaded the rows as they were before the group.
 */
export function withPresentBase(loaded: Loaded, group: Group, m: Mutation, life: Life | undefined): Mutation {
  if (!life || group.epoch === life.epoch || m.base === 0) return m;
  const stored = loaded.rows.get(keyOf(m.kind, m.id));
  return { ...m, base: stored ? Math.min(m.base, versionKept(stored, group.epoch, life)) : 0 };
}

/** The highest version of a row that is surely the same in an earlier life and now; 0: unknown. */
function versionKept({ row, field_ver }: StoredRow, epoch: string | null, life: Life): number {
  const at = life.earlier.findIndex((e) => e.epoch === epoch);
  const was = life.earlier[at];
  if (!was) return 0;
  const [version, marked] = field_ver[MARK] ?? [0, null];
  // A mark of the present life tells nothing of what an earlier but one was followed by.
  if (marked === life.epoch) return at === life.earlier.length - 1 ? version : 0;
  return row.updated_at < was.until ? row.row_version : 0;
}

/**
 * From when on acknowledgements given in an earlier life may be lost; null: all of them. A device that slept through a restore has
 * more to send again than the last one took: the earliest of them counts.
 */
export function lostSince(life: Life, epoch: string | null): string | null {
  if (epoch === life.epoch) return life.restored_to;
  const at = life.earlier.findIndex((e) => e.epoch === epoch);
  const points = life.earlier.slice(Math.max(0, at)).map((e) => e.restored_to);
  return points.reduce(
    (least, point) => (point === null || (least !== null && point < least) ? point : least),
    points[0] ?? null,
  );
}
