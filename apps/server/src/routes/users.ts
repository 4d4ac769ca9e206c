import type { Role } from '@psa/domain';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { auditEntry } from '../auth/audit.ts';
import { writeOne } from '../db/write.ts';
import { idOf, take } from './input.ts';
import { refuse } from './refuse.ts';
import { originOf, type Services, sessionOf, signedIn } from './services.ts';

/** Who may see everybody's account. */
export const LISTED_FOR: readonly Role[] = ['super_admin', 'consultant'];
const flag = z.boolean({ error: 'Yes or no.' });

/** The people of the facility: who may come in is decided here. */
export function userRoutes(app: FastifyInstance, s: Services): void {
  const onRequest = signedIn(s);

  app.get('/api/users', { onRequest }, async (request, reply) => {
    const { actor } = sessionOf(request);
    if (!LISTED_FOR.includes(actor.role)) await refuse(s, request, { name: 'users' }, 'list');
    const texts = await s.rows.all(actor.facility_id, 'users');
    return reply.type('application/json; charset=utf-8').send(`[${texts.join(',')}]`);
  });

  app.patch('/api/users/:id/approve', { onRequest }, async (request) => {
    const { is_approved } = take(z.strictObject({ is_approved: flag }), request.body);
    await change(s, request, { is_approved }, is_approved ? 'approve' : 'unapprove');
    return { message: is_approved ? 'The account is approved.' : 'The approval is withdrawn.' };
  });

  app.patch('/api/users/:id/status', { onRequest }, async (request) => {
    const { is_active } = take(z.strictObject({ is_active: flag }), request.body);
    await change(s, request, { is_active }, is_active ? 'activate' : 'deactivate');
    return { message: is_active ? 'The account is open.' : 'The account is closed.' };
  });
}

/** Changes one flag through the one way in. The database ends the sessions of whoever loses access, and keeps one administrator. */
async function change(
  s: Services,
  request: FastifyRequest,
  patch: { is_approved: boolean } | { is_active: boolean },
  action: string,
): Promise<void> {
  const { actor, device_id } = sessionOf(request);
  const from = originOf(request);
  const id = idOf(request.params);
  if (actor.role !== 'super_admin') await refuse(s, request, { name: 'users' }, 'edit', id);
  await writeOne(s, { actor, origin: 'rest', from }, { kind: 'users', id, op: 'edit', patch });
  s.sessions.forget();
  const entry = auditEntry(action, s.now(), from, { user_id: actor.user_id, device_id, table_name: 'users', record_id: id });
  await s.audit.add(actor.facility_id, entry);
}
