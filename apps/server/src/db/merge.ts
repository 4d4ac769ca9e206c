import {
  type Actor,
  type AnyRow,
  FOLLOWING,
  type Json,
  mergedFields,
  mergeObstacle,
  ProblemError,
  unmergedFields,
} from '@psa/domain';
import type { Database } from './database.ts';
import type { RowReader } from './rows.ts';
import { type Authority, type Wish, type Writer, writeAll } from './write.ts';

/** What merging works with. */
export interface MergeTools extends Writer {
  db: Database;
  rows: RowReader;
}

/** Entries of a patient that were moved, or stay, by kind: their ids. */
export type Entries = Record<string, string[]>;

type ByKind = Record<string, AnyRow[]>;

const server = ({ actor, from }: Pick<Authority, 'actor' | 'from'>): Authority => ({
  actor,
  origin: 'server',
  ...(from ? { from } : {}),
});

/**
 * Makes one patient of two, in one transaction through the one way in (S37): fields as chosen, every entry of the other moved, the other
 * retracted and pointing to whom it became. Throws NOT_FOUND, CONSTRAINT with a sentence when something stands in the way, or what the one way in says.
 * @param taken fields that are taken from the other one.
 */
export async function mergePatients(
  t: MergeTools,
  by: Pick<Authority, 'actor' | 'from'>,
  wish: { survivor: string; other: string; taken: readonly string[]; note: string | null },
): Promise<{ match: string; moved: Entries }> {
  const facility = by.actor.facility_id;
  if (wish.survivor === wish.other)
    throw new ProblemError('INVALID', { fields: { other: 'A patient is no duplicate of themselves.' } });
  const [survivor, other] = await Promise.all([standing(t, facility, wish.survivor), standing(t, facility, wish.other)]);
  const [mine, theirs] = await Promise.all([entriesOf(t, facility, survivor.id), entriesOf(t, facility, other.id)]);
  const obstacle = mergeObstacle(mine, theirs, await openConflicts(t, facility, [survivor.id, other.id]));
  if (obstacle) throw new ProblemError('CONSTRAINT', { say: obstacle });
  const patch = mergedFields(survivor, other, wish.taken);
  const [one_id, other_id] = [survivor.id, other.id].sort() as [string, string];
  const known = await matchOf(t, facility, one_id, other_id);
  const match = known?.id ?? t.newId();
  const moved = idsOf(theirs);
  const decided = {
    status: 'Merged',
    survivor_id: survivor.id,
    decided_by: by.actor.user_id,
    decided_at: new Date(t.now()).toISOString(),
    note: wish.note,
    before: Object.fromEntries(Object.entries(patch).map(([f, value]) => [f, [survivor[f] ?? null, value]])),
    moved,
  };
  await writeAll(t, server(by), [
    { kind: 'patients', id: other.id, op: 'edit', patch: { merged_into: survivor.id }, base: other.row_version },
    {
      kind: 'patients',
      id: other.id,
      op: 'retract',
      base: other.row_version + 1,
      reason: 'Merged with another registration of the same person.',
    },
    ...(Object.keys(patch).length > 0
      ? [{ kind: 'patients', id: survivor.id, op: 'edit' as const, patch, base: survivor.row_version }]
      : []),
    ...moves(theirs, survivor.id),
    known
      ? { kind: 'patient_matches', id: match, op: 'edit', patch: decided, base: known.row_version }
      : {
          kind: 'patient_matches',
          id: match,
          op: 'create',
          patch: { one_id, other_id, reasons: ['Named by a person'], ...decided },
          base: 0,
        },
  ]);
  await followStragglers(t, facility, other.id, survivor.id, by.actor);
  return { match, moved };
}

/**
 * Takes a merge apart (S38): the other registration returns, its entries go back to it as far as they are still here, fields go back that nobody changed
 * since. What was written after the merge stays with whom went on. @returns what went back, and what stays of the time since.
 */
