import { setTimeout as pause } from 'node:timers/promises';
import type { AnyRow } from '@psa/domain';
import {
  type AuditEntry,
  type Broken,
  type Effects,
  type Gone,
  type KindDigest,
  type Life,
  type Loaded,
  type Need,
  NO_EFFECTS,
  type ServerStore,
} from '@psa/sync';
import pg from 'pg';
import { brokenBy, lostRace, ownKey } from './broken.ts';
import { auditOnly, writing } from './effects.ts';
import { loading, type Step } from './load.ts';
import { DIGEST, KINDS, kindsOfScope, PULL, snapshotPagesSql, snapshotSql } from './sql.ts';

const TRIES_MAX = 8;
/** After this many losses to the same key it is nobody's race: the id belongs to a row that this facility cannot see. */
const KEY_LOSSES_MAX = 3;

/** Durable before it is answered, whatever the server's default is. */
const BEGIN = 'begin; set local synchronous_commit = on';
const BEGIN_READ = 'begin isolation level repeatable read read only';

/** The first failure of a pipelined transaction; those behind it only say that the transaction is gone. */
class Rejected extends Error {
  override readonly cause: pg.DatabaseError;
  constructor(cause: pg.DatabaseError) {
    super(cause.message, { cause });
    this.cause = cause;
  }
}

/** Sends all statements in one flight and waits for every answer. Throws the first failure. */
async function flight(client: pg.ClientBase, parts: readonly (string | Step)[]): Promise<pg.QueryResult[]> {
  const sent = parts.map((part) =>
    typeof part === 'string'
      ? client.query(part)
      : client.query({ name: part.sql.name, text: part.sql.text, values: part.values }),
  );
  const settled = await Promise.allSettled(sent);
  for (const one of settled) {
    if (one.status === 'rejected') throw one.reason instanceof pg.DatabaseError ? new Rejected(one.reason) : one.reason;
  }
  const results = settled.map((one) => (one as PromiseFulfilledResult<pg.QueryResult>).value);
  parts.forEach((part, i) => {
    if (typeof part !== 'string') part.take?.(results[i]?.rows ?? []);
  });
  return results;
}

/** A page of a snapshot as PostgreSQL printed it. */
export interface PrintedPage {
  kind: string;
  count: number;
  /** A JSON array of `count` rows. */
  json: string;
}

