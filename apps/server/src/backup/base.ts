import { readdir, readFile, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import pg from 'pg';
import { errorCode } from '../start-failure.ts';
import type { ArchiveWriter } from './archive.ts';
import type { Manifest } from './sets.ts';
import { BackupFailure } from './shelf.ts';

/** Folders whose content is made anew at every start, and the log, which is copied last. */
const EMPTY = new Set([
  'pg_wal',
  'pg_dynshmem',
  'pg_notify',
  'pg_replslot',
  'pg_serial',
  'pg_snapshots',
  'pg_stat_tmp',
  'pg_subtrans',
]);
const LEFT_OUT =
  /^(postmaster\.(pid|opts)|backup_label(\.old)?|tablespace_map(\.old)?|backup_manifest|(standby|recovery)\.signal)$|(^|\/)(pgsql_tmp|pg_internal\.init)/;
const SEGMENT_BYTES = 16 * 1024 * 1024;

/** The embedded PostgreSQL whose files are copied. */
export interface Source {
  /** Connection string of the superuser. */
  adminUrl: string;
  /** Holds `cluster/` and `secret.json`. */
  home: string;
}

interface Ended {
  wal: NonNullable<Manifest['wal']>;
  postgres: number;
}

/**
 * Copies the files of a running PostgreSQL into an archive: between the start and the end of a backup of its own making, with the log
 * that it needs, so that it stands by itself. Throws BackupFailure.
 */
export async function copyBase(
  source: Source,
  archive: ArchiveWriter,
  told: (done: number, of: number) => void,
  signal?: AbortSignal,
): Promise<Ended> {
  const client = new pg.Client({ connectionString: source.adminUrl, application_name: 'psa backup' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const cluster = join(source.home, 'cluster');
    // The log since now stays until this session ends.
    await client.query(`select pg_create_physical_replication_slot('psa_backup_' || pg_backend_pid(), true, true)`);
    const { rows: begun } = await client.query<{ first: string; system: string; version: string }>(
      `select pg_walfile_name(pg_backup_start('psa', fast => true)) as first,
        (select system_identifier from pg_control_system()) as system, current_setting('server_version_num') as version`,
    );
    await copyFiles(cluster, archive, told, signal);
    const { rows: ended } = await client.query<{ label: string; last: string }>(
      // One that archives would be waited for: what is needed is copied here.
      `select labelfile as label, pg_walfile_name(lsn) as last from pg_backup_stop(wait_for_archive => false)`,
    );
    const { first = '', system = '', version = '' } = begun[0] ?? {};
    const { label = '', last = '' } = ended[0] ?? {};
    await archive.bytes('cluster/backup_label', Buffer.from(label));
    await copyLog(join(cluster, 'pg_wal'), first, last, archive);
    await archive.bytes('secret.json', await readFile(join(source.home, 'secret.json')));
    return { wal: { system, first, last }, postgres: Number(version) };
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function copyFiles(
  cluster: string,
  archive: ArchiveWriter,
  told: (done: number, of: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  const files: { name: string; path: string; size: number }[] = [];
  await archive.folder('cluster');
  for (const entry of await readdir(cluster, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = path
      .slice(cluster.length + 1)
      .split(sep)
      .join('/');
    const [top = ''] = name.split('/');
    if (LEFT_OUT.test(name) || (EMPTY.has(top) && name !== top)) continue;
    if (entry.isDirectory()) await archive.folder(`cluster/${name}`);
    else if (entry.isFile()) {
      const found = await stat(path).catch((error: unknown) => {
        if (errorCode(error) === 'ENOENT') return null;
        throw error;
      });
      if (found) files.push({ name: `cluster/${name}`, path, size: found.size });
    }
  }
  await archive.folder('cluster/pg_wal/archive_status');
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  for (const { name, path, size } of files) {
    signal?.throwIfAborted();
    await archive.file(name, path, size);
    done += size;
    told(done, bytes);
  }
}

async function copyLog(folder: string, first: string, last: string, archive: ArchiveWriter): Promise<void> {
  const names = (await readdir(folder)).filter((name) => /^[0-9A-F]{24}$/.test(name) && name >= first && name <= last).sort();
  if (names[0] !== first || names.at(-1) !== last) {
    throw new BackupFailure('The log of the database was put away while it was copied; run the backup again.');
  }
  for (const name of names) await archive.file(`cluster/pg_wal/${name}`, join(folder, name), SEGMENT_BYTES);
  for (const name of await readdir(folder)) {
    if (/^[0-9A-F]{8}\.history$/.test(name)) await archive.bytes(`cluster/pg_wal/${name}`, await readFile(join(folder, name)));
  }
}
