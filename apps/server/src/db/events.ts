import type { Pool } from 'pg';
import type { Database } from './database.ts';
import { utc } from './sql.ts';

/** What the machinery does beside serving. */
export type EventName = 'backup' | 'restore_rehearsal' | 'verify_audit';

/** The last time it was done. Instants are ISO 8601, UTC. */
export interface ServerEvent {
  name: EventName;
  /** The last try, and whether it went well. */
  at: string;
  ok: boolean;
  /** When it last went well; null: never. */
  ok_at: string | null;
  /** Numbers and file names; never clinical data. */
  detail: Record<string, unknown>;
}

/** Notes that it was done now. @param owner the server itself may only read. */
export async function noteEvent(
  owner: Pool,
  name: EventName,
  ok: boolean,
  detail: Record<string, unknown> = {},
): Promise<void> {
  await owner.query(
    `insert into server_events (name, at, ok, ok_at, detail) values ($1, now(), $2, case when $2 then now() end, $3)
      on conflict (name) do update set at = excluded.at, ok = excluded.ok, detail = excluded.detail,
        ok_at = coalesce(excluded.ok_at, server_events.ok_at)`,
    [name, ok, JSON.stringify(detail)],
  );
}

/** What was ever done. */
export async function readEvents(db: Database): Promise<ServerEvent[]> {
  const { rows } = await db
    .of(null)
    .query<ServerEvent>(
      `select name, ${utc('at')} as at, ok, ${utc('ok_at')} as ok_at, detail from server_events order by name`,
    );
  return rows;
}
