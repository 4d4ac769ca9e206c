import {
  type AnyRow,
  type Dispute,
  disputeSentence,
  disputesOf,
  type Json,
  type OpenConflict,
  type Patch,
  type RecordDef,
  restsTouched,
} from '@psa/domain';
import type { Mutation } from '../protocol.ts';
import { auditHead } from './audit.ts';
import { pick } from './clash.ts';
import type { DecideContext, Verdict } from './context.ts';
import { nextVersion } from './settle.ts';
import type { Work } from './work.ts';

/**
 * Holds up what rests on something in dispute (S34): refused, unless a reason says why it cannot wait, or a device tells of what was done
 * already. What goes on is marked on the conflict. A settlement is never held up by another.
 * @param before null for a new row. @returns null when it may go on.
 */
export function inDispute(
  work: Work,
  def: RecordDef,
  before: AnyRow | null,
  row: AnyRow,
  sent: Patch,
  m: Mutation,
  ctx: DecideContext,
): Verdict | null {
  if (ctx.origin === 'server' || m.resolves !== undefined) return null;
  if (restsTouched(def, before, row, sent).length === 0) return null;
  const patient = patientOf(work, def, row);
  if (patient === null || typeof patient !== 'string') return patient;
  const conflicts = work.conflictsOf(patient);
  if (!conflicts) return { is: 'wants', among: [{ kind: 'sync_conflicts', field: 'patient_id', value: patient }] };
  const disputes = disputesOf(def, before, row, sent, conflicts as unknown as (AnyRow & OpenConflict)[]);
  const [first] = disputes;
  if (!first) return null;
  const reason = m.reason?.trim() || null;
  const toldLater = ctx.origin === 'device' && disputes.every(({ rule }) => rule.done);
  if (reason === null && !toldLater) return { is: 'refused', code: 'IN_DISPUTE', say: disputeSentence(first) };
  mark(work, disputes, m, reason, ctx);
  return null;
}

/** The patient of a row, also where the database will take it from what the row points to. Null: nobody's, or not to be found. */
function patientOf(work: Work, def: RecordDef, row: AnyRow): string | Verdict | null {
  if (typeof row.patient_id === 'string') return row.patient_id;
  const from = def.fields.patient_id?.from;
  const parent = from === undefined ? undefined : def.fields[from]?.to;
  const id = from === undefined ? null : row[from];
  if (parent === undefined || typeof id !== 'string') return null;
  const found = work.read(parent, id);
  if (found === undefined) return { is: 'wants', among: [{ kind: parent, field: 'id', value: id }] };
  return typeof found?.patient_id === 'string' ? found.patient_id : null;
}

/** On each conflict: what was done before it was settled, by whom, and why. */
function mark(
  work: Work,
  disputes: readonly Dispute<AnyRow & OpenConflict>[],
  m: Mutation,
  reason: string | null,
  ctx: DecideContext,
): void {
  const told = new Map<string, { conflict: AnyRow; acts: string[] }>();
  for (const { rule, conflicts } of disputes) {
    for (const conflict of conflicts) {
      const { acts } = told.get(conflict.id) ?? { acts: [] };
      told.set(conflict.id, { conflict, acts: [...acts, rule.act] });
    }
  }
  for (const { conflict, acts } of told.values()) {
    const done: Json = {
      kind: m.kind,
      record_id: m.id,
      acts,
      by: ctx.actor.user_id,
      at: m.at < ctx.now ? m.at : ctx.now,
      reason,
    };
    const changed = { overruled: [...(Array.isArray(conflict.overruled) ? conflict.overruled : []), done] };
    work.put('sync_conflicts', { row: nextVersion(conflict, changed, ctx), field_ver: {} });
    work.audit.push({
      ...auditHead(ctx, { ...m, kind: 'sync_conflicts', id: conflict.id }, 'edit'),
      old_values: pick(conflict, ['overruled']),
      new_values: changed,
    });
  }
  const acts = [...new Set(disputes.map(({ rule }) => rule.act))];
  work.audit.push({
    ...auditHead(ctx, m, 'override'),
    old_values: null,
    new_values: { acts, reason, conflicts: [...told.keys()] },
  });
}
