import { type FieldProblems, type Json, PROBLEMS, type ProblemCode, recordOf } from '@psa/domain';
import type { Group, Mutation, MutationResult } from '../protocol.ts';
import { auditRefusal } from './audit.ts';
import type { DecideContext, Decision } from './context.ts';
import { type Loaded, type MutationEntry, NO_EFFECTS, type QuarantineEntry } from './store.ts';
import { storable, storableText } from './values.ts';

export interface Refusal {
  code: ProblemCode;
  say?: string;
  fields?: FieldProblems;
}

/** The answer to a refused mutation: what is kept, word for word, for every later try. */
export const refusedResult = (mid: string, refusal: Refusal): MutationResult =>
  storable({
    mid,
    status: 'refused' as const,
    code: refusal.code,
    say: refusal.say ?? PROBLEMS[refusal.code].say,
    ...(refusal.fields && Object.keys(refusal.fields).length > 0 ? { fields: refusal.fields } : {}),
  });

const deferredResult = (mid: string): MutationResult => ({
  mid,
  status: 'deferred',
  code: 'PARENT_REFUSED',
  say: PROBLEMS.PARENT_REFUSED.say,
});

/** The line in the record of mutations. */
export const entryOf = (group: Group, m: Mutation, result: MutationResult, ctx: DecideContext): MutationEntry => ({
  mutation: storable(m),
  result,
  group: group.group,
  ordinal: group.mutations.indexOf(m),
  device: ctx.device,
  cseq: ctx.cseq,
  author: ctx.actor.user_id,
  clock_offset_ms: ctx.clock_offset_ms,
  schema: ctx.schema,
});

/** A mutation kept in full until a person mends it, withdraws it, or what it waits for arrives. */
export const quarantineOf = (
  group: Group,
  m: Mutation,
  ctx: DecideContext,
  code: string,
  state: QuarantineEntry['state'],
  detail: Json = null,
): QuarantineEntry => ({
  mid: m.mid,
  group: group.group,
  device: ctx.device,
  author: ctx.actor.user_id,
  code,
  state,
  kind: storableText(m.kind),
  record_id: m.id,
  detail: storable(detail),
  payload: storable(m) as unknown as Json,
});

const isFinal = (result: MutationResult | undefined): result is MutationResult =>
  result !== undefined && result.status !== 'deferred';

/** The mutations of a group that still want an answer, and how all answers are put together (S21). */
export function unanswered(loaded: Loaded, group: Group): Mutation[] {
  return group.mutations.filter((m) => !isFinal(loaded.known.get(m.mid)));
}

export function inOrder(loaded: Loaded, group: Group, fresh: ReadonlyMap<string, MutationResult>): MutationResult[] {
  return group.mutations.map((m) => {
    const known = loaded.known.get(m.mid);
    const result = isFinal(known) ? known : fresh.get(m.mid);
    if (!result) throw new Error(`no answer for mutation ${m.mid}`);
    return result;
  });
}

/** Repaired entries give way to what takes their place, whatever became of it: the new one carries on. */
export const repaired = (loaded: Loaded, mids: readonly string[]): Decision['closed'] =>
  mids.filter((mid) => loaded.held.has(mid)).map((mid) => ({ mid, state: 'repaired' as const }));

/**
 * Refuses a whole group: `refusals` by mid, the others because of them (S28). Kept in full when it came from a device; anybody
 * else still has it in hands.
 */
export function refuseGroup(
  loaded: Loaded,
  group: Group,
  ctx: DecideContext,
  refusals: ReadonlyMap<string, Refusal>,
  repairs: readonly string[] = [],
): Decision {
  const fresh = unanswered(loaded, group);
  const results = new Map(fresh.map((m) => [m.mid, refusedResult(m.mid, refusals.get(m.mid) ?? { code: 'GROUP_REFUSED' })]));
  const answers = fresh.flatMap((m) => {
    const result = results.get(m.mid);
    return result ? [{ m, result }] : [];
  });
  const kept = ctx.origin === 'device' ? answers : [];
  return {
    ...NO_EFFECTS,
    mutations: kept.map(({ m, result }) => entryOf(group, m, result, ctx)),
    quarantine: kept.map(({ m, result }) =>
      quarantineOf(group, m, ctx, result.code ?? 'INTERNAL', 'open', { say: result.say ?? null, fields: { ...result.fields } }),
    ),
    closed: repaired(loaded, repairs),
    audit: answers.map(({ m, result }) => auditRefusal(ctx, m, result)),
    results: inOrder(loaded, group, results),
    wants: [],
  };
}

/** Keeps a whole group until what it points to, or edits, has left quarantine (S28). */
export function deferGroup(loaded: Loaded, group: Group, ctx: DecideContext, repairs: readonly string[] = []): Decision {
  if (ctx.origin !== 'device') {
    return refuseGroup(loaded, group, ctx, new Map(group.mutations.map((m) => [m.mid, { code: 'PARENT_REFUSED' as const }])));
  }
  const fresh = unanswered(loaded, group);
  const results = new Map(fresh.map((m) => [m.mid, deferredResult(m.mid)]));
  const first = fresh.filter((m) => !loaded.known.has(m.mid));
  return {
    ...NO_EFFECTS,
    mutations: first.map((m) => entryOf(group, m, deferredResult(m.mid), ctx)),
    quarantine: first.map((m) => quarantineOf(group, m, ctx, 'PARENT_REFUSED', 'deferred')),
    closed: repaired(loaded, repairs),
    results: inOrder(loaded, group, results),
    wants: [],
  };
}

/** Whether a record of this kind may be asked of a store at all. */
export const isKind = (kind: string): boolean => recordOf(kind) !== undefined;
