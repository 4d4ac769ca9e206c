import { type AnyRow, type Patch, uuidv7 } from '@psa/domain';
import type { Group, Mutation, Op } from '../protocol.ts';
import type { Chance } from './chance.ts';
import type { AttentionEntry, NewGroup } from './store.ts';

/** A wish as a form makes it; ids, time, author, device and signature are added when it is saved. */
export interface Wish {
  kind: string;
  id: string;
  op: Op;
  /** `row_version` of the server's copy when the edit began; 0 when there was none. */
  base: number;
  patch: Patch;
  /** The open conflict that this settles. */
  resolves?: string;
  /** The refused mutation that this replaces or, with op `withdraw`, gives up. */
  repairs?: string;
  reason?: string;
}

export interface Author {
  device: string;
  author: string;
  /** The epoch in which the bases were read; null before the first contact. */
  epoch: string | null;
}

/** What making and sending groups needs of the world. */
export interface DeviceEnv {
  /** Device clock, ms since 1970: a claim, used for no order. */
  now(): number;
  chance: Chance;
}

/** ISO 8601 with milliseconds, UTC. A clock outside the years 1970 to 2199 is told as the nearest end: it never blocks a save. */
export function instantOf(ms: number): string {
  const last = Date.UTC(2199, 11, 31);
  return new Date(Number.isFinite(ms) ? Math.min(Math.max(0, Math.floor(ms)), last) : 0).toISOString();
}

/** A group of wishes with ids of their own. */
export function groupOf(wishes: readonly Wish[], who: Author, env: DeviceEnv): Group {
  const now = env.now();
  const newId = () => uuidv7(Number.isFinite(now) ? now : 0, (count) => env.chance.random(count));
  const at = instantOf(now);
  return {
    group: newId(),
    device: who.device,
    author: who.author,
    epoch: who.epoch,
    mutations: wishes.map((wish) => {
      const { kind, id, op, base, patch, resolves, repairs, reason } = wish;
      return {
        mid: newId(),
        kind,
        id,
        op,
        base,
        patch,
        at,
        ...(resolves === undefined ? {} : { resolves }),
        ...(repairs === undefined ? {} : { repairs }),
        ...(reason === undefined ? {} : { reason }),
      } satisfies Mutation;
    }),
  };
}

/**
 * A group ready to be kept: its exact text, signed (S4).
 * @param sign HMAC-SHA-256 of the text under the author's key on this device, base64.
 */
export async function newGroup(
  wishes: readonly Wish[],
  who: Author,
  env: DeviceEnv,
  sign: (body: string) => string | Promise<string>,
): Promise<NewGroup> {
  const group = groupOf(wishes, who, env);
  const body = JSON.stringify(group);
  return { group, body, sig: await sign(body), saved_at: instantOf(env.now()) };
}

/** The row of a conflict as it is now on this device. */
export interface Present {
  /** `row_version` of the server's copy; that of the last change when it is retracted. */
  row_version: number;
  /** The row is retracted, or no longer held. */
  deleted: boolean;
}

/** What the person chose: the parked values, those on the server, or new ones. */
export type Choice = { take: 'mine' } | { take: 'theirs' } | { take: 'other'; values: Patch };

/**
 * The wishes that settle an open conflict (S27): one with `resolves`, then the other writes of the parked screen.
 * A retracted row is restored before values go into it; *mine* of a parked retraction retracts.
 * @param rest which of the parked group's other writes to release: all unless told.
 */
export function settlement(
  conflict: AnyRow,
  choice: Choice,
  present: Present,
  rest: (parked: Mutation) => boolean = () => true,
): Wish[] {
  const target = { kind: String(conflict.kind), id: String(conflict.record_id), base: present.row_version };
  const resolves = conflict.id;
  const edit = (patch: Patch): Wish[] =>
    present.deleted
      ? [
          { ...target, op: 'restore', patch: {}, resolves },
          { ...target, op: 'edit', patch },
        ]
      : [{ ...target, op: 'edit', patch, resolves }];
  const first = (): Wish[] => {
    if (choice.take === 'theirs') return [{ ...target, op: 'edit', patch: {}, resolves }];
    if (choice.take === 'other') return edit(choice.values);
    if (conflict.op === 'retract') return [{ ...target, op: 'retract', patch: {}, resolves, reason: 'Conflict settled.' }];
    if (conflict.op === 'restore') return [{ ...target, op: 'restore', patch: {}, resolves }];
    const { deleted: _, ...values } = conflict.mine as Patch;
    return edit(values);
  };
  return [
    ...first(),
    ...parkedRest(conflict)
      .filter(rest)
      .map((m) => released(m, target)),
  ];
}

/** The other writes of the parked group, as they were sent. */
export function parkedRest(conflict: AnyRow): Mutation[] {
  return Array.isArray(conflict.group_rest) ? (conflict.group_rest as unknown as Mutation[]) : [];
}

function released(parked: Mutation, target: { kind: string; id: string; base: number }): Wish {
  const { mid: _mid, at: _at, base, ...wish } = parked;
  // The person has seen the conflicting row as it is now; of the other rows they have read what they had read before.
  const seen = parked.kind === target.kind && parked.id === target.id;
  return { ...wish, base: seen ? target.base : base };
}

/**
 * The wishes that replace a refused group (S6): each mutation again, under a new id, with what the person mended.
 * @param mended new values by the old mutation's mid; others are sent as they were.
 */
export function repair(entry: AttentionEntry, mended: Readonly<Record<string, Patch>>): Wish[] {
  return entry.group.mutations.map(({ mid, at: _, patch, ...wish }) => ({
    ...wish,
    patch: { ...patch, ...mended[mid] },
    repairs: mid,
  }));
}

/** The wishes that give a refused group up, with the reason (S6). */
export function withdrawal(entry: AttentionEntry, reason: string): Wish[] {
  return entry.group.mutations.map(({ mid, kind, id, base }) => ({
    kind,
    id,
    op: 'withdraw',
    base,
    patch: {},
    repairs: mid,
    reason,
  }));
}
