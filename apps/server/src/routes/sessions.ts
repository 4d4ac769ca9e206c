import { ProblemError } from '@psa/domain';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { auditEntry } from '../auth/audit.ts';
import { idOf } from './input.ts';
import { refuse } from './refuse.ts';
import { originOf, type Services, sessionOf, signedIn } from './services.ts';

/** Where a person is signed in, and how to end it: one session, all others, or (an administrator) all of somebody. */
export function sessionRoutes(app: FastifyInstance, s: Services): void {
  const onRequest = signedIn(s);

  app.get('/api/sessions', { onRequest }, async (request) => {
    const { id, actor } = sessionOf(request);
    const sessions = await s.sessions.of(actor.facility_id, actor.user_id);
    return { sessions: sessions.map((one) => ({ ...one, current: one.id === id })) };
  });

  app.post('/api/sessions/:id/end', { onRequest }, async (request) => {
    const { actor } = sessionOf(request);
    const id = idOf(request.params);
    if (!(await s.sessions.endOwn(actor.facility_id, actor.user_id, id))) throw new ProblemError('NOT_FOUND');
    await note(s, request, actor.user_id, 1);
    return { message: 'This session has ended.' };
  });

  app.post('/api/sessions/end-others', { onRequest }, async (request) => {
    const { id, actor } = sessionOf(request);
    const ended = await s.sessions.endAllOf(actor.facility_id, actor.user_id, id);
    await note(s, request, actor.user_id, ended);
    return { message: 'You are signed out everywhere else.', ended };
  });

  app.post('/api/users/:id/sign-out', { onRequest }, async (request) => {
    const { actor } = sessionOf(request);
    const id = idOf(request.params);
    if (actor.role !== 'super_admin') await refuse(s, request, { name: 'users' }, 'edit', id);
    if ((await s.rows.text(actor.facility_id, 'users', id)) === undefined) throw new ProblemError('NOT_FOUND');
    const ended = await s.sessions.endAllOf(actor.facility_id, id);
    await note(s, request, id, ended);
    return { message: 'This person is signed out everywhere.', ended };
  });
}

/** Notes whose sessions were ended, and how many. */
async function note(s: Services, request: FastifyRequest, whose: string, ended: number): Promise<void> {
  const { actor, device_id } = sessionOf(request);
  const about = { user_id: actor.user_id, device_id, table_name: 'users', record_id: whose, new_values: { ended } };
  await s.audit.add(actor.facility_id, auditEntry('end_session', s.now(), originOf(request), about));
}
