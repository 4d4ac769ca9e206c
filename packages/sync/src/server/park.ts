import {
  type AnyRow,
  type Json,
  mergeRuleOf,
  type Patch,
  personScope,
  type RecordDef,
  recordOf,
  scopeOfRow,
  sharedScope,
} from '@psa/domain';
import type { Mutation } from '../protocol.ts';
import { auditHead } from './audit.ts';
import { pick } from './clash.ts';
import type { Clash, DecideContext, Judged } from './context.ts';
import { nextVersion, restOf } from './settle.ts';
import { type Key, keyOf, type Loaded } from './store.ts';
import { Work } from './work.ts';

/**
 * Keeps a clashing group whole and applies none of it (S23, S26): one conflict for each row that clashed; the first of them
 * carries the mutations that did not clash, so that they are released once.
 * @returns the writes of the conflicts, and the conflict of each mutation, in the order of the group.
 */
export function park(loaded: Loaded, judged: readonly Judged[], ctx: DecideContext): { work: Work; conflictIds: string[] } {
  const work = new Work(loaded);
  const rest = new Map<Key, Mutation[]>();
  const clashes = new Map<Key, { m: Mutation; clash: Clash }>();
  for (const { mutation: m, verdict } of judged) {
    if (verdict.is === 'clash') clashes.set(keyOf(m.kind, m.id), { m, clash: verdict.clash });
  }
  const first = [...clashes.keys()][0] ?? '';
  const home = (m: Mutation): Key => (clashes.has(keyOf(m.kind, m.id)) ? keyOf(m.kind, m.id) : first);
  for (const { mutation: m, verdict } of judged) {
    const waits = verdict.is === 'clash' ? restOfClash(m, verdict.clash) : [withoutRepairs(m)];
    rest.set(home(m), [...(rest.get(home(m)) ?? []), ...waits]);
  }
  const ids = new Map<Key, string>();
  for (const [key, { m, clash }] of clashes) ids.set(key, open(work, m, clash, rest.get(key) ?? [], ctx));
  return { work, conflictIds: judged.map(({ mutation }) => ids.get(home(mutation)) ?? '') };
}

/** What the clashing mutation wished of other fields waits too; it is not part of what is compared. */
const restOfClash = (m: Mutation, clash: Clash): Mutation[] =>
  Object.keys(clash.rest).length === 0
    ? []
    : [{ mid: m.mid, kind: m.kind, id: m.id, op: 'edit', base: m.base, patch: clash.rest, at: m.at }];

/** What a parked mutation repairs is closed already; naming it again later would mean something else. */
function withoutRepairs(m: Mutation): Mutation {
  if (m.op === 'withdraw') return m;
  const { repairs: _, ...without } = m;
  return without;
}

function open(work: Work, m: Mutation, clash: Clash, rest: readonly Mutation[], ctx: DecideContext): string {
  const stored = work.get(m.kind, m.id);
  const def = recordOf(m.kind);
  if (!stored || !def) throw new Error('a clash without a row');
  // What waits beside the clash is shown with it: to nobody who is not sent such rows.
  const scope = sharedScope([scopeOfRow(def, stored.row), ...rest.flatMap((m) => scopesNamed(m, ctx))]);
  // Only the author's own: the values of two people who share a tablet are never put together.
  const joined = work.loaded.conflicts.find(
    (c) =>
      c.kind === m.kind &&
      c.record_id === m.id &&
      c.status === 'Open' &&
      c.scope === scope &&
      c.device_id === ctx.device &&
      c.author_id === ctx.actor.user_id,
  );
  const wish = {
    scope,
    patient_id: patientOf(m.kind, stored.row),
    op: m.op,
    base_version: m.base,
    mutation_id: m.mid,
    author_id: ctx.actor.user_id,
    written_at: m.at,
    theirs_by: stored.row.updated_by,
    theirs_at: stored.row.updated_at,
    theirs_device: stored.field_ver[clash.fields[0] ?? '']?.[1] ?? null,
  };
  return joined ? join(work, joined, m, def, clash, rest, wish, ctx) : begin(work, m, def, clash, rest, wish, ctx);
}

