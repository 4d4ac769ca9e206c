import { PROBLEMS, recordOf } from '@psa/domain';
import type { Group, Mutation, MutationResult } from '../protocol.ts';
import type { DecideContext, Decision, Judged, Verdict } from './context.ts';
import { judge, mayRepair } from './judge.ts';
import { withPresentBase } from './lives.ts';
import {
  deferGroup,
  entryOf,
  inOrder,
  isKind,
  quarantineOf,
  type Refusal,
  refuseGroup,
  repaired,
  unanswered,
} from './outcome.ts';
import { park } from './park.ts';
import { settle } from './settle.ts';
import { type Key, keyOf, type Loaded, type Need, NO_EFFECTS } from './store.ts';
import { Work } from './work.ts';

/** What must be loaded to judge a group. `against` rules of edits may ask for more (`Decision.wants`). */
export function needOf(group: Group): Need {
  const rows = new Map<Key, { kind: string; id: string }>();
  const among = new Map<string, Need['among'][number]>();
  const mids = new Set<string>();
  for (const m of group.mutations) {
    mids.add(m.mid);
    if (m.repairs !== undefined) mids.add(m.repairs);
    if (!isKind(m.kind)) continue;
    rows.set(keyOf(m.kind, m.id), { kind: m.kind, id: m.id });
    if (m.resolves !== undefined) rows.set(keyOf('sync_conflicts', m.resolves), { kind: 'sync_conflicts', id: m.resolves });
    for (const rule of recordOf(m.kind)?.against ?? []) {
      const value = m.patch[rule.among];
      if (typeof value === 'string') among.set(`${m.kind}/${rule.among}/${value}`, { kind: m.kind, field: rule.among, value });
    }
  }
  const named = [...rows.values()];
  return { mids: [...mids], rows: named, among: [...among.values()], quarantined: named };
}

/**
 * Judges a group against what is loaded and says everything that must be written, in one piece (docs/sync.md, S20–S31). Pure:
 * the same arguments give the same decision. Throws only when it is itself at fault; the caller then keeps the group raw (S29).
 */
export function decideGroup(loaded: Loaded, group: Group, ctx: DecideContext): Decision {
  const fresh = unanswered(loaded, group);
  if (fresh.length === 0) return { ...NO_EFFECTS, results: inOrder(loaded, group, new Map()), wants: [] };
  const present = (m: Mutation) => withPresentBase(loaded, group, m, ctx.life);
  const trial = tryAll(loaded, fresh, present, ctx);
  if (trial.wants.length > 0) return { ...NO_EFFECTS, results: [], wants: trial.wants };
  const repairs = fresh.flatMap((m) =>
    m.op !== 'withdraw' && m.repairs !== undefined && mayRepair(trial.work, m, ctx) ? [m.repairs] : [],
  );
  const refusals = refusalsOf(trial.judged, ctx);
  if (refusals.size > 0) return refuseGroup(loaded, group, ctx, refusals, repairs);
  if (trial.judged.some((j) => j.verdict.is === 'deferred')) return deferGroup(loaded, group, ctx, repairs);
  if (trial.judged.some((j) => j.verdict.is === 'clash')) {
    return parkGroup(loaded, group, trial.judged, present, ctx, repairs);
  }
  return applyGroup(loaded, group, trial, ctx, repairs);
}

interface Trial {
  work: Work;
  judged: Judged[];
  /** Creates that waited in a conflict which this group settles. */
  released: string[];
  wants: Need['among'];
}

/** A mutation with its base in versions of the present life. */
type Present = (m: Mutation) => Mutation;

