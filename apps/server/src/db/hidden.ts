import { PROBLEMS, recordOf, sqlName } from '@psa/domain';
import type { Broken, Effects } from '@psa/sync';
import type { Database } from './database.ts';

/**
 * PostgreSQL names no values of a refused row to a role that row-level security binds. What was to be written says which they may be,
 * and a look at the table tells.
 */

/** Which of these ids the facility has, retracted ones included. */
async function present(db: Database, facility: string, kind: string, ids: readonly string[]): Promise<Set<string>> {
  const text = `select id from ${sqlName(kind)} where facility_id = $1 and id = any($2::uuid[])`;
  const { rows } = await db.of(facility).query<{ id: string }>(text, [facility, ids]);
  return new Set(rows.map(({ id }) => id));
}

/** A broken link with the record that it points to and that is not there. Everything else as it is. */
export async function namingWhatIsMissing(db: Database, facility: string, effects: Effects, broken: Broken): Promise<Broken> {
  const field = broken.code === 'BROKEN_LINK' ? Object.keys(broken.fields ?? {})[0] : undefined;
  const to = recordOf(broken.kind ?? '')?.fields[field ?? '']?.to;
  if (field === undefined || to === undefined) return broken;
  const created = new Set(effects.writes.filter((w) => w.kind === to && w.before === null).map((w) => w.after.id));
  const wanted = effects.writes
    .filter((w) => w.kind === broken.kind)
    .map((w) => w.after[field])
    .filter((id): id is string => typeof id === 'string' && !created.has(id));
  const there = await present(db, facility, to, wanted);
  const id = wanted.find((one) => !there.has(one));
  return id === undefined ? broken : { ...broken, missing: { kind: to, id } };
}

/** The refusal of an id that exists, but not in this facility: no judging will ever find it. Null when it may be anybody's race. */
export async function takenElsewhere(db: Database, facility: string, effects: Effects, kind: string): Promise<Broken | null> {
  const ids = effects.writes.filter((w) => w.kind === kind && w.before === null).map((w) => w.after.id);
  if (ids.length === 0 || (await present(db, facility, kind, ids)).size > 0) return null;
  const say = PROBLEMS.TAKEN.say;
  return { code: 'TAKEN', say, fields: { id: say }, kind };
}