function begin(
  work: Work,
  m: Mutation,
  def: RecordDef,
  clash: Clash,
  rest: readonly Mutation[],
  wish: Patch,
  ctx: DecideContext,
): string {
  const values: Patch = {
    ...wish,
    kind: m.kind,
    record_id: m.id,
    fields: clash.fields,
    theirs: clash.theirs,
    mine: clash.mine,
    group_rest: asJson(rest),
    severity: severityOf(def, clash.fields),
    status: 'Open',
    device_id: ctx.device ?? ctx.origin,
    resolved_by: null,
    resolved_at: null,
    resolution: null,
    // Filled in by the database: names of devices, and what the author had read.
    device_name: null,
    theirs_device_name: null,
    before: null,
    overruled: null,
    climbed: null,
    climbed_at: null,
  };
  const row: AnyRow = {
    ...values,
    id: ctx.newId(),
    facility_id: ctx.actor.facility_id,
    created_by: ctx.actor.user_id,
    updated_by: ctx.actor.user_id,
    created_at: ctx.now,
    updated_at: ctx.now,
    deleted: false,
    row_version: 1,
  };
  work.put('sync_conflicts', { row, field_ver: {} });
  const given = Object.keys(values).filter((field) => row[field] !== null);
  work.audit.push({
    ...auditHead(ctx, { ...m, kind: 'sync_conflicts', id: row.id }, 'create'),
    old_values: null,
    new_values: pick(row, given),
  });
  return row.id;
}

/** A later clash of the same author and device on the same row: one conflict with everything that waits (S26). */
function join(
  work: Work,
  joined: AnyRow,
  m: Mutation,
  def: RecordDef,
  clash: Clash,
  rest: readonly Mutation[],
  wish: Patch,
  ctx: DecideContext,
): string {
  const before = work.get('sync_conflicts', joined.id)?.row ?? joined;
  const fields = [...new Set([...(before.fields as string[]), ...clash.fields])];
  const present = work.get(m.kind, m.id)?.row;
  const changed: Patch = {
    ...wish,
    fields,
    mine: { ...(before.mine as Patch), ...clash.mine },
    theirs: { ...(before.theirs as Patch), ...(present ? pick(present, fields) : {}), ...clash.theirs },
    group_rest: [...restOf(before), ...(asJson(rest) as Json[])],
    severity: before.severity === 'high' ? 'high' : severityOf(def, fields),
  };
  work.put('sync_conflicts', { row: nextVersion(before, changed, ctx), field_ver: {} });
  work.audit.push({
    ...auditHead(ctx, { ...m, kind: 'sync_conflicts', id: before.id }, 'edit'),
    old_values: pick(before, Object.keys(changed)),
    new_values: changed,
  });
  return before.id;
}

/** The patient whose record is in dispute, when it is one's. */
function patientOf(kind: string, row: AnyRow): string | null {
  const patient = kind === 'patients' ? row.id : row.patient_id;
  return typeof patient === 'string' ? patient : null;
}

/** The scope of what a waiting mutation is about; what no device is sent has none. */
function scopesNamed(m: Mutation, ctx: DecideContext): string[] {
  const scope = recordOf(m.kind)?.scope ?? 'none';
  if (scope === 'person') return [personScope(ctx.actor.user_id)];
  return scope === 'none' || scope === 'row' ? [] : [scope];
}

/** High when a value is in question that must never be wrong for a moment, or a whole record that has such values. */
function severityOf(def: RecordDef, fields: readonly string[]): 'low' | 'high' {
  const asked = fields.includes('deleted') ? Object.keys(def.fields) : fields;
  return asked.some((field) => mergeRuleOf(def, field).startsWith('hold:')) ? 'high' : 'low';
}

/** Mutations as the plain data they are. */
const asJson = (mutations: readonly Mutation[]): Json =>
  mutations.map((m) => Object.fromEntries(Object.entries(m).filter(([, v]) => v !== undefined)) as { [key: string]: Json });
