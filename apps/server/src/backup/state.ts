import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const state = z.object({
  /** The last backup of each kind that was made and read again; when it was begun, ISO 8601 UTC. */
  base_at: z.string().nullable().default(null),
  dump_at: z.string().nullable().default(null),
  /** When the last of the log was carried away, or there was none to carry. */
  log_at: z.string().nullable().default(null),
  /** The last restore of a backup of this place that was compared and found whole. */
  verified_at: z.string().nullable().default(null),
  /** What went wrong since the last success, with its time. */
  error: z.object({ at: z.string(), say: z.string() }).nullable().default(null),
});
/** What this place knows of its backups, for `psa doctor` and for who watches. */
export type BackupState = z.infer<typeof state>;

const fileOf = (dataDir: string): string => join(dataDir, 'backups.json');

/** What is known of the backups of a data folder; everything null when none was ever made. */
export function readBackupState(dataDir: string): BackupState {
  try {
    return state.parse(JSON.parse(readFileSync(fileOf(dataDir), 'utf8')));
  } catch {
    return state.parse({});
  }
}

let last: Promise<void> = Promise.resolve();

/** Notes what changed; one after the other within a process. */
export function noteBackupState(dataDir: string, change: Partial<BackupState>): Promise<void> {
  last = last
    .catch(() => undefined)
    .then(async () => {
      const draft = `${fileOf(dataDir)}.${process.pid}`;
      await writeFile(draft, `${JSON.stringify({ ...readBackupState(dataDir), ...change }, null, 1)}\n`, { mode: 0o600 });
      await rename(draft, fileOf(dataDir));
    });
  return last;
}
