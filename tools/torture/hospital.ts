import { realpathSync, rmSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createPool } from '../../apps/server/src/db/pool.ts';
import { runningUrls } from '../../apps/server/src/embedded/attach.ts';
import { isPostmaster, runningPostmaster, signal } from '../../apps/server/src/embedded/postmaster.ts';
import { hire } from '../../e2e/kit/api.ts';
import { freePort } from '../../e2e/kit/port.ts';
import { killAll, runningProcesses } from '../../e2e/kit/processes.ts';
import { ServerProcess } from '../../e2e/kit/server.ts';

/** After a crash PostgreSQL replays its log; on a machine that is busy that takes its time. */
const UP_MS_MAX = 120_000;
const POLL_MS = 50;
/** Whoever comes back signs in, all from one address and within minutes. */
const SETTINGS = { LOGINS_PER_MINUTE: '100000', REGISTRATIONS_PER_HOUR: '1000', LOG_LEVEL: 'error' };

/** Connections to the database. */
export type Pool = ReturnType<typeof createPool>;

/** The server as it is deployed, with the PostgreSQL it keeps in its data folder (fsync and all), in processes that can be killed. */
export class TorturedHospital {
  readonly port: number;
  readonly #folder: string;
  readonly #project: string | undefined;
  #server: ServerProcess | undefined;
  #starting: Promise<ServerProcess> | undefined;
  #pool: Pool | undefined;
  #closed = false;
  readonly #atExit = (): void => this.#discard();

  private constructor(port: number, folder: string, project: string | undefined) {
    this.port = port;
    this.#folder = folder;
    this.#project = project;
    process.once('exit', this.#atExit);
  }

  /** Opens one in a new temporary folder, with the people of the browser tests. @param project where another version is deployed. */
  static async open(project?: string): Promise<TorturedHospital> {
    const folder = await mkdtemp(join(tmpdir(), 'psa-torture-'));
    // PostgreSQL runs under an account of its own when root runs this.
    await chmod(folder, 0o711);
    const hospital = new TorturedHospital(await freePort(), folder, project);
    try {
      await hospital.bringUp();
      await hire(hospital.url);
      return hospital;
    } catch (error) {
      await hospital.close();
      throw error;
    }
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** What the server printed since its last start. */
  get said(): string {
    return this.#server?.said ?? '';
  }

  /** As the owner of the database. Only while the hospital is up. */
  get pool(): Pool {
    const { url } = runningUrls(this.#folder) ?? {};
    if (url === undefined) throw new Error('PostgreSQL does not run');
    // Connections that were killed are replaced by themselves; the address stays, the embedded PostgreSQL keeps its port.
    this.#pool ??= createPool({ connectionString: url, max: 2 });
    return this.#pool;
  }

  async killServer(): Promise<void> {
    await this.#server?.kill();
  }

  /** The postmaster drops its children at once and ends without writing anything (pg_ctl stop -m immediate). */
  stopPostgres(): void {
    const { pid } = this.#postmaster();
    if (pid !== undefined) signal(pid, 'SIGQUIT');
  }

  /** Ends the postmaster by kill -9: its children find out by themselves. */
  killPostgres(): void {
    const { pid } = this.#postmaster();
    killAll(runningProcesses().filter((one) => one.pid === pid));
  }

  /** Kills one connection of the server: PostgreSQL then ends all of them and recovers. */
  killConnection(): void {
    const { pid } = this.#postmaster();
    const serving = runningProcesses().filter((one) => one.parent === pid && /postgres: psa_server /.test(one.command));
    // One that is at work, if there is one.
    const busy = serving.find((one) => !one.command.endsWith(' idle'));
    killAll([busy, serving[0]].flatMap((one) => (one ? [one] : [])).slice(0, 1));
  }

  /** Starts what does not run and waits until the server answers that it is well. */
  async bringUp(): Promise<void> {
    const until = Date.now() + UP_MS_MAX;
    while (Date.now() < until) {
      if (this.#closed) throw new Error('The hospital was closed.');
      if (!this.#server?.isRunning) await this.#start();
      const answer = await fetch(`${this.url}/api/health`).catch(() => undefined);
      if (answer?.ok) return;
      await delay(POLL_MS);
    }
    throw new Error(`The server did not come back:\n${this.said}`);
  }

  /** Ends and removes everything. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#starting?.catch(() => undefined);
    await this.#pool?.end().catch(() => undefined);
    this.#pool = undefined;
    if (this.#server?.isRunning) await this.#server.stop();
    const { pid, cluster } = this.#postmaster();
    if (pid !== undefined) {
      signal(pid, 'SIGQUIT');
      while (isPostmaster(pid, cluster)) await delay(POLL_MS);
    }
    process.off('exit', this.#atExit);
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }

  async #start(): Promise<void> {
    this.#starting = ServerProcess.start({
      port: this.port,
      dataDir: this.#folder,
      env: SETTINGS,
      ...(this.#project === undefined ? {} : { project: this.#project }),
    });
    this.#server = await this.#starting;
  }

  #postmaster(): { pid: number | undefined; cluster: string } {
    try {
      const cluster = join(realpathSync(join(this.#folder, 'postgres')), 'cluster');
      return { pid: runningPostmaster(cluster)?.pid, cluster };
    } catch {
      return { pid: undefined, cluster: '' };
    }
  }

  /** The same in one go, for a process that is about to end. */
  #discard(): void {
    if (this.#server?.isRunning) killAll([{ pid: this.#server.pid, parent: 0, command: '' }]);
    const { pid } = this.#postmaster();
    if (pid !== undefined) signal(pid, 'SIGQUIT');
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }
}
