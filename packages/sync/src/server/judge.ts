import { mergeRuleOf, type Patch, PROBLEMS, type ProblemCode, problemsOf, type RecordDef, recordOf } from '@psa/domain';
import type { Mutation } from '../protocol.ts';
import { auditHead } from './audit.ts';
import { anyUnseen, changedFields, clashOf, clashOnDeleted, clashWithRetraction, pick, type Read, unseen } from './clash.ts';
import type { DecideContext, Verdict } from './context.ts';
import { isServerKind, mayDo, mayMend, mayOn, serverFields } from './rights.ts';
import { overtakenSettlement, settlesRightly, shownWith } from './settle.ts';
import type { StoredRow } from './store.ts';
import { keyOf } from './store.ts';
import { isStorable } from './values.ts';
import type { Work } from './work.ts';
import { create, keep } from './write.ts';

const refuse = (code: ProblemCode, fields?: Readonly<Record<string, string>>, say?: string): Verdict => ({
  is: 'refused',
  code,
  ...(say === undefined ? {} : { say }),
  ...(fields === undefined ? {} : { fields }),
});

/** Judges one mutation and, when it may be applied, applies it to the working copies. */
export function judge(work: Work, m: Mutation, ctx: DecideContext, clashed: ReadonlySet<string>): Verdict {
  if (m.reason !== undefined && !isStorable(m.reason)) return refuse('INVALID', { reason: UNSTORABLE });
  if (m.op === 'withdraw') return withdraw(work, m, ctx);
  const def = recordOf(m.kind);
  if (!def) return refuse('INVALID', { kind: 'This kind of record is not known.' });
  if (isServerKind(ctx, def)) return refuse('SERVER_ONLY');
  const problem = shapeProblem(def, m);
  if (problem) return problem;
  if (!settlesRightly(work, m)) return refuse('INVALID', { resolves: 'This conflict is about something else.' });
  const stored = work.get(m.kind, m.id);
  const denied = rightsProblem(work, def, m, ctx, stored);
  if (denied) return denied;
  if (clashed.has(keyOf(m.kind, m.id))) return { is: 'parked' };
  if (!stored) return missing(work, def, m, ctx);
  const shown = shownWith(work, m, stored);
  const read: Read = {
    base: ctx.baseIsCurrent ? stored.row.row_version : m.base,
    device: ctx.device,
    ...(shown ? { shown } : {}),
  };
  const overtaken = overtakenSettlement(work, m, ctx, stored);
  if (overtaken) return { is: 'clash', clash: overtaken };
  if (m.op === 'retract') return setDeleted(work, def, m, ctx, stored, true, read);
  if (m.op === 'restore') return setDeleted(work, def, m, ctx, stored, false, read);
  return edit(work, def, m, ctx, stored, read);
}

const UNSTORABLE = 'This contains characters that cannot be stored.';

function shapeProblem(def: RecordDef, m: Mutation): Verdict | null {
  const keys = Object.keys(m.patch);
  if (m.op === 'retract' || m.op === 'restore') {
    return keys.length === 0 ? null : refuse('INVALID', { _: 'Nothing else can be changed in the same step.' });
  }
  // Own fields only: a key such as `constructor` must not find what every object inherits.
  const unknown = keys.filter((key) => !Object.hasOwn(def.fields, key));
  if (unknown.length > 0) return refuse('INVALID', Object.fromEntries(unknown.map((k) => [k, 'This field is not known.'])));
  const fields = problemsOf(def, m.op === 'create' ? 'create' : 'edit', m.patch);
  return fields ? refuse('INVALID', fields) : null;
}

/** Rights on the row as it is; those on the row as it would be are asked where it is made. */
function rightsProblem(work: Work, def: RecordDef, m: Mutation, ctx: DecideContext, stored?: StoredRow): Verdict | null {
  if (stored && stored.row.facility_id !== ctx.actor.facility_id) return refuse('NOT_YOURS');
  if (m.op === 'retract' || m.op === 'restore') {
    const may = stored ? mayOn(ctx, 'retract', def, stored.row, {}) : mayDo(ctx, 'retract', def);
    return may ? null : refuse('NOT_YOURS');
  }
  if (!stored && m.op === 'create') {
    const fields = serverFields(ctx, def, m.patch);
    if (!mayDo(ctx, 'create', def)) return refuse('NOT_YOURS');
    return fields.length > 0 ? serverOnly(fields) : null;
  }
  let wanted = stored ? changedFields(stored, m.patch) : Object.keys(m.patch);
  const server = serverFields(ctx, def, pick(m.patch, wanted));
  if (server.length > 0) return serverOnly(server);
  if (wanted.length === 0) wanted = settledFields(work, m) ?? Object.keys(m.patch);
  const retracts = m.resolves !== undefined && mayDo(ctx, 'retract', def);
  const values = {
    ...(stored ? pick(stored.row, wanted) : {}),
    ...pick(
      m.patch,
      wanted.filter((f) => Object.hasOwn(m.patch, f)),
    ),
  };
  const edits = stored ? mayOn(ctx, 'edit', def, stored.row, values) : mayDo(ctx, 'edit', def, wanted);
  return retracts || edits ? null : refuse('NOT_YOURS');
}

