import { type Actor, homeScope, OFFLINE_LEASE_HOURS, ProblemError, type RandomBytes, scopesOfActor } from '@psa/domain';
import type { DeviceGrant } from '@psa/sync';
import pg from 'pg';
import type { Database } from '../db/database.ts';
import type { DeviceState } from './sessions.ts';

const KEY_BYTES = 32;

export interface DeviceClaim {
  id: string;
  name: string;
  schema: number;
}

/**
 * Makes a browser known at sign-in, or finds it again. Throws DEVICE_REVOKED for one withdrawn from use and NOT_YOURS for
 * one that belongs to another facility.
 */
export async function enrol(db: Database, actor: Actor, claim: DeviceClaim, now: Date): Promise<DeviceState> {
  const own = db.of(actor.facility_id);
  const known = own.query<{ state: DeviceState }>(
    `insert into devices (id, facility_id, name, state, last_user_id, last_seen_at, schema_version,
        created_by, updated_by, created_at, updated_at, deleted, row_version, field_ver)
      values ($1, $2, $3, 'active', $4, $5, $6, $4, $4, $5, $5, false, 1, '{}')
      on conflict (id) do update set name = excluded.name, last_user_id = excluded.last_user_id,
        last_seen_at = excluded.last_seen_at, schema_version = excluded.schema_version
        where devices.state in ('active', 'drain')
      returning state`,
    [claim.id, actor.facility_id, claim.name, actor.user_id, now, claim.schema],
  );
  const { rows } = await known.catch((error: unknown) => {
    // A row that this facility may not see holds the id.
    if (error instanceof pg.DatabaseError && error.code === '42501') throw new ProblemError('NOT_YOURS');
    throw error;
  });
  if (rows[0]) return rows[0].state;
  throw new ProblemError('DEVICE_REVOKED');
}

/** The scopes this person may hold on a device and the keys that seal and sign there, made once and the same ever after. */
export async function grant(
  db: Database,
  random: RandomBytes,
  actor: Actor,
  device: { id: string; state: DeviceState },
  epoch: string,
): Promise<DeviceGrant> {
  const scopes = scopesOfActor(actor);
  const author = `author:${actor.user_id}`;
  // What went to the archive is sealed like the rest of its scope.
  const sealed = [...new Set(scopes.map(homeScope))];
  const names = ['outbox', author, ...sealed.map((scope) => `scope:${scope}`)];
  const fresh = names.map(() => Buffer.from(random(KEY_BYTES)));
  const own = db.of(actor.facility_id);
  await own.query(
    `insert into device_keys (facility_id, device_id, name, key)
      select $1, $2, n, k from unnest($3::text[], $4::bytea[]) as t (n, k) on conflict (facility_id, device_id, name) do nothing`,
    [actor.facility_id, device.id, names, fresh],
  );
  const lease = await own.query<{ hours: number | null }>(
    'select offline_lease_hours as hours from facilities where facility_id = $1 and id = $1',
    [actor.facility_id],
  );
  const { rows } = await own.query<{ name: string; key: Buffer }>(
    'select name, key from device_keys where facility_id = $1 and device_id = $2 and name = any ($3)',
    [actor.facility_id, device.id, names],
  );
  const keys = new Map(rows.map((row) => [row.name, row.key.toString('base64')]));
  const key = (name: string): string => {
    const found = keys.get(name);
    if (found === undefined) throw new Error(`no key ${name} for device ${device.id}`);
    return found;
  };
  return {
    id: device.id,
    state: device.state === 'drain' ? 'drain' : 'active',
    epoch,
    lease_hours: lease.rows[0]?.hours ?? OFFLINE_LEASE_HOURS,
    scopes,
    keys: {
      outbox: key('outbox'),
      scopes: Object.fromEntries(sealed.map((scope) => [scope, key(`scope:${scope}`)])),
      author: key(author),
    },
  };
}
