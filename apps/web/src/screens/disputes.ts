/** What a save rests on and two people changed apart: asked before it is kept (docs/sync.md, S34). */
import {
  type AnyRow,
  type Dispute,
  disputesOf,
  type OpenConflict,
  type Patch,
  ProblemError,
  type RecordDef,
  recordOf,
} from '@psa/domain';
import type { Wish } from '../store/api.ts';
import { peek, peekBy } from '../store/index.ts';
import { Value } from '../store/value.ts';

export type HeldUp = Dispute<AnyRow & OpenConflict>;

/** What is asked of a person just now, and how they answer: with a reason, or that it is settled (null), or not at all. */
export interface Asked {
  wishes: readonly Wish[];
  answer(reason: string | null): void;
  giveUp(): void;
}

/** The question on the screen. */
export const asked = new Value<Asked | null>(null);

const NO_ROW: Readonly<Record<string, undefined>> = {};

/** What holds up these wishes, from what this device holds. A settlement in the same save holds up nothing. */
export function heldUp(wishes: readonly Wish[]): { wish: Wish; disputes: readonly HeldUp[] }[] {
  const settles = new Set(wishes.flatMap(({ resolves }) => resolves ?? []));
  return wishes.flatMap((wish) => {
    const def = recordOf(wish.kind);
    if (!def?.rests || (wish.op !== 'create' && wish.op !== 'edit') || wish.resolves !== undefined) return [];
    const before = wish.op === 'edit' ? (peek(wish.kind, wish.id) ?? null) : null;
    const after = { ...(before ?? NO_ROW), ...wish.patch, id: wish.id };
    const patient = patientOf(def, after, wishes);
    if (patient === undefined) return [];
    const conflicts = peekBy('sync_conflicts', 'patient_id', patient).filter((c) => !settles.has(c.id));
    const disputes = disputesOf(def, before, after, wish.patch, conflicts as unknown as (AnyRow & OpenConflict)[]);
    return disputes.length === 0 ? [] : [{ wish, disputes }];
  });
}

/** The patient of what is wished; where it names none, that of what it points to, here or in the same save. */
function patientOf(
  def: RecordDef,
  row: Readonly<Record<string, Patch[string] | undefined>>,
  wishes: readonly Wish[],
): string | undefined {
  if (typeof row.patient_id === 'string') return row.patient_id;
  const from = def.fields.patient_id?.from;
  const id = from === undefined ? undefined : row[from];
  const kind = from === undefined ? undefined : def.fields[from]?.to;
  if (kind === undefined || typeof id !== 'string') return undefined;
  const parent = wishes.find((w) => w.kind === kind && w.id === id)?.patch ?? peek(kind, id);
  return typeof parent?.patient_id === 'string' ? parent.patient_id : undefined;
}

/**
 * Asks about what is in dispute, if anything is. @returns the wishes to keep: with the reason why it cannot wait, or as they were.
 * Rejects with IN_DISPUTE when the person goes back.
 */
export async function cleared(wishes: readonly Wish[]): Promise<readonly Wish[]> {
  const held = heldUp(wishes);
  if (held.length === 0) return wishes;
  // Settling one of them must not ask about the others in the place of what is being asked.
  if (asked.get())
    throw new ProblemError('IN_DISPUTE', { say: 'Settle the other one first: what was saved with this rests on it.' });
  const reason = await new Promise<string | null>((resolve, reject) => {
    asked.set({
      wishes,
      answer: resolve,
      giveUp: () => reject(new ProblemError('IN_DISPUTE', { say: 'Not saved: what it rests on is still to be settled.' })),
    });
  }).finally(() => asked.set(null));
  if (reason === null) return wishes;
  const disputed = new Set(held.map(({ wish }) => wish));
  return wishes.map((wish) => (disputed.has(wish) ? { ...wish, reason } : wish));
}
