import { ProblemError } from '@psa/domain';
import { GROUP_MUTATIONS_MAX, PUSH_BYTES_MAX } from '@psa/sync';
import type { Wish } from './api.ts';

/** UTF-8 bytes of these wishes as text inside a request. */
const bytesSent = (wishes: readonly Wish[]): number => new TextEncoder().encode(JSON.stringify(JSON.stringify(wishes))).length;

/** What could never be sent must not be called saved. Throws BAD_REQUEST for nothing, TOO_LARGE for too much. */
export function mustBeSendable(wishes: readonly Wish[]): void {
  const large = wishes.length > GROUP_MUTATIONS_MAX || bytesSent(wishes) > PUSH_BYTES_MAX * 0.8;
  if (wishes.length === 0 || large) throw new ProblemError(large ? 'TOO_LARGE' : 'BAD_REQUEST');
}
