import { recordOf } from '@psa/domain';
import type { Group, MutationResult } from '../protocol.ts';
import type { DecideContext, Decision } from './context.ts';
import { decideGroup, needOf } from './decide.ts';
import { deferGroup, refuseGroup } from './outcome.ts';
import { quarantineCrash } from './raw.ts';
import { type Broken, type Effects, keyOf, type Loaded, type Need, NO_EFFECTS, type ServerStore } from './store.ts';

/** How often a group is judged anew because something that its refusal was based on arrived meanwhile. */
const ROUNDS_MAX = 8;

export interface GroupOutcome {
  results: MutationResult[];
  /** What was written. */
  effects: Effects;
  /** What the judge threw, when it did: to be reported; the group is kept. */
  crash?: unknown;
}

/**
 * The one way in: judges a group and writes its effects in one transaction (S20). Every write of the server comes through here,
 * from a device, a route, an import or the server itself.
 * @returns the answers in the order of the group, after the commit. Rejects only when the store does: then nothing is known.
 */
export async function pushGroup(store: ServerStore, group: Group, ctx: DecideContext): Promise<GroupOutcome> {
  let need = needOf(group);
  for (let round = 1; round <= ROUNDS_MAX; round++) {
    const first = await judged(store, ctx, need, (loaded) => decideGroup(loaded, group, ctx));
    if ('crash' in first) return { ...(await keepCrashed(store, group, ctx)), crash: first.crash };
    if (first.decision.wants.length > 0) {
      need = { ...need, among: [...need.among, ...first.decision.wants] };
      continue;
    }
    if (!first.broken) return { results: first.decision.results, effects: first.decision };
    const second = await keepBroken(store, group, ctx, need, first.broken);
    if (second) return second;
  }
  throw new Error('the rows that this group points to keep coming and going');
}

type Tried = { decision: Decision; broken: Broken | null } | { crash: unknown };

/** One transaction; tells what the judge threw from what the store did. */
async function judged(
  store: ServerStore,
  ctx: DecideContext,
  need: Need,
  decide: (loaded: Loaded) => Decision,
): Promise<Tried> {
  const seen: { decision?: Decision; crash?: { error: unknown } } = {};
  try {
    const { broken } = await store.transact(ctx.actor.facility_id, need, (loaded) => {
      delete seen.crash;
      try {
        seen.decision = decide(loaded);
        return seen.decision;
      } catch (error) {
        seen.crash = { error };
        throw error;
      }
    });
    if (!seen.decision) throw new Error('the store wrote something without a decision');
    return { decision: seen.decision, broken };
  } catch (error) {
    if (seen.crash) return { crash: seen.crash.error };
    // What can never be written must not be sent again for ever and hold up what comes after it.
    if (isUnwritable(error)) return { crash: error };
    throw error;
  }
}

/** Whether a store says that no try will ever write these effects (SQLSTATE, ISO 9075). */
export const isUnwritable = (error: unknown): boolean => {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^(22|42|54)[0-9A-Z]{3}$/.test(code);
};

/** Records that the database refused what the judge allowed (S30): a refusal, or a deferral when what is missing waits in quarantine. */
async function keepBroken(
  store: ServerStore,
  group: Group,
  ctx: DecideContext,
  need: Need,
  broken: Broken,
): Promise<GroupOutcome | null> {
  const { missing } = broken;
  const wider: Need = missing ? { ...need, rows: [...need.rows, missing], quarantined: [...need.quarantined, missing] } : need;
  const arrived: Decision = { ...NO_EFFECTS, results: [], wants: [] };
  const second = await judged(store, ctx, wider, (loaded) => {
    if (missing && loaded.rows.has(keyOf(missing.kind, missing.id))) return arrived;
    if (missing && loaded.quarantined.has(keyOf(missing.kind, missing.id))) return deferGroup(loaded, group, ctx);
    const { code, say, fields } = broken;
    return refuseGroup(loaded, group, ctx, new Map([[guilty(group, broken), { code, say, fields }]]));
  });
  if ('crash' in second) return { ...(await keepCrashed(store, group, ctx)), crash: second.crash };
  if (second.broken) throw new Error(`a refusal could not be kept: ${second.broken.say}`);
  return second.decision === arrived ? null : { results: second.decision.results, effects: second.decision };
}

/** The mutation that a broken promise of the database is told of: the one that sent the fields it names. */
function guilty(group: Group, broken: Broken): string {
  const { missing } = broken;
  const fields = Object.keys(broken.fields);
  const ofKind = group.mutations.filter((m) => broken.kind === undefined || m.kind === broken.kind);
  const points = missing && ofKind.find((m) => fields.some((f) => m.patch[f] === missing.id));
  const names = ofKind.find((m) => fields.some((f) => Object.hasOwn(m.patch, f)));
  const could = ofKind.find((m) => fields.every((f) => Object.hasOwn(recordOf(m.kind)?.fields ?? {}, f)));
  return (points ?? names ?? could ?? group.mutations[0])?.mid ?? '';
}

async function keepCrashed(store: ServerStore, group: Group, ctx: DecideContext): Promise<GroupOutcome> {
  const need: Need = { mids: [...new Set(group.mutations.map((m) => m.mid))], rows: [], among: [], quarantined: [] };
  const kept = await judged(store, ctx, need, (loaded) => quarantineCrash(loaded, group, ctx));
  if ('crash' in kept) throw kept.crash;
  if (kept.broken) throw new Error(`a group could not be kept: ${kept.broken.say}`);
  return { results: kept.decision.results, effects: kept.decision };
}
