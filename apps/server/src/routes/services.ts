import { ProblemError, type RandomBytes } from '@psa/domain';
import type { ServerEnd } from '@psa/sync';
import type { FastifyRequest } from 'fastify';
import type { ProviderLimits } from '../ai/provider.ts';
import type { UsageLimits } from '../ai/usage.ts';
import type { Audit, Origin } from '../auth/audit.ts';
import type { Factors } from '../auth/factors.ts';
import type { Lockout } from '../auth/lockout.ts';
import type { Passwords } from '../auth/passwords.ts';
import type { Session, Sessions } from '../auth/sessions.ts';
import type { Tokens } from '../auth/tokens.ts';
import type { Database } from '../db/database.ts';
import type { MatchFinder } from '../db/matches.ts';
import type { RowReader } from '../db/rows.ts';
import type { PatientFinder } from '../db/search.ts';
import type { PgServerStore } from '../db/store.ts';
import type { Secrets } from '../keys/secrets.ts';
import type { Metrics } from '../watch/metrics.ts';
import type { Looking } from './looking.ts';
import type { Moves } from './moves.ts';
import type { SnapshotSource } from './snapshots.ts';

/** What the app must be told. */
export interface AppConfig {
  /** Shown by /api/health. */
  version: string;
  /** What tokens are signed and keys are sealed with: made on first start, kept outside the database. */
  secrets: Secrets;
  /** Which proxies may say where a request came from (Fastify's `trustProxy`); none unless told. */
  trustProxy?: boolean | string | number;
  /** Attempts per address to sign in (a minute) and to register (an hour). */
  loginsPerMinute?: number;
  registrationsPerHour?: number;
  /** Comment lines of the live stream, ms apart. */
  heartbeatMs?: number;
  /** How often it is looked for conflicts that wait and patients to compare, ms apart; only when asked for, unless told. */
  lookMs?: number;
  /** Limits of the language model that differ from the usual ones. */
  ai?: { provider?: Partial<ProviderLimits>; usage?: Partial<UsageLimits> };
  /** A folder on the disk whose free space is told. */
  dataDir?: string;
  /** Whether requests are logged, and at what level; silent unless told. */
  logLevel?: 'info' | 'warn' | 'error';
}

/** What routes work with; made once in app.ts. */
export interface Services {
  db: Database;
  store: PgServerStore;
  /** The server's half of the sync protocol over `store`. */
  end: ServerEnd;
  rows: RowReader;
  finder: PatientFinder;
  moves: Moves;
  /** Compares patients with each other. */
  matching: MatchFinder;
  /** Tells people of conflicts that wait. */
  climbs: Looking;
  /** Compares patients that were written. */
  matches: Looking;
  config: AppConfig;
  now: () => number;
  random: RandomBytes;
  newId: () => string;
  tokens: Tokens;
  sessions: Sessions;
  passwords: Passwords;
  lockout: Lockout;
  factors: Factors;
  audit: Audit;
  /** Where snapshots are read. */
  snapshotsFrom: SnapshotSource;
  /** What is counted for whoever watches; nothing is when nobody does. */
  metrics: Metrics | undefined;
}

const SESSION = Symbol('session');
type WithSession = FastifyRequest & { [SESSION]?: Session };

async function sessionFor(s: Services, request: FastifyRequest): Promise<Session> {
  const { authorization } = request.headers;
  if (authorization === undefined || !authorization.startsWith('Bearer ')) throw new ProblemError('NOT_SIGNED_IN');
  const claims = await s.tokens.read(authorization.slice(7));
  if (!claims) throw new ProblemError('SESSION_ENDED');
  const session = await s.sessions.get(claims.facility, claims.session);
  (request as WithSession)[SESSION] = session;
  return session;
}

/** Route hook: only with a session that stands, on a device that was not withdrawn. Runs before the body is read. */
export function signedIn(s: Services) {
  return async (request: FastifyRequest): Promise<void> => {
    const session = await sessionFor(s, request);
    if (withdrawn(session)) throw new ProblemError('DEVICE_REVOKED');
  };
}

/** As `signedIn`, for the few routes that a withdrawn device may still ask. */
export function signedInAnyDevice(s: Services) {
  return async (request: FastifyRequest): Promise<void> => {
    await sessionFor(s, request);
  };
}

export function withdrawn(session: Session): boolean {
  return session.device_state === 'revoked' || session.device_state === 'wiped';
}

/** The session a hook above has found. */
export function sessionOf(request: FastifyRequest): Session {
  const session = (request as WithSession)[SESSION];
  if (!session) throw new Error('this route asks for a session without a hook that finds it');
  return session;
}

/** Where a request came from. */
export function originOf(request: FastifyRequest): Origin {
  // Whoever hung up meanwhile has no address any more.
  const { ip, host } = request as { ip?: string; host?: string };
  return { address: ip ?? '', agent: request.headers['user-agent'] ?? '', host: host ?? '' };
}
