import { type Actor, type AnyRow, mayHoldScope, ProblemError, type Role, recordOf, scopesOfActor, uuidv7 } from '@psa/domain';
import { crc32 } from '../crc32.ts';
import type { Wish } from '../device/groups.ts';
import { LinkError } from '../device/link.ts';
import type {
  CarriedPage,
  PullReply,
  PullRequest,
  PushReply,
  PushRequest,
  SnapshotHeader,
  SnapshotRequest,
} from '../protocol.ts';
import type { Listening } from '../server/carry.ts';
import type { Caller } from '../server/end.ts';
import { ServerEnd } from '../server/end.ts';
import { pushGroup } from '../server/group.ts';
import { scopeOf } from '../server/memory-state.ts';
import type { ServerStore } from '../server/store.ts';
import { packPage } from './codec.ts';
import type { Ledger } from './ledger.ts';
import type { Oracle } from './oracle.ts';
import type { Random } from './random.ts';
import type { VirtualTime } from './time.ts';

/** A database to run a simulation on, and what it tells the oracles. */
export interface SimDatabase {
  store: ServerStore;
  /** What is really stored, beneath any fault planted around `store`. */
  oracle(): Promise<Oracle>;
  /** The same at once, where that can be had: then devices are held against it at every step. */
  oracleNow?(): Oracle;
  /** Takes all that is a patient's to the archive, if there is such a patient. */
  archive(patient: string): Promise<void>;
  /** Takes a backup; what it returns puts the database back to it, in a new epoch. */
  backup?(): () => void;
  /** Lets so many per cent of the transactions wait, or die with the server, before they commit. */
  overlap?(random: Random, percent: number, life: () => number): void;
  /** Its work takes real time: virtual time waits for it. */
  real: boolean;
}

/** Stands for HMAC in a world without secrets: text, author and device decide it. */
export const signatureOf = (device: string, author: string, body: string): string =>
  crc32(packPage([`${device} ${author} ${body}` as unknown as AnyRow])).toString(36);

/** The server of a simulated hospital: sessions, restarts and restores around the server end. */
export class SimServer {
  readonly facility: string;
  /** Everybody with an open account, with the rights of now. */
  readonly people = new Map<string, Actor>();
  /** From when on somebody had which role; null: none, the account is closed. */
  readonly roles = new Map<string, { at: string; role: Role | null }[]>();
  readonly deviceStates = new Map<string, Caller['device_state']>();
  /** What no reply may ever hold, and other faults seen while serving. */
  readonly seen: { invariant: number; say: string }[] = [];
  readonly crashes: string[] = [];
  /** Told whenever the facility may have moved on. */
  moved: () => void = () => undefined;
  private end: ServerEnd;
  private life = 0;
  private readonly store: ServerStore;
  private readonly time: VirtualTime;
  private readonly random: Random;
  private readonly ledger: Ledger;
  private readonly rights: (user: string) => Actor | undefined;

  /**
   * @param store the database's store, or a faulty version of it.
   * @param rights looks up an author, or a faulty version of that.
   */
  constructor(
    facility: string,
    store: ServerStore,
    time: VirtualTime,
    random: Random,
    ledger: Ledger,
    rights: (known: (user: string) => Actor | undefined) => (user: string) => Actor | undefined = (known) => known,
  ) {
    this.facility = facility;
    this.rights = rights((user) => this.people.get(user));
    this.store = store;
    this.time = time;
    this.random = random;
    this.ledger = ledger;
    this.end = this.start();
  }

  newId(): string {
    return uuidv7(this.time.now, (count) => this.random.random(count));
  }

  private start(): ServerEnd {
    return new ServerEnd(this.store, {
      now: () => this.now(),
      newId: () => this.newId(),
      authorOf: async (device, author, body, sig) => {
        if (signatureOf(device, author, body) !== sig) return { code: 'BAD_SIGNATURE' };
        const signer = { user_id: author, facility_id: this.facility, role: this.lastRole(author) };
        return this.rights(author) ?? { code: 'ACCOUNT_CLOSED', signer };
      },
      compress: (text) => packPage(JSON.parse(text) as AnyRow[]),
      report: (what, error) => this.crashes.push(`${what}: ${String(error)}`),
    });
  }

  now(): string {
    return new Date(this.time.now).toISOString();
  }

  /** The process ends and another starts: what was under way is not answered, what was not committed is gone. */
  restart(): void {
    this.life++;
    this.end = this.start();
  }

  /** Whether the process that began a piece of work is still there. */
  alive(life: number): boolean {
    return life === this.life;
  }
  get presentLife(): number {
    return this.life;
  }

  /** A write of the server itself, through the one way in. */
  async write(actor: Actor, wishes: readonly Wish[]): Promise<void> {
    const at = this.now();
    const mutations = wishes.map((wish) => ({ ...wish, mid: this.newId(), at }));
    const group = { group: this.newId(), device: this.facility, author: actor.user_id, epoch: null, mutations };
    const { results } = await this.time.during(
      pushGroup(this.store, group, {
        actor,
        origin: 'server',
        device: null,
        cseq: null,
        now: at,
        clock_offset_ms: null,
        schema: 1,
        newId: () => this.newId(),
        address: null,
        user_agent: null,
        baseIsCurrent: true,
      }),
    );
    const wrong = results.find((r) => r.status !== 'applied' && r.status !== 'merged');
    if (wrong) throw new Error(`the server's own write was not taken: ${JSON.stringify(wrong)}`);
    this.moved();
  }

  /** Somebody begins to work here, or has other rights from now on; null: none. */
  known(user: string, actor: Actor | null): void {
    const at = this.now();
    this.roles.set(user, [...(this.roles.get(user) ?? []), { at, role: actor?.role ?? null }]);
    if (actor) this.people.set(user, actor);
    else this.people.delete(user);
  }

