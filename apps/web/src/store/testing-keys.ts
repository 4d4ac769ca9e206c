import { type SealKey, type StoreKeys, sealKeyOf, toBase64 } from '../session/crypto.ts';

/** Fresh keys for a test: an outbox key and one for each scope. */
export async function keysFor(scopes: readonly string[]): Promise<StoreKeys> {
  const make = (): Promise<SealKey> => sealKeyOf(toBase64(crypto.getRandomValues(new Uint8Array(32))));
  const outbox = await make();
  const map = new Map(await Promise.all(scopes.map(async (scope) => [scope, await make()] as const)));
  const known = new Map([outbox, ...map.values()].map((k) => [k.kid, k.key]));
  return { outbox, scopes: map, known };
}
