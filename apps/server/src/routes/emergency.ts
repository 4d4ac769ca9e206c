import { ProblemError, ROLES, type Role, scopesOf } from '@psa/domain';
import type { EmergencyAccess } from '@psa/sync';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { auditEntry } from '../auth/audit.ts';
import { RateLimit } from '../auth/rate.ts';
import { dossierOf } from '../db/dossier.ts';
import { utc } from '../db/sql.ts';
import { idOf, line, take, uuid } from './input.ts';
import { refuse } from './refuse.ts';
import { originOf, type Services, sessionOf, signedIn } from './services.ts';

const HOUR_MS = 3_600_000;
/** Long enough for an emergency, too short to work with. */
const OPEN_MS = HOUR_MS;
/** A person who opens more than this is not in an emergency. */
const PER_HOUR = 20;

/** Who does not read clinical records in the ordinary way, and may in an emergency. */
export const EMERGENCY_FOR: readonly Role[] = ROLES.filter((role) => !scopesOf(role).includes('clinical'));
/** Who sees all that was opened. */
const OVERSEEN_BY: readonly Role[] = ['super_admin', 'consultant'];

const wish = z.strictObject({
  patient_id: uuid,
  reason: line(1000).refine((text) => text.trim().length >= 10, { error: 'Say in a few words why, at least ten characters.' }),
});

const SHOWN = `select e.id, e.user_id, u.full_name as user_name, e.patient_id, concat_ws(' ', p.first_name, p.last_name) as patient_name,
    e.reason, ${utc('e.begun_at')} as begun_at, ${utc('e.until')} as until, ${utc('e.ended_at')} as ended_at
  from emergency_accesses e join users u on u.facility_id = e.facility_id and u.id = e.user_id
    join patients p on p.facility_id = e.facility_id and p.id = e.patient_id
  where e.facility_id = $1`;

/**
 * Emergency access ("break the glass"): a person whose role does not read clinical records opens one patient's, for an hour, saying why.
 * The server decides and tells the consultants and administrators at once. What is read is answered to this session and never becomes
 * part of what a device keeps: no scope is granted, so no page, no snapshot and no other route gives more than before.
 */
export function emergencyRoutes(app: FastifyInstance, s: Services): void {
  const onRequest = signedIn(s);
  const opened = new RateLimit(PER_HOUR, HOUR_MS, s.now);

  app.post('/api/emergency', { onRequest }, async (request, reply) => {
    const { id: session, actor } = sessionOf(request);
    if (!EMERGENCY_FOR.includes(actor.role)) {
      throw new ProblemError('CONFLICT', { say: 'Your role reads this record already. No emergency access is needed.' });
    }
    const { patient_id, reason } = take(wish, request.body);
    if ((await s.rows.present(actor.facility_id, 'patients', patient_id)) === undefined) throw new ProblemError('NOT_FOUND');
    opened.take(actor.user_id);
    const [id, begun] = [s.newId(), s.now()];
    const until = new Date(begun + OPEN_MS);
    // Written down before it opens anything.
    await note(s, request, 'emergency', patient_id, { access: id, reason: reason.trim(), until: until.toISOString() });
    await s.db.of(actor.facility_id).query(
      `insert into emergency_accesses (id, facility_id, user_id, patient_id, session_id, reason, begun_at, until)
        values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [...[id, actor.facility_id, actor.user_id, patient_id], ...[session, reason.trim(), new Date(begun), until]],
    );
    return reply.code(201).send({ id, until: until.toISOString(), message: 'Open for an hour. The consultants were told.' });
  });

  app.get('/api/emergency', { onRequest }, async (request) => {
    const { actor } = sessionOf(request);
    const all = OVERSEEN_BY.includes(actor.role);
    const { rows } = await s.db
      .of(actor.facility_id)
      .query<EmergencyAccess>(`${SHOWN} ${all ? '' : 'and e.user_id = $2'} order by e.begun_at desc limit 200`, [
        actor.facility_id,
        ...(all ? [] : [actor.user_id]),
      ]);
    return { accesses: rows };
  });

  app.get('/api/emergency/:id/record', { onRequest }, async (request) => {
    const { actor } = sessionOf(request);
    const access = await openOne(s, request);
    const rows = await dossierOf(s.rows, actor.facility_id, access.patient_id);
    if (rows === undefined) throw new ProblemError('NOT_FOUND');
    await note(s, request, 'emergency_read', access.patient_id, { access: access.id });
    return { patient_id: access.patient_id, until: access.until, rows };
  });

  app.post('/api/emergency/:id/end', { onRequest }, async (request) => {
    const { actor } = sessionOf(request);
    const access = await openOne(s, request);
    await s.db
      .of(actor.facility_id)
      .query('update emergency_accesses set ended_at = $3 where facility_id = $1 and id = $2 and ended_at is null', [
        ...[actor.facility_id, access.id],
        new Date(s.now()),
      ]);
    await note(s, request, 'emergency_end', access.patient_id, { access: access.id });
    return { message: 'Closed.' };
  });
}

/** The access that a request names: this person's, of this session, now. Another one opens nothing, and the try is written down. */
async function openOne(s: Services, request: FastifyRequest): Promise<EmergencyAccess> {
  const { id: session, actor } = sessionOf(request);
  const id = idOf(request.params);
  const { rows } = await s.db
    .of(actor.facility_id)
    .query<EmergencyAccess & { session_id: string; open: boolean }>(
      `${SHOWN.replace('select ', `select e.session_id, e.ended_at is null and e.until > $3 as open, `)} and e.id = $2`,
      [actor.facility_id, id, new Date(s.now())],
    );
  const [found] = rows;
  if (!found) throw new ProblemError('NOT_FOUND');
  const mine = found.user_id === actor.user_id && found.session_id === session && EMERGENCY_FOR.includes(actor.role);
  if (!mine) return refuse(s, request, { name: 'patients' }, 'read', found.patient_id);
  if (!found.open) throw new ProblemError('EMERGENCY_OVER');
  return found;
}

/** Notes what was opened or read of which patient, before it is answered. */
async function note(
  s: Services,
  request: FastifyRequest,
  action: string,
  patient: string,
  what: Readonly<Record<string, string>>,
): Promise<void> {
  const { actor, device_id } = sessionOf(request);
  const about = { user_id: actor.user_id, device_id, table_name: 'patients', record_id: patient, new_values: { ...what } };
  await s.audit.add(actor.facility_id, auditEntry(action, s.now(), originOf(request), about));
}
