import { travels } from '../server/memory-state.ts';
import { type Evidence, short } from './evidence.ts';
import { isApplied } from './replay.ts';

/** 8: each commit that moved something has one number, without gaps, in commit order; no other has one. */
export function gapFreeSequence(e: Evidence): string[] {
  const wrong: string[] = [];
  let last = 0;
  for (const { seq, effects, file } of e.oracle.commits) {
    const moved = file !== undefined || effects.writes.some((w) => travels(w.kind));
    if (moved !== (seq !== null))
      wrong.push(`a commit with${moved ? '' : 'out'} changes has ${seq === null ? 'no number' : `number ${seq}`}`);
    if (seq === null) continue;
    if (seq !== last + 1) wrong.push(`number ${seq} follows ${last}`);
    last = seq;
  }
  if (e.oracle.head !== last) wrong.push(`the head is ${e.oracle.head}, the last commit ${last}`);
  return wrong;
}

/** 15: what is bad is refused, kept in quarantine and answered; what is good beside it is not. */
export function poisonIsIsolated(e: Evidence): string[] {
  const wrong = e.server.crashes.map((say) => `the judge threw: ${say}`);
  const kept = new Map(e.oracle.quarantine.map((q) => [q.mid, q]));
  const known = new Map(e.oracle.mutations.map((m) => [m.mutation.mid, m]));
  for (const { mutation, result } of e.oracle.mutations) {
    if (result.status === 'refused' && !kept.has(mutation.mid))
      wrong.push(`refused mutation ${short(mutation.mid)} is not in quarantine`);
  }
  for (const { made, mutation } of e.ledger.byMid.values()) {
    if (made.spoilt === null || made.spoilt === 'rights') continue;
    const entry = known.get(mutation.mid);
    if (entry && isApplied(entry)) wrong.push(`spoilt mutation ${short(mutation.mid)} (${made.spoilt}) was applied`);
  }
  return wrong;
}

/** 26: every parked mutation has its conflict, every conflict is open or was settled by somebody. */
export function conflictAccounting(e: Evidence): string[] {
  const wrong: string[] = [];
  const conflicts = new Map(e.oracle.rows.filter((r) => r.kind === 'sync_conflicts').map(({ row }) => [row.id, row]));
  const settled = new Set<string>();
  for (const entry of e.oracle.mutations) {
    const { status, conflict_id } = entry.result;
    if (isApplied(entry) && entry.mutation.resolves !== undefined) settled.add(entry.mutation.resolves);
    if (status !== 'conflict') continue;
    const conflict = conflicts.get(conflict_id ?? '');
    if (!conflict) wrong.push(`mutation ${short(entry.mutation.mid)} waits in a conflict that is not there`);
  }
  for (const [id, row] of conflicts) {
    if (row.status === 'Open' && settled.has(id)) wrong.push(`conflict ${short(id)} was settled and is open`);
    if (row.status === 'Resolved' && !settled.has(id)) wrong.push(`conflict ${short(id)} is resolved and nobody settled it`);
    if (row.status === 'Resolved' && (row.resolved_by === null || row.resolution === null))
      wrong.push(`conflict ${short(id)} does not say how it was settled`);
    if (row.deleted) wrong.push(`conflict ${short(id)} is gone`);
  }
  return wrong;
}
