import { ACKED_KEPT_MS, type CarriedPage, PUSH_GROUPS_MAX } from '../protocol.ts';
import { type Taken, takeCarried } from './carried.ts';
import { type DeviceEnv, instantOf, newGroup, type Wish } from './groups.ts';
import { type Link, LinkError } from './link.ts';
import { type PullEnd, pullAll } from './pull.ts';
import { pushAll } from './push.ts';
import { type Contact, emptyReport, type Progress, type SyncReport } from './report.ts';
import { type Contacts, due, type RoundMemory } from './round.ts';
import type { DeviceStore, OutboxEntry } from './store.ts';

/** S6: deferred groups are tried again at least so often, for what was mended elsewhere. */
const DEFERRED_EVERY_MS = 10 * 60 * 1000;
const TRIM_EVERY_MS = 3600 * 1000;
/** Send, receive, and once more each when a restore or a mended group calls for it. */
const ROUNDS_MAX = 3;
/** Pages that wait for their turn; a device so far behind pulls. */
const CARRIED_MAX = 16;

export interface DeviceEndOptions {
  /** Signs the text of a group with the key of this author on this device, base64 (S4). */
  sign(body: string, author: string): string | Promise<string>;
  onProgress?(now: Progress): void;
}

/** The device's end of the wire: keeps saves, sends what waits, receives what is new. One per tab; the store holds everything. */
export class DeviceEnd {
  private readonly store: DeviceStore;
  private readonly link: Link;
  private readonly env: DeviceEnv;
  private readonly options: DeviceEndOptions;
  private readonly memory: RoundMemory = {
    batch: PUSH_GROUPS_MAX,
    digestAt: null,
    trimmedAt: null,
    deferredAt: null,
    promised: null,
    mended: false,
  };
  private running: Promise<SyncReport> | null = null;
  private next: { run: Promise<SyncReport>; receive: boolean } | null = null;
  /** The pull under way: what is carried meanwhile may be in its answer. */
  private pulling: Promise<unknown> | null = null;
  private carried: Promise<unknown> = Promise.resolve();
  private waiting = 0;

  constructor(store: DeviceStore, link: Link, env: DeviceEnv, options: DeviceEndOptions) {
    this.store = store;
    this.link = link;
    this.env = env;
    this.options = options;
  }

  /**
   * Keeps a group; durable when it resolves (S1). Rejects with what the store rejects with.
   * @param mends the refused group that this takes the place of.
   */
  async save(wishes: readonly Wish[], author: string, mends?: { group: string }): Promise<OutboxEntry> {
    const { device, epoch: present } = await this.store.meta();
    // What is mended was read when it was first wished.
    const mended = mends && (await this.store.attention()).find((e) => e.group.group === mends.group);
    const epoch = mended ? mended.group.epoch : present;
    const who = { device, author, epoch };
    const entry = await newGroup(wishes, who, this.env, (body) => this.options.sign(body, author));
    return await this.store.save(entry, mends);
  }

  /**
   * Sends what waits and receives what is new. Whatever the network does is told in the report; only the store's own failures
   * reject. A call during a run waits for one more run: what was saved meanwhile is in it.
   * @param receive false: a live line brings what is new (S53), and this only pulls when sending has shown that it must.
   */
  syncOnce(receive = true): Promise<SyncReport> {
    if (!this.running) return this.start(receive);
    if (this.next) {
      this.next.receive ||= receive;
      return this.next.run;
    }
    const next = { receive, run: this.running };
    const start = () => this.start(next.receive);
    next.run = this.running.then(start, start);
    this.next = next;
    return next.run;
  }

