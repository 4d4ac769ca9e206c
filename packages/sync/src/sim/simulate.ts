import type { Role } from '@psa/domain';
import { actOnce } from './actions.ts';
import { Crash, type SimDevice } from './device.ts';
import { type Evidence, gather, type Violation } from './evidence.ts';
import { AT_THE_END } from './invariants.ts';
import { noLostSave } from './invariants-device.ts';
import { QUIET } from './network.ts';
import type { Plan } from './plan.ts';
import { type Options, openWorld, type World } from './world.ts';

export interface Outcome {
  seed: number;
  plan: Plan;
  violations: Violation[];
  evidence: Evidence;
  stats: Stats;
}

/** How much happened: a simulation in which nothing happens finds nothing. */
export interface Stats {
  groups: number;
  mutations: number;
  applied: number;
  merged: number;
  conflicts: number;
  settled: number;
  refused: number;
  deferred: number;
  requests: number;
  crashes: number;
  head: number;
}

const MINUTE_MS = 60_000;
const QUIET_ROUNDS = 5;
/** Deferred groups are tried again after ten minutes. */
const QUIET_ROUND_MS = 11 * MINUTE_MS;

/** Lives through one bad day and the quiet after it, and tells what must never have been seen. The same seed is the same day. */
export async function simulate(seed: number, options: Options = {}): Promise<Outcome> {
  const world = await openWorld(seed, options);
  await badDay(world);
  await quietEvening(world);
  return await judged(world);
}

/** Runs one thing somebody does; a crash of the tab is part of the day, anything else that is thrown is a fault. */
async function during(world: World, device: SimDevice | null, act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof Crash)) {
      world.saw(0, [error instanceof Error ? (error.stack ?? error.message) : String(error)]);
      return;
    }
    world.crashes++;
    if (device) world.saw(3, noLostSave(device, world.ledger));
  }
}

async function badDay(world: World): Promise<void> {
  const { plan, time } = world;
  const end = time.now + plan.minutes * MINUTE_MS;
  for (const device of world.devices) schedule(world, device, end);
  scheduleServer(world, end);
  const last = world.devices.at(-1);
  if (plan.blockedPush && last) for (const tab of last.tabs) tab.link.pushBlocked = true;
  if (plan.withdrawn && last) {
    time.at(end - 5 * MINUTE_MS, () => void world.server.deviceStates.set(last.id, plan.withdrawn ?? 'drain'));
  }
  await time.run(end);
}

/** What happens on one device: people act, change, synchronise; the clock jumps; the power goes. */
function schedule(world: World, device: SimDevice, end: number): void {
  const { time, plan } = world;
  const { random } = device;
  const every = (least: number, most: number, act: () => Promise<unknown>) => {
    const again = () => {
      const at = time.now + random.between(least, most);
      if (at >= end) return;
      time.at(at, async () => {
        again();
        await during(world, device, act);
      });
    };
    again();
  };
  const tab = () => random.below(device.tabs.length);
  every(10_000, 4 * MINUTE_MS, () => actOnce(device, tab(), world.shared));
  every(10_000, 5 * MINUTE_MS, async () => {
    // Now and then out of reach for a while.
    if (random.happens(75)) await device.sync(tab());
  });
  every(5 * MINUTE_MS, 20 * MINUTE_MS, async () => {
    device.user = random.pick(device.people) ?? device.user;
  });
  if (plan.crashes > 0) {
    every(10 * MINUTE_MS, 60 * MINUTE_MS, async () => {
      device.powerOff();
      throw new Crash();
    });
  }
  if (plan.clocks === 'jumping') {
    every(5 * MINUTE_MS, 30 * MINUTE_MS, async () => {
      device.clockOffset += random.between(-400, 400) * 24 * 60 * MINUTE_MS;
    });
  }
}

const ROLES_GIVEN: readonly Role[] = ['consultant', 'nursing', 'lab', 'pharmacy', 'house_officer'];

