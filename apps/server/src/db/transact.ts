import { setTimeout as pause } from 'node:timers/promises';
import { type Broken, type Effects, NO_EFFECTS, viewOf } from '@psa/sync';
import pg from 'pg';
import type { Member, Outcome, Runner, Share } from './batch.ts';
import { brokenBy, lostRace, ownKey } from './broken.ts';
import type { Database } from './database.ts';
import { writing } from './effects.ts';
import { namingWhatIsMissing, takenElsewhere } from './hidden.ts';
import { loading, type Step } from './load.ts';
import { traced } from './traced.ts';

const TRIES_MAX = 8;
/** After this many losses to the same key it is nobody's race: the id belongs to a row that this facility cannot see. */
const KEY_LOSSES_MAX = 3;

/** A lock that is held for longer is held by hand, or by somebody who died: neighbours do not wait for it. */
const SHARED_LOCK_MS_MAX = 1_000;

/**
 * Durable before it is answered, whatever the server's default is. Every statement of a write, and of the triggers behind it, looks rows
 * up by their keys: a plan that was made while a table was empty would read all of it, until PostgreSQL next counts its rows.
 */
const BEGIN = 'begin; set local synchronous_commit = on; set local enable_seqscan = off';
const BEGIN_SHARED = `${BEGIN}; set local lock_timeout = ${SHARED_LOCK_MS_MAX}`;
/** Commits wait for each other to be numbered, however slow the disk is: giving up there would only make them more. */
const COMMIT_SHARED = 'set local lock_timeout = 0; commit';
/** Rows are taken over as another server kept them: nothing is derived from them anew. PostgreSQL heeds it of the owner alone (0235). */
const TAKEN_OVER = '; set local psa.taken_over = on';
/** One view of the whole database, for statements that must agree. */
export const BEGIN_READ = 'begin isolation level repeatable read read only';

const LOCK_NOT_AVAILABLE = '55P03';

/** The first failure of a pipelined transaction; those behind it only say that the transaction is gone. */
class Rejected extends Error {
  override readonly cause: pg.DatabaseError;
  /** What the first member of the transaction was to write. */
  wanted: Effects = NO_EFFECTS;
  constructor(cause: pg.DatabaseError) {
    super(cause.message, { cause });
    this.cause = cause;
  }
}

/** Sends all statements in one flight and waits for every answer. Throws the first failure. */
export async function flight(client: pg.ClientBase, parts: readonly (string | Step)[]): Promise<pg.QueryResult[]> {
  const sent = parts.map((part) =>
    typeof part === 'string'
      ? client.query(part)
      : client.query({ name: part.sql.name, text: part.sql.text, values: part.values }),
  );
  const settled = await Promise.allSettled(sent);
  for (const one of settled) {
    if (one.status === 'rejected') throw one.reason instanceof pg.DatabaseError ? new Rejected(one.reason) : one.reason;
  }
  // Several statements in one text answer with a list; the last of them counts.
  const results = settled.map((one) => [(one as PromiseFulfilledResult<pg.QueryResult>).value].flat().at(-1) as pg.QueryResult);
  parts.forEach((part, i) => {
    if (typeof part !== 'string') part.take?.(results[i]?.rows ?? []);
  });
  return results;
}

/** Write transactions on PostgreSQL: several members in one, or one until it is settled. */
export class Transactions implements Runner {
  readonly #db: Database;
  readonly #more: string;

  /** @param takesOver for the import of what another server kept. */
  constructor(db: Database, takesOver = false) {
    this.#db = db;
    this.#more = takesOver ? TAKEN_OVER : '';
  }

  together(facility: string, members: readonly Member[]): Promise<Share[]> {
    return this.#once(facility, members, BEGIN_SHARED, COMMIT_SHARED);
  }

  splits(error: unknown): 'halves' | 'singles' | 'no' {
    // Class 57: the server ended the connection, or an operator did.
    if (!(error instanceof Rejected) || error.cause.code?.startsWith('57P')) return 'no';
    return error.cause.code === LOCK_NOT_AVAILABLE ? 'singles' : 'halves';
  }

  async alone(facility: string, member: Member, first?: Promise<Share[]>): Promise<Outcome> {
    let [keyLosses, attempt] = [0, first ?? this.#once(facility, [member], BEGIN, 'commit')];
    for (let tries = 1; ; tries++) {
      try {
        const [share] = await attempt;
        if (share && 'effects' in share) return { broken: null, effects: share.effects };
        throw share?.thrown;
      } catch (error) {
        if (!(error instanceof Rejected)) throw error;
        const broken = await this.#verdict(facility, error, tries, ownKey(error.cause) ? ++keyLosses : 0);
        if (broken) return { broken, effects: NO_EFFECTS };
        attempt = this.#once(facility, [member], BEGIN, 'commit');
      }
    }
  }

  /** What a failed attempt of one member means; undefined when the next may succeed. Throws what is no fault of the effects. */
  async #verdict(facility: string, failed: Rejected, tries: number, keyLosses: number): Promise<Broken | undefined> {
    const { cause: error, wanted } = failed;
    if (error.code === LOCK_NOT_AVAILABLE) return undefined;
    if (keyLosses === KEY_LOSSES_MAX) {
      const broken = await takenElsewhere(this.#db, facility, wanted, error.table ?? '');
      if (broken) return broken;
    }
    if (lostRace(error) && tries < TRIES_MAX) {
      // Whoever won has committed by now, save for deadlocks between many: a little disorder ends those.
      if (tries > 1) await pause(Math.random() * 2 ** tries);
      return undefined;
    }
    const broken = brokenBy(error);
    if (!broken) throw error;
    return namingWhatIsMissing(this.#db, facility, wanted, broken);
  }

  /** Two flights: begin and load; write and commit. Each member is judged on what it asked for, as if it were alone. */
  #once(facility: string, members: readonly Member[], begin: string, commit: string): Promise<Share[]> {
    return traced('transaction', { members: members.length }, () => this.#attempt(facility, members, begin, commit));
  }

  #attempt(facility: string, members: readonly Member[], begin: string, commit: string): Promise<Share[]> {
    return this.#db.of(facility).borrow(async (client, begins) => {
      const needs = members.map(({ need }) => need);
      const { steps, loaded } = loading(facility, needs);
      await flight(client, [begins(`${begin}${this.#more}`), ...steps]);
      const shares = members.map(({ decide, need }): Share => {
        try {
          return { effects: decide(members.length === 1 ? loaded : viewOf(loaded, need)) };
        } catch (thrown) {
          return { thrown };
        }
      });
      const effects = shares.flatMap((share): Effects[] => ('effects' in share ? [share.effects] : []));
      const results = await flight(client, [...writing(facility, effects), commit]).catch((error: unknown) => {
        if (error instanceof Rejected && effects[0]) error.wanted = effects[0];
        throw error;
      });
      // A pipelined transaction that failed is ended by `commit` without an error; only the answer's word tells.
      if (results.at(-1)?.command !== 'COMMIT') throw new Error('The transaction was rolled back.');
      return shares;
    });
  }
}
