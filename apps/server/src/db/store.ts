import type { AnyRow } from '@psa/domain';
import type { AuditEntry, Broken, ChangesPage, Effects, Gone, KindDigest, Life, Loaded, Need, ServerStore } from '@psa/sync';
import pg from 'pg';
import { GroupCommit } from './batch.ts';
import { lostRace } from './broken.ts';
import type { Database } from './database.ts';
import { auditOnly } from './effects.ts';
import type { Step } from './load.ts';
import { type Changes, type PrintedChanges, printed, readChanges } from './pull.ts';
import { DIGEST, kindsOfScope, type Statement, snapshotKey, snapshotPagesSql, snapshotSql, utc } from './sql.ts';
import { BEGIN_READ, flight, Transactions } from './transact.ts';

const AUDIT_TRIES_MAX = 5;

/** $1 facility → a Life */
const EPOCH: Statement = {
  name: 'epoch',
  text: `select epoch, ${utc('restored_to')} as restored_to, ${utc('since')} as since, earlier from sync_epoch where facility_id = $1`,
};

/** A page of a snapshot as PostgreSQL printed it. */
export interface PrintedPage {
  kind: string;
  count: number;
  /** A JSON array of `count` rows. */
  json: string;
}

/** The server's store on PostgreSQL 15 or newer. */
export class PgServerStore implements ServerStore {
  readonly #db: Database;
  readonly #writes: GroupCommit;

  /** @param takesOver for the import of what another server kept (transact.ts). */
  constructor(db: Database, takesOver = false) {
    this.#db = db;
    this.#writes = new GroupCommit(new Transactions(db, takesOver));
  }

  /** Those that wait for each other share a commit where they have nothing in common (batch.ts). */
  transact(
    facility: string,
    need: Need,
    decide: (loaded: Loaded) => Effects,
  ): Promise<{ broken: Broken | null; effects: Effects }> {
    return this.#writes.add(facility, { need, decide });
  }

  async head(facility: string): Promise<number> {
    const { rows } = await this.#db.of(facility).query({
      name: 'head',
      text: 'select seq from sync_head where facility_id = $1',
      values: [facility],
    });
    return rows[0]?.seq ?? 0;
  }

  async epoch(facility: string): Promise<Life> {
    const read = { ...EPOCH, values: [facility] };
    const db = this.#db.of(facility);
    const { rows } = await db.query<Life>(read);
    if (rows[0]) return rows[0];
    // A facility gets its epoch with its first commit, or here when it is asked for before.
    await db.query('insert into sync_epoch values ($1, gen_random_uuid(), null) on conflict do nothing', [facility]);
    return (await db.query<Life>(read)).rows[0] as Life;
  }

  async pull(facility: string, after: number, scopes: readonly string[], limit: number): Promise<ChangesPage> {
    const { rows, gone, archived, next, more } = await this.pullPrinted(facility, after, scopes, limit);
    const parsed = { rows: JSON.parse(rows.join('')) as Record<string, AnyRow[]>, gone: JSON.parse(gone) as Gone[] };
    return { ...parsed, archived, next, more };
  }

  /** As `pull`, with rows and what is gone as PostgreSQL printed them. */
  async pullPrinted(facility: string, after: number, scopes: readonly string[], limit: number): Promise<PrintedChanges> {
    return printed(await readChanges(this.#db.of(facility), facility, after, scopes, limit));
  }

  /** Changes that can be told apart by scope, and the life of the same moment. */
  async changes(
    facility: string,
    after: number,
    scopes: readonly string[],
    limit: number,
  ): Promise<{ life: Life | undefined; changes: Changes }> {
    const read: { life?: Life } = {};
    const life: Step = {
      sql: EPOCH,
      values: [facility],
      take: ([found]) => {
        if (found) read.life = found as Life;
      },
    };
    const changes = await readChanges(this.#db.of(facility), facility, after, scopes, limit, [life]);
    return { life: read.life, changes };
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
      const sql = size === undefined ? snapshotSql(def, scope) : snapshotPagesSql(def, scope);
      const values = [facility, snapshotKey(scope), ...(size === undefined ? [] : [size])];
      return { sql, values, take: (found) => take(def.name, found) };
    });
    return this.#db.of(facility).borrow(async (client, begin) => {
      const head: Step = {
        sql: { name: 'head', text: 'select seq from sync_head where facility_id = $1' },
        values: [facility],
      };
      const results = await flight(client, [begin(BEGIN_READ), head, ...steps, 'commit']);
      return results[1]?.rows[0]?.seq ?? 0;
    });
  }

  async digest(facility: string, scopes: readonly string[]): Promise<{ head: number; kinds: Record<string, KindDigest> }> {
    const { rows } = await this.#db.of(facility).query({ ...DIGEST, values: [facility, scopes] });
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
    for (let tries = 1; ; tries++) {
      const { sql, values } = auditOnly(facility, entries);
      try {
        await this.#db.of(facility).query({ ...sql, values });
        return;
      } catch (error) {
        // Ended for the sake of another transaction: nothing was written, and the next try finds the way free.
        if (tries === AUDIT_TRIES_MAX || !(error instanceof pg.DatabaseError) || !lostRace(error)) throw error;
      }
    }
  }
}
