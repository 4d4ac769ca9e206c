import { type Actor, DOCTORS, uuidv7 } from '@psa/domain';
import type { ServerStore } from '../server/store.ts';
import { diskCopies, SimDevice } from './device.ts';
import type { Violation } from './evidence.ts';
import { foundHospital, type Hospital, tellEverybody } from './hospital.ts';
import { AFTER_A_SNAPSHOT, AT_EACH_STEP, WHEN_CAUGHT_UP } from './invariants.ts';
import { FOLLOWED, type Theme } from './kinds.ts';
import { Ledger } from './ledger.ts';
import { openLines } from './live.ts';
import { type FollowEnv, memoryDatabase, type OpenMemoryStore } from './memory-database.ts';
import { NeverBack } from './never-back.ts';
import { type Plan, planOf } from './plan.ts';
import { Random } from './random.ts';
import { type SimDatabase, SimServer } from './server.ts';
import type { DevicePlants } from './tab.ts';
import { VirtualTime } from './time.ts';

/** A fault planted on purpose, as decorators around the ports: nothing in the product knows of it. */
export interface Plants extends DevicePlants {
  server?(store: ServerStore): ServerStore;
  /** Another memory store than the right one. */
  memory?(epoch: string, env: FollowEnv): OpenMemoryStore;
  /** Looks up the rights of an author. */
  rights?(known: (user: string) => Actor | undefined): (user: string) => Actor | undefined;
}

export interface Options {
  plants?: Plants;
  plan?: Partial<Plan>;
  /** Only these steps of the day happen. */
  only?: ReadonlySet<number>;
  /** Another database than memory. */
  database?(facility: string, newId: () => string): Promise<SimDatabase>;
}

/** A hospital with its server, its devices and everything that goes wrong between them. */
export interface World {
  seed: number;
  plan: Plan;
  time: VirtualTime;
  random: Random;
  ledger: Ledger;
  database: SimDatabase;
  server: SimServer;
  hospital: Hospital;
  devices: SimDevice[];
  /** Ids that several devices use for the same paper form. */
  shared: readonly string[];
  themes: readonly Theme[];
  /** Kinds that are not written in this world. */
  without: ReadonlySet<string>;
  violations: Violation[];
  restored: boolean;
  crashes: number;
  fullDisks: number;
  /** The server is of the newer version by now. */
  upgraded: boolean;
  /** Backups taken, by the number of their steps: what restores them. */
  backups: Map<number, () => void>;
  /** Accounts closed, likewise: what opens them again. */
  closed: Map<number, () => Promise<void>>;
  /** Notes what must never be seen. */
  saw(invariant: number, sentences: readonly string[]): void;
}

/** A failing day says the same thing many times; the first few of each invariant are enough, and none hides another. */
const VIOLATIONS_MAX = 40;
const YEAR_MS = 365 * 24 * 3600 * 1000;

/** Builds the world of a seed: an empty hospital, devices that hold nothing yet. */
export async function openWorld(seed: number, options: Options): Promise<World> {
  const plan = { ...planOf(seed), ...options.plan };
  const random = new Random(seed, 2);
  const time = new VirtualTime();
  const ledger = new Ledger();
  const ids = random.fork(3);
  const newId = () => uuidv7(time.now, (count) => ids.random(count));
  const facility = newId();
  const env = { newId, now: () => new Date(time.now).toISOString() };
  const database =
    (await options.database?.(facility, newId)) ?? memoryDatabase(facility, time, env, options.plants?.memory?.(newId(), env));
  time.real = database.real;
  const store = options.plants?.server?.(database.store) ?? database.store;
  const server = new SimServer(facility, store, time, random.fork(4), ledger, options.plants?.rights);
  const hospital = await foundHospital(server);
  await tellEverybody(server, hospital);
  database.overlap?.(random.fork(5), plan.overlaps, () => server.presentLife);
  const violations: Violation[] = [];
  const world: World = {
    seed,
    plan,
    time,
    random,
    ledger,
    database,
    server,
    hospital,
    devices: [],
    shared: [newId(), newId(), newId()],
    themes: plan.themes,
    without: database.real ? FOLLOWED : new Set(),
    violations,
    restored: false,
    crashes: 0,
    fullDisks: 0,
    upgraded: !plan.oldClient,
    backups: new Map(),
    closed: new Map(),
    saw: (invariant, sentences) => {
      const room = VIOLATIONS_MAX - violations.filter((v) => v.invariant === invariant).length;
      violations.push(...sentences.slice(0, Math.max(0, room)).map((say) => ({ invariant, say })));
    },
  };
  openDevices(world, options.plants ?? {});
  if (plan.live) openLines(world);
  return world;
}

function openDevices(world: World, plants: DevicePlants): void {
  const { plan, random, hospital } = world;
  const clock = (r: Random) => (plan.clocks === 'true' ? 0 : r.between(-YEAR_MS, YEAR_MS));
  // Mostly people who may do something.
  const people = [...hospital.staff].flatMap(([role, id]) => (DOCTORS.some((d) => d === role) ? [id, id, id] : [id]));
  for (let i = 0; i < plan.devices; i++) {
    const own = random.fork(100 + i);
    const team = [0, 1, 2].map(() => own.pick(people) ?? hospital.admin.user_id);
    const back = new NeverBack();
    const holdUp = (device: SimDevice, checks: typeof AT_EACH_STEP, copies = diskCopies(device.disk)) => {
      const oracle = world.database.oracleNow?.();
      if (!oracle) return;
      for (const [n, check] of checks) world.saw(n, check(device, oracle, copies));
    };
    const parts = {
      time: world.time,
      server: world.server,
      ledger: world.ledger,
      weather: { ...plan.weather },
      plants,
      upgraded: () => world.upgraded,
      stepped: (device: SimDevice, operation: string) => {
        const copies = diskCopies(device.disk);
        const went = back.look(device, copies);
        world.saw(7, went);
        // What holds for one tab holds for several, also when one of them has slept.
        if (device.tabs.length > 1) world.saw(23, went);
        holdUp(device, operation === 'endSnapshot' ? AFTER_A_SNAPSHOT : AT_EACH_STEP, copies);
      },
      caughtUp: (device: SimDevice) => holdUp(device, WHEN_CAUGHT_UP),
    };
    const device = new SimDevice(parts, {
      id: uuidv7(world.time.now, (n) => own.random(n)),
      people: team,
      tabs: i === 0 && plan.twoTabs ? 2 : 1,
      clockOffset: clock(own.fork(1)),
      random: own.fork(2),
    });
    device.crashes = plan.crashes;
    device.old = plan.oldClient && i === plan.devices - 1;
    world.devices.push(device);
  }
}
