import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { errorCode, errorLine, StartFailure } from './start-failure.ts';

/** A start that follows an end at once finds the port still held for a moment. */
const PORT_MS_MAX = 2_500;

/** Prints a line with the time of day. */
export function say(line: string): void {
  process.stdout.write(`${new Date().toTimeString().slice(0, 8)}  ${line}\n`);
}

/** Thrown between two steps when the person has asked to stop. */
export class Stopped extends Error {}

/**
 * What was started so far, to be ended in reverse order: once, on whichever comes first of a signal, a failure and a loss.
 */
export class Started {
  readonly #ends: { name: string; end: () => Promise<void>; msMax: number }[] = [];
  #ending: Promise<void> | undefined;

  /** Whether the end has been asked for. */
  get ending(): boolean {
    return this.#ending !== undefined;
  }

  /** Throws Stopped when the end has been asked for. */
  check(): void {
    if (this.#ending) throw new Stopped();
  }

  /** Remembers how to end something, and how long that may take. What comes up after the end was asked for is ended at once. */
  async add(name: string, end: () => Promise<void>, msMax = 5_000): Promise<void> {
    this.#ends.push({ name, end, msMax });
    if (!this.#ending) return;
    await this.#run();
    throw new Stopped();
  }

  /** Ends everything. Further calls wait for the first. */
  end(): Promise<void> {
    this.#ending ??= this.#run();
    return this.#ending;
  }

  async #run(): Promise<void> {
    for (let last = this.#ends.pop(); last; last = this.#ends.pop()) {
      // One that will not end must not keep the others running.
      const { name, end, msMax } = last;
      const late = delay(msMax, undefined, { ref: false }).then(() => Promise.reject(new Error('it takes too long')));
      await Promise.race([end(), late]).catch((error: unknown) => say(`${name} did not end well: ${errorLine(error)}`));
    }
  }
}

function tryPort(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve(errorCode(error) ?? 'unknown'));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(null)));
  });
}

/** What answers at a busy port: this app, or something else. */
async function isOurs(host: string, port: number): Promise<boolean> {
  const reply = await fetch(`http://${host.includes(':') ? `[${host}]` : host}:${port}/api/health`, {
    signal: AbortSignal.timeout(1_000),
  }).catch(() => null);
  const health: unknown = await reply?.json().catch(() => null);
  return typeof health === 'object' && health !== null && 'migrated' in health;
}

/** Why nothing can listen there, as a sentence. */
export async function listenFailure(code: string | null, host: string, port: number): Promise<StartFailure> {
  if (code === 'EADDRINUSE') {
    return (await isOurs(host, port))
      ? new StartFailure(
          `The app is running already: open http://localhost:${port}, or stop it there, or start with another PORT.`,
        )
      : new StartFailure(
          `Port ${port} is in use by another program; stop that one, or start with another port: PORT=${port + 1} npm start`,
        );
  }
  if (code === 'EACCES')
    return new StartFailure(`This account may not use port ${port}; choose one above 1023, such as PORT=3001.`);
  return new StartFailure(`HOST=${host} is no address of this machine (${code}); use 127.0.0.1, or one that it has.`);
}

/** Makes sure that the port can be had before anything else is started. Throws StartFailure. */
export async function checkPort(host: string, port: number): Promise<void> {
  const deadline = Date.now() + PORT_MS_MAX;
  for (;;) {
    const code = await tryPort(host, port);
    if (code === null) return;
    if (code !== 'EADDRINUSE' || Date.now() > deadline) throw await listenFailure(code, host, port);
    await delay(100);
  }
}
