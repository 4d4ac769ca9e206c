import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createPool } from '../../apps/server/src/db/pool.ts';
import { type Account, isRoot, nobody } from '../../apps/server/src/embedded/account.ts';
import { freePort } from '../../apps/server/src/embedded/postmaster.ts';
import { postgresPrograms, run } from './programs.ts';
import type { Stage } from './rehearsal.ts';

const PASSWORD = 'rehearsal';
const account = (): Account | Record<string, never> => (isRoot() ? nobody() : {});

/** One PostgreSQL of the system's own programs: primary or streaming replica. Never as root. */
export class Node {
  readonly name: string;
  readonly port: number;
  readonly #bin = postgresPrograms();
  readonly #folder: string;

  private constructor(name: string, port: number, folder: string) {
    this.name = name;
    this.port = port;
    this.#folder = folder;
  }

  /** An empty folder for a node; nothing runs yet. */
  static async at(stage: Stage, name: string): Promise<Node> {
    const folder = join(stage.folder, name);
    mkdirSync(folder);
    if (isRoot()) chownSync(folder, nobody().uid, nobody().gid);
    const node = new Node(name, await freePort(0), folder);
    stage.after(() => node.stop());
    return node;
  }

  get data(): string {
    return join(this.#folder, 'data');
  }

  url(user = 'postgres', database = 'postgres'): string {
    return `postgres://${user}:${PASSWORD}@127.0.0.1:${this.port}/${database}`;
  }

  /** The version of its programs. */
  async version(): Promise<string> {
    return (await run(join(this.#bin, 'postgres'), ['--version'])).output.trim();
  }

  /** Makes an empty cluster and starts it. */
  async create(): Promise<void> {
    const file = join(this.#folder, 'password');
    writeFileSync(file, PASSWORD);
    if (isRoot()) chownSync(file, nobody().uid, nobody().gid);
    const args = [
      '-D',
      this.data,
      '-U',
      'postgres',
      '-E',
      'UTF8',
      '--locale=C.UTF-8',
      '--auth=scram-sha-256',
      `--pwfile=${file}`,
    ];
    await this.#must('initdb', args);
    await this.start();
  }

  /** Copies a primary that runs, in place of what was here, and follows it. */
  async follow(primary: Node): Promise<void> {
    const from = `host=127.0.0.1 port=${primary.port} user=postgres password=${PASSWORD} application_name=${this.name}`;
    rmSync(this.data, { recursive: true, force: true });
    await this.#must('pg_basebackup', ['-D', this.data, '-R', '-X', 'stream', '-c', 'fast', '-d', from]);
    // A primary that once was a replica's must not wait for anybody until it is told to.
    const auto = join(this.data, 'postgresql.auto.conf');
    const lines = readFileSync(auto, 'utf8').split('\n');
    const kept = lines.filter((line) => !line.startsWith('synchronous_standby_names') && !line.startsWith('primary_conninfo'));
    writeFileSync(auto, `${kept.join('\n')}\nprimary_conninfo = '${from}'\n`);
    await this.start();
  }

  async start(): Promise<void> {
    const options = `-p ${this.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c wal_keep_size=512MB -c max_connections=60`;
    await this.#must('pg_ctl', ['start', '-w', '-D', this.data, '-l', join(this.#folder, 'log'), '-o', options]);
  }

  /** Commits wait until these replicas have them on their disks; none: they wait for nobody. */
  async waitFor(replica: Node | null): Promise<void> {
    await this.sql(`alter system set synchronous_standby_names = '${replica?.name ?? ''}'`);
    await this.sql('select pg_reload_conf()');
  }

  /** Whether a replica streams, and is waited for. */
  async hasSynchronous(replica: Node): Promise<boolean> {
    const rows = await this.sql(`select sync_state from pg_stat_replication where application_name = '${replica.name}'`);
    return rows[0]?.sync_state === 'sync';
  }

  async promote(): Promise<void> {
    await this.sql('select pg_promote(true, 60)');
  }

  /** kill -9 of the postmaster: it writes nothing any more. */
  kill(): void {
    const pid = Number(readFileSync(join(this.data, 'postmaster.pid'), 'utf8').split('\n')[0]);
    process.kill(pid, 'SIGKILL');
  }

  async stop(): Promise<void> {
    if (existsSync(join(this.data, 'postmaster.pid'))) {
      await run(join(this.#bin, 'pg_ctl'), ['stop', '-m', 'immediate', '-D', this.data], account());
    }
  }

  /** As the superuser. */
  async sql(text: string, database = 'postgres'): Promise<Record<string, unknown>[]> {
    const pool = createPool({ connectionString: this.url('postgres', database), max: 1 });
    try {
      return (await pool.query<Record<string, unknown>>(text)).rows;
    } finally {
      await pool.end();
    }
  }

  async #must(name: string, args: readonly string[]): Promise<void> {
    const { code, output } = await run(join(this.#bin, name), args, { ...account(), cwd: this.#folder });
    if (code !== 0) throw new Error(`${name} of ${this.name} ended with ${code}: ${output.trim()}`);
  }
}

/** The database of the app with its two roles on a fresh primary. */
export async function makeDatabase(node: Node): Promise<void> {
  await node.sql(`create role psa login password '${PASSWORD}'`);
  await node.sql(`create role psa_server login password '${PASSWORD}'`);
  await node.sql('create database psa owner psa');
}
