import { type Actor, type AnyRow, may, recordOf, uuidv7 } from '@psa/domain';
import { type DeviceEnv, newGroup, type Wish } from '../device/groups.ts';
import { hasLeft, MemoryDisk } from '../device/memory.ts';
import { Overlay } from '../device/overlay.ts';
import type { SyncReport } from '../device/report.ts';
import type { CarriedPage, Group } from '../protocol.ts';
import { keyOf } from '../server/store.ts';
import { isOldKind } from './kinds.ts';
import type { Ledger, Made } from './ledger.ts';
import type { Weather } from './network.ts';
import type { Random } from './random.ts';
import { type SimServer, signatureOf } from './server.ts';
import { Crash, type DevicePlants, Tab } from './tab.ts';
import type { VirtualTime } from './time.ts';

export interface DeviceWorld {
  time: VirtualTime;
  server: SimServer;
  ledger: Ledger;
  weather: Weather;
  plants: DevicePlants;
  /** Whether the server was upgraded by now; on most days it is of the same version from the start. */
  upgraded(): boolean;
  /** Called after each durable step of a device that moved copies. */
  stepped(device: SimDevice, operation: string): void;
  /** Called when a device has received all there was. */
  caughtUp(device: SimDevice): void;
}

/** What a device is made with. */
export interface DeviceParts {
  id: string;
  people: readonly string[];
  tabs: number;
  /** Ahead of true time, ms. */
  clockOffset: number;
  random: Random;
}

/** A tablet: one disk, one or two tabs, several people, a clock of its own. */
export class SimDevice {
  readonly id: string;
  readonly disk: MemoryDisk;
  readonly people: readonly string[];
  user: string;
  clockOffset: number;
  /** Per cent of store operations at which the tab ends. */
  crashes = 0;
  /** Virtual time until which writes on this disk fail. */
  fullUntil = 0;
  /** Its app stays as it was when the server is upgraded. */
  old = false;
  /** What the person on this device knows of rows it does not show: versions when they were last seen. */
  readonly lastSeen = new Map<string, number>();
  /** What was really held at any time in this epoch: the highest version of each record. */
  readonly trulySeen = new Map<string, number>();
  readonly reports: SyncReport[] = [];
  /** The step of the day that happens here now. */
  step = -1;
  /** Rounds begun. */
  syncs = 0;
  /** Pages of live events that were taken in. */
  carried = 0;
  /** Makes values that nobody wrote before. */
  counter = 0;
  readonly tabs: Tab[] = [];
  readonly random: Random;
  readonly env: DeviceEnv;
  private readonly world: DeviceWorld;

  constructor(world: DeviceWorld, { id, people, tabs, clockOffset, random }: DeviceParts) {
    this.world = world;
    this.id = id;
    this.disk = new MemoryDisk(id);
    this.people = people;
    this.user = people[0] ?? '';
    this.clockOffset = clockOffset;
    this.random = random;
    this.env = { now: () => world.time.now + this.clockOffset, chance: random };
    for (let i = 0; i < tabs; i++) this.tabs.push(this.openTab());
  }

  newId(): string {
    return uuidv7(this.env.now(), (count) => this.random.random(count));
  }

  private openTab(): Tab {
    const { id, disk, env, random, world } = this;
    const { time, server, weather, plants } = world;
    return new Tab({
      ...{ id, disk, env, random, time, server, weather, plants },
      user: () => this.user,
      lag: () => this.lag(),
      crashes: () => this.crashes,
      full: () => time.now < this.fullUntil,
      stepped: (operation) => world.stepped(this, operation),
    });
  }

  /** The person at the device, with the rights of now; nobody when the account is closed. */
  actor(): Actor | undefined {
    return this.world.server.people.get(this.user);
  }

  /** Versions of the protocol that the app here lags behind the server. */
  lag(): number {
    return this.old && this.world.upgraded() ? 2 : 0;
  }

  /** Whether the app here has what came with the upgrade of the day, and so has the server. */
  knowsNew(): boolean {
    return !this.old && this.world.upgraded();
  }
  knows(kind: string): boolean {
    return isOldKind(kind) || this.knowsNew();
  }

  /** Whether the present person has the right to all of these, as a screen would ask. */
  mayAll(wishes: readonly Wish[]): boolean {
    const actor = this.actor();
    return wishes.every(({ kind, op, patch }) => {
      const def = recordOf(kind);
      if (!actor || !def || op === 'withdraw') return actor !== undefined;
      const action = op === 'create' || op === 'edit' ? op : 'retract';
      // Whose row it is, is asked where the form is filled in.
      const own = action === 'edit' && def.access.self?.fields.some((f) => f in patch);
      return own || may(actor, action, def, Object.keys(patch));
    });
  }

  /** A tab that lives: dead ones are opened again first. */
  tab(n = 0): Tab {
    const i = n % this.tabs.length;
    const known = this.tabs[i];
    if (known && !known.dead) return known;
    const { pushBlocked = false, requests = 0 } = known?.link ?? {};
    const tab = this.openTab();
    tab.link.pushBlocked = pushBlocked;
    tab.link.requests = requests;
    this.tabs[i] = tab;
    return tab;
  }

