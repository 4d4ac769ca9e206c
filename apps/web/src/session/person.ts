import type { Actor, RECORDS, Row } from '@psa/domain';
import type { DeviceGrant, LoginReply } from '@psa/sync';
import { type SealKey, type StoreKeys, sealKeyOf, signKeyOf } from './crypto.ts';
import type { Opened, Secrets } from './keyring.ts';

type User = Row<typeof RECORDS.users>;

/**
 * Who is in, with their keys. No key in it can leave WebCrypto, so it may be handed to the other tabs of this browser and is gone when
 * they forget it.
 */
export interface Person {
  /** Their place in the keyring. */
  id: string;
  email: string;
  user: User;
  token: string | null;
  lease_hours: number;
  keys: StoreKeys & { scopes: Map<string, SealKey>; known: Map<string, CryptoKey> };
  author: CryptoKey;
  vaultKey: SealKey;
}

export const actorOf = ({ user }: Person): Actor => ({ user_id: user.id, facility_id: user.facility_id, role: user.role });

/** What a sign-in on the server grants, as the vault keeps it. */
export function secretsOf(reply: LoginReply & { device: DeviceGrant }): Secrets {
  const { keys } = reply.device;
  return {
    user: reply.user as unknown as User,
    token: reply.token,
    expires_at: reply.expires_at,
    lease_hours: reply.device.lease_hours,
    keys: { outbox: [keys.outbox], scopes: { ...keys.scopes }, author: keys.author },
  };
}

/** Turns what was in a vault into keys to work with. A token that has ended is left out. */
export async function personOf({ id, email, secrets, vaultKey }: Opened, nowMs: number): Promise<Person> {
  const outbox = await Promise.all(secrets.keys.outbox.map(sealKeyOf));
  const scopes = new Map(
    await Promise.all(Object.entries(secrets.keys.scopes).map(async ([scope, key]) => [scope, await sealKeyOf(key)] as const)),
  );
  const [first] = outbox;
  if (!first) throw new Error('A vault without an outbox key.');
  const ended = secrets.expires_at !== null && Date.parse(secrets.expires_at) <= nowMs;
  return {
    id,
    email,
    user: secrets.user,
    token: ended ? null : secrets.token,
    lease_hours: secrets.lease_hours,
    keys: { outbox: first, scopes, known: new Map([...outbox, ...scopes.values()].map((k) => [k.kid, k.key])) },
    author: await signKeyOf(secrets.keys.author),
    vaultKey,
  };
}

/** Whether both seal and open the same, so that what one has in memory serves the other. */
export function sameReach(a: Person, b: Person): boolean {
  const kids = (p: Person): string => [...p.keys.known.keys()].sort().join();
  return a.id === b.id && a.user.role === b.user.role && kids(a) === kids(b);
}
