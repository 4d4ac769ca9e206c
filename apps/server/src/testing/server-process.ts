import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { PROJECT_DIR } from '../config.ts';

/** The server in a process of its own, from its source, with what it prints. */
export class ServerProcess {
  readonly child: ChildProcess;
  /** Resolves to the exit code; null after a signal. */
  readonly ended: Promise<number | null>;
  #out = '';
  #err = '';
  readonly #heard: (() => void)[] = [];

  /** `env` is all it is told besides PATH and the like: no setting of the person who runs the tests. */
  constructor(env: Readonly<Record<string, string>>, args: readonly string[] = []) {
    const { PATH = '', HOME = '', TMPDIR = '' } = process.env;
    this.child = spawn(process.execPath, ['--import=tsx', join(PROJECT_DIR, 'apps/server/src/main.ts'), ...args], {
      cwd: PROJECT_DIR,
      env: { PATH, HOME, ...(TMPDIR && { TMPDIR }), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout?.on('data', (chunk: Buffer) => {
      this.#out += chunk.toString('utf8');
      this.#tell();
    });
    this.child.stderr?.on('data', (chunk: Buffer) => {
      this.#err += chunk.toString('utf8');
      this.#tell();
    });
    this.ended = once(this.child, 'close').then(([code]) => {
      this.#tell();
      return typeof code === 'number' ? code : null;
    });
  }

  get out(): string {
    return this.#out;
  }

  get err(): string {
    return this.#err;
  }

  /** Resolves with the match as soon as the output has it; rejects when the process ended without. */
  async says(pattern: RegExp): Promise<RegExpMatchArray> {
    for (;;) {
      const match = this.#out.match(pattern);
      if (match) return match;
      if (this.child.exitCode !== null || this.child.signalCode !== null) {
        throw new Error(`ended without saying ${pattern}:\n${this.#out}${this.#err}`);
      }
      await new Promise<void>((resolve) => this.#heard.push(resolve));
    }
  }

  /** Ends it like a Ctrl-C or like `kill -9`, and answers its exit code. */
  end(signal: 'SIGINT' | 'SIGKILL'): Promise<number | null> {
    this.child.kill(signal);
    return this.ended;
  }

  #tell(): void {
    for (const hear of this.#heard.splice(0)) hear();
  }
}