  /** A tab that somebody can use now, from this one on; null when all stand still. */
  usable(n: number): number | null {
    const { now } = this.world.time;
    const found = this.tabs.map((_, i) => (n + i) % this.tabs.length).find((i) => (this.tabs[i]?.frozenUntil ?? 0) <= now);
    return found ?? null;
  }

  /** The whole device loses power. */
  powerOff(): void {
    for (const tab of this.tabs) tab.dead = true;
  }

  /**
   * One synchronisation. Throws Crash when the tab ended on the way, DiskFull when the storage refused.
   * @param receive false: it only sends, as a device does that hears of everything by its live line.
   */
  async sync(n = 0, receive = true): Promise<SyncReport> {
    this.syncs++;
    return await this.living(this.tab(n), async (tab) => {
      const report = await tab.end.syncOnce(receive);
      this.reports.push(report);
      if (report.at_head && !tab.dead) this.world.caughtUp(this);
      return report;
    });
  }

  /** A live event, with a page or without. Throws as `sync`. */
  async hear(n: number, page: CarriedPage | null): Promise<void> {
    const bent = page && (this.world.plants.carried?.(page, this.disk) ?? page);
    const taken = bent ? await this.living(this.tab(n), (tab) => tab.end.take(bent)) : 'pull';
    if (taken === 'taken') this.carried++;
    if (taken === 'pull') await this.sync(n);
  }

  private async living<T>(tab: Tab, work: (tab: Tab) => Promise<T>): Promise<T> {
    try {
      return await work(tab);
    } catch (error) {
      // A dead tab's work may fail in any way; nobody is there to be told.
      if (tab.dead) throw new Crash();
      throw error;
    }
  }

  /** What the person sees, kind by kind: shown rows, over the server copies beneath. */
  async look(n: number): Promise<(kind: string) => Promise<AnyRow[]>> {
    const { store } = this.tab(n);
    const [outbox, acked, meta] = [await store.outbox(), await store.acked(), await store.meta()];
    const overlay = new Overlay(outbox, acked, meta.cursor, this.world.server.facility);
    return async (kind) => {
      // In an order that no clock has a part in: the random end of the ids.
      const rows = overlay
        .shownRows(kind, await store.serverRows(kind))
        .sort((a, b) => (a.id.slice(-12) < b.id.slice(-12) ? -1 : 1));
      for (const row of rows) this.lastSeen.set(keyOf(kind, row.id), row.row_version);
      return rows;
    };
  }

  /** Saves wishes as the present person and notes them; a crash on the way leaves it open whether they were kept. */
  async save(n: number, wishes: readonly Wish[], spoilt: Made['spoilt'] = null, mends: string | null = null): Promise<void> {
    const { ledger } = this.world;
    const tab = this.tab(n);
    const author = this.user;
    const mended = ledger.groups.get(mends ?? '');
    const epoch = mended ? mended.epoch : this.disk.epoch;
    const who = { device: this.id, author, epoch };
    const entry = await newGroup(wishes, who, this.env, (body) => signatureOf(this.id, author, body));
    if (spoilt === 'signature') entry.sig = 'forged';
    if (spoilt === 'text') entry.body = entry.body.slice(1);
    const made: Made = {
      group: entry.group,
      device: this.id,
      author,
      saved: false,
      epoch,
      read: this.trulyRead(entry.group),
      spoilt,
      mends,
      old: this.old && this.world.upgraded(),
      step: this.step,
    };
    ledger.add(made);
    await tab.store.save(entry, mends === null ? undefined : { group: mends });
    made.saved = true;
  }

  /** From the disk itself, beneath any planted fault: the versions of the server copies that lie there. */
  private trulyRead(group: Group): Map<string, number> {
    const copies = diskCopies(this.disk);
    const settles = group.mutations.find((m) => m.resolves !== undefined);
    return new Map(
      group.mutations.map((m) => {
        const key = keyOf(m.kind, m.id);
        // What a settlement releases was read by its first author, on another device.
        // What is mended was read when it was first wished.
        const first = this.world.ledger.byMid.get(m.repairs ?? '');
        if (first) return [m.mid, first.made.read.get(first.mutation.mid) ?? 0];
        const released = settles !== undefined && key !== keyOf(settles.kind, settles.id);
        return [m.mid, released ? m.base : (copies.get(key)?.version ?? this.trulySeen.get(key) ?? 0)];
      }),
    );
  }
}

/** The state of each record on a disk, `row` null: known to be gone. */
export type Copies = ReadonlyMap<string, Copy>;
interface Copy {
  kind: string;
  version: number;
  row: AnyRow | null;
  /** Where it lies; null for what is gone and no longer says from where. */
  scope: string | null;
}

/** The newest of pages and delta: a row that moved may lie in the pages of two scopes. */
export function diskCopies(disk: MemoryDisk): Copies {
  const copies = new Map<string, Copy>();
  const put = (key: string, copy: Copy) => {
    if ((copies.get(key)?.version ?? 0) <= copy.version) copies.set(key, copy);
  };
  for (const [scope, pages] of disk.pages) {
    for (const { kind, rows } of pages)
      for (const row of rows)
        if (!hasLeft(disk, scope, kind, row)) put(keyOf(kind, row.id), { kind, version: row.row_version, row, scope });
  }
  for (const [key, { left, ...copy }] of disk.delta) if (!left) put(key, copy);
  return copies;
}
