import { ROLES, type Role } from '@psa/domain';
import type { DoneReply, StatusReply, StatusTablet } from '@psa/sync';
import type { FastifyInstance } from 'fastify';
import { readEvents, type ServerEvent } from '../db/events.ts';
import { utc } from '../db/sql.ts';
import { diskOf } from '../watch/figures.ts';
import { type Services, sessionOf, signedIn } from './services.ts';

/** A tablet that was not heard of for so long is told to whoever looks after them. */
const SILENT_HOURS = 24;
const TABLETS_MAX = 200;

/** Who looks after tablets and server. */
export const KEEPERS: readonly Role[] = ROLES.filter((role) => role === 'super_admin');

const COUNTS = `select
    (select count(*)::int from sync_conflicts where facility_id = $1 and status = 'Open' and not deleted) as conflicts,
    (select count(distinct group_id)::int from sync_quarantine where facility_id = $1 and state = 'open') as refused,
    count(*)::int as in_use, count(*) filter (where outbox_depth > 0)::int as waiting,
    coalesce(sum(outbox_depth), 0)::int as saves, min(case when outbox_depth > 0 then ${utc('oldest_pending_at')} end) as oldest_at,
    count(*) filter (where last_seen_at < $2::timestamptz - interval '${SILENT_HOURS} hours')::int as silent
  from devices where facility_id = $1 and state in ('active', 'drain') and not deleted`;

const TABLETS = `select name, ${utc('last_seen_at')} as last_seen_at, coalesce(outbox_depth, 0) as waiting,
    case when outbox_depth > 0 then ${utc('oldest_pending_at')} end as oldest_at
  from devices where facility_id = $1 and state in ('active', 'drain') and not deleted
  order by outbox_depth > 0 desc nulls last, last_seen_at desc nulls last limit ${TABLETS_MAX}`;

/** GET /api/status: server, tablets, backups and what waits for a decision, in numbers; names of tablets for those who look after them. */
export function statusRoute(app: FastifyInstance, s: Services): void {
  app.get('/api/status', { onRequest: signedIn(s) }, async (request): Promise<StatusReply> => {
    const { actor } = sessionOf(request);
    const db = s.db.of(actor.facility_id);
    const now = new Date(s.now());
    const [{ rows }, events] = await Promise.all([
      db.query<StatusReply['tablets'] & Pick<StatusReply, 'conflicts' | 'refused'>>(COUNTS, [actor.facility_id, now]),
      readEvents(s.db),
    ]);
    const event = (name: ServerEvent['name']): DoneReply | null => {
      const found = events.find((one) => one.name === name);
      return found ? { at: found.at, ok: found.ok, ok_at: found.ok_at } : null;
    };
    const { conflicts = 0, refused = 0, ...tablets } = rows[0] as (typeof rows)[number];
    const status = { time: now.toISOString(), version: s.config.version, conflicts, refused, tablets, backup: event('backup') };
    if (!KEEPERS.includes(actor.role)) return status;
    const [own, size] = await Promise.all([
      db.query<StatusTablet>(TABLETS, [actor.facility_id]),
      db.query<{ bytes: number }>('select pg_database_size(current_database()) as bytes'),
    ]);
    const disk = s.config.dataDir === undefined ? null : await diskOf(s.config.dataDir);
    const kept = {
      ...{ audit: event('verify_audit'), rehearsal: event('restore_rehearsal'), disk },
      ...{ database_bytes: size.rows[0]?.bytes ?? 0, tablets: own.rows },
    };
    return { ...status, kept };
  });
}
