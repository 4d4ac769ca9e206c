import { statfs } from 'node:fs/promises';
import type pg from 'pg';
import { Gauge } from 'prom-client';
import { z } from 'zod';
import type { Database } from '../db/database.ts';
import { readEvents, type ServerEvent } from '../db/events.ts';
import type { Metrics } from './metrics.ts';

/** The database is asked this often at most, however many ask us. */
const FRESH_MS = 5_000;
/** A database that does not answer must not hold up whoever asks how it is. */
const ANSWER_MS_MAX = 3_000;

const figuresSchema = z.object({
  database_bytes: z.number(),
  conflicts_open: z.number(),
  quarantine_open: z.number(),
  quarantine_deferred: z.number(),
  commits: z.number(),
  audit_entries: z.number(),
  devices: z.record(z.string(), z.number()),
  devices_waiting: z.number(),
  unsent: z.number(),
  waiting: z.array(z.object({ id: z.string(), depth: z.number(), seconds: z.number(), silent_seconds: z.number().nullable() })),
  behind: z.number(),
});
type Counts = z.infer<typeof figuresSchema>;

/** A statement of the server as PostgreSQL counts it. `id`: PostgreSQL's number of it (`pg_stat_statements.queryid`). */
interface Slow {
  id: string;
  calls: number;
  seconds: number;
  longest: number;
}

interface Found {
  figures: Counts;
  events: ServerEvent[];
  slow: Slow[];
}

/** The extension may stand in any schema. */
const STATEMENTS = `select quote_ident(n.nspname) || '.pg_stat_statements' as view
  from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname = 'pg_stat_statements'
    and has_schema_privilege(n.oid, 'usage')`;

/** The statements that take most time. Their texts stay in PostgreSQL. */
const slowest = (view: string): string => `select queryid::text as id, sum(calls)::float8 as calls,
    sum(total_exec_time)::float8 / 1000 as seconds, max(max_exec_time)::float8 / 1000 as longest
  from ${view} where dbid = (select oid from pg_database where datname = current_database()) and queryid is not null
  group by queryid order by 3 desc limit 10`;

async function slowStatements(db: Database): Promise<Slow[]> {
  const none = db.of(null);
  const { rows } = await none.query<{ view: string }>(STATEMENTS);
  if (!rows[0]) return [];
  // Installed, and not loaded into the server: it says so each time it is asked.
  return (await none.query<Slow & pg.QueryResultRow>(slowest(rows[0].view)).catch(() => ({ rows: [] }))).rows;
}

async function look(db: Database): Promise<Found> {
  const [{ rows }, events, slow] = await Promise.all([
    db.of(null).query<{ figures: unknown }>('select server_figures() as figures'),
    readEvents(db),
    slowStatements(db),
  ]);
  return { figures: figuresSchema.parse(rows[0]?.figures), events, slow };
}

/** Free and total bytes of the disk that holds a folder; null where the system does not tell. */
export async function diskOf(folder: string): Promise<{ free: number; total: number } | null> {
  try {
    const { bavail, blocks, bsize } = await statfs(folder);
    return { free: bavail * bsize, total: blocks * bsize };
  } catch {
    return null;
  }
}

function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error('The database did not answer in time.')), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** Tells Prometheus of database, disk and pool, looked up when it asks. */
export class Figures {
  readonly #db: Database;
  readonly #pool: pg.Pool;
  readonly #folder: string;
  readonly #now: () => number;
  readonly #gauges: ReturnType<typeof gaugesOf>;
  #last: { at: number; found: Promise<Found> } | undefined;

  /** @param folder on the disk to be watched. @param now milliseconds since 1970 */
  constructor(metrics: Metrics, from: { db: Database; pool: pg.Pool; folder: string; now: () => number }) {
    this.#db = from.db;
    this.#pool = from.pool;
    this.#folder = from.folder;
    this.#now = from.now;
    this.#gauges = gaugesOf(metrics);
  }

