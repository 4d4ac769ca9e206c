import { may, ProblemError, RECORDS, type RecordDef } from '@psa/domain';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { auditEntry } from '../auth/audit.ts';
import { SEARCH_CHARACTERS_MAX } from '../db/search-plan.ts';
import { line, take } from './input.ts';
import { refuse } from './refuse.ts';
import { originOf, type Services, sessionOf, signedIn } from './services.ts';

const FOUND = 20;
/** Most patients of one answer. */
export const SEARCH_PAGE_MAX = 50;
const FROM_TO = { error: `From 1 to ${SEARCH_PAGE_MAX}.` };

const query = z.strictObject({
  q: line(SEARCH_CHARACTERS_MAX),
  limit: z
    .string()
    .regex(/^\d{1,3}$/, FROM_TO)
    .transform(Number)
    .pipe(z.number().min(1, FROM_TO).max(SEARCH_PAGE_MAX, FROM_TO))
    .default(FOUND),
});

/**
 * GET /api/search/patients?q=&limit= → {"patients": rows, "exact": n, "more": flag}. The first `exact` rows hold what was typed, the
 * others are spelt a little otherwise. What was typed may name a patient and stays out of the audit and the log; that somebody
 * searched, and how many were shown, is written down before it is answered.
 */
export function searchRoutes(app: FastifyInstance, s: Services): void {
  const patients = RECORDS.patients as unknown as RecordDef;
  app.get('/api/search/patients', { onRequest: signedIn(s) }, async (request, reply) => {
    const { actor, device_id } = sessionOf(request);
    if (!may(actor, 'read', patients)) await refuse(s, request, patients, 'list');
    const { q, limit } = take(query, request.query);
    const found = await s.finder.find(actor.facility_id, q, limit);
    if (!found) throw new ProblemError('UNAVAILABLE', { say: 'This search takes too long. Type more of the name or number.' });
    const { json, shown, exact, more } = found;
    const entry = auditEntry('search', s.now(), originOf(request), {
      user_id: actor.user_id,
      device_id,
      table_name: patients.name,
      new_values: { rows: shown },
    });
    await s.audit.add(actor.facility_id, entry);
    return reply.type('application/json; charset=utf-8').send(`{"patients":${json},"exact":${exact},"more":${more}}`);
  });
}