function tryAll(loaded: Loaded, mutations: readonly Mutation[], present: Present, ctx: DecideContext): Trial {
  const trial: Trial = { work: new Work(loaded), judged: [], released: [], wants: [] };
  const clashed = new Set<Key>();
  const failed = new Set<Key>();
  for (const mutation of mutations) {
    const key = keyOf(mutation.kind, mutation.id);
    let verdict: Verdict = failed.has(key)
      ? { is: 'refused', code: 'GROUP_REFUSED' }
      : judge(trial.work, present(mutation), ctx, clashed);
    if (verdict.is === 'wants') return { ...trial, wants: verdict.among };
    if (verdict.is === 'clash') clashed.add(key);
    if (verdict.is === 'refused') failed.add(key);
    if (verdict.is === 'done' && mutation.op !== 'withdraw') trial.released.push(...settle(trial.work, mutation, ctx));
    // Who waits for the answer settles it there and then; there is nobody to park it for.
    if (verdict.is === 'clash' && ctx.origin !== 'device') {
      const fields = Object.fromEntries(verdict.clash.fields.map((f) => [f, PROBLEMS.CONFLICT.say]));
      verdict = { is: 'refused', code: 'CONFLICT', fields };
    }
    trial.judged.push({ mutation, verdict });
  }
  return trial;
}

function refusalsOf(judged: readonly Judged[], ctx: DecideContext): Map<string, Refusal> {
  const out = new Map<string, Refusal>();
  for (const { mutation, verdict } of judged) {
    if (verdict.is === 'refused') out.set(mutation.mid, verdict);
    else if (verdict.is === 'deferred' && ctx.origin !== 'device') out.set(mutation.mid, { code: 'PARENT_REFUSED' });
  }
  return out;
}

/** Deferred once, answered for good now. */
const judgedNow = (loaded: Loaded, mutations: readonly Mutation[]): Decision['closed'] =>
  mutations.filter((m) => loaded.known.has(m.mid)).map((m) => ({ mid: m.mid, state: 'judged' as const }));

function applyGroup(loaded: Loaded, group: Group, trial: Trial, ctx: DecideContext, repairs: readonly string[]): Decision {
  const results = new Map<string, MutationResult>();
  for (const { mutation: m, verdict } of trial.judged) {
    if (verdict.is !== 'done') throw new Error('an undecided mutation in an applied group');
    const version = verdict.version === undefined ? {} : { version: verdict.version };
    results.set(m.mid, { mid: m.mid, status: verdict.merged ? 'merged' : 'applied', ...version });
  }
  const mutations = trial.judged.map((j) => j.mutation);
  return {
    writes: trial.work.writes(),
    mutations: entries(group, mutations, results, ctx),
    quarantine: [],
    closed: [
      ...judgedNow(loaded, mutations),
      ...repaired(loaded, repairs),
      ...trial.released.map((mid) => ({ mid, state: 'judged' as const })),
      ...mutations.flatMap((m) =>
        m.op === 'withdraw' && m.repairs !== undefined ? [{ mid: m.repairs, state: 'withdrawn' as const }] : [],
      ),
    ],
    audit: trial.work.audit,
    results: inOrder(loaded, group, results),
    wants: [],
  };
}

function parkGroup(
  loaded: Loaded,
  group: Group,
  judged: readonly Judged[],
  present: Present,
  ctx: DecideContext,
  repairs: readonly string[],
): Decision {
  // What is released later is released in a group of the present life.
  const now = judged.map(({ mutation, verdict }) => ({ mutation: present(mutation), verdict }));
  const { work, conflictIds } = park(loaded, now, ctx);
  const mutations = judged.map((j) => j.mutation);
  const results = new Map(
    mutations.map((m, i) => [m.mid, { mid: m.mid, status: 'conflict' as const, conflict_id: conflictIds[i] ?? '' }]),
  );
  // A record that waits in a conflict is not there yet: what points to it must wait as well.
  const waiting = judged.filter((j) => j.mutation.op === 'create' && j.verdict.is === 'done').map((j) => j.mutation);
  return {
    writes: work.writes(),
    mutations: entries(group, mutations, results, ctx),
    quarantine: waiting.map((m) => quarantineOf(group, m, ctx, 'CONFLICT', 'deferred')),
    closed: [
      ...judgedNow(
        loaded,
        mutations.filter((m) => !waiting.includes(m)),
      ),
      ...repaired(loaded, repairs),
    ],
    audit: work.audit,
    results: inOrder(loaded, group, results),
    wants: [],
  };
}

const entries = (
  group: Group,
  mutations: readonly Mutation[],
  results: ReadonlyMap<string, MutationResult>,
  ctx: DecideContext,
) =>
  mutations.flatMap((m) => {
    const result = results.get(m.mid);
    return result ? [entryOf(group, m, result, ctx)] : [];
  });
