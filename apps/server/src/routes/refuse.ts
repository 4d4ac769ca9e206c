import { ProblemError, type RecordDef } from '@psa/domain';
import type { FastifyRequest } from 'fastify';
import { auditEntry } from '../auth/audit.ts';
import { originOf, type Services, sessionOf } from './services.ts';

/**
 * Refuses what a person may not do at all, before anything of the body is judged (NOT_YOURS), and writes it down as the one way in writes
 * down its refusals: one entry with what was wished of which row. `def` is null, and `more` says what, where it was no row.
 */
export async function refuse(
  s: Services,
  request: FastifyRequest,
  def: Pick<RecordDef, 'name'> | null,
  op: 'list' | 'read' | 'create' | 'edit' | 'retract' | 'copy',
  id: string | null = null,
  more: Readonly<Record<string, string>> = {},
): Promise<never> {
  const { actor, device_id } = sessionOf(request);
  const entry = auditEntry('refuse', s.now(), originOf(request), {
    ...{ user_id: actor.user_id, device_id, table_name: def?.name ?? null, record_id: id },
    new_values: { op, code: 'NOT_YOURS', fields: {}, ...more },
  });
  await s.audit.add(actor.facility_id, entry);
  throw new ProblemError('NOT_YOURS');
}
