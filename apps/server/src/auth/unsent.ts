import { createDecipheriv, createHash } from 'node:crypto';
import { ProblemError } from '@psa/domain';
import type { HandInRequest, SignedGroup } from '@psa/sync';
import type { Database } from '../db/database.ts';
import type { DeviceState } from './sessions.ts';

type Entry = HandInRequest['entries'][number];

const IV_BYTES = 12;
const TAG_BYTES = 16;

/** A device of this facility and the key that its outbox is sealed under. Throws NOT_FOUND. */
export async function outboxOf(
  db: Database,
  facility: string,
  device: string,
): Promise<{ state: DeviceState; key: Buffer | null }> {
  const { rows } = await db.of(facility).query<{ state: DeviceState; key: Buffer | null }>(
    `select d.state, k.key from devices d left join device_keys k
      on k.facility_id = d.facility_id and k.device_id = d.id and k.name = 'outbox'
      where d.facility_id = $1 and d.id = $2`,
    [facility, device],
  );
  if (!rows[0]) throw new ProblemError('NOT_FOUND', { say: 'This hospital does not know the device that saved this.' });
  return rows[0];
}

/** The name by which sealed entries know a key, as the device makes it. */
const kidOf = (key: Buffer): string =>
  createHash('sha256')
    .update(`kid ${key.toString('base64')}`, 'utf8')
    .digest('hex')
    .slice(0, 16);

/**
 * Opens what a device sealed (AES-256-GCM, place `["outbox", cseq]` authenticated). @returns the group as it was signed; null when the
 * key is another, or key, place or bytes are not the right ones.
 */
export function openEntry(key: Buffer | null, entry: Entry): SignedGroup | null {
  if (!key || entry.k !== kidOf(key)) return null;
  const iv = Buffer.from(entry.iv, 'base64');
  const bytes = Buffer.from(entry.d, 'base64');
  if (iv.length !== IV_BYTES || bytes.length <= TAG_BYTES) return null;
  try {
    const open = createDecipheriv('aes-256-gcm', key, iv);
    open.setAAD(Buffer.from(JSON.stringify(['outbox', entry.cseq]), 'utf8'));
    open.setAuthTag(bytes.subarray(-TAG_BYTES));
    const text = Buffer.concat([open.update(bytes.subarray(0, -TAG_BYTES)), open.final()]).toString('utf8');
    const { body, sig } = JSON.parse(text) as { body?: unknown; sig?: unknown };
    return typeof body === 'string' && typeof sig === 'string' ? { cseq: entry.cseq, body, sig } : null;
  } catch {
    return null;
  }
}

/** Work of a withdrawn device that is kept raw and waits for somebody to release it. */
export interface Held {
  device: string;
  groups: number;
  /** When the first of it came, ISO 8601. */
  since: string;
}

const HELD = `facility_id = $1 and code = 'DEVICE_REVOKED' and state = 'open'`;

/** What is held of each withdrawn device of a facility. */
export async function heldOfAll(db: Database, facility: string): Promise<Held[]> {
  const { rows } = await db.of(facility).query<{ device: string; groups: number; since: Date }>(
    `select device_id as device, count(distinct group_id)::int as groups, min(created_at) as since
      from sync_quarantine where ${HELD} group by device_id order by 3`,
    [facility],
  );
  return rows.map(({ since, ...row }) => ({ ...row, since: since.toISOString() }));
}

/** The groups that are held of one device, in the order in which they were saved, and all ids they are held under. */
export async function heldOf(
  db: Database,
  facility: string,
  device: string,
): Promise<{ groups: SignedGroup[]; mids: string[] }> {
  const { rows } = await db.of(facility).query<{ mid: string; group_id: string; payload: SignedGroup }>(
    `select mid, group_id, payload from sync_quarantine where ${HELD} and device_id = $2
      order by (payload ->> 'cseq')::bigint, group_id, mid`,
    [facility, device],
  );
  const groups = new Map(rows.map(({ group_id, payload: { cseq, body, sig } }) => [group_id, { cseq, body, sig }]));
  return { groups: [...groups.values()], mids: rows.map(({ mid }) => mid) };
}
