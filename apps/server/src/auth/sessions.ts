import { type Actor, ProblemError, type Role } from '@psa/domain';
import type { Database } from '../db/database.ts';
import { utc } from '../db/sql.ts';
import { TOKEN_MS } from './tokens.ts';

export type DeviceState = 'active' | 'drain' | 'revoked' | 'wiped';

/** Who is asking: the person, and the device when a browser that keeps a copy signed in. */
export interface Session {
  id: string;
  actor: Actor;
  device_id: string | null;
  device_state: DeviceState | null;
  expiresAtMs: number;
}

interface Found {
  user_id: string;
  facility_id: string;
  role: Role;
  is_active: boolean;
  is_approved: boolean;
  deleted: boolean;
  device_id: string | null;
  device_state: DeviceState | null;
  expires_ms: number;
  ended: boolean;
}

/** Looked at again after this long even when nothing was heard: a lost notice may not leave a door open. */
const TRUSTED_MS = 5_000;
const KEPT_MAX = 10_000;
/** Somebody who works all day is written down once a minute, not at every request. */
const SEEN_EVERY_MS = 60_000;

/** A session as the person whose it is sees it. */
export interface SessionShown {
  id: string;
  created_at: string;
  last_seen_at: string;
  expires_at: string;
  device_id: string | null;
  device_name: string | null;
  ip_address: string | null;
  user_agent: string | null;
  second_factor: 'totp' | 'passkey' | 'recovery' | null;
}

const FIND = `select s.user_id, s.device_id, extract(epoch from s.expires_at)::float8 * 1000 as expires_ms,
    s.ended_at is not null as ended, u.facility_id, u.role, u.is_active, u.is_approved, u.deleted, d.state as device_state
  from sessions s join users u on u.facility_id = $1 and u.id = s.user_id
    left join devices d on d.facility_id = $1 and d.id = s.device_id
  where s.facility_id = $1 and s.id = $2`;

/**
 * Sessions live in the database; what was read is trusted for five seconds at most, and only while notices of changes arrive
 * (channel `account`, sent by triggers on sessions, users and devices). A session ended through this process is refused by it
 * at once, by another process within a notice's time, and in five seconds when the notice was lost.
 */
export class Sessions {
  readonly #db: Database;
  readonly #now: () => number;
  readonly #newId: () => string;
  readonly #kept = new Map<string, { found: Found; at: number }>();
  readonly #watchers = new Set<() => void>();
  readonly #seen = new Map<string, number>();
  readonly #noting = new Set<Promise<unknown>>();
  #heard = false;
  #era = 0;

  constructor(db: Database, now: () => number, newId: () => string) {
    this.#db = db;
    this.#now = now;
    this.#newId = newId;
  }

  /** Starts a session of 24 hours. */
  async open(from: {
    facility: string;
    userId: string;
    deviceId: string | null;
    /** What was shown beside the password. */
    shown: 'totp' | 'passkey' | 'recovery' | null;
    address: string;
    agent: string;
  }): Promise<{ id: string; expiresAtMs: number }> {
    const id = this.#newId();
    const expiresAtMs = this.#now() + TOKEN_MS;
    await this.#db.of(from.facility).query({
      name: 'session-open',
      text: `insert into sessions (id, facility_id, user_id, device_id, created_at, expires_at, ip_address, user_agent, last_seen_at, second_factor)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $5, $9)`,
      values: [
        ...[id, from.facility, from.userId, from.deviceId],
        ...[new Date(this.#now()), new Date(expiresAtMs), from.address.slice(0, 45), from.agent.slice(0, 300), from.shown],
      ],
    });
    return { id, expiresAtMs };
  }

