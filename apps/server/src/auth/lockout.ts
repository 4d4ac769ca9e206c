import type { Database } from '../db/database.ts';
import { WaitProblem } from './wait.ts';

/** Failures in a row before an account is locked, and for how long at first; every further failure doubles it. */
const FAILURES_MAX = 5;
const LOCK_MS = 5 * 60 * 1000;
const DOUBLINGS_MAX = 6;
/** E-mails without an account that are remembered, so that the lock does not tell who has one. */
const STRANGERS_MAX = 10_000;

const lockMs = (failures: number) =>
  failures < FAILURES_MAX ? 0 : LOCK_MS * 2 ** Math.min(failures - FAILURES_MAX, DOUBLINGS_MAX);

/**
 * The lock on an account after failed passwords. An attempt is counted before the password is looked at and forgiven when it
 * was right: many guesses sent at once are counted like guesses one after the other. Kept in the database, so that every
 * process and every restart knows it. Time is the database's.
 */
export class Lockout {
  readonly #db: Database;
  readonly #now: () => number;
  readonly #turns = new Map<string, Promise<void>>();
  readonly #strangers = new Map<string, { failures: number; until: number }>();

  constructor(db: Database, now: () => number) {
    this.#db = db;
    this.#now = now;
  }

  /** Runs attempts of one account one after the other, so that several tablets may sign in with it at the same moment. */
  async inTurn<T>(email: string, attempt: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(email);
    let done = () => {};
    const mine = new Promise<void>((resolve) => {
      done = resolve;
    });
    this.#turns.set(email, mine);
    try {
      await before;
      return await attempt();
    } finally {
      done();
      if (this.#turns.get(email) === mine) this.#turns.delete(email);
    }
  }

  /** Counts an attempt. Throws LOCKED_OUT while the account is locked. */
  async begin(facility: string, userId: string): Promise<void> {
    const counted = await this.#db.of(facility).query(
      `update user_credentials set failed_count = failed_count + 1,
         locked_until = case when failed_count + 1 >= $2
           then now() + make_interval(secs => $3 * power(2, least(failed_count + 1 - $2, $4))) end
       where facility_id = $5 and user_id = $1 and (locked_until is null or locked_until <= now())`,
      [userId, FAILURES_MAX, LOCK_MS / 1000, DOUBLINGS_MAX, facility],
    );
    if (counted.rowCount === 1) return;
    const { rows } = await this.#db.of(facility).query<{ wait: number }>(
      `select extract(epoch from locked_until - now())::float8 * 1000 as wait from user_credentials
        where facility_id = $1 and user_id = $2`,
      [facility, userId],
    );
    throw new WaitProblem('LOCKED_OUT', Math.max(rows[0]?.wait ?? LOCK_MS, 1000));
  }

  /** An attempt that was neither right nor wrong: the password was right, and something else is still to be shown. */
  async takeBack(facility: string, userId: string): Promise<void> {
    await this.#db
      .of(facility)
      .query(
        'update user_credentials set failed_count = greatest(failed_count - 1, 0), locked_until = null where facility_id = $1 and user_id = $2',
        [facility, userId],
      );
  }

  /** All was right: the count starts again. */
  async forgive(facility: string, userId: string): Promise<void> {
    await this.#db
      .of(facility)
      .query('update user_credentials set failed_count = 0, locked_until = null where facility_id = $1 and user_id = $2', [
        facility,
        userId,
      ]);
  }

  /** The same lock for an e-mail without an account; in memory, as there is nothing to protect. */
  beginStranger(email: string): void {
    const now = this.#now();
    const seen = this.#strangers.get(email) ?? { failures: 0, until: 0 };
    if (seen.until > now) throw new WaitProblem('LOCKED_OUT', seen.until - now);
    const failures = seen.failures + 1;
    if (this.#strangers.size >= STRANGERS_MAX) this.#strangers.clear();
    this.#strangers.set(email, { failures, until: now + lockMs(failures) });
  }
}
