import type pg from 'pg';

/** A query as pg takes it: text, or text with a name under which each connection prepares it once, and values. */
type Query = string | { name?: string; text: string; values?: unknown[] };

/** The database of one facility. */
export interface Scoped {
  /** One statement, a transaction by itself. */
  query<R extends pg.QueryResultRow = pg.QueryResultRow>(query: Query, values?: readonly unknown[]): Promise<pg.QueryResult<R>>;
  /**
   * A connection for the time of `work`, which begins and ends its own transaction. What a failure leaves open is rolled back; a
   * broken connection is thrown away.
   */
  borrow<T>(work: (client: pg.ClientBase) => Promise<T>): Promise<T>;
}

const NAME = { name: 'name facility', text: `select set_config('psa.facility', $1, false)` };

/**
 * The database as the server may see it. Row-level security shows a connection the rows of the facility it named, so every query
 * says for which one it is. `of(null)` is for what belongs to none (health, finding the facility of an e-mail): it sees no
 * facility's rows.
 *
 * A connection keeps the facility it named. Only when it is next used for another does it send that name, ahead in the same flight:
 * nothing waits for it, and the server of one hospital sends it once a connection.
 */
export class Database {
  readonly #pool: pg.Pool;
  /** What each connection has named; absent: nothing yet. */
  readonly #named = new WeakMap<pg.PoolClient, string | null>();

  /** @param pool one of `createPool`; closed by its owner. */
  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  of(facility: string | null): Scoped {
    return {
      query: (query, values) =>
        this.#use(facility, (client) =>
          typeof query === 'string' ? client.query(query, values as unknown[] | undefined) : client.query(query),
        ),
      borrow: (work) => this.#use(facility, work, true),
    };
  }

  async #use<T>(facility: string | null, work: (client: pg.PoolClient) => Promise<T>, transaction = false): Promise<T> {
    const client = await this.#pool.connect();
    const naming = this.#name(client, facility);
    try {
      const [named, worked] = await Promise.allSettled([naming, work(client)]);
      // What ran behind a failed naming ran for the facility before, and saw and wrote nothing of ours: its answer is no answer.
      if (named.status === 'rejected') throw named.reason;
      if (worked.status === 'rejected') throw worked.reason;
      if (client.getTransactionStatus() !== 'I') throw new Error('A transaction was left open.');
      client.release();
      return worked.value;
    } catch (error) {
      await recover(client, naming, transaction);
      throw error;
    }
  }

  /** Sends the name when the connection has another. Outside of any transaction, as a rollback would take it back. */
  async #name(client: pg.PoolClient, facility: string | null): Promise<void> {
    if (this.#named.get(client) === facility) return;
    this.#named.set(client, facility);
    await client.query({ ...NAME, values: [facility ?? ''] });
  }
}

/** Gives a connection back after a failure, or throws it away when it is not known to be as it should. */
async function recover(client: pg.PoolClient, naming: Promise<void>, transaction: boolean): Promise<void> {
  try {
    await naming;
    if (transaction) await client.query('rollback');
    client.release(client.getTransactionStatus() !== 'I');
  } catch {
    client.release(true);
  }
}
