import { type Actor, ProblemError, type RandomBytes, scopesOfActor } from '@psa/domain';
import type { DeviceGrant } from '@psa/sync';
import type { Pool } from 'pg';
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
export async function enrol(pool: Pool, actor: Actor, claim: DeviceClaim, now: Date): Promise<DeviceState> {
  const { rows } = await pool.query<{ state: DeviceState; facility_id: string }>(
    `insert into devices (id, facility_id, name, state, last_user_id, last_seen_at, schema_version,
        created_by, updated_by, created_at, updated_at, deleted, row_version, field_ver)
      values ($1, $2, $3, 'active', $4, $5, $6, $4, $4, $5, $5, false, 1, '{}')
      on conflict (id) do update set name = excluded.name, last_user_id = excluded.last_user_id,
        last_seen_at = excluded.last_seen_at, schema_version = excluded.schema_version
        where devices.facility_id = excluded.facility_id and devices.state in ('active', 'drain')
      returning state, facility_id`,
    [claim.id, actor.facility_id, claim.name, actor.user_id, now, claim.schema],
  );
  if (rows[0]) return rows[0].state;
  const { rows: kept } = await pool.query<{ facility_id: string }>('select facility_id from devices where id = $1', [claim.id]);
  throw new ProblemError(kept[0]?.facility_id === actor.facility_id ? 'DEVICE_REVOKED' : 'NOT_YOURS');
}

/** The scopes this person may hold on a device and the keys that seal and sign there, made once and the same ever after. */
export async function grant(
  pool: Pool,
  random: RandomBytes,
  actor: Actor,
  device: { id: string; state: DeviceState },
  epoch: string,
): Promise<DeviceGrant> {
  const scopes = scopesOfActor(actor);
  const author = `author:${actor.user_id}`;
  const names = ['outbox', author, ...scopes.map((scope) => `scope:${scope}`)];
  const fresh = names.map(() => Buffer.from(random(KEY_BYTES)));
  await pool.query(
    `insert into device_keys (device_id, name, key) select $1, n, k from unnest($2::text[], $3::bytea[]) as t (n, k)
      on conflict (device_id, name) do nothing`,
    [device.id, names, fresh],
  );
  const { rows } = await pool.query<{ name: string; key: Buffer }>(
    'select name, key from device_keys where device_id = $1 and name = any ($2)',
    [device.id, names],
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
    scopes,
    keys: {
      outbox: key('outbox'),
      scopes: Object.fromEntries(scopes.map((scope) => [scope, key(`scope:${scope}`)])),
      author: key(author),
    },
  };
}
