import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type RandomBytes, uuidv7 } from '@psa/domain';
import { ServerEnd } from '@psa/sync';
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Pool } from 'pg';
import { keepMonths } from './audit/months.ts';
import { Audit } from './auth/audit.ts';
import { Authors } from './auth/authors.ts';
import { Factors } from './auth/factors.ts';
import { Listener } from './auth/listener.ts';
import { Lockout } from './auth/lockout.ts';
import { Passwords } from './auth/passwords.ts';
import { Sessions } from './auth/sessions.ts';
import { Tokens } from './auth/tokens.ts';
import { keepArchive } from './db/archive-nights.ts';
import { Climber } from './db/climb.ts';
import { Database } from './db/database.ts';
import { MatchFinder } from './db/matches.ts';
import { isMigrated } from './db/migrate.ts';
import { randomBytes } from './db/random.ts';
import type { Reach } from './db/reach.ts';
import { recompute } from './db/recompute.ts';
import { RowReader } from './db/rows.ts';
import { PatientFinder } from './db/search.ts';
import { PgServerStore } from './db/store.ts';
import { openApiRoutes } from './openapi/route.ts';
import { aiRoutes } from './routes/ai.ts';
import { auditRoutes } from './routes/audit.ts';
import { calculatorRoutes } from './routes/calculators.ts';
import { closeSoon } from './routes/closing.ts';
import { compressAnswers } from './routes/compress.ts';
import { emergencyRoutes } from './routes/emergency.ts';
import { BARE_HEADERS, secureHeaders } from './routes/headers.ts';
import { healthRoute } from './routes/health.ts';
import { BODY_BYTES_MAX, readJsonBodies } from './routes/input.ts';
import { liveRoute } from './routes/live.ts';
import { toldOfError, toldOfRequest } from './routes/log.ts';
import { loginRoutes } from './routes/login.ts';
import { keepLooking } from './routes/looking.ts';
import { mergeRoutes } from './routes/merging.ts';
import { Moves } from './routes/moves.ts';
import { handleProblems, problemBody, refuseLine } from './routes/problems.ts';
import { recordRoutes } from './routes/records.ts';
import { searchRoutes } from './routes/search.ts';
import { factorRoutes } from './routes/second-factors.ts';
import type { AppConfig, Services } from './routes/services.ts';
import { sessionRoutes } from './routes/sessions.ts';
import { SnapshotReader } from './routes/snapshot-reader.ts';
import { webApp } from './routes/static.ts';
import { statusRoute } from './routes/status.ts';
import { summaryRoutes } from './routes/summary.ts';
import { syncRoutes } from './routes/sync.ts';
import { tabletRoutes } from './routes/tablets.ts';
import { trialRoutes } from './routes/trial.ts';
import { userRoutes } from './routes/users.ts';
import { type Metrics, watchRequests } from './watch/metrics.ts';
import type { Traces } from './watch/traces.ts';

export interface AppDeps {
  /** A pool of `createPool`, signed in as the role that the server works as; closed by its owner after the app. */
  pool: Pool;
  /** How to reach the same database once more: one connection that listens for notices. */
  client: Reach;
  /** A pool on a replica, from which snapshots are read while it keeps up. */
  replica?: Pool;
  config: AppConfig;
  /** The built web app; without it only the API is served. */
  webDir?: string;
  /** Server clock, milliseconds since 1970. */
  now?: () => number;
  random?: RandomBytes;
  /** Counts what this app does. */
  metrics?: Metrics;
  /** Traces what this app does. */
  traces?: Traces;
  /** Where the log goes, when there is one. */
  log?: { write(line: string): void };
}

/** A body that took this long to arrive is an attack or a dead line. */
const REQUEST_MS_MAX = 60_000;

/**
 * The HTTP server: API and web app. `listen` starts it, `close` lets running requests finish and ends live streams; pool and
 * database stay open. One extra connection to the database listens for notices from `ready` to `close`.
 */
