import pg from 'pg';
import { isPooled } from './pool.ts';

/** A query as pg takes it: text, or text with a name under which each connection prepares it once, and values. */
type Query = string | { name?: string; text: string; values?: unknown[] };

/** Makes of `begin …` (one statement, or several) what begins a transaction that is for the right facility. */
type Begin = (words: string) => string;

/** The database of one facility. */
export interface Scoped {
  /** One statement, a transaction by itself. */
  query<R extends pg.QueryResultRow = pg.QueryResultRow>(query: Query, values?: readonly unknown[]): Promise<pg.QueryResult<R>>;
  /**
   * A connection for the time of `work`, which begins and ends its own transaction, and begins it with what `begin` makes of its words.
   * What a failure leaves open is rolled back; a broken connection is thrown away.
   */
  borrow<T>(work: (client: pg.ClientBase, begin: Begin) => Promise<T>): Promise<T>;
}

/** What each connection has named; absent: nothing yet. Of the connection, as several of us may share its pool. */
const named = new WeakMap<pg.PoolClient, string | null>();

const NAME = { name: 'name facility', text: `select set_config('psa.facility', $1, false)` };

/**
 * The database as the server may see it. Row-level security shows a connection the rows of the facility it named, so every query
 * says for which one it is. `of(null)` is for what belongs to none (health, finding the facility of an e-mail): it sees no
 * facility's rows.
 *
 * A connection keeps the facility it named. Only when it is next used for another does it send that name, ahead in the same flight:
 * nothing waits for it, and the server of one hospital sends it once a connection.
 *
 * Behind a pooler in transaction mode a connection is ours for one transaction: there each of them says its facility after its `begin`,
 * and a single statement is put into one, in the same flight.
 */
export class Database {
  readonly #pool: pg.Pool;
  readonly #pooled: boolean;

  /** @param pool one of `createPool`; closed by its owner. */
  constructor(pool: pg.Pool) {
    this.#pool = pool;
    this.#pooled = isPooled(pool);
  }

  of(facility: string | null): Scoped {
    return {
      query: (query, values) =>
        this.#pooled
          ? this.#use((client) => within(client, facility, () => send(client, query, values)), true)
          : this.#use((client) => send(client, query, values), false, facility),
      borrow: (work) =>
        this.#pooled
          ? this.#use((client) => work(client, (words) => `${words}; ${naming(facility)}`), true)
          : this.#use((client) => work(client, (words) => words), true, facility),
    };
  }

  /** @param facility to be named ahead, on a connection that keeps it; undefined: `work` names it. */
  async #use<T>(work: (client: pg.PoolClient) => Promise<T>, transaction: boolean, facility?: string | null): Promise<T> {
    const client = await this.#pool.connect();
    const naming = facility === undefined ? Promise.resolve() : this.#name(client, facility);
    try {
      const [told, worked] = await Promise.allSettled([naming, work(client)]);
      // What ran behind a failed naming ran for the facility before, and saw and wrote nothing of ours: its answer is no answer.
      if (told.status === 'rejected') throw told.reason;
      if (worked.status === 'rejected') throw worked.reason;
      if (client.getTransactionStatus() !== 'I') throw new Error('A transaction was left open.');
      client.release();
      return worked.value;
    } catch (error) {
      await recover(client, naming, transaction, error);
      throw error;
    }
  }

  /** Sends the name when the connection has another. Outside of any transaction, as a rollback would take it back. */
  async #name(client: pg.PoolClient, facility: string | null): Promise<void> {
    if (named.get(client) === facility) return;
    named.set(client, facility);
    await client.query({ ...NAME, values: [facility ?? ''] });
  }
}

function send<R extends pg.QueryResultRow>(
  client: pg.ClientBase,
  query: Query,
  values: readonly unknown[] | undefined,
): Promise<pg.QueryResult<R>> {
  return typeof query === 'string' ? client.query<R>(query, values as unknown[] | undefined) : client.query<R>(query);
}

/** For the rest of a transaction. */
const naming = (facility: string | null): string => `set local psa.facility = ${pg.escapeLiteral(facility ?? '')}`;

/** One statement in a transaction of its own, in one flight. What is pipelined behind a failure is answered, and is no answer. */
async function within<T>(client: pg.ClientBase, facility: string | null, ask: () => Promise<T>): Promise<T> {
  const sent = [client.query(`begin; ${naming(facility)}`), ask(), client.query('commit')] as const;
  const [begun, asked, ended] = await Promise.allSettled(sent);
  for (const one of [begun, asked, ended]) if (one.status === 'rejected') throw one.reason;
  const { command } = (ended as PromiseFulfilledResult<pg.QueryResult>).value;
  if (command !== 'COMMIT') throw new Error('The transaction was rolled back.');
  return (asked as PromiseFulfilledResult<Awaited<T>>).value as T;
}

/** A server that was primary when the connection was made, and is a replica now. */
const READ_ONLY = '25006';

/** Gives a connection back after a failure, or throws it away when it is not known to be as it should. */
async function recover(client: pg.PoolClient, naming: Promise<void>, transaction: boolean, error: unknown): Promise<void> {
  try {
    await naming;
    if (transaction) await client.query('rollback');
    client.release(client.getTransactionStatus() !== 'I' || isReadOnly(error));
  } catch {
    client.release(true);
  }
}

/** The failure itself, or the one behind it: a connection to what became a replica is of no use any more. */
function isReadOnly(error: unknown): boolean {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown };
  return code === READ_ONLY || (cause !== undefined && isReadOnly(cause));
}