function scheduleServer(world: World, end: number): void {
  const { time, plan, server, hospital } = world;
  const random = world.random.fork(6);
  const sometime = () => random.between(time.now + MINUTE_MS, end - MINUTE_MS);
  for (let i = 0; i < plan.restarts; i++) time.at(sometime(), () => server.restart());
  for (let i = 0; i < plan.roleChanges; i++) {
    const user = random.pick([...hospital.staff.values()].filter((id) => id !== hospital.admin.user_id));
    const role = random.pick(ROLES_GIVEN);
    if (user && role) time.at(sometime(), () => during(world, null, () => server.changeRole(hospital.admin, user, role)));
  }
  const { backup } = world.database;
  if (!plan.restore || !backup) return;
  const takeAndRestore = (at: readonly number[]) => {
    const [first = 0, ...restores] = [...at].sort((a, b) => a - b);
    time.at(first, () => {
      const restore = backup();
      const people = new Map(server.people);
      for (const moment of restores) {
        time.at(moment, () => {
          // The process ends with what it was doing; the people are those of the backup.
          server.restart();
          restore();
          for (const [id, actor] of people) server.people.set(id, actor);
          world.restored = true;
        });
      }
    });
  };
  takeAndRestore([sometime(), sometime()]);
  // Some days restore twice: from the same backup, or from one of an earlier or later life.
  const more = random.pick([0, 0, 0, 2, 3]) ?? 0;
  if (more > 0) takeAndRestore(Array.from({ length: more }, sometime));
}

/** Faults stop, people rest, devices synchronise until nothing moves. */
async function quietEvening(world: World): Promise<void> {
  const { time, database, devices } = world;
  database.overlap?.(world.random.fork(7), 0, () => world.server.presentLife);
  for (const device of devices) {
    device.crashes = 0;
    for (let n = 0; n < device.tabs.length; n++) Object.assign(device.tab(n).link.weather, QUIET);
  }
  // What is still under way arrives or times out.
  await time.run(time.now + 5 * MINUTE_MS);
  await pullWithStuckOutbox(world);
  for (let round = 0; round < QUIET_ROUNDS; round++) {
    for (const device of devices) {
      for (let n = 0; n < device.tabs.length; n++) time.after(0, () => during(world, device, () => device.sync(n)));
    }
    await time.run(time.now + QUIET_ROUND_MS);
  }
}

/** 16: a device that cannot send still receives. */
async function pullWithStuckOutbox(world: World): Promise<void> {
  const device = world.devices.at(-1);
  if (!device || !world.plan.blockedPush) return;
  if (world.plan.withdrawn === null) {
    world.time.after(0, () => during(world, device, () => device.sync()));
    await world.time.run(world.time.now + QUIET_ROUND_MS);
    const { head } = await world.database.oracle();
    if (device.disk.cursor !== head) {
      world.saw(16, [`with a stuck outbox the device is at ${device.disk.cursor}, the server at ${head}`]);
    }
  }
  for (const tab of device.tabs) tab.link.pushBlocked = false;
}

async function judged(world: World): Promise<Outcome> {
  const { ledger, server, devices, restored } = world;
  const oracle = await world.database.oracle();
  const evidence = gather({ oracle, ledger, server, devices, restored });
  for (const { invariant, say } of server.seen) world.saw(invariant, [say]);
  for (const [n, check] of AT_THE_END) world.saw(n, check(evidence));
  const of = (status: string) => oracle.mutations.filter((m) => m.result.status === status).length;
  return {
    seed: world.seed,
    plan: world.plan,
    violations: world.violations,
    evidence,
    stats: {
      groups: ledger.groups.size,
      mutations: ledger.byMid.size,
      applied: of('applied'),
      merged: of('merged'),
      conflicts: of('conflict'),
      settled: oracle.rows.filter((r) => r.kind === 'sync_conflicts' && r.row.status === 'Resolved').length,
      refused: of('refused'),
      deferred: of('deferred'),
      requests: devices.reduce((sum, d) => sum + d.tabs.reduce((s, t) => s + t.link.requests, 0), 0),
      crashes: world.crashes,
      head: oracle.head,
    },
  };
}
