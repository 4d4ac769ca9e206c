import { type Group, PUSH_GROUPS_MAX } from '../protocol.ts';
import type { DecideContext, Decision } from './context.ts';
import { decideGroup, needOf } from './decide.ts';
import { type GroupOutcome, isUnwritable, pushGroup } from './group.ts';
import { allOf, keysOf, touched, viewOf } from './need.ts';
import { type Effects, type Need, NO_EFFECTS, type ServerStore } from './store.ts';

/** Groups of one device that share a transaction at most: all that one request may bring. */
const WAVE_MAX = PUSH_GROUPS_MAX;
/** Fewer than this are taken one by one when they cannot share; more are halved first. */
const HALVED_LEAST = 8;
/** How often the judge may ask for more before the groups are taken one by one. */
const ROUNDS_MAX = 3;

interface Wish {
  group: Group;
  ctx: DecideContext;
}

/** Successive groups of one device that have nothing in common, filled one by one in their order. */
export class Wave<W extends Wish> {
  readonly #keys = new Set<string>();
  readonly wishes: W[] = [];

  /** Takes a group, unless it shares something with one that is here, or there is no room. */
  takes(wish: W): boolean {
    const keys = keysOf(needOf(wish.group));
    if (this.wishes.length === WAVE_MAX || keys.some((key) => this.#keys.has(key))) return false;
    for (const key of keys) this.#keys.add(key);
    this.wishes.push(wish);
    return true;
  }
}

/**
 * Judges and writes groups that have nothing in common in one transaction (S20). When it fails for whatever reason that lies in one of
 * them, nothing of it was written, and they are taken in halves, in the end one by one, in their order: each then sees what those before it did.
 * @returns the outcomes in order, after the commit. Rejects only when the store does: then nothing is known.
 */
export async function pushWave(store: ServerStore, wishes: readonly Wish[]): Promise<GroupOutcome[]> {
  const shared = wishes.length > 1 ? await together(store, wishes) : null;
  if (shared) return shared;
  if (wishes.length >= HALVED_LEAST) {
    const middle = Math.ceil(wishes.length / 2);
    const first = await pushWave(store, wishes.slice(0, middle));
    return [...first, ...(await pushWave(store, wishes.slice(middle)))];
  }
  const outcomes: GroupOutcome[] = [];
  for (const { group, ctx } of wishes) outcomes.push(await pushGroup(store, group, ctx));
  return outcomes;
}

/** @returns null when they must be taken one by one: nothing was written. */
async function together(store: ServerStore, wishes: readonly Wish[]): Promise<GroupOutcome[] | null> {
  const facility = wishes[0]?.ctx.actor.facility_id ?? '';
  let needs = wishes.map(({ group }) => needOf(group));
  for (let round = 1; round <= ROUNDS_MAX && !doMeet(needs); round++) {
    const tried = await attempt(store, facility, wishes, needs);
    if (tried === null) return null;
    if (tried.every(({ wants }) => wants.length === 0)) {
      return tried.map((decision) => ({ results: decision.results, effects: decision }));
    }
    needs = needs.map((need, i) => ({ ...need, among: [...need.among, ...(tried[i]?.wants ?? [])] }));
  }
  return null;
}

async function attempt(
  store: ServerStore,
  facility: string,
  wishes: readonly Wish[],
  needs: readonly Need[],
): Promise<Decision[] | null> {
  const seen: { decisions: Decision[]; crashed: boolean; apart: boolean } = { decisions: [], crashed: false, apart: false };
  try {
    const { broken } = await store.transact(facility, allOf(needs), (loaded) => {
      seen.crashed = true;
      seen.decisions = wishes.map(({ group, ctx }, i) => decideGroup(viewOf(loaded, needs[i] as Need), group, ctx));
      seen.crashed = false;
      if (seen.decisions.some(({ wants }) => wants.length > 0)) return NO_EFFECTS;
      seen.apart = doFollow(seen.decisions, needs);
      return seen.apart ? NO_EFFECTS : joined(seen.decisions);
    });
    return broken || seen.apart ? null : seen.decisions;
  } catch (error) {
    // Whose fault it was shows when each is judged by itself.
    if (seen.crashed || isUnwritable(error)) return null;
    throw error;
  }
}

/** Whether two of them came to need the same. */
function doMeet(needs: readonly Need[]): boolean {
  const keys = needs.flatMap((need) => [...new Set(keysOf(need))]);
  return new Set(keys).size < keys.length;
}

/**
 * Whether one of them would be judged by what an earlier one wrote: a conflict that it settled or began, a row of a list that the later one
 * looks at. What both need by name is seen before (`doMeet`).
 */
function doFollow(decisions: readonly Decision[], needs: readonly Need[]): boolean {
  const lists = needs.flatMap(({ among }) => among);
  const written = new Set<string>();
  return needs.some((need, i) => {
    if (keysOf(need).some((key) => written.has(key))) return true;
    for (const key of touched(decisions[i]?.writes ?? [], lists)) written.add(key);
    return false;
  });
}

const joined = (effects: readonly Effects[]): Effects => ({
  writes: effects.flatMap((one) => one.writes),
  mutations: effects.flatMap((one) => one.mutations),
  quarantine: effects.flatMap((one) => one.quarantine),
  closed: effects.flatMap((one) => one.closed),
  audit: effects.flatMap((one) => one.audit),
});
