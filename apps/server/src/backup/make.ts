import { join } from 'node:path';
import type pg from 'pg';
import { type Reach, SteeredClient } from '../db/reach.ts';
import { errorLine } from '../start-failure.ts';
import { ArchiveWriter } from './archive.ts';
import { copyBase, type Source } from './base.ts';
import { copyRows } from './dump.ts';
import { readFacts } from './facts.ts';
import { keepOf } from './policy.ts';
import { checkSet, type Facts, listSets, type Manifest, removeSet, sweepSets, writeSet } from './sets.ts';
import type { BackupSettings } from './settings.ts';
import type { Shelf } from './shelf.ts';
import { pruneLog } from './wal.ts';

/** What is backed up. */
export interface Subject {
  dataDir: string;
  /** The owner of the database. */
  owner: Reach;
  /** The embedded PostgreSQL; null when it is another. */
  embedded: Source | null;
  /** The version of the app. */
  version: string;
}

export interface Work {
  now(): number;
  progress(title: string): { to(done: number, of: number): void; end(): void };
  signal?: AbortSignal;
}

/** Held while a dump is made, so that of several servers on one database only one makes it. */
const LOCK = 7_229_006;

const stampOf = (ms: number): string => new Date(ms).toISOString().replace(/[-:]|\.\d+/g, '');

/** Runs in one transaction that sees one moment, as the owner. @returns null when another process makes a backup. */
async function atOneMoment<T>(owner: Reach, work: (client: pg.Client) => Promise<T>): Promise<T | null> {
  const client = new SteeredClient({ ...owner, application_name: 'psa backup' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('begin isolation level repeatable read read only');
    // Within the transaction: a pooler may stand between, which gives a session to somebody else after it.
    const { rows } = await client.query<{ got: boolean }>('select pg_try_advisory_xact_lock($1) as got', [LOCK]);
    if (!rows[0]?.got) return null;
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

type About = Pick<Manifest, 'kind' | 'postgres' | 'wal' | 'migration' | 'facts'>;

/** Writes one set: `fill` fills the archive and says what the manifest tells. What goes wrong inside reaches the caller as it is. */
async function write(
  shelf: Shelf,
  settings: BackupSettings,
  subject: Subject,
  kind: Manifest['kind'],
  work: Work,
  fill: (archive: ArchiveWriter) => Promise<About>,
) {
  const beganMs = work.now();
  const archive = new ArchiveWriter();
  const filled = (async () => {
    try {
      const about = await fill(archive);
      await archive.secrets(join(subject.dataDir, 'secrets'));
      archive.end();
      return about;
    } catch (error) {
      archive.fail(error instanceof Error ? error : new Error(errorLine(error)));
      throw error;
    }
  })();
  const written = writeSet(shelf, `${stampOf(beganMs)}-${kind}`, archive.stream, settings.recipients, async () => ({
    ...(await filled),
    version: subject.version,
    began_at: new Date(beganMs).toISOString(),
    ended_at: new Date(work.now()).toISOString(),
  }));
  // Whichever fails first is the reason; the other one only follows.
  const [first, second] = await Promise.allSettled([filled, written]);
  if (first.status === 'rejected') throw first.reason;
  if (second.status === 'rejected') throw second.reason;
  return second.value;
}

async function lastMigration(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ last: number }>('select max(number) as last from schema_migrations');
  return rows[0]?.last ?? 0;
}

/** A copy of the rows of any PostgreSQL, of one moment. @returns null when another process makes one. Throws BackupFailure and what PostgreSQL says. */
export function makeDump(shelf: Shelf, settings: BackupSettings, subject: Subject, work: Work): Promise<Manifest | null> {
  return atOneMoment(subject.owner, async (client) => {
    const bar = work.progress('Rows');
    try {
      return await write(shelf, settings, subject, 'dump', work, async (archive) => {
        const { rows } = await client.query<{ version: string }>("select current_setting('server_version_num') as version");
        await copyRows(client, archive, (done, of) => bar.to(done, 2 * of), work.signal);
        const facts = await readFacts(client, true, (done, of) => bar.to(of + done, 2 * of));
        return { kind: 'dump', postgres: Number(rows[0]?.version), wal: null, migration: await lastMigration(client), facts };
      });
    } finally {
      bar.end();
    }
  });
}

/** A copy of the files of the embedded PostgreSQL. Its counts are those of the moment it began. Throws as `makeDump`. */
export async function makeBase(
  shelf: Shelf,
  settings: BackupSettings,
  subject: Subject & { embedded: Source },
  work: Work,
): Promise<Manifest | null> {
  const counted = await atOneMoment(
    subject.owner,
    async (client): Promise<{ facts: Facts; migration: number }> => ({
      facts: await readFacts(client, false),
      migration: await lastMigration(client),
    }),
  );
  if (!counted) return null;
  const bar = work.progress('Files');
  try {
    return await write(shelf, settings, subject, 'base', work, async (archive) => ({
      kind: 'base',
      ...counted,
      ...(await copyBase(subject.embedded, archive, (done, of) => bar.to(done, of), work.signal)),
    }));
  } finally {
    bar.end();
  }
}

/** Reads what was written once more, and removes what the policy does not keep. @returns the names that went, and how much log. */
export async function checkAndTidy(
  shelf: Shelf,
  settings: BackupSettings,
  made: readonly Manifest[],
  tell: (line: string) => void,
) {
  for (const set of made) await checkSet(shelf, set);
  const all = await listSets(shelf, tell);
  const removed: string[] = [];
  let recentBases: Manifest[] = [];
  for (const kind of ['base', 'dump'] as const) {
    const sets = all.filter((set) => set.kind === kind);
    const { kept, recent } = keepOf(sets, settings.keep);
    if (kind === 'base') recentBases = recent;
    for (const set of sets) {
      if (kept.includes(set)) continue;
      await removeSet(shelf, set);
      removed.push(set.name);
    }
  }
  const [oldestMade] = made.map(({ name }) => name).sort();
  if (oldestMade !== undefined) await sweepSets(shelf, oldestMade);
  return { removed, log: await pruneLog(shelf, recentBases) };
}
