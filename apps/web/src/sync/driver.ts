import { type Chance, type Progress, retryDelayMs, type SyncReport } from '@psa/sync';
import { pause } from './live.ts';

/** When nothing calls for it sooner: a look at the server so often. */
const IDLE_MS = 5 * 60_000;

/** Why a synchronisation is wished for. `signal`: a reason to believe that the network or the server is back. */
export type Reason = 'save' | 'signal';

export interface DriverEnv {
  syncOnce(): Promise<SyncReport>;
  /** Runs `work` once this tab is the one that talks, until the signal (docs/sync.md, S51). */
  lead(work: () => Promise<void>, until: AbortSignal): Promise<void>;
  /** Listens while leading. @returns what ends it. */
  listen(): () => void;
  chance: Chance;
  onSending(sending: boolean): void;
  onReport(report: SyncReport): void;
  /** The storage itself failed. */
  onFailure(error: unknown): void;
}

/** Progress as the status line shows it: rows stored of rows known, of the scope being fetched. */
export const fetchingOf = (now: Progress): { done: number; of: number } | null =>
  now.doing === 'fetching' && now.done < now.of ? { done: now.done, of: now.of } : null;

/**
 * Decides when to synchronise: after a save, when the network returns, when the page becomes visible, when the server pokes, and by a
 * timer after a failure. One tab of a browser leads; `ask` in another tab is passed on to it by the caller.
 */
export class Driver {
  readonly #env: DriverEnv;
  readonly #end = new AbortController();
  #wake = new AbortController();
  #asked = true;
  #failures = 0;
  #leading = false;

  constructor(env: DriverEnv) {
    this.#env = env;
  }

  get leading(): boolean {
    return this.#leading;
  }

  /** Starts waiting for the lead. */
  start(): Promise<void> {
    return this.#env.lead(() => this.#run(), this.#end.signal);
  }

  /** Asks for a synchronisation. After a failure a mere save waits for the timer: the network is not better for it. */
  ask(reason: Reason): void {
    if (reason === 'save' && this.#failures > 0) return;
    if (reason === 'signal') this.#failures = 0;
    this.#asked = true;
    this.#wake.abort();
  }

  stop(): void {
    this.#end.abort();
    this.#wake.abort();
  }

  async #run(): Promise<void> {
    this.#leading = true;
    const stopListening = this.#env.listen();
    try {
      while (!this.#end.signal.aborted) {
        this.#wake = new AbortController();
        this.#asked = false;
        const wait = await this.#once();
        if (!this.#asked && !this.#end.signal.aborted) await pause(wait, this.#wake.signal);
      }
    } finally {
      stopListening();
      this.#leading = false;
    }
  }

  /** @returns how long to rest, ms. */
  async #once(): Promise<number> {
    this.#env.onSending(true);
    try {
      const report = await this.#env.syncOnce();
      if (this.#end.signal.aborted) return 0;
      this.#env.onReport(report);
      const failed = report.contact === 'unreachable' || report.contact === 'busy' || report.contact === 'stuck';
      this.#failures = failed ? this.#failures + 1 : 0;
      return failed ? retryDelayMs(this.#failures, this.#env.chance, report.retry_after_ms) : IDLE_MS;
    } catch (error) {
      if (this.#end.signal.aborted) return 0;
      this.#env.onFailure(error);
      this.#failures++;
      return retryDelayMs(this.#failures, this.#env.chance);
    } finally {
      this.#env.onSending(false);
    }
  }
}

/** Leads through a Web Lock, so that one tab of the browser talks; without locks every tab does, which is safe but wasteful. */
export const leadByLock =
  (locks: LockManager | undefined, name: string): DriverEnv['lead'] =>
  async (work, until) => {
    if (!locks) return await work();
    // Rejects when given up before the lock was had: then there is nothing to do.
    await locks.request(name, { signal: until }, work).catch((error: unknown) => {
      if (!until.aborted) throw error;
    });
  };
