import { type CarriedPage, type Chance, DeviceEnd, type Link, type PullReply, type SyncReport } from '@psa/sync';
import { sign } from '../session/crypto.ts';
import { actorOf, type Person } from '../session/person.ts';
import type { Fetch } from '../session/server.ts';
import { Driver, fetchingOf, leadByLock, type Reason } from '../sync/driver.ts';
import { HttpLink } from '../sync/http-link.ts';
import { type Live, listenLive } from '../sync/live.ts';
import type { SyncState } from './api.ts';
import { scopeKey } from './copies.ts';
import type { Database } from './database.ts';
import { IndexedDbDeviceStore, type StoreChange } from './indexeddb.ts';
import type { Compared } from './safety.ts';

export interface OpenedEnv {
  db: Database;
  name: string;
  fetch: Fetch;
  base: string;
  now(): number;
  chance: Chance;
  locks: LockManager | undefined;
  onChange(change: StoreChange): void;
  onDropped(scopes: readonly string[]): void;
  onSync(part: Partial<SyncState>): void;
  /** Checksums were compared with the server's. */
  onCompared(compared: Compared): void;
  onReport(report: SyncReport): void;
  onFailure(error: unknown): void;
}

/** Everything that lives as long as one person is in: their storage, their end of the wire, and what drives it. */
export class Opened {
  readonly person: Person;
  readonly store: IndexedDbDeviceStore;
  readonly end: DeviceEnd;
  readonly driver: Driver;
  readonly #env: OpenedEnv;
  readonly #end = new AbortController();
  #live: Live | null = null;
  #state: PullReply['device_state'] = 'active';
  #comparedAt: string | null = null;

  constructor(person: Person, env: OpenedEnv) {
    this.person = person;
    this.#env = env;
    this.store = new IndexedDbDeviceStore({
      db: env.db,
      keys: person.keys,
      onChange: env.onChange,
      onDropped: env.onDropped,
      // What could not be read is still on the server.
      onDamage: () => this.ask('signal'),
    });
    const web = { fetch: endedBy(env.fetch, this.#end.signal), base: env.base, token: () => person.token };
    const device = { now: env.now, chance: env.chance };
    this.end = new DeviceEnd(this.store, this.#watched(inReach(new HttpLink(web), person)), device, {
      sign: (body) => sign(person.author, body),
      onProgress: (now) => this.#sync({ fetching: fetchingOf(now) }),
    });
    this.driver = new Driver({
      now: env.now,
      syncOnce: (receive) => this.end.syncOnce(receive),
      carried: () => this.#live?.open === true,
      behind: () => this.end.behind(),
      lead: leadByLock(env.locks, `${env.name}-sync`),
      listen: () => {
        const live = listenLive({
          ...web,
          ...device,
          onMoved: () => this.ask('signal'),
          onPage: (page) => void this.#take(page),
        });
        this.#live = live;
        return () => live.end();
      },
      chance: env.chance,
      onSending: (sending) => this.#sync(sending ? { sending } : { sending, fetching: null }),
      onReport: (report) => {
        if (this.#comparedAt !== null) env.onCompared({ at: this.#comparedAt, differed: report.differed });
        this.#comparedAt = null;
        env.onReport(report);
      },
      onFailure: env.onFailure,
    });
  }

  /** Whether the server wants this device emptied now: at once when it is revoked, when nothing waits any more when it drains. */
  async toBeEmptied(): Promise<boolean> {
    if (this.#state !== 'drain') return this.#state === 'revoked';
    return (await this.store.outbox()).every((entry) => entry.state !== 'waiting');
  }

  /** Notes what answers say beside their rows. */
  #watched(link: Link): Link {
    return {
      push: (request) => link.push(request),
      snapshot: (request) => link.snapshot(request),
      pull: async (request) => {
        const reply = await link.pull(request);
        this.#state = reply.device_state;
        if (reply.digest) this.#comparedAt = reply.server_time;
        return reply;
      },
    };
  }

  /** The change itself came over the live line. */
  async #take(page: CarriedPage): Promise<void> {
    if (this.#end.signal.aborted) return;
    try {
      if ((await this.end.take(page)) === 'pull') this.ask('signal');
    } catch (error) {
      // Whoever has left writes nothing more.
      if (!this.#end.signal.aborted) this.#env.onFailure(error);
    }
  }

  get actor() {
    return actorOf(this.person);
  }

  #sync(part: Partial<SyncState>): void {
    if (!this.#end.signal.aborted) this.#env.onSync(part);
  }

  ask(reason: Reason): void {
    this.driver.ask(reason);
  }

  /** The network seems to be back, or the server can be talked to again. */
  wake(): void {
    this.#live?.retry();
    this.ask('signal');
  }

  /** Nothing of this person is sent, received or stored any more. */
  stop(): void {
    this.store.leave();
    this.driver.stop();
    this.#end.abort();
  }
}

/** A fetch that also ends when the signal does. */
const endedBy =
  (fetch: Fetch, end: AbortSignal): Fetch =>
  (input, init) =>
    fetch(input, { ...init, signal: init?.signal ? AbortSignal.any([init.signal, end]) : end });

/** Scopes granted since the last sign-in come with their keys at the next one; until then they cannot be kept. */
function inReach(link: HttpLink, person: Person): Link {
  return {
    push: (request) => link.push(request),
    snapshot: (request) => link.snapshot(request),
    pull: async (request) => {
      const reply = await link.pull(request);
      return { ...reply, granted: reply.granted.filter((scope) => scopeKey(person.keys, scope) !== undefined) };
    },
  };
}
