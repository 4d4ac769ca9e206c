import { ProblemError } from '@psa/domain';
import type { Caller } from '@psa/sync';
import type { FastifyRequest } from 'fastify';
import { originOf, sessionOf, withdrawn } from './services.ts';

/** The device behind a request. Throws BAD_REQUEST for a session that was opened without one. */
export function callerOf(request: FastifyRequest): Caller {
  const session = sessionOf(request);
  if (session.device_id === null) {
    throw new ProblemError('BAD_REQUEST', { say: 'This session was opened without a device.' });
  }
  const { address, agent } = originOf(request);
  const state = withdrawn(session) ? 'revoked' : session.device_state === 'drain' ? 'drain' : 'active';
  return { actor: session.actor, device: session.device_id, device_state: state, address, user_agent: agent };
}
