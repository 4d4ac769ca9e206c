import type { Actor, FieldProblems, Patch, ProblemCode } from '@psa/domain';
import type { Mutation, MutationResult } from '../protocol.ts';
import type { Recompute } from './computed.ts';
import type { Effects, Life, Need } from './store.ts';

/**
 * Where a group comes from. Only what comes from a device is parked, deferred and quarantined: the others have somebody who
 * waits for the answer and still holds the values. `server` asks no rights and may write `server` fields.
 */
export type Origin = 'device' | 'rest' | 'server' | 'import';

/** What is known of a row that was made on another server: kept as it was, so that an import makes nobody else its author. */
export interface Made {
  created_by: string | null;
  created_at: string;
  deleted: boolean;
}

/** Everything a decision may know beside the group and what is stored: who, from where, when. */
export interface DecideContext {
  actor: Actor;
  origin: Origin;
  device: string | null;
  cseq: number | null;
  /** Server clock, ISO 8601. */
  now: string;
  clock_offset_ms: number | null;
  /** Protocol version that the sender speaks. */
  schema: number;
  newId(): string;
  address: string | null;
  user_agent: string | null;
  /** The present life of the database; absent when the sender holds no versions of another. */
  life?: Life | undefined;
  /** The rules by which results are computed; absent: nothing is computed again. */
  recompute?: Recompute | undefined;
  /** Of rows that the server itself takes over from another one: nothing is stamped or dated anew. For `server` only. */
  made?: ((kind: string, id: string) => Made | undefined) | undefined;
  /** The sender has no copy of its own: whatever is stored counts as read. */
  baseIsCurrent?: boolean;
}

/** What is to be written, and the answers in the order of the group. */
export interface Decision extends Effects {
  results: MutationResult[];
  /** Rows that `against` rules must see and that were not loaded: nothing is decided, load them too and ask again. */
  wants: Need['among'];
}

/** What a mutation would overwrite unseen. */
export interface Clash {
  /** Fields that clash, and those that belong with them. `['deleted']` when one side retracted. */
  fields: string[];
  /** The author's values; `{deleted: true}` for a retraction, `{deleted: false}` for a restoration. */
  mine: Patch;
  /** The present values of the same fields. */
  theirs: Patch;
  /** What the same mutation wished of other fields. */
  rest: Patch;
}

/** What becomes of one mutation, were it alone. */
export type Verdict =
  | { is: 'done'; version?: number; merged: boolean }
  | { is: 'clash'; clash: Clash }
  /** On a row that clashed earlier in this group. */
  | { is: 'parked' }
  | { is: 'refused'; code: ProblemCode; say?: string; fields?: FieldProblems }
  | { is: 'deferred' }
  | { is: 'wants'; among: Need['among'] };

export interface Judged {
  mutation: Mutation;
  verdict: Verdict;
}