/** Who keeps the present value in a conflict needs the right to change it. */
function settledFields(work: Work, m: Mutation): string[] | undefined {
  const conflict = m.resolves === undefined ? undefined : work.get('sync_conflicts', m.resolves);
  const fields = conflict?.row.fields;
  return Array.isArray(fields) ? fields.map(String).filter((f) => f !== 'deleted') : undefined;
}

const serverOnly = (fields: readonly string[]): Verdict =>
  refuse('SERVER_ONLY', Object.fromEntries(fields.map((f) => [f, PROBLEMS.SERVER_ONLY.say])));

function missing(work: Work, def: RecordDef, m: Mutation, ctx: DecideContext): Verdict {
  if (m.op === 'create') return create(work, def, m, ctx);
  return work.loaded.quarantined.has(keyOf(m.kind, m.id)) ? { is: 'deferred' } : refuse('NOT_FOUND');
}

/** An edit, or a create of an id that exists (S22). */
function edit(work: Work, def: RecordDef, m: Mutation, ctx: DecideContext, stored: StoredRow, read: Read): Verdict {
  const changed = changedFields(stored, m.patch);
  if (changed.length === 0) return { is: 'done', version: stored.row.row_version, merged: false };
  if (stored.row.deleted) return { is: 'clash', clash: clashWithRetraction(def, stored, m.patch) };
  const fixed = changed.filter((field) => mergeRuleOf(def, field) === 'append');
  // A second create of the same id did not know that these were fixed already.
  if (ctx.origin !== 'server' && fixed.some((field) => m.op === 'edit' || !unseen(stored, field, read))) {
    return refuse('APPEND_ONLY', Object.fromEntries(fixed.map((f) => [f, PROBLEMS.APPEND_ONLY.say])));
  }
  const locked = lockedFields(def, stored.row, changed);
  if (Object.keys(locked).length > 0) return refuse('LOCKED', locked);
  const clash = clashOf(def, stored, m.patch, read);
  if (clash) return { is: 'clash', clash };
  const wrong = changed.filter(
    (f) => mergeRuleOf(def, f) === 'state' && !isStep(def, f, stored.row[f] ?? null, m.patch[f] ?? null),
  );
  if (wrong.length > 0) return refuse('ILLEGAL_STEP', Object.fromEntries(wrong.map((f) => [f, PROBLEMS.ILLEGAL_STEP.say])));
  return keep(work, def, m, ctx, stored, pick(m.patch, changed), anyUnseen(stored, read));
}

/** Changed fields that a signature or a closing holds as they are, with the sentence of its rule. */
function lockedFields(def: RecordDef, row: StoredRow['row'], changed: readonly string[]): Record<string, string> {
  const out: Record<string, string> = {};
  for (const { when, fields, say } of def.locks ?? []) {
    if (!when.is.some((value) => value === row[when.field])) continue;
    for (const field of changed) if (fields.includes(field)) out[field] ??= say;
  }
  return out;
}

function isStep(def: RecordDef, field: string, from: Patch[string], to: Patch[string]): boolean {
  const steps = (def.transitions as Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> | undefined)?.[field];
  if (!steps || typeof from !== 'string') return true;
  return typeof to === 'string' && Object.hasOwn(steps, from) && (steps[from] ?? []).includes(to);
}

function setDeleted(
  work: Work,
  def: RecordDef,
  m: Mutation,
  ctx: DecideContext,
  stored: StoredRow,
  wanted: boolean,
  read: Read,
): Verdict {
  if (stored.row.deleted === wanted) return { is: 'done', version: stored.row.row_version, merged: false };
  const news = wanted ? anyUnseen(stored, read) : unseen(stored, 'deleted', read);
  if (news) return { is: 'clash', clash: clashOnDeleted(stored, wanted, read) };
  return keep(work, def, m, ctx, stored, { deleted: wanted }, anyUnseen(stored, read));
}

/** Gives up a refused mutation: no row is written. Its author may, and whoever may work on that kind. */
function withdraw(work: Work, m: Mutation, ctx: DecideContext): Verdict {
  if (m.repairs === undefined) return refuse('INVALID', { repairs: 'Name the entry that is given up.' });
  const row = work.get(m.kind, m.id)?.row;
  const done: Verdict = { is: 'done', merged: false, ...(row ? { version: row.row_version } : {}) };
  const held = work.loaded.held.get(m.repairs);
  if (!held) return done;
  const def = recordOf(held.kind ?? '');
  const may = held.author === null || held.author === ctx.actor.user_id || (def !== undefined && mayMend(ctx, def));
  if (!may) return refuse('NOT_YOURS');
  work.audit.push({
    ...auditHead(ctx, m, 'withdraw'),
    old_values: null,
    new_values: { withdrawn: m.repairs, reason: m.reason ?? null },
  });
  return done;
}

/** Whether whoever sends `repairs` may take the place of what is held. */
export function mayRepair(work: Work, m: Mutation, ctx: DecideContext): boolean {
  const held = m.repairs === undefined ? undefined : work.loaded.held.get(m.repairs);
  if (!held) return false;
  const def = recordOf(held.kind ?? '');
  return held.author === null || held.author === ctx.actor.user_id || (def !== undefined && mayMend(ctx, def));
}
