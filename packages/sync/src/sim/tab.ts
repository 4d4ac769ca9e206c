import { DeviceEnd } from '../device/engine.ts';
import type { DeviceEnv } from '../device/groups.ts';
import type { Link } from '../device/link.ts';
import { MemoryDeviceStore, type MemoryDisk } from '../device/memory.ts';
import type { DeviceStore } from '../device/store.ts';
import type { CarriedPage } from '../protocol.ts';
import { unpackPage } from './codec.ts';
import { UnreliableLink, type Weather } from './network.ts';
import type { Random } from './random.ts';
import { type SimServer, signatureOf } from './server.ts';
import type { VirtualTime } from './time.ts';

/** The tab is gone: whatever it was doing ends here. */
export class Crash extends Error {
  constructor() {
    super('The tab crashed.');
    this.name = 'Crash';
  }
}

/** The storage has no room left: this write did not happen, the tab lives on. */
export class DiskFull extends Error {
  constructor() {
    super('The storage is full.');
    this.name = 'QuotaExceededError';
  }
}

/** Faults planted around the ports of a device; each gets the real part and returns what the device end is given. */
export interface DevicePlants {
  store?(store: DeviceStore): DeviceStore;
  link?(link: Link, store: DeviceStore): Link;
  /** A page that a live event carries, as the device end is given it. */
  carried?(page: CarriedPage, disk: MemoryDisk): CarriedPage;
}

/** What a tab needs of its device and of the world. */
export interface TabParts {
  id: string;
  disk: MemoryDisk;
  env: DeviceEnv;
  random: Random;
  time: VirtualTime;
  server: SimServer;
  weather: Weather;
  plants: DevicePlants;
  user(): string;
  /** Versions of the protocol that this app lags behind the server. */
  lag(): number;
  /** Per cent of store operations at which the tab ends. */
  crashes(): number;
  full(): boolean;
  /** After each durable step that moved copies. */
  stepped(operation: string): void;
}

/** Operations that write. */
const WRITES: ReadonlySet<string> = new Set([
  'save',
  'settle',
  'retryDeferred',
  'trimAcked',
  'applyPage',
  'beginSnapshot',
  'putPages',
  'endSnapshot',
  'dropScopes',
  'newEpoch',
]);
/** Operations after which copies may have changed. */
const MOVES: ReadonlySet<string> = new Set(['applyPage', 'endSnapshot', 'newEpoch', 'dropScopes']);
/** Of the writes on a full disk, how many fail, per cent: small ones may still find room. */
const REFUSED_PERCENT = 70;

/** One tab of a browser: a store on the device's disk, a way to the server, the device end between them. It may freeze or die. */
export class Tab {
  readonly store: DeviceStore;
  readonly link: UnreliableLink;
  readonly end: DeviceEnd;
  dead = false;
  /** Virtual time until which nothing in this tab goes on. */
  frozenUntil = 0;

  constructor(parts: TabParts) {
    const { time, random, plants } = parts;
    const real = new MemoryDeviceStore(parts.disk, unpackPage, (operation, phase) => this.#step(parts, operation, phase));
    this.store = plants.store?.(real) ?? real;
    this.link = new UnreliableLink(
      time,
      random,
      parts.server,
      () => parts.user(),
      parts.weather,
      () => parts.lag(),
    );
    const link = plants.link?.(this.link, this.store) ?? this.link;
    this.end = new DeviceEnd(this.store, link, parts.env, { sign: (body, author) => signatureOf(parts.id, author, body) });
  }

  #step(parts: TabParts, operation: string, phase: 'before' | 'after'): void | Promise<void> {
    const { time, random } = parts;
    if (phase === 'before' && time.now < this.frozenUntil) return this.#thaw(parts, operation);
    if (this.dead) throw new Crash();
    if (phase === 'before' && WRITES.has(operation) && parts.full() && random.happens(REFUSED_PERCENT)) throw new DiskFull();
    if (phase === 'after' && MOVES.has(operation)) parts.stepped(operation);
    const crashes = parts.crashes();
    if (crashes > 0 && random.happens(crashes)) {
      this.dead = true;
      throw new Crash();
    }
  }

  async #thaw(parts: TabParts, operation: string): Promise<void> {
    const { time } = parts;
    await time.sleep(this.frozenUntil - time.now);
    await this.#step(parts, operation, 'before');
  }
}
