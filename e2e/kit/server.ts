import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BUNDLE = join('apps', 'server', 'dist', 'main.mjs');

/** How long a server may take until it answers; it shares two cores with browsers. */
const START_MS_MAX = 60_000;

export interface ServerSettings {
  port: number;
  dataDir: string;
  /** The database as its owner, and as the role that the server works as; without them the server runs its own in `dataDir`. */
  databaseUrl?: string;
  serverUrl?: string;
  /** Where another version of the project is deployed, if not this one. */
  project?: string;
  /** More settings, by the names of their variables. */
  env?: Readonly<Record<string, string>>;
  /** Words for Node itself. */
  nodeArgs?: readonly string[];
}

/**
 * Deploys a later version of the app into an empty folder: the same server, and a web app that differs in every way a browser
 * looks at. `mark` becomes the content of `<meta name="psa-version">` of its page.
 */
export async function deployNextVersion(project: string, mark: string): Promise<void> {
  const at = (...path: string[]) => join(project, ...path);
  await cp(join(ROOT, 'apps', 'server', 'dist'), at('apps', 'server', 'dist'), { recursive: true });
  await cp(join(ROOT, 'apps', 'web', 'dist'), at('apps', 'web', 'dist'), { recursive: true });
  await symlink(join(ROOT, 'apps', 'server', 'migrations'), at('apps', 'server', 'migrations'));
  await symlink(join(ROOT, 'node_modules'), at('node_modules'));
  await symlink(join(ROOT, 'package.json'), at('package.json'));
  const [page, worker] = [at('apps', 'web', 'dist', 'index.html'), at('apps', 'web', 'dist', 'sw.js')];
  const html = (await readFile(page, 'utf8')).replace('<head>', `<head><meta name="psa-version" content="${mark}">`);
  await writeFile(page, html);
  // The worker's list names the page with a checksum: another page, another checksum.
  const before = await readFile(worker, 'utf8');
  const listed =
    /(\{[^{}]*?)("?revision"?:)(["`'])[0-9a-f]{16,}\3(,"?url"?:["`']index\.html["`'])|("?url"?:["`']index\.html["`'],"?revision"?:["`'])[0-9a-f]+/;
  const revision = createHash('md5').update(html).digest('hex');
  const after = before.replace(listed, (_all, open, key, quote, rest, early) =>
    early === undefined ? `${open}${key}${quote}${revision}${quote}${rest}` : `${early}${revision}`,
  );
  if (after === before) throw new Error('the list of the service worker does not name index.html');
  await writeFile(worker, after);
  // Copies compressed beforehand would still be the old ones.
  for (const stale of [page, worker]) {
    for (const ending of ['.br', '.gz']) await rm(`${stale}${ending}`, { force: true });
  }
}

/** The server as it is deployed, in a process of its own. */
export class ServerProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #said = '';

  private constructor(settings: ServerSettings) {
    const project = settings.project ?? ROOT;
    this.#child = spawn(process.execPath, [...(settings.nodeArgs ?? []), join(project, BUNDLE)], {
      cwd: project,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        HOST: '127.0.0.1',
        PORT: String(settings.port),
        DATA_DIR: settings.dataDir,
        // An empty setting counts as none: what the person's shell says is not meant for a test.
        DATABASE_URL: settings.databaseUrl ?? '',
        DATABASE_SERVER_URL: settings.serverUrl ?? '',
        ...settings.env,
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
    if (!existsSync(join(settings.project ?? ROOT, BUNDLE)))
      throw new Error('Nothing is built yet: `npm test -- build browser`.');
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

  /** Its process id. */
  get pid(): number {
    const { pid } = this.#child;
    if (pid === undefined) throw new Error('the server has no process');
    return pid;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
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
