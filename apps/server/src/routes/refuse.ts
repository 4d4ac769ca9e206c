import { ProblemError, type RecordDef } from '@psa/domain';
import type { FastifyRequest } from 'fastify';
import { auditEntry } from '../auth/audit.ts';
import { originOf, type Services, sessionOf } from './services.ts';

/**
 * Refuses what a person may not do at all, before anything of the body is judged (NOT_YOURS), and writes it down as the one way in writes
 * down its refusals: one entry with what was wished of which row.
 */
export async function refuse(
  s: Services,
  request: FastifyRequest,
  def: Pick<RecordDef, 'name'>,
  op: 'list' | 'read' | 'create' | 'edit' | 'retract',
  id: string | null = null,
): Promise<never> {
  const { actor, device_id } = sessionOf(request);
  const entry = auditEntry('refuse', s.now(), originOf(request), {
    ...{ user_id: actor.user_id, device_id, table_name: def.name, record_id: id },
    new_values: { op, code: 'NOT_YOURS', fields: {} },
  });
  await s.audit.add(actor.facility_id, entry);
  throw new ProblemError('NOT_YOURS');
}
