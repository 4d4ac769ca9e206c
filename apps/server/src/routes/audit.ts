import { isInstant, may, ProblemError, RECORDS, type RecordDef } from '@psa/domain';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type Place, Trail } from '../audit/trail.ts';
import { auditEntry } from '../auth/audit.ts';
import { idOf, line, take, uuid } from './input.ts';
import { refuse } from './refuse.ts';
import { originOf, type Services, sessionOf, signedIn } from './services.ts';

const PAGE = 50;
export const AUDIT_PAGE_MAX = 200;
const RANGE = { error: `From 1 to ${AUDIT_PAGE_MAX}.` };

const moment = z.string().refine(isInstant, { error: 'A date and time, like 2026-11-22T09:30:00.000Z.' });
const limit = z
  .string()
  .regex(/^\d{1,3}$/, RANGE)
  .transform(Number)
  .pipe(z.number().min(1, RANGE).max(AUDIT_PAGE_MAX, RANGE))
  .default(PAGE);
/** `<time>~<number>` of the last entry of the page before. */
const cursor = z
  .string()
  .regex(/^[0-9TZ:.-]{24}~\d{1,15}$/, { error: 'The next_cursor of the page before.' })
  .transform((text): Place => ({ at: text.slice(0, 24), n: Number(text.slice(25)) }))
  .refine(({ at }) => isInstant(at), { error: 'The next_cursor of the page before.' });

/** What a search of the trail may ask; every word once. */
const auditQuery = z.strictObject({
  user_id: uuid.optional(),
  table_name: line(100).optional(),
  record_id: line(100).optional(),
  action: line(100).optional(),
  from: moment.optional(),
  to: moment.optional(),
  limit,
  cursor: cursor.optional(),
});
const looksQuery = z.strictObject({ limit, cursor: cursor.optional() });

const textOf = (place: Place | null): string | null => (place === null ? null : `${place.at}~${place.n}`);

/**
 * The audit trail. A super_admin searches it; whoever may read a patient sees who has looked at that patient. Reading the trail is
 * written into it before it is answered.
 */
export function auditRoutes(app: FastifyInstance, s: Services): void {
  const onRequest = signedIn(s);
  const trail = new Trail(s.db);
  const [entries, patients] = [RECORDS.audit_logs, RECORDS.patients] as unknown as [RecordDef, RecordDef];

  app.get('/api/audit', { onRequest }, async (request) => {
    const { actor } = sessionOf(request);
    if (!may(actor, 'read', entries)) await refuse(s, request, entries, 'list');
    const { cursor: after, ...wish } = take(auditQuery, request.query);
    const found = await trail.search(actor, { ...wish, after });
    const { limit: _, ...asked } = wish;
    await note(s, request, null, { ...asked, rows: found.entries.length });
    return { entries: found.entries, next_cursor: textOf(found.next) };
  });

  app.get('/api/audit/patients/:id', { onRequest }, async (request) => {
    const { actor } = sessionOf(request);
    const id = idOf(request.params);
    if (!may(actor, 'read', patients)) await refuse(s, request, entries, 'list', id);
    const { cursor: after, limit: most } = take(looksQuery, request.query);
    // Of a retracted patient, too, it can be asked who looked.
    if ((await s.rows.text(actor.facility_id, patients.name, id)) === undefined) throw new ProblemError('NOT_FOUND');
    const found = await trail.looks(actor, id, after, most);
    await note(s, request, id, { rows: found.looks.length });
    return { looks: found.looks, next_cursor: textOf(found.next) };
  });
}

/** Notes that the trail was read: of this patient, or searched. */
async function note(
  s: Services,
  request: FastifyRequest,
  patient: string | null,
  asked: { [word: string]: string | number },
): Promise<void> {
  const { actor, device_id } = sessionOf(request);
  const about = { user_id: actor.user_id, device_id, table_name: 'audit_logs', record_id: patient, new_values: asked };
  await s.audit.add(actor.facility_id, auditEntry('audit', s.now(), originOf(request), about));
}
