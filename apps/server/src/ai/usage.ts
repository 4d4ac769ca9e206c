import { RateLimit } from '../auth/rate.ts';
import { WaitProblem } from '../auth/wait.ts';
import type { Database } from '../db/database.ts';

/** What one person may ask for. */
export interface UsageLimits {
  perMinute: number;
  /** A day ends at midnight UTC. */
  perDay: number;
  tokensPerDay: number;
  /** Questions of one person, and of everybody, that are being answered. */
  atOnce: number;
  atOnceInAll: number;
}

export const USAGE_LIMITS: UsageLimits = { perMinute: 10, perDay: 200, tokensPerDay: 300_000, atOnce: 2, atOnceInAll: 16 };

const DAY_MS = 86_400_000;
/** Soon enough to be tried again when others have their answers. */
const SOON_MS = 5_000;

/** Counts questions and tokens: those of a day in the database, for all processes and across restarts; those of a minute here. */
export class Usage {
  readonly #db: Database;
  readonly #now: () => number;
  readonly #limits: UsageLimits;
  readonly #minute: RateLimit;
  readonly #running = new Map<string, number>();
  #inAll = 0;

  constructor(db: Database, now: () => number, limits: UsageLimits) {
    this.#db = db;
    this.#now = now;
    this.#limits = limits;
    this.#minute = new RateLimit(limits.perMinute, 60_000, now);
  }

  /** Counts a question. Throws TOO_MANY. @returns what ends it: to be called once, with the tokens that it took. */
  async begin(facility: string, user: string): Promise<(tokens: number) => Promise<void>> {
    this.#minute.take(user);
    const running = this.#running.get(user) ?? 0;
    if (running >= this.#limits.atOnce || this.#inAll >= this.#limits.atOnceInAll) throw new WaitProblem('TOO_MANY', SOON_MS);
    this.#running.set(user, running + 1);
    this.#inAll++;
    const now = this.#now();
    const day = new Date(now).toISOString().slice(0, 10);
    const release = () => {
      this.#inAll--;
      const left = (this.#running.get(user) ?? 1) - 1;
      if (left === 0) this.#running.delete(user);
      else this.#running.set(user, left);
    };
    try {
      const { rowCount } = await this.#db.of(facility).query(
        `insert into ai_usage as u values ($1, $2, $3, 1, 0)
         on conflict (facility_id, user_id, day) do update set requests = u.requests + 1 where u.requests < $4 and u.tokens < $5`,
        [facility, user, day, this.#limits.perDay, this.#limits.tokensPerDay],
      );
      if (rowCount === 0) throw new WaitProblem('TOO_MANY', DAY_MS - (now % DAY_MS));
    } catch (error) {
      release();
      throw error;
    }
    return async (tokens) => {
      release();
      await this.#db
        .of(facility)
        .query('update ai_usage set tokens = tokens + $4 where facility_id = $1 and user_id = $2 and day = $3', [
          facility,
          user,
          day,
          Math.max(0, Math.round(tokens)),
        ]);
    };
  }
}