export function buildApp(deps: AppDeps): FastifyInstance {
  const { config } = deps;
  const app = fastify({
    logger: config.logLevel === undefined ? false : logging(config.logLevel, deps.log),
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_MS_MAX,
    trustProxy: trusted(config.trustProxy),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 200 },
    frameworkErrors: unreadablePath,
    clientErrorHandler: refuseLine,
  });
  const s = services(app, deps);
  handleProblems(app);
  deps.traces?.watch(app);
  if (deps.metrics) watchRequests(app, deps.metrics);
  secureHeaders(app);
  readJsonBodies(app);
  compressAnswers(app);
  void app.register(async (api) => {
    loginRoutes(api, s);
    userRoutes(api, s);
    sessionRoutes(api, s);
    emergencyRoutes(api, s);
    factorRoutes(api, s);
    healthRoute(api, s, () => isMigrated(s.db.of(null)));
    trialRoutes(api, s);
    syncRoutes(api, s);
    tabletRoutes(api, s);
    liveRoute(api, s);
    auditRoutes(api, s);
    recordRoutes(api, s);
    mergeRoutes(api, s);
    aiRoutes(api, s);
    summaryRoutes(api, s);
    calculatorRoutes(api, s);
    openApiRoutes(api, config.version);
    searchRoutes(api, s);
    statusRoute(api, s);
  });
  webApp(app, deps.webDir);
  app.addHook('onClose', () => s.sessions.settled());
  listen(app, deps, s);
  keepMonths(app, s.db.of(null));
  keepArchive(app, s.db, () => new Date((deps.now ?? Date.now)()));
  closeSoon(app);
  return app;
}

/** Lines of JSON, on standard output unless told. Nothing that was entered, searched for or filtered by is in them (log.ts). */
const logging = (level: 'info' | 'warn' | 'error', stream: AppDeps['log']) => ({
  level,
  serializers: { req: toldOfRequest, err: toldOfError },
  ...(stream === undefined ? {} : { stream }),
});

/** A path that cannot be decoded meets no route and no hook. */
function unreadablePath(_error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void {
  void reply.code(400).headers(BARE_HEADERS).send(problemBody('BAD_REQUEST'));
}

/** A number is how many proxies stand before us. */
function trusted(setting: AppConfig['trustProxy']) {
  return typeof setting === 'number' ? (_address: string, hop: number) => hop < setting : (setting ?? false);
}

function services(app: FastifyInstance, deps: AppDeps): Services {
  const { config, now = Date.now, random = randomBytes } = deps;
  const db = new Database(deps.pool);
  const store = new PgServerStore(db);
  const newId = () => uuidv7(now(), random);
  const authors = new Authors(db);
  const passwords = new Passwords();
  const matching = new MatchFinder(db);
  const compress = promisify(gzip);
  const end = new ServerEnd(store, {
    recompute,
    now: () => new Date(now()).toISOString(),
    newId,
    authorOf: (device, author, body, sig, caller, rights) =>
      authors.verify(caller.actor.facility_id, { device, author, body, sig }, rights),
    compress: (text) => compress(text),
    report: (what, error) => app.log.error({ err: error }, what),
  });
  return {
    db,
    store,
    end,
    config,
    now,
    random,
    newId,
    rows: new RowReader(db),
    finder: new PatientFinder(db),
    moves: new Moves(),
    matching,
    // Nobody waits for either.
    climbs: keepLooking(app, 'nobody was told of a conflict that waits', config.lookMs, new Climber(db, now)),
    matches: keepLooking(app, 'patients were not compared', config.lookMs, {
      all: () => matching.all(),
      one: (facility) => matching.news(facility),
    }),
    tokens: new Tokens(config.secrets, now),
    sessions: new Sessions(db, now, newId),
    passwords,
    factors: new Factors({ db, secrets: config.secrets, random, now, newId, passwords }),
    lockout: new Lockout(db, now),
    audit: new Audit((facility, entries) => store.audit(facility, entries)),
    metrics: deps.metrics,
    snapshotsFrom: new SnapshotReader(store, deps.replica && new PgServerStore(new Database(deps.replica)), deps.metrics),
  };
}

/** Hears from the database what other processes changed: the head of each facility, and who may still come in. */
function listen(app: FastifyInstance, deps: AppDeps, s: Services): void {
  const listener = new Listener(
    deps.client,
    { sync: (payload) => s.moves.notice(payload), account: () => s.sessions.forget() },
    {
      onUp: () => {
        s.sessions.listening(true);
        s.moves.forget();
        for (const facility of s.moves.awaited()) {
          void s.store.head(facility).then(
            (seq) => s.moves.notice(`${facility}:${seq}`),
            () => {},
          );
        }
      },
      onDown: () => s.sessions.listening(false),
    },
  );
  app.addHook('onReady', () => listener.start());
  app.addHook('onClose', () => listener.stop());
}