  /** Brings the gauges up to date. Never rejects: a database that does not answer is a figure too. */
  async update(): Promise<void> {
    const g = this.#gauges;
    const { totalCount, idleCount, waitingCount } = this.#pool;
    g.pool.set({ state: 'used' }, totalCount - idleCount);
    g.pool.set({ state: 'idle' }, idleCount);
    g.pool.set({ state: 'waiting' }, waitingCount);
    const disk = await diskOf(this.#folder);
    if (disk) {
      g.diskFree.set(disk.free);
      g.diskTotal.set(disk.total);
    }
    try {
      this.#show(await this.#found());
      g.up.set(1);
    } catch {
      g.up.set(0);
    }
  }

  #found(): Promise<Found> {
    const now = this.#now();
    const last = this.#last;
    if (last && now >= last.at && now - last.at < FRESH_MS) return last.found;
    const found = within(ANSWER_MS_MAX, look(this.#db));
    this.#last = { at: now, found };
    // Whoever asks next asks anew.
    found.catch(() => {
      this.#last = undefined;
    });
    return found;
  }

  #show({ figures, events, slow }: Found): void {
    const g = this.#gauges;
    g.bytes.set(figures.database_bytes);
    g.conflicts.set(figures.conflicts_open);
    g.quarantine.set({ state: 'open' }, figures.quarantine_open);
    g.quarantine.set({ state: 'deferred' }, figures.quarantine_deferred);
    g.commits.set(figures.commits);
    g.audit.set(figures.audit_entries);
    g.devices.reset();
    for (const [state, n] of Object.entries(figures.devices)) g.devices.set({ state }, n);
    g.waitingDevices.set(figures.devices_waiting);
    g.unsent.set(figures.unsent);
    g.behind.set(figures.behind);
    g.oldest.set(Math.max(0, ...figures.waiting.map(({ seconds }) => seconds)));
    g.oldestOf.reset();
    for (const { id, seconds } of figures.waiting) g.oldestOf.set({ device: id }, seconds);
    for (const { name, ok, at, ok_at } of events) {
      g.eventOk.set({ event: name }, ok ? 1 : 0);
      g.eventAt.set({ event: name }, Date.parse(at) / 1_000);
      if (ok_at !== null) g.eventOkAt.set({ event: name }, Date.parse(ok_at) / 1_000);
    }
    g.calls.reset();
    g.seconds.reset();
    g.longest.reset();
    for (const { id, calls, seconds, longest } of slow) {
      g.calls.set({ statement: id }, calls);
      g.seconds.set({ statement: id }, seconds);
      g.longest.set({ statement: id }, longest);
    }
  }
}

function gaugesOf({ registry }: Metrics) {
  const gauge = <L extends string = never>(name: string, help: string, ...labelNames: L[]) =>
    new Gauge<L>({ name, help, labelNames, registers: [registry] });
  return {
    up: gauge('psa_database_up', 'Whether the database answered just now.'),
    pool: gauge('psa_pool_connections', 'Connections of this process; waiting: requests without one.', 'state'),
    diskFree: gauge('psa_disk_free_bytes', 'Free on the disk of the data folder.'),
    diskTotal: gauge('psa_disk_bytes', 'Size of the disk of the data folder.'),
    bytes: gauge('psa_database_bytes', 'Size of the database.'),
    conflicts: gauge('psa_conflicts_open', 'Conflicts that wait for a person.'),
    quarantine: gauge('psa_quarantine', 'Writes in quarantine: refused and open, or waiting for one that is.', 'state'),
    commits: gauge('psa_commits', 'Number of the last commit, all facilities together.'),
    audit: gauge('psa_audit_entries', 'Entries of the audit trail.'),
    devices: gauge('psa_devices', 'Devices by state.', 'state'),
    waitingDevices: gauge('psa_devices_waiting', 'Devices that had unsent work at their last contact.'),
    unsent: gauge('psa_unsent_groups', 'Unsent saves on all devices, at their last contacts.'),
    behind: gauge('psa_sync_lag_commits', 'Commits by which the device furthest behind is, of those heard of within the hour.'),
    oldest: gauge('psa_oldest_unsent_seconds', 'Age of the oldest save that is known to wait on a device.'),
    oldestOf: gauge('psa_device_oldest_unsent_seconds', 'The same by device, of the twenty that wait longest.', 'device'),
    eventOk: gauge('psa_event_ok', 'Whether the last backup, rehearsal or look at the audit trail went well.', 'event'),
    eventAt: gauge('psa_event_timestamp_seconds', 'When it was last tried.', 'event'),
    eventOkAt: gauge('psa_event_ok_timestamp_seconds', 'When it last went well.', 'event'),
    calls: gauge(
      'psa_statement_calls',
      'Calls of the ten statements that take most time, by pg_stat_statements.queryid.',
      'statement',
    ),
    seconds: gauge('psa_statement_seconds', 'Time they took altogether.', 'statement'),
    longest: gauge('psa_statement_longest_seconds', 'The longest run of each.', 'statement'),
  };
}
