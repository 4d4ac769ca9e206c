import type pg from 'pg';
import { buildApp } from './app.ts';
import { defaultPasswordsStand, openTrialAccounts } from './auth/defaults.ts';
import { keepBackups } from './backup/keeper.ts';
import { bringUpToDate } from './bring-up.ts';
import { type Config, isLoopback, readConfig } from './config.ts';
import { Database } from './db/database.ts';
import { loadDemo } from './db/demo.ts';
import { homeFacility } from './db/home.ts';
import { MigrationError } from './db/migrate.ts';
import { createPool } from './db/pool.ts';
import { type Reach, SteeredClient } from './db/reach.ts';
import { seed } from './db/seed.ts';
import { seedReference } from './db/seed-reference.ts';
import { openCluster } from './embedded/cluster.ts';
import { writableFolder } from './embedded/place.ts';
import { Secrets, serverPasswords } from './keys/secrets.ts';
import { listenLogin, serverLogin } from './server-login.ts';
import { databaseFailure, errorCode, errorLine, StartFailure } from './start-failure.ts';
import { checkPort, listenFailure, Started, Stopped, say } from './steps.ts';
import { readVersion } from './version.ts';
import { Figures } from './watch/figures.ts';
import { serveMetrics } from './watch/listener.ts';
import { Metrics } from './watch/metrics.ts';

/** How often it is looked for conflicts that wait too long, and for patients registered twice. */
const LOOK_MS = 60_000;

/** A fast shutdown of PostgreSQL writes what is in memory to the disk. */
const STOP_MS_MAX = 60_000;

/** Between two lines about lost connections. */
const LOSS_MS_MIN = 1_000;

const started = new Started();

/** Ends what was started, then this process. */
async function leave(code: number): Promise<never> {
  await started.end();
  process.exit(code);
}

/** One sentence and exit code 1; whatever it is, no stack trace. */
function fail(error: unknown): void {
  if (error instanceof Stopped) return;
  const told = error instanceof StartFailure || error instanceof MigrationError;
  process.stderr.write(`\n${told ? error.message : `The server failed: ${errorLine(error)}`}\n`);
  void leave(1);
}

/** Twenty connections are lost at once, and one line is enough. While we end PostgreSQL ourselves, it is no news. */
let lossToldAt = 0;
function reportLoss(error: Error): void {
  if (started.ending || Date.now() - lossToldAt < LOSS_MS_MIN) return;
  lossToldAt = Date.now();
  say(`Connections to PostgreSQL were lost (${errorLine(error)}); new ones will be made`);
}

/** How to sign in to PostgreSQL, as owner and as server, and where the data is, as shown to the person. */
interface Found {
  owner: Reach;
  /** The role is there only when the migrations have run. */
  server(secrets: Secrets): Promise<Reach>;
  where: string;
  /** The files that can be copied; null when PostgreSQL is not ours. */
  embedded: { adminUrl: string; home: string } | null;
}

/** What is left to carry away when PostgreSQL has ended. */
let lastOfTheLog: (() => Promise<void>) | undefined;

/** Finds or starts PostgreSQL. */
async function findDatabase(config: Config): Promise<Found> {
  if (!config.database) {
    say('Starting PostgreSQL');
    const archiving = config.backup ? { archiveSeconds: config.backup.archiveSeconds } : {};
    const cluster = await openCluster({ folder: config.dataDir, say, lost: fail, ...archiving });
    await started.add(
      'PostgreSQL',
      async () => {
        say('Stopping PostgreSQL');
        await cluster.stop();
        await lastOfTheLog?.();
      },
      STOP_MS_MAX,
    );
    const found = { created: 'is new and running', started: 'is running', found: 'was still running' }[cluster.origin];
    say(`PostgreSQL ${found} (process ${cluster.pid()}, port ${cluster.port})`);
    return {
      owner: { connectionString: cluster.url },
      server: async () => ({ connectionString: cluster.serverUrl }),
      where: cluster.home,
      embedded: cluster,
    };
  }
  const { database } = config;
  const { client, shown } = database;
  say(`Looking for PostgreSQL at ${shown}`);
  const probe = new SteeredClient(client);
  probe.on('error', () => undefined);
  try {
    await probe.connect();
    await probe.end();
  } catch (error) {
    throw databaseFailure(error, shown);
  }
  return {
    owner: client,
    server: (secrets) => serverLogin(database, serverPasswords(secrets)),
    where: `PostgreSQL at ${shown}`,
    embedded: null,
  };
}

function readArguments(args: readonly string[]): { demo: boolean } {
  const unknown = args.find((arg) => arg !== '--demo');
  if (unknown !== undefined) throw new StartFailure(`"${unknown}" is not known here; the only option is --demo.`);
  return { demo: args.includes('--demo') };
}

