import {
  type AnyRow,
  brokenChecks,
  type FieldProblems,
  type Json,
  type Patch,
  PROBLEMS,
  type RecordDef,
  stampsOf,
} from '@psa/domain';
import type { Mutation } from '../protocol.ts';
import { auditCreation, auditHead } from './audit.ts';
import { pick } from './clash.ts';
import { computedProblem } from './computed.ts';
import type { DecideContext, Verdict } from './context.ts';
import { inDispute } from './dispute.ts';
import { markOf } from './lives.ts';
import { mayOn } from './rights.ts';
import type { StoredRow } from './store.ts';
import type { Work } from './work.ts';

/** Makes a new row: a plain insert, every declared field present, null when it was not given. */
export function create(work: Work, def: RecordDef, m: Mutation, ctx: DecideContext): Verdict {
  const made = ctx.origin === 'server' ? ctx.made?.(def.name, m.id) : undefined;
  const row: AnyRow = {
    ...Object.fromEntries(Object.keys(def.fields).map((field): [string, Json] => [field, m.patch[field] ?? null])),
    id: m.id,
    // A facility belongs to itself.
    facility_id: def.name === 'facilities' ? m.id : ctx.actor.facility_id,
    created_by: made ? made.created_by : ctx.actor.user_id,
    updated_by: ctx.actor.user_id,
    created_at: made?.created_at ?? ctx.now,
    updated_at: ctx.now,
    deleted: made?.deleted ?? false,
    row_version: 1,
  };
  const sent = pick(
    row,
    Object.keys(def.fields).filter((field) => row[field] !== null),
  );
  if (!made) Object.assign(row, stamped(def, row, sent, m, ctx, true));
  const given = Object.keys(def.fields).filter((field) => row[field] !== null);
  const written = Object.fromEntries(given.map((field) => [field, [1, ctx.device] as const]));
  const field_ver = { ...written, ...markOf(undefined, ctx.life) };
  const problem = ruleProblem(work, def, row, ctx, 'create', sent) ?? inDispute(work, def, null, row, sent, m, ctx);
  if (problem) return problem;
  work.put(def.name, { row, field_ver });
  work.audit.push(auditCreation(ctx, def, m, pick(row, given)));
  return { is: 'done', version: 1, merged: false };
}

/** Who and when, for the fields that the server fills: at creation, and beside the fields whose setting they tell of. `row` is as it would be. */
function stamped(def: RecordDef, row: Patch, sent: Patch, m: Mutation, ctx: DecideContext, creates: boolean): Patch {
  const out: Patch = {};
  for (const { field, as, of } of stampsOf(def)) {
    // The server's own code may say otherwise (a restored entry, demonstration data).
    if (Object.hasOwn(sent, field) || (of ? !of.some((f) => Object.hasOwn(sent, f)) : !creates)) continue;
    const set = of === undefined || of.some((f) => row[f] !== null && row[f] !== false);
    // A clock that runs ahead does not date anything in the future.
    const value = as === 'who' ? ctx.actor.user_id : m.at < ctx.now ? m.at : ctx.now;
    if (set || !creates) out[field] = set ? value : null;
  }
  return out;
}

/** Writes changed fields (or `deleted`) into the working copy, one version up. */
export function keep(
  work: Work,
  def: RecordDef,
  m: Mutation,
  ctx: DecideContext,
  stored: StoredRow,
  sent: Patch,
  merged: boolean,
): Verdict {
  const changed = { ...sent, ...stamped(def, { ...stored.row, ...sent }, sent, m, ctx, false) };
  const version = stored.row.row_version + 1;
  const row: AnyRow = {
    ...stored.row,
    ...changed,
    updated_by: ctx.actor.user_id,
    updated_at: ctx.now,
    row_version: version,
  };
  const fields = Object.keys(changed);
  const field_ver = {
    ...stored.field_ver,
    ...markOf(stored, ctx.life),
    ...Object.fromEntries(fields.map((f) => [f, [version, ctx.device] as const])),
  };
  const action = m.op === 'retract' || m.op === 'restore' ? m.op : 'edit';
  const problem =
    ruleProblem(work, def, row, ctx, action === 'edit' ? 'edit' : 'retract', sent) ??
    (action === 'edit' ? inDispute(work, def, stored.row, row, sent, m, ctx) : null);
  if (problem) return problem;
  work.put(def.name, { row, field_ver });
  work.audit.push({
    ...auditHead(ctx, m, action),
    old_values: pick(stored.row, fields),
    new_values: m.reason === undefined ? changed : { ...changed, reason: m.reason },
  });
  return { is: 'done', version, merged };
}

/** What forbids the row as it would be: rights, the rules of one row, the rules against other rows. */
function ruleProblem(
  work: Work,
  def: RecordDef,
  row: AnyRow,
  ctx: DecideContext,
  action: 'create' | 'edit' | 'retract',
  sent: Patch,
): Verdict | null {
  if (!mayOn(ctx, action, def, row, action === 'retract' ? {} : sent)) return { is: 'refused', code: 'NOT_YOURS' };
  if (row.deleted) return null;
  const wrong: Record<string, string> = {};
  const tell = (rule: { fields: readonly string[]; say: string }) => {
    for (const field of rule.fields) wrong[field] ??= rule.say;
  };
  const fields = action === 'create' ? computedProblem(def, row, ctx.recompute) : null;
  if (fields) return { is: 'refused', code: 'NOT_COMPUTED', fields };
  for (const rule of brokenChecks(def, row)) tell(rule);
  for (const rule of def.against ?? []) {
    const others = work.others(def, rule, row);
    if (!others) return { is: 'wants', among: [{ kind: def.name, field: rule.among, value: String(row[rule.among]) }] };
    if (!rule.test(row, others)) tell(rule);
  }
  return Object.keys(wrong).length === 0 ? null : constraint(wrong);
}

const constraint = (fields: FieldProblems): Verdict => ({
  is: 'refused',
  code: 'CONSTRAINT',
  say: Object.values(fields)[0] ?? PROBLEMS.CONSTRAINT.say,
  fields,
});
