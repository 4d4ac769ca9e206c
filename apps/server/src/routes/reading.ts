import type { RecordDef } from '@psa/domain';
import type { FastifyRequest } from 'fastify';
import { auditEntry, readingOf } from '../auth/audit.ts';
import { originOf, type Services, sessionOf } from './services.ts';

/** Rows whose reading is written down: what says something about a patient. */
const UNAUDITED: readonly RecordDef['scope'][] = ['ref', 'stock', 'learning', 'authoring', 'none'];
export const isAudited = (def: RecordDef): boolean => !UNAUDITED.includes(def.scope);

/** Writes down that a row is about to be shown, where its reading is: also when it is the answer to a write that changed nothing. */
export async function noteReading(
  s: Services,
  request: FastifyRequest,
  def: RecordDef,
  id: string,
  text: string,
): Promise<void> {
  if (!isAudited(def)) return;
  const { actor, device_id } = sessionOf(request);
  const about = { user_id: actor.user_id, device_id, table_name: def.name, ...readingOf(def, id, text) };
  await s.audit.add(actor.facility_id, auditEntry('read', s.now(), originOf(request), about));
}
