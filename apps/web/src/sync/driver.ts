import { type Chance, type Progress, retryDelayMs, type SyncReport } from '@psa/sync';
import { pause } from './live.ts';

/** When nothing calls for it sooner: a look at the server so often. */
const IDLE_MS = 5 * 60_000;
/** What a live line owes after a push comes within this, or is fetched. */
const OWED_MS = 1_000;

/** Why a synchronisation is wished for. `signal`: a reason to believe that the network or the server is back. */
export type Reason = 'save' | 'signal';

export interface DriverEnv {
  now(): number;
  /** @param receive false: it only sends, and pulls when that has shown that it must. */
  syncOnce(receive: boolean): Promise<SyncReport>;
  /** Whether changes come by themselves at present, over an open live line. */
  carried(): boolean;
  /** Whether the copies of something that was acknowledged have not arrived yet. */
  behind(): Promise<boolean>;
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
export const fetchingOf = (now: Progress): { done: number; of: number; scope: string } | null =>
  now.doing === 'fetching' && now.done < now.of ? { done: now.done, of: now.of, scope: now.scope } : null;

/**
 * Decides when to synchronise: after a save, when the network returns, when the page becomes visible, when the server pokes, and by a
 * timer after a failure. One tab of a browser leads; `ask` in another tab is passed on to it by the caller.
 */
export class Driver {
  readonly #env: DriverEnv;
  readonly #end = new AbortController();
  #wake = new AbortController();
  #asked: Reason | null = 'signal';
  #failures = 0;
  /** When everything was last asked for. */
  #fullAt: number | null = null;
  /** The live line owes what the last push did. */
  #owed = false;
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
    if (this.#asked !== 'signal') this.#asked = reason;
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
        const why = this.#asked;
        this.#asked = null;
        const wait = await this.#once(why);
        if (!this.#asked && !this.#end.signal.aborted) await pause(wait, this.#wake.signal);
      }
    } finally {
      stopListening();
      this.#leading = false;
    }
  }

  /**
   * A save is only sent while a live line brings what is new, its own copies among it (docs/sync.md, S53). @param why null: the timer.
   * @returns how long to rest, ms.
   */
  async #once(why: Reason | null): Promise<number> {
    const { now, syncOnce, carried, behind } = this.#env;
    const lately = this.#fullAt !== null && now() >= this.#fullAt && now() - this.#fullAt < IDLE_MS;
    if (why === null && this.#owed && lately) {
      this.#owed = false;
      if (!(await behind())) return IDLE_MS;
    }
    const receive = !(why === 'save' && lately && carried());
    this.#env.onSending(true);
    try {
      const report = await syncOnce(receive);
      if (this.#end.signal.aborted) return 0;
      this.#env.onReport(report);
      const failed = report.contact === 'unreachable' || report.contact === 'busy' || report.contact === 'stuck';
      this.#failures = failed ? this.#failures + 1 : 0;
      if (failed) return retryDelayMs(this.#failures, this.#env.chance, report.retry_after_ms);
      if (receive) this.#fullAt = now();
      this.#owed = !receive;
      return receive ? IDLE_MS : OWED_MS;
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
