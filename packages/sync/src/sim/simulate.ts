import { type Evidence, gather, type Violation } from './evidence.ts';
import { AT_THE_END } from './invariants.ts';
import { oldDrains } from './invariants-old.ts';
import { QUIET } from './network.ts';
import { during, perform } from './perform.ts';
import type { Plan } from './plan.ts';
import { type Step, stepsOf } from './steps.ts';
import { type Options, openWorld, type World } from './world.ts';

export interface Outcome {
  seed: number;
  plan: Plan;
  steps: readonly Step[];
  violations: Violation[];
  evidence: Evidence;
  stats: Stats;
}

/** How much happened: a simulation in which nothing happens finds nothing. */
export interface Stats {
  groups: number;
  mutations: number;
  kinds: number;
  applied: number;
  merged: number;
  conflicts: number;
  settled: number;
  refused: number;
  deferred: number;
  derived: number;
  /** Pages of live events that devices took in. */
  carried: number;
  requests: number;
  crashes: number;
  fullDisks: number;
  head: number;
}

const MINUTE_MS = 60_000;
const QUIET_ROUNDS = 5;
/** Deferred groups are tried again after ten minutes. */
const QUIET_ROUND_MS = 11 * MINUTE_MS;

/** Lives through one bad day and the quiet after it, and tells what must never have been seen. The same seed is the same day. */
export async function simulate(seed: number, options: Options = {}): Promise<Outcome> {
  const world = await openWorld(seed, options);
  const steps = stepsOf(seed, world.plan);
  await badDay(
    world,
    steps.filter((step) => options.only?.has(step.n) ?? true),
  );
  await quietEvening(world);
  return await judged(world, steps);
}

async function badDay(world: World, steps: readonly Step[]): Promise<void> {
  const { plan, time } = world;
  const dawn = time.now;
  for (const step of steps) time.at(dawn + step.at, () => perform(world, step));
  const last = world.devices.at(-1);
  if (plan.blockedPush && last) for (const tab of last.tabs) tab.link.pushBlocked = true;
  await time.run(dawn + plan.minutes * MINUTE_MS);
}

/** Faults stop, people rest, devices synchronise until nothing moves. */
async function quietEvening(world: World): Promise<void> {
  const { time, database, devices, server } = world;
  database.overlap?.(world.random.fork(7), 0, () => server.presentLife);
  for (const device of devices) {
    device.crashes = 0;
    device.fullUntil = 0;
    for (let n = 0; n < device.tabs.length; n++) {
      const tab = device.tab(n);
      tab.frozenUntil = Math.min(tab.frozenUntil, time.now + MINUTE_MS);
      Object.assign(tab.link.weather, QUIET);
    }
    // Somebody who still has an account carries what the others left.
    if (!device.actor()) device.user = device.people.find((id) => server.people.has(id)) ?? device.user;
  }
  // What is still under way arrives, thaws or times out.
  await time.run(time.now + 16 * MINUTE_MS);
  await pullWithStuckOutbox(world);
  await rounds(world, QUIET_ROUNDS);
  if (!devices.some((d) => d.old && world.upgraded)) return;
  world.saw(22, oldDrains(world));
  for (const device of devices) device.old = false;
  await rounds(world, 2);
}

async function rounds(world: World, count: number): Promise<void> {
  for (let round = 0; round < count; round++) {
    for (const device of world.devices) {
      for (let n = 0; n < device.tabs.length; n++) world.time.after(0, () => during(world, device, () => device.sync(n)));
    }
    await world.time.run(world.time.now + QUIET_ROUND_MS);
  }
}

/** 16: a device that cannot send still receives. */
async function pullWithStuckOutbox(world: World): Promise<void> {
  const device = world.devices.at(-1);
  if (!device || !world.plan.blockedPush) return;
  const hears = !world.server.deviceStates.has(device.id) && !device.old && device.actor() !== undefined;
  if (hears) {
    world.time.after(0, () => during(world, device, () => device.sync()));
    await world.time.run(world.time.now + QUIET_ROUND_MS);
    const { head } = await world.database.oracle();
    if (device.disk.cursor !== head) {
      world.saw(16, [`with a stuck outbox the device is at ${device.disk.cursor}, the server at ${head}`]);
    }
  }
  for (const tab of device.tabs) tab.link.pushBlocked = false;
}

async function judged(world: World, steps: readonly Step[]): Promise<Outcome> {
  const { ledger, server, devices, restored } = world;
  const oracle = await world.database.oracle();
  const evidence = gather({ oracle, ledger, server, devices, restored });
  for (const { invariant, say } of server.seen) world.saw(invariant, [say]);
  for (const [n, check] of AT_THE_END) world.saw(n, check(evidence));
  const of = (status: string) => oracle.mutations.filter((m) => m.result.status === status).length;
  return {
    seed: world.seed,
    plan: world.plan,
    steps,
    violations: world.violations,
    evidence,
    stats: {
      groups: ledger.groups.size,
      mutations: ledger.byMid.size,
      kinds: new Set(oracle.mutations.map((m) => m.mutation.kind)).size,
      applied: of('applied'),
      merged: of('merged'),
      conflicts: of('conflict'),
      settled: oracle.rows.filter((r) => r.kind === 'sync_conflicts' && r.row.status === 'Resolved').length,
      refused: of('refused'),
      deferred: of('deferred'),
      derived: oracle.commits.reduce((sum, commit) => sum + (commit.derived?.length ?? 0), 0),
      carried: devices.reduce((sum, d) => sum + d.carried, 0),
      requests: devices.reduce((sum, d) => sum + d.tabs.reduce((s, t) => s + t.link.requests, 0), 0),
      crashes: world.crashes,
      fullDisks: world.fullDisks,
      head: oracle.head,
    },
  };
}
