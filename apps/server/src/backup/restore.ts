import { sayFinding } from '../audit/findings.ts';
import { verifyAudit } from '../audit/verify.ts';
import { createPool } from '../db/pool.ts';
import { type Reach, SteeredClient } from '../db/reach.ts';
import { openCluster } from '../embedded/cluster.ts';
import { beginEpoch } from './epoch.ts';
import { differences, readFacts } from './facts.ts';
import { mustBeFresh, type RestoreWork, restoreBase } from './restore-base.ts';
import { restoreDump } from './restore-dump.ts';
import { type Facts, listSets, type Manifest } from './sets.ts';
import { BackupFailure, type Shelf } from './shelf.ts';

export interface RestoreWish {
  shelf: Shelf;
  secrets: readonly string[];
  /** The data folder to restore into. */
  folder: string;
  /** The owner of the empty database to fill; null: an embedded one in the folder. */
  owner: Reach | null;
  kind?: Manifest['kind'];
  /** The name of one backup; the newest that fits unless told. */
  set?: string;
  to?: string;
  salvage?: string;
}

export interface RestoreReport {
  set: Manifest;
  /** The moment of the last change that came back. */
  restoredTo: string;
  /** Parts of the log that were replayed beyond the copy. */
  parts: number;
  facts: Facts;
  /** Audit entries followed. */
  entries: number;
  /** What is not as the backup says, a line each; empty: it is whole. */
  wrong: string[];
}

/** The backup to begin with. Throws BackupFailure. */
async function choose(wish: RestoreWish, say: (line: string) => void): Promise<Manifest> {
  const all = await listSets(wish.shelf, say);
  if (all.length === 0) throw new BackupFailure(`There is no backup at ${wish.shelf.shown}.`);
  if (wish.set !== undefined) {
    const named = all.find(({ name }) => name === wish.set);
    if (!named)
      throw new BackupFailure(`There is no backup called ${wish.set}; there are ${all.map(({ name }) => name).join(', ')}.`);
    return named;
  }
  const kinds = wish.kind ? [wish.kind] : wish.owner ? (['dump'] as const) : (['base', 'dump'] as const);
  for (const kind of kinds) {
    const fitting = all.filter((one) => one.kind === kind && (wish.to === undefined || one.ended_at <= wish.to));
    const newest = fitting.at(-1);
    if (newest) return newest;
  }
  throw new BackupFailure(
    `No backup fits${wish.to === undefined ? '' : ` a moment at or before ${wish.to}`}; there are ${all.map(({ name }) => name).join(', ')}.`,
  );
}

/**
 * Restores into a fresh place, looks whether all is there, and begins a new epoch, so that devices hand in again what they were acknowledged
 * since. The place is not running afterwards. Throws BackupFailure; what is found wrong is in the report.
 */
export async function restore(wish: RestoreWish, work: RestoreWork): Promise<RestoreReport> {
  const set = await choose(wish, work.say);
  work.say(`Restoring ${set.name}, ${set.kind === 'base' ? 'the files' : 'the rows'} as of ${set.began_at}`);
  if (set.kind === 'base' && wish.owner)
    throw new BackupFailure(
      'The files of an embedded PostgreSQL cannot be brought into another; name a dump with --set, or leave out DATABASE_URL.',
    );
  if (set.kind === 'dump' && wish.to !== undefined) work.say(`A dump holds one moment: ${set.began_at}, not ${wish.to}`);
  if (wish.owner) {
    await restoreDump({ ...wish, set, owner: wish.owner }, work);
    return inspect(wish.owner, set, set.began_at, 0);
  }
  if (set.kind === 'base') {
    const { cluster, last, parts } = await restoreBase({ ...wish, set }, work);
    try {
      return await inspect({ connectionString: cluster.url }, set, last ?? set.began_at, parts);
    } finally {
      await cluster.stop();
    }
  }
  mustBeFresh(wish.folder);
  const cluster = await openCluster({ folder: wish.folder, say: work.say });
  try {
    const owner = { connectionString: cluster.url };
    await restoreDump({ ...wish, set, owner }, work);
    return await inspect(owner, set, set.began_at, 0);
  } finally {
    await cluster.stop();
  }
}

/** Counts, digests and the audit trails, compared with what the backup says of itself; then the new epoch. */
async function inspect(owner: Reach, set: Manifest, restoredTo: string, parts: number): Promise<RestoreReport> {
  const client = new SteeredClient(owner);
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('begin isolation level repeatable read read only');
    const facts = await readFacts(client, true);
    await client.query('commit');
    const wrong = differences(set.facts, facts, set.kind === 'base');
    const { entries, broken } = await followAudit(owner, set.facts);
    await beginEpoch(client, restoredTo);
    return { set, restoredTo, parts, facts, entries, wrong: [...wrong, ...broken] };
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Follows each trail to its head; the head that the backup noted must be in it. */
async function followAudit(owner: Reach, then: Facts): Promise<{ entries: number; broken: string[] }> {
  const pool = createPool({ ...owner, max: 2 });
  try {
    let entries = 0;
    const broken: string[] = [];
    for (const { facility_id, n, hash } of then.audit) {
      const reports = await verifyAudit(pool, { facility: facility_id, ...(n > 0 ? { anchor: { n, hash } } : {}) });
      if (reports.length === 0) broken.push(`the hospital ${facility_id} is missing`);
      for (const report of reports) {
        entries += report.entries;
        for (const finding of report.findings) broken.push(`audit trail of ${report.facility}: ${sayFinding(finding)}`);
      }
    }
    return { entries, broken };
  } finally {
    await pool.end();
  }
}
