import { type Actor, mayHoldScope, ProblemError, scopesOfActor } from '@psa/domain';
import { PROTOCOL_VERSION, PULL_ROWS_MAX, type PullReply, type PullRequest } from '../protocol.ts';
import type { Caller } from './end.ts';
import { lostSince } from './lives.ts';
import type { ServerStore } from './store.ts';

/** The scopes a person may hold now, and those of `held` that it may not (any more). Decided at every request (S40). */
export function grants(actor: Actor, held: readonly string[]): { granted: string[]; revoked: string[] } {
  const granted = scopesOfActor(actor);
  return { granted, revoked: held.filter((scope) => !mayHoldScope(granted, scope)) };
}

/** A page of a store, printed or not. */
export interface Page {
  next: number;
  more: boolean;
}

/** An answer without its page. */
export type PullHead = Omit<PullReply, 'rows' | 'gone' | 'archived'>;

/**
 * One page of changes (S42–S44). A device of another epoch, or without a cursor, is told its grants and gets no rows: it has to
 * begin anew. So does one that is to drain or is revoked, which gets none any more.
 * @param read as `ServerStore.pull`
 * @returns the answer but for its rows, and the page that has them; null when there is none
 */
export async function pull<P extends Page>(
  store: Pick<ServerStore, 'epoch' | 'digest'>,
  caller: Caller,
  request: PullRequest,
  now: string,
  read: (facility: string, after: number, scopes: readonly string[], limit: number) => Promise<P>,
): Promise<{ head: PullHead; page: P | null }> {
  if (request.device !== caller.device)
    throw new ProblemError('BAD_REQUEST', { say: 'This session belongs to another device.' });
  const facility = caller.actor.facility_id;
  const life = await store.epoch(facility);
  const { epoch } = life;
  // An app that is too old is told the epoch all the same, and nothing else: without it, it could not send either.
  const tooOld = request.schema < PROTOCOL_VERSION;
  if (tooOld && request.epoch === epoch) throw new ProblemError('APP_TOO_OLD');
  const { granted, revoked } = tooOld ? { granted: [], revoked: [] } : grants(caller.actor, request.held);
  const head: PullHead = {
    epoch,
    restored_to: lostSince(life, request.epoch),
    server_time: now,
    next: request.cursor ?? 0,
    more: false,
    granted,
    revoked,
    device_state: caller.device_state,
  };
  if (caller.device_state === 'revoked') return { head: { ...head, granted: [], revoked: [...request.held] }, page: null };
  if (request.epoch !== epoch) return { head: { ...head, next: 0 }, page: null };
  if (request.cursor === null || caller.device_state === 'drain') return { head, page: null };
  const scopes = [...new Set(request.held)].filter((scope) => mayHoldScope(granted, scope));
  const page = await read(facility, request.cursor, scopes, request.limit ?? PULL_ROWS_MAX);
  const full = { ...head, next: page.next, more: page.more };
  if (!request.digest || page.more) return { head: full, page };
  const digest = await store.digest(facility, scopes);
  // Somebody committed in between: the sums would be of another moment. The device asks again.
  return { head: digest.head === page.next ? { ...full, digest: digest.kinds } : full, page };
}
