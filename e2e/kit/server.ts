import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BUNDLE = join(ROOT, 'apps', 'server', 'dist', 'main.mjs');

/** The web app as it was built. */
export const WEB_DIR = join(ROOT, 'apps', 'web', 'dist');

/** How long a server may take until it answers; it shares two cores with browsers. */
const START_MS_MAX = 60_000;

export interface ServerSettings {
  port: number;
  dataDir: string;
  databaseUrl: string;
  /** Another build of the web app than the usual one. */
  webDir?: string;
}

/** The server as it is deployed, in a process of its own. */
export class ServerProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #said = '';

  private constructor(settings: ServerSettings) {
    this.#child = spawn(process.execPath, [BUNDLE], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        HOST: '127.0.0.1',
        PORT: String(settings.port),
        DATA_DIR: settings.dataDir,
        DATABASE_URL: settings.databaseUrl,
        ...(settings.webDir ? { WEB_DIR: settings.webDir } : {}),
      },
    });
    this.#ended = once(this.#child, 'close');
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#said += chunk.toString();
      });
    }
  }

  /** Starts it and waits until it answers that it is well. */
  static async start(settings: ServerSettings): Promise<ServerProcess> {
    if (!existsSync(BUNDLE)) throw new Error('Nothing is built yet: `npm test -- build browser`.');
    const server = new ServerProcess(settings);
    const until = Date.now() + START_MS_MAX;
    while (Date.now() < until) {
      if (server.#child.exitCode !== null) break;
      const answer = await fetch(`http://127.0.0.1:${settings.port}/api/health`).catch(() => undefined);
      if (answer?.ok) return server;
      await new Promise((done) => setTimeout(done, 50));
    }
    await server.kill();
    throw new Error(`The server did not start:\n${server.#said}`);
  }

  /** What it printed so far. */
  get said(): string {
    return this.#said;
  }

  /** Ends it as Ctrl-C does, and waits. */
  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.#ended;
  }

  /** Ends it in the middle of whatever it does (kill -9), and waits. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}
