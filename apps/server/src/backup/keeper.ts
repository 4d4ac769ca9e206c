import pg from 'pg';
import { archiveFolder } from '../embedded/cluster.ts';
import { errorLine } from '../start-failure.ts';
import { checkAndTidy, makeBase, makeDump, type Subject, type Work } from './make.ts';
import { openShelf } from './open.ts';
import type { Manifest } from './sets.ts';
import type { BackupSettings } from './settings.ts';
import type { Shelf } from './shelf.ts';
import { noteBackupState, readBackupState } from './state.ts';
import { shipLog } from './wal.ts';

/** Between two looks for log to carry away. */
const SHIP_MS = 5_000;
/** Between two looks at the clock. */
const LOOK_MS = 30_000;
/** After a failure, the next try of a backup. */
const AGAIN_MS = 15 * 60_000;
const DAY_MS = 24 * 60 * 60_000;
/** The same failure is told this often. */
const TELL_MS = 10 * 60_000;

/** The moment at or before `nowMs` at which the last backup was due. */
export function lastDue(nowMs: number, atMinute: number): number {
  const today = Math.floor(nowMs / DAY_MS) * DAY_MS + atMinute * 60_000;
  return today <= nowMs ? today : today - DAY_MS;
}

/** Makes what there is to make of a subject, reads it again, and tidies up. @returns what was made; empty when another process is at it. */
export async function backUp(
  settings: BackupSettings,
  subject: Subject,
  kinds: readonly Manifest['kind'][],
  work: Work & { say(line: string): void },
): Promise<Manifest[]> {
  const shelf = openShelf(settings.to);
  const made: Manifest[] = [];
  const { embedded } = subject;
  try {
    if (embedded && kinds.includes('base')) {
      const base = await makeBase(shelf, settings, { ...subject, embedded }, work);
      if (base) made.push(base);
    }
    if (kinds.includes('dump')) {
      const dump = await makeDump(shelf, settings, subject, work);
      if (dump) made.push(dump);
    }
    const { removed, log } = made.length > 0 ? await checkAndTidy(shelf, settings, made, work.say) : { removed: [], log: 0 };
    if (removed.length > 0 || log > 0) work.say(`Removed by the policy: ${removed.length} backups, ${log} parts of the log`);
    const at = Object.fromEntries(made.map((set) => [`${set.kind}_at`, set.began_at]));
    if (made.length > 0) await noteBackupState(subject.dataDir, { ...at, error: null });
  } catch (error) {
    await noteBackupState(subject.dataDir, { error: { at: new Date(work.now()).toISOString(), say: errorLine(error) } });
    throw error;
  }
  return made;
}

/** The archive of an embedded PostgreSQL: what is put aside there is carried to the shelf. */
class LogCarrier {
  readonly #folder: string;
  readonly #adminUrl: string;
  readonly #shelf: Shelf;
  readonly #recipients: readonly string[];
  #system: string | undefined;
  #last: Promise<number> = Promise.resolve(0);

  constructor(embedded: NonNullable<Subject['embedded']>, shelf: Shelf, recipients: readonly string[]) {
    this.#folder = archiveFolder(embedded.home);
    this.#adminUrl = embedded.adminUrl;
    this.#shelf = shelf;
    this.#recipients = recipients;
  }

  /** Carries what lies there; calls wait for each other. */
  carry(): Promise<number> {
    this.#last = this.#last
      .catch(() => 0)
      .then(async () => {
        this.#system ??= await systemOf(this.#adminUrl);
        return shipLog(this.#folder, this.#system, this.#shelf, this.#recipients);
      });
    return this.#last;
  }
}

/** The number by which PostgreSQL knows its own log. */
async function systemOf(adminUrl: string): Promise<string> {
  const client = new pg.Client({ connectionString: adminUrl });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<{ system: string }>(
      'select system_identifier::text as system from pg_control_system()',
    );
    return rows[0]?.system ?? '';
  } finally {
    await client.end().catch(() => undefined);
  }
}

export interface Keeper {
  /** Ends the schedule; a backup under way is given up. */
  pause(): Promise<void>;
  /** Carries the last of the log away, after PostgreSQL has ended. */
  finish(): Promise<void>;
}

/**
 * Keeps backups while the server runs: each day at the hour of the settings (made up for when the machine was off), and the log all the
 * time. What fails is told, noted for `psa doctor`, and tried again; it never ends the server.
 */
export async function keepBackups(
  settings: BackupSettings,
  subject: Subject,
  say: (line: string) => void,
  { now = Date.now, shipMs = SHIP_MS }: { now?: () => number; shipMs?: number } = {},
): Promise<Keeper> {
  const stop = new AbortController();
  const shelf = openShelf(settings.to);
  const carrier = subject.embedded ? new LogCarrier(subject.embedded, shelf, settings.recipients) : undefined;
  const progress = () => ({ to: () => undefined, end: () => undefined });
  let toldAt = Number.NEGATIVE_INFINITY;
  const tell = (what: string) => (error: unknown) => {
    if (now() - toldAt > TELL_MS) say(`${what}: ${errorLine(error)}`);
    toldAt = now();
    return noteBackupState(subject.dataDir, { error: { at: new Date(now()).toISOString(), say: errorLine(error) } }).catch(
      () => undefined,
    );
  };
  const carry = async (): Promise<void> => {
    if (!carrier) return;
    await carrier
      .carry()
      .then(
        () => noteBackupState(subject.dataDir, { log_at: new Date(now()).toISOString() }),
        tell('The log of the database could not be carried away'),
      );
  };
  let notBefore = 0;
  let making: Promise<void> = Promise.resolve();
  const look = (): void => {
    if (settings.atMinute === null || now() < notBefore) return;
    const { base_at, dump_at } = readBackupState(subject.dataDir);
    const newest = (subject.embedded ? base_at : dump_at) ?? '';
    if (newest >= new Date(lastDue(now(), settings.atMinute)).toISOString()) return;
    notBefore = now() + AGAIN_MS;
    making = backUp(settings, subject, ['base', 'dump'], { now, progress, say, signal: stop.signal }).then(
      (made) => {
        for (const { name, pieces } of made) say(`Backed up: ${name} (${megabytes(pieces)} MB)`);
      },
      async (error: unknown) => {
        if (!stop.signal.aborted) await tell('The backup failed')(error);
      },
    );
  };
  const timers = [setInterval(() => void carry(), shipMs), setInterval(look, LOOK_MS)];
  for (const timer of timers) timer.unref();
  look();
  return {
    pause: async () => {
      for (const timer of timers) clearInterval(timer);
      stop.abort(new Error('the server is stopping'));
      // So that the number of its log is known when it has ended.
      await carry();
      await making;
    },
    finish: carry,
  };
}

export const megabytes = (pieces: Manifest['pieces']): string =>
  (pieces.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6).toFixed(1);