  /**
   * The session behind a token, judged now. Throws SESSION_ENDED, ACCOUNT_CLOSED or AWAITING_APPROVAL; the state of the
   * device is left to the caller, as a withdrawn one may still ask whether it is.
   */
  async get(facility: string, id: string): Promise<Session> {
    const found = await this.#find(facility, id);
    if (!found || found.ended || found.expires_ms <= this.#now()) throw new ProblemError('SESSION_ENDED');
    if (!found.is_active || found.deleted) throw new ProblemError('ACCOUNT_CLOSED');
    if (!found.is_approved) throw new ProblemError('AWAITING_APPROVAL');
    this.#noteUse(facility, id);
    return {
      id,
      actor: { user_id: found.user_id, facility_id: found.facility_id, role: found.role },
      device_id: found.device_id,
      device_state: found.device_state,
      expiresAtMs: found.expires_ms,
    };
  }

  /** The sessions of a person that stand, last used first. */
  async of(facility: string, userId: string): Promise<SessionShown[]> {
    await this.settled();
    const { rows } = await this.#db.of(facility).query<SessionShown>(
      `select s.id, ${utc('s.created_at')} as created_at, ${utc('coalesce(s.last_seen_at, s.created_at)')} as last_seen_at,
          ${utc('s.expires_at')} as expires_at, s.device_id, d.name as device_name, s.ip_address, s.user_agent, s.second_factor
        from sessions s left join devices d on d.facility_id = s.facility_id and d.id = s.device_id
        where s.facility_id = $1 and s.user_id = $2 and s.ended_at is null and s.expires_at > $3
        order by coalesce(s.last_seen_at, s.created_at) desc, s.id desc limit 200`,
      [facility, userId, new Date(this.#now())],
    );
    return rows;
  }

  /** Ends a session of this person. @returns whether there was one that stood. */
  async endOwn(facility: string, userId: string, id: string): Promise<boolean> {
    const { rowCount } = await this.#db
      .of(facility)
      .query('update sessions set ended_at = now() where facility_id = $1 and user_id = $2 and id = $3 and ended_at is null', [
        ...[facility, userId, id],
      ]);
    this.forget();
    return rowCount === 1;
  }

  /** Ends one session. */
  async end(facility: string, id: string): Promise<void> {
    await this.#db
      .of(facility)
      .query('update sessions set ended_at = now() where facility_id = $1 and id = $2 and ended_at is null', [facility, id]);
    this.forget();
  }

  /** Ends all sessions of a person, or all but one. @returns how many. */
  async endAllOf(facility: string, userId: string, but: string | null = null): Promise<number> {
    const { rowCount } = await this.#db
      .of(facility)
      .query(
        'update sessions set ended_at = now() where facility_id = $1 and user_id = $2 and ended_at is null and id is distinct from $3',
        [facility, userId, but],
      );
    this.forget();
    return rowCount ?? 0;
  }

  /** Resolves when nothing is being written any more. */
  async settled(): Promise<void> {
    await Promise.all(this.#noting);
  }

  /** Notes that a session was used, unless that was noted a moment ago. Never delays an answer, and never fails one. */
  #noteUse(facility: string, id: string): void {
    const now = this.#now();
    if (now - (this.#seen.get(id) ?? Number.NEGATIVE_INFINITY) < SEEN_EVERY_MS) return;
    if (this.#seen.size >= KEPT_MAX) this.#seen.clear();
    this.#seen.set(id, now);
    const noting = this.#db
      .of(facility)
      .query('update sessions set last_seen_at = $3 where facility_id = $1 and id = $2', [facility, id, new Date(now)])
      .catch(() => undefined)
      .finally(() => this.#noting.delete(noting));
    this.#noting.add(noting);
  }

  /** Something about accounts, sessions or devices changed: what was read no longer counts. */
  forget(): void {
    this.#era++;
    this.#kept.clear();
    for (const watcher of this.#watchers) watcher();
  }

  /** Whether notices of changes arrive; while they do not, every request looks in the database. */
  listening(heard: boolean): void {
    this.#heard = heard;
    this.forget();
  }

  /** Calls back whenever sessions may have ended. @returns how to stop. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  async #find(facility: string, id: string): Promise<Found | undefined> {
    const now = this.#now();
    const kept = this.#kept.get(id);
    if (kept && now - kept.at < TRUSTED_MS && now >= kept.at) return kept.found;
    const era = this.#era;
    const { rows } = await this.#db.of(facility).query<Found>({ name: 'session-find', text: FIND, values: [facility, id] });
    const found = rows[0];
    // Read before a change that was told meanwhile: true for this request, not to be kept.
    if (found && this.#heard && era === this.#era) {
      if (this.#kept.size >= KEPT_MAX) this.#kept.clear();
      this.#kept.set(id, { found, at: now });
    }
    return found;
  }
}
