import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { openStream, sealStream } from './seal.ts';
import { BackupFailure, type Shelf } from './shelf.ts';

/** One piece of a backup, on any shelf. */
const PIECE_BYTES = 32 * 1024 * 1024;

const facts = z.object({
  /** Rows of each table, and a checksum of them that does not depend on their order; null where it was not taken. */
  tables: z.record(z.string(), z.object({ rows: z.number(), digest: z.string().nullable() })),
  /** The end of each hospital's audit trail: what was noted down outside of the database. */
  audit: z.array(z.object({ facility_id: z.string(), n: z.number(), hash: z.string() })),
});
export type Facts = z.infer<typeof facts>;

const manifest = z.object({
  format: z.literal(1),
  /** `base`: the files of the embedded PostgreSQL. `dump`: rows, for any PostgreSQL. */
  kind: z.enum(['base', 'dump']),
  name: z.string(),
  /** The version of the app. */
  version: z.string(),
  began_at: z.string(),
  /** What it holds is at least as new as `began_at`, and not newer than this. */
  ended_at: z.string(),
  /** `server_version_num`. */
  postgres: z.number(),
  /** The last migration it was made with. */
  migration: z.number(),
  /** Where its log begins and ends; for `base`. */
  wal: z.object({ system: z.string(), first: z.string(), last: z.string() }).nullable(),
  facts,
  recipients: z.array(z.string()),
  pieces: z.array(z.object({ name: z.string(), bytes: z.number(), sha256: z.string() })),
});
/** What is known of a backup without opening it. Nothing clinical. */
export type Manifest = z.infer<typeof manifest>;

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const folderOf = (name: string): string => `sets/${name}/`;

/**
 * Seals a stream and lays it on the shelf, piece by piece; its manifest last, so that half a backup is none.
 * @param about what the manifest says beside its pieces, asked for when the stream has ended.
 */
export async function writeSet(
  shelf: Shelf,
  name: string,
  stream: Readable,
  recipients: readonly string[],
  about: () => Promise<Omit<Manifest, 'format' | 'name' | 'recipients' | 'pieces'>>,
): Promise<Manifest> {
  const pieces: Manifest['pieces'] = [];
  const put = async (bytes: Buffer): Promise<void> => {
    const piece = `${folderOf(name)}${String(pieces.length + 1).padStart(5, '0')}`;
    await shelf.put(piece, bytes);
    pieces.push({ name: piece, bytes: bytes.length, sha256: sha256(bytes) });
  };
  let gathered: Buffer[] = [];
  let size = 0;
  const sealed = await sealStream(stream, recipients);
  // An error of the stream inside must end the one that is read here.
  stream.on('error', (error) => sealed.destroy(error));
  for await (const chunk of sealed as AsyncIterable<Uint8Array>) {
    gathered.push(Buffer.from(chunk));
    size += chunk.length;
    if (size < PIECE_BYTES) continue;
    await put(Buffer.concat(gathered));
    gathered = [];
    size = 0;
  }
  if (size > 0) await put(Buffer.concat(gathered));
  const written: Manifest = { format: 1, name, recipients: [...recipients], pieces, ...(await about()) };
  await shelf.put(`${folderOf(name)}manifest.json`, Buffer.from(`${JSON.stringify(written, null, 1)}\n`));
  return written;
}

/** Every whole backup on a shelf, oldest first. What cannot be read as one is told. */
export async function listSets(shelf: Shelf, tell: (line: string) => void = () => undefined): Promise<Manifest[]> {
  const found: Manifest[] = [];
  for (const name of await shelf.list('sets/')) {
    if (!name.endsWith('/manifest.json')) continue;
    const parsed = manifest.safeParse(readJson(await shelf.get(name)));
    if (parsed.success) found.push(parsed.data);
    else tell(`${name} is damaged: that backup is not counted.`);
  }
  return found.sort((a, b) => (a.began_at < b.began_at ? -1 : 1));
}

function readJson(bytes: Uint8Array | null): unknown {
  try {
    return JSON.parse(Buffer.from(bytes ?? []).toString('utf8'));
  } catch {
    return null;
  }
}

/** Reads the pieces in order, each compared with its checksum. The stream fails with BackupFailure. */
async function* piecesOf(shelf: Shelf, set: Manifest, told: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  for (const { name, sha256: wanted } of set.pieces) {
    const bytes = await shelf.get(name);
    if (bytes === null) throw new BackupFailure(`The piece ${name} is missing; restore another backup.`);
    if (sha256(bytes) !== wanted)
      throw new BackupFailure(`The piece ${name} was changed or is damaged; restore another backup.`);
    yield bytes;
    told(bytes.length);
  }
}

/** Opens a backup. The stream fails with BackupFailure where a piece is missing or was changed. */
export function openSet(
  shelf: Shelf,
  set: Manifest,
  secrets: readonly string[],
  told: (bytes: number) => void = () => undefined,
) {
  return openStream(Readable.from(piecesOf(shelf, set, told)), secrets);
}

/** Reads every piece of a backup and compares it with its checksum; needs no key. Throws BackupFailure. */
export async function checkSet(shelf: Shelf, set: Manifest, told?: (bytes: number) => void): Promise<void> {
  for await (const _ of piecesOf(shelf, set, told ?? (() => undefined)));
}

/** Removes a backup: its manifest first, so that what is half removed is none. */
export async function removeSet(shelf: Shelf, set: Manifest): Promise<void> {
  await shelf.remove(`${folderOf(set.name)}manifest.json`);
  for (const { name } of set.pieces) await shelf.remove(name);
}

/** Pieces without a manifest: what a backup that was broken off has left. Those of `name` and newer are under way. */
export async function sweepSets(shelf: Shelf, before: string): Promise<void> {
  const names = await shelf.list('sets/');
  const whole = new Set(names.filter((name) => name.endsWith('/manifest.json')).map((name) => name.split('/')[1]));
  for (const name of names) {
    const set = name.split('/')[1] ?? '';
    if (!whole.has(set) && set < before) await shelf.remove(name);
  }
}
