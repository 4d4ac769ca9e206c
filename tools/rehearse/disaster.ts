import { cpSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { buildApp } from '../../apps/server/src/app.ts';
import { backUp, keepBackups } from '../../apps/server/src/backup/keeper.ts';
import { openShelf } from '../../apps/server/src/backup/open.ts';
import { type RestoreReport, restore } from '../../apps/server/src/backup/restore.ts';
import { makeKey } from '../../apps/server/src/backup/seal.ts';
import type { BackupSettings } from '../../apps/server/src/backup/settings.ts';
import { migrate } from '../../apps/server/src/db/migrate.ts';
import { createPool } from '../../apps/server/src/db/pool.ts';
import { seed } from '../../apps/server/src/db/seed.ts';
import { openCluster } from '../../apps/server/src/embedded/cluster.ts';
import { Secrets } from '../../apps/server/src/keys/secrets.ts';
import { RehearsedTablet } from './tablet.ts';

/** A server with its embedded PostgreSQL, in this process. */
async function openServer(folder: string, archiveSeconds?: number) {
  const cluster = await openCluster({
    folder,
    say: () => undefined,
    lost: () => undefined,
    ...(archiveSeconds === undefined ? {} : { archiveSeconds }),
  });
  await migrate(cluster.url);
  const owner = createPool({ connectionString: cluster.url, max: 2 });
  try {
    await seed(owner);
  } finally {
    await owner.end();
  }
  const pool = createPool({ connectionString: cluster.serverUrl, max: 8 });
  const app = buildApp({
    pool,
    client: { connectionString: cluster.serverUrl },
    config: { version: 'rehearsal', secrets: Secrets.in(folder) },
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  // As a proxy and a monitor do all the time; it leaves a row in a table that no restore brings back.
  await fetch(`${url}/api/health`);
  const end = async (): Promise<void> => {
    await app.close();
    await pool.end();
  };
  return { cluster, url, end };
}

/** Acknowledged registrations that a database does not hold, once and as they were. */
async function missing(url: string, acknowledged: ReadonlyMap<string, string>): Promise<number> {
  const pool = createPool({ connectionString: url, max: 1 });
  const { rows } = await pool.query<{ id: string; hospital_number: string }>(
    "select id, hospital_number from patients where last_name = 'Rehearsed'",
  );
  await pool.end();
  const there = new Map(rows.map((row) => [row.id, row.hospital_number]));
  return [...acknowledged].filter(([id, number]) => there.get(id) !== number).length;
}

export interface DisasterReport {
  acknowledged: number;
  /** Parts of the log replayed after the copy. */
  parts: number;
  /** Acknowledged, and not in what came back: with the log of the dead disk, and without it. */
  missingWithSalvage: number;
  missingAfterRestore: number;
  /** After the tablet had handed in again what it was acknowledged. */
  missingAfterTablets: number;
  /** What the tablet still has to send or show. */
  waiting: number;
  newEpoch: boolean;
  secondsToRestore: number;
  wrong: string[];
  restored: RestoreReport;
}

/**
 * A server keeps backups while a tablet writes; PostgreSQL is killed and its folder destroyed; what is at the backup's place is restored
 * twice, with and without the log that the dead disk still held, and the tablet finds the restored server.
 * @param saves how many registrations are begun.
 */
export async function disaster(folder: string, saves: number, say: (line: string) => void): Promise<DisasterReport> {
  const { secret, recipient } = await makeKey();
  const settings: BackupSettings = {
    to: { folder: join(folder, 'away') },
    recipients: [recipient],
    atMinute: null,
    keep: { days: 7, weeks: 5, months: 12 },
    archiveSeconds: 3,
  };
  const live = join(folder, 'live');
  const first = await openServer(live, settings.archiveSeconds);
  const owner = { connectionString: first.cluster.url };
  const subject = { dataDir: live, owner, embedded: first.cluster, version: 'rehearsal' };
  const keeper = await keepBackups(settings, subject, say, { shipMs: 200 });
  const tablet = await RehearsedTablet.signIn(first.url);
  await tablet.sync();

  say('A tablet registers patients; the files are copied meanwhile');
  let copied = false;
  const copying = backUp(settings, subject, ['base'], {
    now: Date.now,
    progress: () => ({ to: () => undefined, end: () => undefined }),
    say,
  }).then(() => {
    copied = true;
  });
  const shelf = openShelf(settings.to);
  const shipped = async () => (await shelf.list('wal/')).length;
  let partsAtCopy: number | undefined;
  // Some of it must be in the log only: until two parts of it were carried away after the copy.
  for (let n = 0; n < saves || !copied || (await shipped()) < (partsAtCopy ?? 0) + 2; n++) {
    if (n > 50 * saves) throw new Error('The log is not carried away.');
    await tablet.register();
    await tablet.sync();
    if (copied) partsAtCopy ??= await shipped();
    if (n >= saves) await delay(20);
  }
  await copying;

  say('PostgreSQL is killed and its folder destroyed');
  process.kill(first.cluster.pid(), 'SIGKILL');
  // In the same breath: whoever watches over it must not find it again.
  const dead = join(folder, 'dead');
  renameSync(first.cluster.home, dead);
  await keeper.pause();
  await first.end();
  await first.cluster.stop();
  const acknowledged = await tablet.acknowledged();
  cpSync(join(dead, 'cluster/pg_wal'), join(folder, 'salvage'), { recursive: true });
  for (const lost of [dead, live]) rmSync(lost, { recursive: true, force: true, maxRetries: 50, retryDelay: 50 });

  const bring = async (to: string, salvage?: string) => {
    const wish = {
      shelf,
      secrets: [secret],
      folder: join(folder, to),
      owner: null,
      kind: 'base' as const,
      ...(salvage === undefined ? {} : { salvage }),
    };
    return restore(wish, { say, progress: () => ({ to: () => undefined, end: () => undefined }) });
  };
  const salvaged = await bring('salvaged', join(folder, 'salvage'));
  const whole = await openCluster({ folder: join(folder, 'salvaged'), say: () => undefined });
  const missingWithSalvage = await missing(whole.url, acknowledged);
  await whole.stop();

  const began = performance.now();
  const restored = await bring('restored');
  const secondsToRestore = (performance.now() - began) / 1000;
  const second = await openServer(join(folder, 'restored'));
  try {
    const missingAfterRestore = await missing(second.cluster.url, acknowledged);
    say('The tablet finds the restored server');
    tablet.moveTo(second.url);
    const report = await tablet.sync();
    await tablet.sync();
    return {
      acknowledged: acknowledged.size,
      parts: restored.parts,
      missingWithSalvage,
      missingAfterRestore,
      missingAfterTablets: await missing(second.cluster.url, acknowledged),
      waiting: await tablet.waiting(),
      newEpoch: report.new_epoch,
      secondsToRestore,
      wrong: [...salvaged.wrong, ...restored.wrong],
      restored,
    };
  } finally {
    await second.end();
    await second.cluster.stop();
  }
}