  /** What somebody whose account was closed last was. */
  private lastRole(user: string): Role {
    return (this.roles.get(user) ?? []).findLast(({ role }) => role !== null)?.role ?? 'nursing';
  }

  /** Whether somebody had a right that `has` asks for, at a moment of this server. Where rights changed at that very moment, either counts. */
  hadAt(user: string, at: string, has: (actor: Actor) => boolean): boolean {
    const log = this.roles.get(user) ?? [];
    const last = log.findLastIndex((entry) => entry.at < at);
    return log
      .slice(Math.max(0, last))
      .filter((entry) => entry.at <= at)
      .some(({ role }) => role !== null && has({ user_id: user, facility_id: this.facility, role }));
  }

  /** Gives a person another role, in the record and at once. */
  async changeRole(admin: Actor, user: string, role: Role): Promise<void> {
    const actor = this.people.get(user);
    if (!actor) return;
    await this.write(admin, [{ kind: 'users', id: user, op: 'edit', base: 0, patch: { role } }]);
    this.known(user, { ...actor, role });
  }

  /** Closes an account; what it returns opens it again. */
  async closeAccount(admin: Actor, user: string): Promise<() => Promise<void>> {
    const actor = this.people.get(user);
    const active = async (is_active: boolean, now: Actor | null) => {
      await this.write(admin, [{ kind: 'users', id: user, op: 'edit', base: 0, patch: { is_active } }]);
      this.known(user, now);
    };
    if (actor) await active(false, null);
    return async () => {
      if (actor && !this.people.has(user)) await active(true, actor);
    };
  }

  async push(user: string, request: PushRequest): Promise<PushReply> {
    const caller = this.caller(user, request.device);
    const reply = await this.serve(() => this.end.push(caller, request));
    this.moved();
    for (const answer of reply.groups) for (const result of answer.results) this.ledger.answered(reply.epoch, result);
    if (reply.groups.length !== request.groups.length) this.saw(15, 'a push was answered for other groups than it held');
    return reply;
  }

  async pull(user: string, request: PullRequest): Promise<PullReply> {
    const caller = this.caller(user, request.device);
    // A small page makes many: what is cut in the middle shows.
    const reply = await this.serve(() => this.end.pull(caller, { ...request, limit: request.limit ?? 7 }));
    this.checkReach(caller.actor, request.held, reply);
    return reply;
  }

  async snapshot(
    user: string,
    request: SnapshotRequest,
  ): Promise<{ header: SnapshotHeader; pages: { n: number; bytes: Uint8Array }[] }> {
    const caller = this.caller(user, request.device);
    const scopes = scopesOfActor(caller.actor);
    const reply = await this.serve(() => this.end.snapshot(caller, request));
    if (!mayHoldScope(scopes, reply.header.scope))
      this.saw(17, `${caller.actor.role} was sent a snapshot of ${reply.header.scope}`);
    return reply;
  }

  head(): Promise<number> {
    return this.time.during(this.store.head(this.facility));
  }

  /** What a device of this person is sent unasked; null when it has to pull, or nobody is there to be told. */
  async carry(user: string, device: string, listening: Listening): Promise<CarriedPage | null> {
    if (!this.people.has(user)) return null;
    const caller = this.caller(user, device);
    const page = await this.serve(() => this.end.carry(caller, listening)).catch(() => null);
    if (page) this.checkReach(caller.actor, page.held, page);
    return page;
  }

  private caller(user: string, device: string): Caller {
    const actor = this.people.get(user);
    if (!actor) throw new LinkError('signed_out', 'Nobody of that name.');
    return { actor, device, device_state: this.deviceStates.get(device) ?? 'active', address: null, user_agent: null };
  }

  private async serve<T>(work: () => Promise<T>): Promise<T> {
    const { life } = this;
    try {
      const reply = await this.time.during(work());
      if (this.alive(life)) return reply;
    } catch (error) {
      if (error instanceof ProblemError) throw new LinkError(reasonOf(error), error.message);
      // Only a process that ended may leave a request without an answer.
      if (this.alive(life))
        this.saw(0, `the server failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
    throw new LinkError('unreachable', 'The server went away.');
  }

  /** Invariant 17: no reply holds a row outside the scopes of who asked. */
  private checkReach(
    actor: Actor,
    held: readonly string[],
    { rows, gone, archived }: Pick<PullReply, 'rows' | 'gone' | 'archived'>,
  ): void {
    const scopes = scopesOfActor(actor);
    const away = new Set(archived);
    const { role } = actor;
    for (const [kind, list] of Object.entries(rows)) {
      for (const row of list) {
        const scope = scopeOf(kind, row, away);
        if (!mayHoldScope(scopes, scope)) this.saw(17, `${role} was sent ${kind} ${row.id} of ${scope}`);
        else if (!held.includes(scope))
          this.saw(17, `${kind} ${row.id} of ${scope} was sent to a device that does not hold it`);
      }
    }
    for (const [kind, id] of gone) {
      const scope = recordOf(kind)?.scope ?? 'none';
      if (scope !== 'row' && scope !== 'person' && !scopes.includes(scope))
        this.saw(17, `${role} was told that ${kind} ${id} of ${scope} is gone`);
    }
  }

  private saw(invariant: number, say: string): void {
    this.seen.push({ invariant, say });
  }
}

function reasonOf({ status, code }: ProblemError): LinkError['reason'] {
  if (code === 'EPOCH_CHANGED') return 'epoch';
  if (status === 401) return 'signed_out';
  if (status === 403) return 'forbidden';
  if (status === 413) return 'too_large';
  if (status === 426) return 'too_old';
  if (status === 429) return 'busy';
  return 'unreachable';
}
