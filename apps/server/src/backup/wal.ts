import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { errorCode } from '../start-failure.ts';
import { seal, unseal } from './seal.ts';
import type { Manifest } from './sets.ts';
import type { Shelf } from './shelf.ts';

const zip = promisify(gzip);
const unzip = promisify(gunzip);

const SEGMENT = /^[0-9A-F]{24}$/;
const ARCHIVED = /^([0-9A-F]{24}|[0-9A-F]{8}\.history)$/;
/** What PostgreSQL also hands over, and nobody asks for: where a backup began. */
const LABEL = /^[0-9A-F]{24}\.[0-9A-F]{8}\.backup$/;

const nameOf = (system: string, file: string): string => `wal/${system}/${file}.gz.age`;

/**
 * Carries what PostgreSQL has put into its archive folder to the shelf, sealed, oldest first, and removes it here once it is there.
 * @returns how many files were carried. Throws BackupFailure; what is left is carried the next time.
 */
export async function shipLog(folder: string, system: string, shelf: Shelf, recipients: readonly string[]): Promise<number> {
  let shipped = 0;
  const names = await readdir(folder).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  });
  for (const name of names.sort()) {
    const path = join(folder, name);
    if (LABEL.test(name)) await rm(path);
    if (!ARCHIVED.test(name)) continue;
    await shelf.put(nameOf(system, name), await seal(await zip(await readFile(path), { level: 3 }), recipients));
    await rm(path);
    shipped += 1;
  }
  return shipped;
}

/** One file of the log from the shelf; null when it is not there. Throws BackupFailure. */
export async function fetchLog(shelf: Shelf, system: string, file: string, secrets: readonly string[]): Promise<Buffer | null> {
  const bytes = await shelf.get(nameOf(system, file));
  return bytes === null ? null : unzip(await unseal(bytes, secrets));
}

/** Whether a segment comes before another, whatever their timelines. */
const isBefore = (segment: string, other: string): boolean => segment.slice(8) < other.slice(8);

/**
 * Removes the log that no backup of the last days needs. Older backups carry what they themselves need.
 * @param recent the base backups up to which any moment can be restored. @returns how many files went.
 */
export async function pruneLog(shelf: Shelf, recent: readonly Manifest[]): Promise<number> {
  const oldest = new Map<string, string>();
  for (const { wal } of recent) {
    if (!wal) continue;
    const known = oldest.get(wal.system);
    if (known === undefined || isBefore(wal.first, known)) oldest.set(wal.system, wal.first);
  }
  let removed = 0;
  // The log of a database of which no base is left is kept: nobody knows who needs it.
  for (const [system, first] of oldest) {
    for (const name of await shelf.list(`wal/${system}/`)) {
      const file = name.split('/').pop()?.split('.')[0] ?? '';
      if (!SEGMENT.test(file) || !isBefore(file, first)) continue;
      await shelf.remove(name);
      removed += 1;
    }
  }
  return removed;
}
