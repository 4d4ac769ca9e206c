import type { AnyRow, Json, Patch } from '@psa/domain';
import type { Mutation } from '../protocol.ts';
import { auditHead } from './audit.ts';
import { changedFields, clashOnDeleted, pick } from './clash.ts';
import type { Clash, DecideContext } from './context.ts';
import { keyOf, type StoredRow } from './store.ts';
import { sameValue } from './values.ts';
import type { Work } from './work.ts';

const conflictOf = (work: Work, m: Mutation): AnyRow | undefined =>
  m.resolves === undefined ? undefined : work.get('sync_conflicts', m.resolves)?.row;

/** Whether the conflict that is named is about this record. One that is not there (any more) makes an ordinary edit. */
export function settlesRightly(work: Work, m: Mutation): boolean {
  const conflict = conflictOf(work, m);
  return !conflict || (conflict.kind === m.kind && conflict.record_id === m.id);
}

/** Somebody else settled this conflict meanwhile, and this settlement would undo it unseen: they race like any two edits (S27). */
export function overtakenSettlement(work: Work, m: Mutation, ctx: DecideContext, stored: StoredRow): Clash | null {
  const conflict = conflictOf(work, m);
  if (!conflict || conflict.status === 'Open' || conflict.resolved_by === ctx.actor.user_id) return null;
  if (m.op === 'retract' || m.op === 'restore') {
    const wanted = m.op === 'retract';
    if (stored.row.deleted === wanted) return null;
    return clashOnDeleted(stored, wanted, { base: stored.row.row_version, device: ctx.device });
  }
  const fields = changedFields(stored, m.patch);
  if (fields.length === 0) return null;
  return { fields, mine: pick(m.patch, fields), theirs: pick(stored.row, fields), rest: {} };
}

/**
 * What the author of a settlement has read of a retracted row although no device holds it any more: its conflict shows it, and a
 * retracted row does not change. Counts for the rest of the group too: the values follow the restoration.
 */
export function shownWith(work: Work, m: Mutation, stored: StoredRow): Patch | undefined {
  const key = keyOf(m.kind, m.id);
  const conflict = conflictOf(work, m);
  const theirs = (conflict?.theirs ?? {}) as Patch;
  if (conflict?.status === 'Open' && stored.row.deleted && theirs.deleted === true) work.shown.set(key, theirs);
  return work.shown.get(key);
}

/** Closes the conflict that an applied mutation resolves. @returns the mids of its `group_rest`, which wait no longer. */
export function settle(work: Work, m: Mutation, ctx: DecideContext): string[] {
  const conflict = conflictOf(work, m);
  if (conflict?.status !== 'Open') return [];
  const changed = {
    status: 'Resolved',
    resolved_by: ctx.actor.user_id,
    resolved_at: ctx.now,
    resolution: resolutionOf(conflict, m),
  };
  work.put('sync_conflicts', { row: nextVersion(conflict, changed, ctx), field_ver: {} });
  work.audit.push({
    ...auditHead(ctx, { ...m, kind: 'sync_conflicts', id: conflict.id }, 'settle'),
    old_values: pick(conflict, Object.keys(changed)),
    new_values: changed,
  });
  return restOf(conflict).flatMap((rest) => (typeof rest.mid === 'string' ? [rest.mid] : []));
}

/** In one word how a conflict was settled: for the author, for the present values, or with something new. */
function resolutionOf(conflict: AnyRow, m: Mutation): 'mine' | 'theirs' | 'other' {
  const mine = conflict.mine ?? null;
  if (m.op === 'retract') return sameValue(mine, { deleted: true }) ? 'mine' : 'other';
  // Bringing a retracted row back is how an author's edit of it is let in.
  if (m.op === 'restore') return sameValue(mine, { deleted: true }) ? 'other' : 'mine';
  if (Object.keys(m.patch).length === 0) return 'theirs';
  if (sameValue(mine, m.patch)) return 'mine';
  const theirs = (conflict.theirs ?? {}) as { [field: string]: Json };
  return Object.keys(m.patch).every((f) => sameValue(theirs[f], m.patch[f])) ? 'theirs' : 'other';
}

/** The other mutations that wait with a conflict. */
export const restOf = (conflict: AnyRow): { [field: string]: Json }[] =>
  Array.isArray(conflict.group_rest) ? (conflict.group_rest as { [field: string]: Json }[]) : [];

export const nextVersion = (row: AnyRow, changed: { [field: string]: Json }, ctx: DecideContext): AnyRow => ({
  ...row,
  ...changed,
  updated_by: ctx.actor.user_id,
  updated_at: ctx.now,
  row_version: row.row_version + 1,
});
