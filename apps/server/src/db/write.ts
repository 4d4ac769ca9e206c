import { type Actor, type AnyRow, type Patch, PROBLEMS, type ProblemCode, ProblemError } from '@psa/domain';
import {
  type DecideContext,
  type Group,
  type MutationResult,
  type Op,
  PROTOCOL_VERSION,
  pushGroup,
  type RowWrite,
  type ServerStore,
} from '@psa/sync';
import { recompute } from './recompute.ts';

export interface Wish {
  kind: string;
  id: string;
  op: Op;
  patch?: Patch;
  /** The version the sender had read; without it whatever is stored counts as read. */
  base?: number;
  reason?: string;
}

export interface Writer {
  store: ServerStore;
  now: () => number;
  newId: () => string;
}

/** On whose authority, by which way, from where. */
export interface Authority {
  actor: Actor;
  origin: Exclude<DecideContext['origin'], 'device'>;
  from?: { address: string; agent: string };
  /** Of rows taken over from another server: who made them there and when. */
  made?: DecideContext['made'];
}

/** Writes that do not come from a device name none. */
const NO_DEVICE = '00000000-0000-0000-0000-000000000000';

/**
 * Writes wishes as one group through the one way in. @returns the rows that changed, in no particular order, and the results.
 * Throws a ProblemError when the group was refused or met a change its sender had not seen: then nothing was written.
 */
export async function writeAll(
  w: Writer,
  by: Authority,
  wishes: readonly Wish[],
): Promise<{ writes: readonly RowWrite[]; results: readonly MutationResult[] }> {
  const now = new Date(w.now()).toISOString();
  const group: Group = {
    group: w.newId(),
    device: NO_DEVICE,
    author: by.actor.user_id,
    epoch: null,
    mutations: wishes.map(({ kind, id, op, patch, base, reason }) => ({
      mid: w.newId(),
      kind,
      id,
      op,
      base: base ?? 0,
      patch: patch ?? {},
      at: now,
      ...(reason === undefined ? {} : { reason }),
    })),
  };
  const { results, effects } = await pushGroup(w.store, group, {
    actor: by.actor,
    origin: by.origin,
    device: null,
    cseq: null,
    now,
    clock_offset_ms: null,
    schema: PROTOCOL_VERSION,
    newId: w.newId,
    recompute,
    address: by.from?.address.slice(0, 45) ?? null,
    user_agent: by.from?.agent.slice(0, 300) ?? null,
    made: by.made,
    baseIsCurrent: wishes.every((wish) => wish.base === undefined),
  });
  const wrong = results.filter((r) => r.status !== 'applied' && r.status !== 'merged');
  const told = wrong.find((r) => r.code !== 'GROUP_REFUSED') ?? wrong[0];
  if (told) throw problemOf(told);
  return { writes: effects.writes, results };
}

/** As `writeAll` for one wish. @returns the row after it, or null when it changed nothing. */
export async function writeOne(w: Writer, by: Authority, wish: Wish): Promise<AnyRow | null> {
  const { writes } = await writeAll(w, by, [wish]);
  return writes.find((write) => write.kind === wish.kind && write.after.id === wish.id)?.after ?? null;
}

/** The refusal that a result tells. */
function problemOf(result: MutationResult): ProblemError {
  const known = (code: string | undefined): code is ProblemCode => code !== undefined && Object.hasOwn(PROBLEMS, code);
  const code = result.status === 'conflict' ? 'CONFLICT' : known(result.code) ? result.code : 'INTERNAL';
  return new ProblemError(code, { say: result.say, fields: result.fields });
}
