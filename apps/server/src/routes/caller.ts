import { ProblemError } from '@psa/domain';
import type { Caller } from '@psa/sync';
import type { FastifyRequest } from 'fastify';
import type { Origin } from '../auth/audit.ts';
import type { Session } from '../auth/sessions.ts';
import { originOf, sessionOf, withdrawn } from './services.ts';

/** The device behind a request. Throws BAD_REQUEST for a session that was opened without one. */
export const callerOf = (request: FastifyRequest): Caller => callerFrom(sessionOf(request), originOf(request));

/** The device behind a session, as it is judged now. */
export function callerFrom(session: Session, { address, agent }: Origin): Caller {
  if (session.device_id === null) {
    throw new ProblemError('BAD_REQUEST', { say: 'This session was opened without a device.' });
  }
  const state = withdrawn(session) ? 'revoked' : session.device_state === 'drain' ? 'drain' : 'active';
  return { actor: session.actor, device: session.device_id, device_state: state, address, user_agent: agent };
}