export async function unmergePatients(
  t: MergeTools,
  by: Pick<Authority, 'actor' | 'from'>,
  match: string,
  note: string | null,
): Promise<{ back: Entries; stayed: Entries }> {
  const facility = by.actor.facility_id;
  const kept = await t.rows.row(facility, 'patient_matches', match);
  if (!kept || kept.deleted) throw new ProblemError('NOT_FOUND');
  if (kept.status !== 'Merged') throw new ProblemError('CONFLICT', { say: 'These two are not merged.' });
  const survivor = await standing(t, facility, String(kept.survivor_id));
  const otherId = String(kept.survivor_id === kept.one_id ? kept.other_id : kept.one_id);
  const other = await t.rows.row(facility, 'patients', otherId);
  if (!other) throw new ProblemError('NOT_FOUND');
  const here = await entriesOf(t, facility, survivor.id);
  const moved = (kept.moved ?? {}) as Entries;
  const was = new Map(Object.entries(moved).map(([kind, ids]) => [kind, new Set(ids)]));
  const back: ByKind = {};
  const stayed: ByKind = {};
  for (const [kind, rows] of Object.entries(here)) {
    back[kind] = rows.filter(({ id }) => was.get(kind)?.has(id));
    stayed[kind] = rows.filter(({ id, created_at }) => !was.get(kind)?.has(id) && created_at > String(kept.decided_at));
  }
  const patch = unmergedFields(survivor, kept.before ?? null);
  const decided = {
    status: 'Different people',
    survivor_id: null,
    decided_by: by.actor.user_id,
    decided_at: new Date(t.now()).toISOString(),
    note,
    before: null,
    moved: null,
  };
  await writeAll(t, server(by), [
    ...(Object.keys(patch).length > 0
      ? [{ kind: 'patients', id: survivor.id, op: 'edit' as const, patch, base: survivor.row_version }]
      : []),
    { kind: 'patients', id: otherId, op: 'restore', base: other.row_version },
    { kind: 'patients', id: otherId, op: 'edit', patch: { merged_into: null }, base: other.row_version + 1 },
    ...moves(back, otherId),
    { kind: 'patient_matches', id: match, op: 'edit', patch: decided, base: kept.row_version },
  ]);
  return { back: idsOf(back), stayed: idsOf(stayed) };
}

/** Entries that were being written for a patient at the very moment of the merge, and so were not seen by it. */
async function followStragglers(t: MergeTools, facility: string, from: string, to: string, actor: Actor): Promise<void> {
  const left = await entriesOf(t, facility, from);
  const wishes = moves(left, to);
  if (wishes.length > 0) await writeAll(t, server({ actor }), wishes);
}

const moves = (entries: Readonly<Record<string, readonly AnyRow[]>>, to: string): Wish[] =>
  FOLLOWING.flatMap(({ name }) =>
    (entries[name] ?? []).map(
      ({ id, row_version }): Wish => ({ kind: name, id, op: 'edit', patch: { patient_id: to }, base: row_version }),
    ),
  );

const idsOf = (entries: Readonly<Record<string, readonly AnyRow[]>>): Entries =>
  Object.fromEntries(
    Object.entries(entries)
      .filter(([, rows]) => rows.length > 0)
      .map(([kind, rows]) => [kind, rows.map(({ id }) => id)]),
  );

async function standing(t: MergeTools, facility: string, id: string): Promise<AnyRow> {
  const row = await t.rows.row(facility, 'patients', id);
  if (!row) throw new ProblemError('NOT_FOUND');
  if (row.deleted) throw new ProblemError('CONFLICT', { say: 'One of the two was removed or merged meanwhile.' });
  return row;
}

async function entriesOf(t: MergeTools, facility: string, patient: string): Promise<ByKind> {
  const lists = await Promise.all(FOLLOWING.map(({ name }) => t.rows.pointing(facility, name, 'patient_id', [patient])));
  return Object.fromEntries(
    FOLLOWING.map(({ name }, i) => [name, (lists[i] ?? []).map(({ row }) => JSON.parse(row) as AnyRow)]),
  );
}

async function openConflicts(t: MergeTools, facility: string, patients: readonly string[]): Promise<number> {
  const { rows } = await t.db.of(facility).query<{ n: number }>({
    name: 'open conflicts of patients',
    text: `select count(*)::int as n from sync_conflicts where facility_id = $1 and patient_id = any($2::text[]) and status = 'Open' and not deleted`,
    values: [facility, patients],
  });
  return rows[0]?.n ?? 0;
}

async function matchOf(t: MergeTools, facility: string, one: string, other: string): Promise<AnyRow | undefined> {
  const { rows } = await t.db.of(facility).query<{ id: string; [field: string]: Json }>({
    name: 'match of two',
    text: 'select id from patient_matches where facility_id = $1 and one_id = $2 and other_id = $3 and not deleted',
    values: [facility, one, other],
  });
  return rows[0] ? t.rows.row(facility, 'patient_matches', rows[0].id) : undefined;
}
