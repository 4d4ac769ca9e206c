import { type Json, ProblemError } from '@psa/domain';
import { type HandInReply, type HandInRequest, handInRequestSchema, PROTOCOL_VERSION, PUSH_GROUPS_MAX } from '@psa/sync';
import { type Sealed, type StoreKeys, seal, toBase64, unseal } from '../session/crypto.ts';
import type { Server } from '../session/server.ts';
import type { Database } from './database.ts';

type Entry = HandInRequest['entries'][number];
export type HandInAnswer = HandInReply['groups'][number];

/** What this device has not sent, as it leaves in a file: nothing in it can be read but by the server. */
export interface UnsentFile {
  what: 'unsent work of Plastic Surgeon Assistant';
  version: 1;
  device: string;
  device_name: string;
  made_at: string;
  schema: number;
  entries: Entry[];
}

const WHAT = 'unsent work of Plastic Surgeon Assistant';
/** Characters of sealed text in one request: a ward's worst link must bring it over in time. */
const BATCH_CHARS_MAX = 256 * 1024;

const entryOf = (cseq: number, { k, iv, d }: Sealed): Entry => ({
  cseq,
  k,
  iv: toBase64(iv),
  d: toBase64(new Uint8Array(d)),
});

/**
 * The outbox as it lies, oldest first. Needs nobody to be in. With the keys at hand, what an earlier key sealed is sealed with the present
 * one, which the server has for certain.
 */
export async function sealedOutbox(db: Database, keys?: StoreKeys): Promise<Entry[]> {
  const tx = db.transaction('outbox');
  const [cseqs, values] = await Promise.all([tx.store.getAllKeys(), tx.store.getAll()]);
  return Promise.all(
    values.map(async ({ s }, i) => {
      const cseq = Number(cseqs[i]);
      if (!keys || s.k === keys.outbox.kid) return entryOf(cseq, s);
      const opened = await unseal(keys.known, ['outbox', cseq], s).catch(() => null);
      return entryOf(cseq, opened ? await seal(keys.outbox, ['outbox', cseq], opened) : s);
    }),
  );
}

/** The text of a file. @param madeAtMs the device's clock. */
export function unsentFile(device: { id: string; name: string }, madeAtMs: number, entries: readonly Entry[]): string {
  const made_at = new Date(madeAtMs).toISOString();
  const file: UnsentFile = {
    what: WHAT,
    version: 1,
    device: device.id,
    device_name: device.name,
    made_at,
    schema: PROTOCOL_VERSION,
    entries: [...entries],
  };
  return JSON.stringify(file, null, 1);
}

/** Reads a file that somebody chose. Throws BAD_REQUEST when it is none of ours. */
export function readUnsentFile(text: string): UnsentFile {
  const wrong = new ProblemError('BAD_REQUEST', { say: 'This is not a file of unsent work, or it was cut short on its way.' });
  let file: Partial<UnsentFile>;
  try {
    file = JSON.parse(text) as Partial<UnsentFile>;
  } catch (cause) {
    throw new ProblemError('BAD_REQUEST', { say: wrong.message, cause });
  }
  if (file?.what !== WHAT || file.version !== 1 || !Array.isArray(file.entries)) throw wrong;
  // What the server would refuse as a whole is refused here, in words about the file.
  const { device, schema, entries } = file;
  if (!batchesOf(entries).every((batch) => handInRequestSchema.safeParse({ device, schema, entries: batch }).success))
    throw wrong;
  return file as UnsentFile;
}

/** In order, each small enough for one request. */
function batchesOf(entries: readonly Entry[]): Entry[][] {
  const batches: Entry[][] = [];
  let chars = 0;
  for (const entry of entries) {
    const last = batches.at(-1);
    const size = String(entry?.d).length;
    if (last && last.length < PUSH_GROUPS_MAX && chars + size <= BATCH_CHARS_MAX) last.push(entry);
    else batches.push([entry]);
    chars = batches.at(-1) === last ? chars + size : size;
  }
  return batches;
}

/** Hands entries in, in their order. `took` hears each part as soon as it is answered. Throws the server's problem, or UNAVAILABLE. */
export async function handInAll(
  server: Server,
  token: string | null,
  { device, schema, entries }: Pick<UnsentFile, 'device' | 'schema' | 'entries'>,
  took: (answers: readonly HandInAnswer[]) => Promise<void> | void,
): Promise<void> {
  for (const batch of batchesOf(entries)) {
    const body = { device, schema, entries: batch } as unknown as Json;
    const reply = (await server.call('POST', '/api/sync/hand-in', token, body)) as unknown as HandInReply;
    await took(reply.groups);
  }
}
