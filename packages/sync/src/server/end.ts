import type { Actor, FieldProblems, ProblemCode } from '@psa/domain';
import type {
  CarriedPage,
  PullReply,
  PullRequest,
  PushReply,
  PushRequest,
  SnapshotHeader,
  SnapshotRequest,
} from '../protocol.ts';
import { type CarriedHead, carry, type Listening } from './carry.ts';
import type { Recompute } from './computed.ts';
import { type Page, type PullHead, pull } from './pull.ts';
import { push } from './push.ts';
import { SnapshotShelf } from './snapshot.ts';
import type { ServerStore } from './store.ts';

/** Who is at the other end of a request, as the session says. */
export interface Caller {
  actor: Actor;
  device: string;
  device_state: 'active' | 'drain' | 'revoked';
  address: string | null;
  user_agent: string | null;
}

/** Why a group's author is not believed. */
export interface AuthorProblem {
  code: ProblemCode;
  say?: string;
  fields?: FieldProblems;
  /** Whose word it is all the same: the signature is right, and only the account may not write any more. */
  signer?: Actor;
}

/** By author: rights that were looked up for groups which are judged together, and count for all of them. */
export type Rights = Map<string, Promise<Actor | AuthorProblem>>;

/** What the server end needs of the world. */
export interface ServerEnv {
  /** Server clock, ISO 8601. */
  now(): string;
  newId(): string;
  /**
   * The author of a group, with the rights of today, when the signature over `body` is that author's on that device and the author
   * belongs to the caller's facility; else why not (BAD_SIGNATURE, ACCOUNT_CLOSED, …): the group is then refused, and kept raw where nobody
   * is known to stand behind it.
   */
  authorOf(
    device: string,
    author: string,
    body: string,
    sig: string,
    caller: Caller,
    rights: Rights,
  ): Promise<Actor | AuthorProblem>;
  /** The rules by which results are computed; absent: nothing is computed again. */
  recompute?: Recompute;
  /** The bytes of a text as they travel (gzip of UTF-8). */
  compress(text: string): Promise<Uint8Array> | Uint8Array;
  /** Something that a person who runs the server should see: the judge threw. */
  report(what: string, error: unknown): void;
}

/** The server's half of the protocol over any store. Holds nothing that another process could not rebuild. */
export class ServerEnd {
  readonly store: ServerStore;
  readonly env: ServerEnv;
  readonly #shelf: SnapshotShelf;

  constructor(store: ServerStore, env: ServerEnv) {
    this.store = store;
    this.env = env;
    this.#shelf = new SnapshotShelf(store, env);
  }

  /** Takes in what a device sends, group by group. Throws ProblemError (DEVICE_REVOKED, BAD_REQUEST), or what the store throws. */
  push(caller: Caller, request: PushRequest): Promise<PushReply> {
    return push(this.store, this.env, caller, request);
  }

  /** The changes after the device's cursor, in the scopes it holds and may hold. Throws ProblemError (APP_TOO_OLD, BAD_REQUEST). */
  async pull(caller: Caller, request: PullRequest): Promise<PullReply> {
    const { head, page } = await this.pullBy(caller, request, (...asked) => this.store.pull(...asked));
    const { rows = {}, gone = [], archived = [] } = page ?? {};
    return { ...head, rows, gone, ...(archived.length > 0 && { archived }) };
  }

  /** As `pull`, with a page that is fetched in another form. */
  pullBy<P extends Page>(
    caller: Caller,
    request: PullRequest,
    fetch: (facility: string, after: number, scopes: readonly string[], limit: number) => Promise<P>,
  ): Promise<{ head: PullHead; page: P | null }> {
    return pull(this.store, caller, request, this.env.now(), fetch);
  }

  /** What a listening device is sent unasked, or null when it has to pull (S53). */
  async carry(caller: Caller, listening: Listening): Promise<CarriedPage | null> {
    const carried = await this.carryBy(caller, listening, this.store, (...asked) => this.store.pull(...asked));
    if (!carried) return null;
    const { rows, gone, archived } = carried.page;
    return { ...carried.head, rows, gone, ...(archived.length > 0 && { archived }) };
  }

  /** As `carry`, with a life and a page that are read in another way: once for all who listen. */
  carryBy<P extends Page>(
    caller: Caller,
    listening: Listening,
    store: Pick<ServerStore, 'epoch' | 'digest'>,
    read: (facility: string, after: number, scopes: readonly string[], limit: number) => Promise<P>,
  ): Promise<{ head: CarriedHead; page: P } | null> {
    return carry(store, caller, listening, this.env.now(), read);
  }

  /**
   * A snapshot of a scope: its header, and its pages from the one asked for. Throws ProblemError (NOT_YOURS when the scope is not
   * granted, DEVICE_REVOKED, BAD_REQUEST).
   */
  snapshot(
    caller: Caller,
    request: SnapshotRequest,
  ): Promise<{ header: SnapshotHeader; pages: { n: number; bytes: Uint8Array }[] }> {
    return this.#shelf.fetch(caller, request);
  }
}
