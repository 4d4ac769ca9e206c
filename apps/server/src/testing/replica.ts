import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { type Cluster, openCluster } from '../embedded/cluster.ts';
import { isPostmaster } from '../embedded/postmaster.ts';

/** Not part of a base copy: they belong to the running one. */
const LEFT_OUT = /[/\\](postmaster\.(pid|opts)|pg_wal[/\\].+|pg_replslot[/\\].+|pg_stat_tmp[/\\].+|pgsql_tmp.*)$/;

/** Runs statements as the superuser of a cluster, on one connection. @returns the rows of the last. */
export async function asAdmin(cluster: Cluster, ...statements: string[]): Promise<pg.QueryResultRow[]> {
  const client = new pg.Client({ connectionString: cluster.adminUrl });
  client.on('error', () => undefined);
  await client.connect();
  try {
    let rows: pg.QueryResultRow[] = [];
    for (const statement of statements) rows = (await client.query(statement)).rows;
    return rows;
  } finally {
    await client.end();
  }
}

/**
 * Makes a streaming replica of a running cluster in a folder of its own: a base copy of its files between `pg_backup_start` and
 * `pg_backup_stop`, as it stands in PostgreSQL's manual for those who have no pg_basebackup. `synchronous`: from now on the primary
 * acknowledges a commit when the replica has it on its disk.
 */
export async function startReplica(primary: Cluster, folder: string, synchronous: boolean): Promise<Cluster> {
  const home = join(folder, 'postgres');
  const copy = join(home, 'cluster');
  mkdirSync(home, { recursive: true });
  const client = new pg.Client({ connectionString: primary.adminUrl });
  await client.connect();
  try {
    await client.query("select pg_create_physical_replication_slot('replica', true)");
    await client.query("select pg_backup_start('replica', true)");
    cpSync(join(primary.home, 'cluster'), copy, { recursive: true, filter: (path) => !LEFT_OUT.test(path) });
    const { rows } = await client.query('select labelfile from pg_backup_stop(false)');
    writeFileSync(join(copy, 'backup_label'), rows[0].labelfile);
  } finally {
    await client.end();
  }
  writeFileSync(join(copy, 'standby.signal'), '');
  writeFileSync(join(home, 'secret.json'), readFileSync(join(primary.home, 'secret.json')), { mode: 0o600 });
  const { password } = new URL(primary.adminUrl);
  const settings = {
    fsync: 'off',
    primary_conninfo: `host=127.0.0.1 port=${primary.port} user=postgres password=${password} application_name=replica`,
    primary_slot_name: 'replica',
    recovery_target_timeline: 'latest',
  };
  const replica = await openCluster({ folder, say: () => undefined, settings });
  if (synchronous) {
    await asAdmin(primary, "alter system set synchronous_standby_names = 'replica'", 'select pg_reload_conf()');
  }
  return replica;
}

/** Whether the primary waits for the replica before it acknowledges. */
export async function isSynchronous(primary: Cluster): Promise<boolean> {
  const [row] = await asAdmin(primary, "select sync_state from pg_stat_replication where application_name = 'replica'");
  return row?.sync_state === 'sync';
}

/** The process of the replica that receives what the primary writes. */
export async function receiverOf(replica: Cluster): Promise<number> {
  const [row] = await asAdmin(replica, 'select pid from pg_stat_wal_receiver');
  if (!row) throw new Error('The replica receives nothing.');
  return Number(row.pid);
}

/** The machine of a cluster burns: its postmaster is killed, and its files are gone before anybody can start it again. */
export async function burn(cluster: Cluster): Promise<void> {
  const files = join(cluster.home, 'cluster');
  const pid = cluster.pid();
  process.kill(pid, 'SIGKILL');
  renameSync(files, `${files}.burnt`);
  await new Promise<void>((gone) => {
    const look = setInterval(() => {
      if (isPostmaster(pid, files) || isPostmaster(pid, `${files}.burnt`)) return;
      clearInterval(look);
      gone();
    }, 20);
  });
}

/** What is left of it. */
export function clearAway(folder: string): void {
  if (existsSync(folder)) rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
}
