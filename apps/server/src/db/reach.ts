import pg from 'pg';

/** One of the machines that may hold the database. */
export interface Host {
  host: string;
  port: number;
}

/** How to sign in to a PostgreSQL. */
export interface Reach extends pg.ClientConfig {
  /** Machines of which one takes writes, and which one may change: found anew whenever a connection is made after one was lost. */
  steer?: Steering;
  /** A pooler in transaction mode stands between: a connection is ours for one transaction only. */
  pooled?: boolean;
}

/** A machine that does not answer in this time is not waited for. */
const PROBE_MS_MAX = 3_000;

/** One that is a replica, or was told to be read-only, takes no writes. */
const WRITABLE = `select not pg_is_in_recovery() and current_setting('transaction_read_only') = 'off' as yes`;

/** PostgreSQL's code for "not now": whoever waits tries again. */
const NOT_NOW = '57P03';

/** Knows which of several machines takes writes. Shared by all connections that are made from one address. */
export class Steering {
  readonly hosts: readonly Host[];
  #current: Host | undefined;
  #looking: Promise<Host> | undefined;

  constructor(hosts: readonly Host[]) {
    this.hosts = hosts;
  }

  /** The machine that takes writes, as it was found last, or found now. Rejects when none does. @param config how to sign in to each */
  async find(config: pg.ClientConfig): Promise<Host> {
    if (this.#current) return this.#current;
    this.#looking ??= this.#look(config).finally(() => {
      this.#looking = undefined;
    });
    this.#current = await this.#looking;
    return this.#current;
  }

  /** A connection was lost or found to be read-only: what was known is not known any more. */
  forget(): void {
    this.#current = undefined;
  }

  async #look(config: pg.ClientConfig): Promise<Host> {
    const answers = this.hosts.map(async (host) => {
      if (await takesWrites({ ...config, ...host })) return host;
      throw new Error('read-only');
    });
    try {
      return await Promise.any(answers);
    } catch (error) {
      const [first] = error instanceof AggregateError ? (error.errors as unknown[]).filter((e) => !isReadOnly(e)) : [error];
      // All were reached, and none is the primary; else what the first that failed says of itself.
      if (first === undefined)
        throw Object.assign(new Error('None of the servers of DATABASE_URL takes writes now.'), { code: NOT_NOW });
      throw first;
    }
  }
}

const isReadOnly = (error: unknown): boolean => error instanceof Error && error.message === 'read-only';

async function takesWrites(config: pg.ClientConfig & Host): Promise<boolean> {
  const probe = new pg.Client(plain(config));
  probe.on('error', () => undefined);
  probe.host = config.host;
  probe.port = config.port;
  try {
    await probe.connect();
    const { rows } = await probe.query<{ yes: boolean }>(WRITABLE);
    return rows[0]?.yes ?? false;
  } finally {
    void probe.end().catch(() => undefined);
  }
}

const plain = ({ connectionString, ssl }: pg.ClientConfig): pg.ClientConfig => ({
  ...(connectionString === undefined ? {} : { connectionString }),
  ...(ssl === undefined ? {} : { ssl }),
  connectionTimeoutMillis: PROBE_MS_MAX,
});

/** Without its name: a prepared statement would stay with a connection that serves somebody else next. */
const unnamed = (first: unknown): unknown => {
  if (typeof first !== 'object' || first === null || !('name' in first) || !('text' in first)) return first;
  const { name: _name, ...rest } = first;
  return rest;
};

/** A connection that finds the machine that takes writes, and names no statement where a pooler stands between. */
export class SteeredClient extends pg.Client {
  readonly #config: Reach;

  constructor(config: Reach = {}) {
    super(config);
    this.#config = config;
    const { steer, pooled } = config;
    if (steer) this.on('error', () => steer.forget());
    if (pooled) {
      const query = this.query.bind(this) as (...given: unknown[]) => unknown;
      this.query = ((first: unknown, ...rest: unknown[]) => query(unnamed(first), ...rest)) as typeof this.query;
    }
  }

  override connect(): Promise<pg.Client>;
  override connect(callback: ((error: Error) => void) | ((error: null, client: pg.Client) => void)): void;
  override connect(
    callback?: ((error: Error) => void) | ((error: null, client: pg.Client) => void),
  ): Promise<pg.Client> | undefined {
    const done = this.#connect();
    if (!callback) return done;
    const tell = callback as (error: Error | null, client: pg.Client) => void;
    done.then(
      () => tell(null, this),
      (error: Error) => tell(error, this),
    );
    return undefined;
  }

  async #connect(): Promise<pg.Client> {
    const { steer } = this.#config;
    if (steer) {
      const { host, port } = await steer.find(this.#config);
      this.host = host;
      this.port = port;
    }
    try {
      await super.connect();
      return this;
    } catch (error) {
      steer?.forget();
      throw error;
    }
  }
}
