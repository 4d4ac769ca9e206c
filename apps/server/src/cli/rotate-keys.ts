import type { KeyObject } from 'node:crypto';
import type { Pool } from 'pg';
import { purposeOf, SEALED_FOR } from '../ai/settings.ts';
import { FACTORS_SEALED_FOR, purposeOfFactor } from '../auth/totp.ts';
import { randomBytes } from '../db/random.ts';
import { seal, unseal } from '../keys/seal.ts';
import { forgetSecrets, rotateSecret, Secrets } from '../keys/secrets.ts';

/** Tokens end after a day; another hour for clocks that differ. */
const TOKENS_END_MS = 25 * 3600 * 1000;

/** Something that lies sealed: where, under what name, and what it opens with. */
interface Sealed {
  key: readonly string[];
  purpose: string;
  sealed: Buffer;
}

interface Place {
  sealedFor: typeof SEALED_FOR | typeof FACTORS_SEALED_FOR;
  /** In words, for the report. */
  what: string;
  find: string;
  purpose(row: Record<string, string>): string;
  keys: readonly string[];
  /** `$1` the sealed text, `$2` the one it replaces, then the keys. */
  write: string;
}

const PLACES: readonly Place[] = [
  {
    sealedFor: SEALED_FOR,
    what: 'keys of language models',
    find: `select k.facility_id, k.settings_id, s.endpoint, k.sealed from ai_keys k
      join ai_settings s on s.facility_id = k.facility_id and s.id = k.settings_id where k.sealed is not null`,
    purpose: (row) => purposeOf(row.facility_id ?? '', { id: row.settings_id ?? '', endpoint: row.endpoint ?? '' }),
    keys: ['facility_id', 'settings_id'],
    write: 'update ai_keys set sealed = $1 where sealed = $2 and facility_id = $3 and settings_id = $4',
  },
  {
    sealedFor: FACTORS_SEALED_FOR,
    what: 'secrets of authenticator apps',
    find: `select facility_id, user_id, id, sealed from second_factors where sealed is not null and removed_at is null`,
    purpose: (row) => purposeOfFactor(row.facility_id ?? '', row.user_id ?? '', row.id ?? ''),
    keys: ['facility_id', 'id'],
    write: 'update second_factors set sealed = $1 where sealed = $2 and facility_id = $3 and id = $4',
  },
];

/**
 * A new secret for this server: tokens and sealed values are made under it from now on, also by processes that run. What lies sealed is
 * sealed anew; tokens under the former secrets count until they end; secrets that nothing needs any more are forgotten.
 * @param owner sees every hospital. @returns whether everything that lay sealed could be opened.
 */
export async function rotateKeys(owner: Pool, folder: string, now: Date, say: (line: string) => void): Promise<boolean> {
  const { id, before } = rotateSecret(folder, now);
  say(`The secret in use is ${id}; ${before} still opens what was made under it.`);
  const secrets = Secrets.in(folder);
  let lost = 0;
  for (const place of PLACES) {
    const { again, shut } = await sealAgain(owner, place, secrets);
    say(`${again} ${place.what} sealed anew${shut > 0 ? `, ${shut} could not be opened and stay as they are` : ''}.`);
    lost += shut;
  }
  if (lost > 0) {
    say('No secret was forgotten. What could not be opened was sealed by another server; enter it again.');
    return false;
  }
  const gone = forgetSecrets(folder, new Date(now.getTime() - TOKENS_END_MS));
  if (gone > 0) say(`${gone} secrets that were retired more than a day ago are forgotten.`);
  return true;
}

async function sealAgain(owner: Pool, place: Place, secrets: Secrets): Promise<{ again: number; shut: number }> {
  const { rows } = await owner.query<Record<string, string> & { sealed: Buffer }>(place.find);
  const found = rows.map(
    (row): Sealed => ({ key: place.keys.map((name) => row[name] ?? ''), purpose: place.purpose(row), sealed: row.sealed }),
  );
  const { key } = secrets.current(place.sealedFor);
  let again = 0;
  for (const one of found) if (await resealed(owner, place, one, key, secrets)) again++;
  return { again, shut: found.length - again };
}

async function resealed(owner: Pool, place: Place, one: Sealed, key: KeyObject, secrets: Secrets): Promise<boolean> {
  const text = unseal(secrets.all(place.sealedFor), one.purpose, one.sealed);
  if (text === undefined) return false;
  // Whoever replaced it meanwhile did so under the present secret.
  await owner.query(place.write, [seal(key, randomBytes(12), one.purpose, text), one.sealed, ...one.key]);
  return true;
}