/** Starts everything, step by step. Throws StartFailure, MigrationError, or Stopped when asked to stop meanwhile. */
async function start(args: readonly string[]): Promise<void> {
  const { demo } = readArguments(args);
  const config = readConfig(process.env);
  const version = readVersion();
  say(`Plastic Surgeon Assistant ${version}`);
  await checkPort(config.host, config.port);
  await writableFolder(config.dataDir);
  started.check();
  const found = await findDatabase(config);
  await bringUpToDate(found.owner, config.database?.shown, say);
  started.check();
  await prepareAsOwner(found.owner, config.host);
  started.check();
  const secrets = Secrets.in(config.dataDir);
  const client = await found.server(secrets);
  const pool = createPool(client, reportLoss);
  await started.add('The connections to PostgreSQL', () => pool.end());
  const metrics = config.metrics ? new Metrics() : undefined;
  const traces = await tracing(config, version);
  const app = buildApp({
    pool,
    client: listenLogin(config.database, client),
    webDir: config.webDir,
    config: { ...config.app, version, secrets, lookMs: LOOK_MS, dataDir: config.dataDir },
    ...(metrics ? { metrics } : {}),
    ...(traces ? { traces } : {}),
    ...(await readingFrom(config)),
  });
  await started.add('The web server', () => app.close());
  const db = new Database(pool);
  if (demo) await fillWard(db);
  started.check();
  await app.listen({ host: config.host, port: config.port }).catch(async (error: unknown) => {
    throw await listenFailure(errorCode(error), config.host, config.port);
  });
  if (metrics) await watched(config, metrics, pool, db);
  await startBackups(config, found, version);
  const home = await homeFacility(db);
  welcome(config, found.where, home === undefined ? [] : await openTrialAccounts(db, home));
}

/** What needs the owner and is done before anybody is served. On connections of their own, which end here. */
async function prepareAsOwner(client: Reach, host: string): Promise<void> {
  const owner = createPool({ ...client, max: 2 }, reportLoss);
  try {
    await seedReference(owner, await seed(owner));
    if (isLoopback(host) || !(await defaultPasswordsStand(owner))) return;
  } finally {
    await owner.end();
  }
  throw new StartFailure(
    `HOST=${host} would open this server to others while passwords for trying out still stand; start it without HOST, change them, and start again.`,
  );
}

/** Loaded only when there is somewhere to send spans to. */
async function tracing({ traces: settings }: Config, version: string) {
  if (!settings) return undefined;
  const { Traces } = await import('./watch/traces.ts');
  const traces = new Traces(settings, version, say);
  await started.add('The traces', () => traces.stop());
  say(`Traces go to ${new URL(settings.url).host}`);
  return traces;
}

/** The pool on the replica of DATABASE_READ_URL. It may be away: then it is done without. */
async function readingFrom({ database }: Config): Promise<{ replica?: pg.Pool }> {
  if (!database?.read) return {};
  const replica = createPool(database.read.client);
  await started.add('The connections to the replica', () => replica.end());
  say(`Snapshots are read at ${database.read.shown} while it keeps up`);
  return { replica };
}

/** Opens the listener that Prometheus asks. */
async function watched({ metrics: place, dataDir }: Config, metrics: Metrics, pool: pg.Pool, db: Database): Promise<void> {
  if (!place) return;
  metrics.watchProcess();
  const figures = new Figures(metrics, { db, pool, folder: dataDir, now: Date.now });
  const open = await serveMetrics(metrics, figures, place).catch((error: unknown) => {
    throw new StartFailure(`METRICS_PORT=${place.port} cannot be used (${errorLine(error)}); set another.`, error);
  });
  await started.add('The listener of metrics', async () => {
    metrics.stop();
    await open.close();
  });
  say(`Metrics at http://${place.host}:${open.port}/metrics`);
}

/** Backups by the settings, for as long as the server runs. */
async function startBackups(config: Config, found: Found, version: string): Promise<void> {
  if (!config.backup) return;
  const { dataDir, backup } = config;
  const keeper = await keepBackups(backup, { dataDir, version, owner: found.owner, embedded: found.embedded }, say);
  lastOfTheLog = () => keeper.finish();
  await started.add('The backups', () => keeper.pause());
}

/** Fills the demonstration ward, telling every tenth part of the way. */
async function fillWard(db: Database): Promise<void> {
  let told = 0;
  await loadDemo(db, say, {
    progress: (done, of) => {
      // The person may have asked to stop: what is written stays.
      started.check();
      const tenths = Math.floor((10 * done) / of);
      if (tenths > told && done < of) say(`${done} of ${of} patients`);
      told = tenths;
    },
  });
}

function welcome(config: Config, where: string, trial: readonly { email: string; password: string }[]): void {
  const host = isLoopback(config.host) || config.host === '0.0.0.0' || config.host === '::' ? 'localhost' : config.host;
  const accounts = trial.map(({ email, password }) => `${email} / ${password}`).join(', ');
  const lines = [
    `Open      http://${host}:${config.port}`,
    ...(accounts ? [`Accounts  ${accounts} (for trying out)`] : []),
    `Data      ${where}`,
    'Stop      Ctrl-C',
  ];
  process.stdout.write(`\n${lines.map((line) => `  ${line}\n`).join('')}\n`);
}

/**
 * Runs the server in this process until a signal or a failure ends it, and then the process: exit code 0 when asked to stop, 1 otherwise.
 * @param args what `npm start --` was given: nothing, or `--demo`.
 */
export function serve(args: readonly string[]): void {
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    // A terminal and npm may both send it: only the first counts.
    process.once(name, () => {
      process.on(name, () => undefined);
      say('Stopping');
      void leave(0);
    });
  }
  process.on('uncaughtException', fail);
  // A reader that went away (`npm start | head`) must not end the server.
  process.stdout.on('error', () => undefined);
  start(args).catch(fail);
}