  /**
   * Takes in a page that a live event carried. Rejects with what the store rejects with.
   * @returns `pull` when it does not fit what is held here: then only a synchronisation helps.
   */
  async take(page: CarriedPage): Promise<Taken> {
    if (this.waiting >= CARRIED_MAX) return 'pull';
    this.waiting++;
    const turn = this.carried.then(async () => {
      while (this.pulling) await this.pulling;
      return await takeCarried({ store: this.store, report: emptyReport(), progress: () => undefined }, page);
    });
    this.carried = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      this.waiting--;
    }
  }

  /** Whether the copies of something that was acknowledged here have not arrived yet. */
  async behind(): Promise<boolean> {
    const { promised } = this.memory;
    if (!promised) return false;
    const { epoch, cursor } = await this.store.meta();
    return epoch === promised.epoch && cursor !== null && cursor < promised.head;
  }

  private start(receive: boolean): Promise<SyncReport> {
    this.next = null;
    const run = this.run(receive);
    this.running = run;
    const done = () => {
      if (this.running === run) this.running = null;
    };
    run.then(done, done);
    return run;
  }

  private async run(receive: boolean): Promise<SyncReport> {
    const report = emptyReport();
    const contacts: Contacts = {
      store: this.store,
      link: this.link,
      env: this.env,
      memory: this.memory,
      report,
      progress: (now) => this.options.onProgress?.(now),
      heard: (serverTime) => {
        report.server_time = serverTime;
        report.clock_offset_ms = this.env.now() - Date.parse(serverTime);
      },
    };
    let receives = receive;
    for (let round = 0; round < ROUNDS_MAX; round++) {
      await this.readyDeferred(round === 0);
      // Neither waits for the other's success (S43): a stuck outbox still receives, a stuck pull still sends.
      const pushed = await guarded(report, () => pushAll(contacts));
      if (report.contact === 'signed_out') break;
      if (!receives && pushed === 'sent' && report.contact === 'good' && !this.memory.mended) break;
      receives = true;
      const pulled = await this.pull(contacts);
      if (pulled === 'drain' || pulled === 'revoked') await this.leave(contacts, pulled);
      if (pulled === 'new epoch') continue;
      if (pushed === FAILED || pulled !== 'head' || !this.memory.mended) break;
    }
    await this.trim(report);
    return report;
  }

  private async pull(contacts: Contacts): Promise<PullEnd | typeof FAILED> {
    const pull = guarded(contacts.report, () => pullAll(contacts));
    const pulling = pull.then(
      () => undefined,
      () => undefined,
    );
    this.pulling = pulling;
    try {
      return await pull;
    } finally {
      this.pulling = null;
    }
  }

  private async readyDeferred(first: boolean): Promise<void> {
    const now = this.env.now();
    if (!this.memory.mended && !(first && due(this.memory.deferredAt, now, DEFERRED_EVERY_MS))) return;
    this.memory.mended = false;
    this.memory.deferredAt = now;
    const outbox = await this.store.outbox();
    if (outbox.some((e) => e.state === 'deferred')) await this.store.retryDeferred();
  }

  /** A device withdrawn from use: stolen ones were emptied already, others first send what they have. */
  private async leave(c: Contacts, state: 'drain' | 'revoked'): Promise<void> {
    c.report.contact = 'withdrawn';
    if (state === 'revoked') return;
    const waiting = (await this.store.outbox()).filter((e) => e.state === 'waiting');
    const { held } = await this.store.meta();
    if (waiting.length > 0 || held.length === 0) return;
    await this.store.dropScopes(held);
    for (const scope of held) c.report.replaced.add(scope);
  }

  private async trim(report: SyncReport): Promise<void> {
    const now = this.env.now();
    if (report.server_time === null || !due(this.memory.trimmedAt, now, TRIM_EVERY_MS)) return;
    await this.store.trimAcked(instantOf(Date.parse(report.server_time) - ACKED_KEPT_MS));
    this.memory.trimmedAt = now;
  }
}

const FAILED = Symbol('failed');
const CONTACT_OF: Record<LinkError['reason'], Contact> = {
  unreachable: 'unreachable',
  signed_out: 'signed_out',
  forbidden: 'withdrawn',
  too_old: 'app_too_old',
  too_large: 'stuck',
  busy: 'busy',
  epoch: 'stuck',
};

/** Runs one direction; a failure of the network is noted and stays in this direction. */
async function guarded<T>(report: SyncReport, act: () => Promise<T>): Promise<T | typeof FAILED> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof LinkError)) throw error;
    report.contact = CONTACT_OF[error.reason];
    if (error.retryAfterMs !== null) report.retry_after_ms = Math.max(report.retry_after_ms ?? 0, error.retryAfterMs);
    return FAILED;
  }
}
