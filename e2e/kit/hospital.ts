import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cloneTemplate, type TestCluster, type TestDatabase } from '../../apps/server/src/testing/cluster.ts';
import { type Ask, asPerson } from './api.ts';
import type { Person } from './people.ts';
import { freePort } from './port.ts';
import { ServerProcess } from './server.ts';

/** A server of its own for one test, with a database of its own, that can be stopped, killed and started again. */
export class Hospital {
  readonly url: string;
  readonly #port: number;
  readonly #dataDir: string;
  readonly #database: TestDatabase;
  #server: ServerProcess | undefined;

  private constructor(port: number, dataDir: string, database: TestDatabase) {
    this.#port = port;
    this.#dataDir = dataDir;
    this.#database = database;
    this.url = `http://127.0.0.1:${port}`;
  }

  /** Opens one with the people of the tests and no patients, and starts its server. */
  static async open(): Promise<Hospital> {
    const { PSA_E2E_CLUSTER } = process.env;
    if (!PSA_E2E_CLUSTER) throw new Error('the tests were not started by the Playwright configuration of this folder');
    const dataDir = await mkdtemp(join(tmpdir(), 'psa-e2e-'));
    await chmod(dataDir, 0o755);
    const database = await cloneTemplate(JSON.parse(PSA_E2E_CLUSTER) as TestCluster);
    const hospital = new Hospital(await freePort(), dataDir, database);
    await hospital.start();
    return hospital;
  }

  /** Connection string of its database. */
  get databaseUrl(): string {
    return this.#database.url;
  }

  /** Connection string of the server's own role. */
  get serverUrl(): string {
    return this.#database.serverUrl;
  }

  /** Starts the server again where it was, perhaps another version of it (the folder where that is deployed). */
  async start(project?: string): Promise<void> {
    this.#server = await ServerProcess.start({
      port: this.#port,
      dataDir: this.#dataDir,
      databaseUrl: this.#database.url,
      serverUrl: this.#database.serverUrl,
      project,
    });
  }

  /** Stops the server in good order. */
  async stop(): Promise<void> {
    await this.#server?.stop();
    this.#server = undefined;
  }

  /** Kills the server in the middle of whatever it does. */
  async kill(): Promise<void> {
    await this.#server?.kill();
    this.#server = undefined;
  }

  /** Asks the server's API as a person: to prepare a test, or to see what the server holds in the end. */
  as(person: Person): Promise<Ask> {
    return asPerson(this.url, person);
  }

  /** Removes everything. */
  async close(): Promise<void> {
    await this.kill();
    await this.#database.drop();
    await rm(this.#dataDir, { recursive: true, force: true });
  }
}
