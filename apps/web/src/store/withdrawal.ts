import { homeScope, type Json, ProblemError } from '@psa/domain';
import { PROTOCOL_VERSION } from '@psa/sync';
import type { Keyring } from '../session/keyring.ts';
import type { Server } from '../session/server.ts';
import { dropScopes } from './copies.ts';
import { type CopiesMeta, type Database, strictly } from './database.ts';
import { handInAll, sealedOutbox } from './unsent.ts';

export const WITHDRAWN =
  'An administrator has withdrawn this device. What was kept here has been removed; unsent work was handed to the server.';
const LEFT =
  'An administrator has withdrawn this device. What was kept here has been removed. Some unsent work could not be handed over yet: it is kept here, sealed, and goes at the next sign-in with a network.';

/** Deletes copies whose key nobody on this device has any more. */
export async function dropOrphans(db: Database, keyring: Keyring): Promise<void> {
  const wanted = await keyring.scopes();
  const meta = await db.get('meta', 'copies');
  const held = typeof meta === 'object' ? Object.keys((meta as CopiesMeta).scopes) : [];
  const orphans = held.filter((scope) => !wanted.has(homeScope(scope)));
  if (orphans.length > 0) await dropScopes(db, orphans);
}

/**
 * Empties this device because it was withdrawn (docs/sync.md, S62, S63): copies and keys go first, then what is unsent is handed in, and
 * goes as the server takes it. What was not taken stays, sealed under a key that only the server has now.
 * @param device its id; when nothing is left it gets `fresh`, and is a new device. @returns what to say to whoever stands before it.
 */
export async function emptyDevice(
  db: Database,
  server: Server,
  token: string | null,
  device: string,
  fresh: string,
): Promise<string> {
  await forgetAll(db);
  const file = { device, schema: PROTOCOL_VERSION, entries: await sealedOutbox(db) };
  const took = async (answers: readonly { cseq: number; results: readonly unknown[] }[]): Promise<void> => {
    const taken = answers.filter(({ results }) => results.length > 0);
    await strictly(db, ['outbox'], async (tx) => {
      await Promise.all(taken.map(({ cseq }) => tx.objectStore('outbox').delete(cseq)));
    });
  };
  // Without a network, or without leave, everything unsent stays for the next time.
  await handInAll(server, token, file, took).catch(unlessProblem);
  // What was under way when the first round went may have come down after it.
  await forgetAll(db);
  if ((await db.count('outbox')) > 0) return LEFT;
  await server.call('POST', '/api/sync/wiped', token, { device } as Json).catch(unlessProblem);
  await strictly(db, ['meta'], async (tx) => {
    await tx.objectStore('meta').put(fresh, 'device');
    await tx.objectStore('meta').put(0, 'cseq');
  });
  return WITHDRAWN;
}

const unlessProblem = (error: unknown): void => {
  if (!(error instanceof ProblemError)) throw error;
};

/** Everything but the outbox, and this device's own key and name, which open nothing. */
async function forgetAll(db: Database): Promise<void> {
  await strictly(db, ['meta', 'pages', 'delta', 'acked', 'attention', 'keyring', 'drafts'], async (tx) => {
    const empty: CopiesMeta = { epoch: null, cursor: null, scopes: {} };
    const keyring = tx.objectStore('keyring');
    const keys = (await keyring.getAllKeys()).filter((key) => key !== 'device' && key !== 'note name');
    await Promise.all([
      tx.objectStore('meta').put(empty, 'copies'),
      tx.objectStore('meta').delete('files'),
      ...(['pages', 'delta', 'acked', 'attention', 'drafts'] as const).map((name) => tx.objectStore(name).clear()),
      ...keys.map((key) => keyring.delete(key)),
    ]);
  });
}