/** The server's store on PostgreSQL 15 or newer. The pool must be one of `createPool`. */
export class PgServerStore implements ServerStore {
  readonly pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.pool = pool;
  }

  async transact(
    facility: string,
    need: Need,
    decide: (loaded: Loaded) => Effects,
  ): Promise<{ broken: Broken | null; effects: Effects }> {
    let keyLosses = 0;
    for (let tries = 1; ; tries++) {
      try {
        return { broken: null, effects: await this.#once(facility, need, decide) };
      } catch (error) {
        if (!(error instanceof Rejected)) throw error;
        if (ownKey(error.cause) && ++keyLosses === KEY_LOSSES_MAX) {
          const broken = await this.#takenElsewhere(facility, error.cause);
          if (broken) return { broken, effects: NO_EFFECTS };
        }
        if (lostRace(error.cause) && tries < TRIES_MAX) {
          // Whoever won has committed by now, save for deadlocks between many: a little disorder ends those.
          if (tries > 1) await pause(Math.random() * 2 ** tries);
          continue;
        }
        const broken = brokenBy(error.cause);
        if (!broken) throw error.cause;
        return { broken, effects: NO_EFFECTS };
      }
    }
  }

  /** Two flights: begin and load; write and commit. */
  async #once(facility: string, need: Need, decide: (loaded: Loaded) => Effects): Promise<Effects> {
    return this.#borrow(async (client) => {
      const { steps, loaded } = loading(facility, need);
      await flight(client, [BEGIN, ...steps]);
      const effects = decide(loaded);
      const results = await flight(client, [...writing(facility, effects), 'commit']);
      // A pipelined transaction that failed is ended by `commit` without an error; only the answer's word tells.
      if (results.at(-1)?.command !== 'COMMIT') throw new Error('The transaction was rolled back.');
      return effects;
    });
  }

  /** An id that exists, but not in this facility: no judging will ever find it, so it is refused. */
  async #takenElsewhere(facility: string, error: pg.DatabaseError): Promise<Broken | null> {
    const id = /=\((?:[0-9a-f-]{36}, )?([0-9a-f-]{36})\)/.exec(error.detail ?? '')?.[1];
    const kind = KINDS.get(error.table ?? '');
    if (!id || !kind) return null;
    const { rows } = await this.pool.query({ ...kind.sql.one, values: [facility, id] });
    if (rows.length > 0) return null;
    const say = 'This id is already in use.';
    return { code: 'TAKEN', say, fields: { id: say }, kind: kind.def.name };
  }

  /** A connection for one transaction; whatever is left open by a failure is rolled back, a broken connection is thrown away. */
  async #borrow<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    try {
      const done = await work(client);
      client.release();
      return done;
    } catch (error) {
      await client.query('rollback').then(
        () => client.release(),
        (lost: Error) => client.release(lost),
      );
      throw error;
    }
  }

  async head(facility: string): Promise<number> {
    const { rows } = await this.pool.query({
      name: 'head',
      text: 'select seq from sync_head where facility_id = $1',
      values: [facility],
    });
    return rows[0]?.seq ?? 0;
  }

  async epoch(facility: string): Promise<Life> {
    const read = {
      name: 'epoch',
      text: `select epoch, to_char(restored_to at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as restored_to,
               to_char(since at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as since, earlier
             from sync_epoch where facility_id = $1`,
      values: [facility],
    };
    const { rows } = await this.pool.query(read);
    if (rows[0]) return rows[0];
    // A facility gets its epoch with its first commit, or here when it is asked for before.
    await this.pool.query('insert into sync_epoch values ($1, gen_random_uuid(), null) on conflict do nothing', [facility]);
    return (await this.pool.query(read)).rows[0];
  }

  async pull(
    facility: string,
    after: number,
    scopes: readonly string[],
    limit: number,
  ): Promise<{ rows: Record<string, AnyRow[]>; gone: Gone[]; next: number; more: boolean }> {
    const answer = await this.pool.query({ ...PULL, values: [facility, after, scopes, Math.max(1, limit)] });
    const rows: Record<string, AnyRow[]> = {};
    const gone: Gone[] = [];
    let [next, more] = [after, false];
    for (const line of answer.rows) {
      if (line.kind === null) {
        next = line.next;
        more = line.more;
      } else if (line.op === 'U') {
        rows[line.kind] ??= [];
        rows[line.kind]?.push(line.row);
      } else gone.push([line.kind, line.id, line.op, line.version]);
    }
    return { rows, gone, next, more };
  }

  async snapshot(facility: string, scope: string): Promise<{ head: number; kinds: { kind: string; rows: AnyRow[] }[] }> {
    const kinds: { kind: string; rows: AnyRow[] }[] = [];
    const head = await this.#readAt(facility, scope, (kind, found) => {
      if (found.length > 0) kinds.push({ kind, rows: found.map((r) => r.row) });
    });
    return { head, kinds };
  }

  /** A snapshot already printed and cut into pages of `size` rows: nothing is parsed on its way. Kinds without rows have no page. */
  async snapshotPages(facility: string, scope: string, size: number): Promise<{ head: number; pages: PrintedPage[] }> {
    const pages: PrintedPage[] = [];
    const head = await this.#readAt(
      facility,
      scope,
      (kind, found) => {
        for (const page of found) pages.push({ kind, count: page.count, json: page.json });
      },
      size,
    );
    return { head, pages };
  }

  /** One REPEATABLE READ transaction in one flight over all kinds of a scope. @returns the head at its moment. */
  async #readAt(
    facility: string,
    scope: string,
    take: (kind: string, rows: pg.QueryResultRow[]) => void,
    size?: number,
  ): Promise<number> {
    const steps = kindsOfScope(scope).map((def): Step => {
      const sql = size === undefined ? snapshotSql(def) : snapshotPagesSql(def);
      const values = size === undefined ? [facility, scope] : [facility, scope, size];
      return { sql, values, take: (found) => take(def.name, found) };
    });
    return this.#borrow(async (client) => {
      const head: Step = {
        sql: { name: 'head', text: 'select seq from sync_head where facility_id = $1' },
        values: [facility],
      };
      const results = await flight(client, [BEGIN_READ, head, ...steps, 'commit']);
      return results[1]?.rows[0]?.seq ?? 0;
    });
  }

  async digest(facility: string, scopes: readonly string[]): Promise<{ head: number; kinds: Record<string, KindDigest> }> {
    const { rows } = await this.pool.query({ ...DIGEST, values: [facility, scopes] });
    const kinds: Record<string, KindDigest> = {};
    let head = 0;
    for (const { kind, count, sum } of rows) {
      if (kind === null) head = sum;
      else if (count > 0) kinds[kind] = { count, sum };
    }
    return { head, kinds };
  }

  /** Writes audit entries of what is no mutation. Resolves when they are durable. */
  async audit(facility: string, entries: readonly AuditEntry[]): Promise<void> {
    if (entries.length === 0) return;
    const { sql, values } = auditOnly(facility, entries);
    await this.pool.query({ ...sql, values });
  }
}
