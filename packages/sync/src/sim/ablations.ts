import type { Link } from '../device/link.ts';
import { deviceFaults as device } from './ablations-device.ts';
import { serverFaults as server } from './ablations-server.ts';
import { QUIET } from './network.ts';
import type { Plan } from './plan.ts';
import type { Plants } from './world.ts';

/** A fault planted on purpose around a port, and the invariants of which at least one must then be broken. */
export interface Ablation {
  name: string;
  about: string;
  plants: Plants;
  /** Days on which it can show. */
  plan: Partial<Plan>;
  caughtBy: readonly number[];
}

const busy: Partial<Plan> = { devices: 3, minutes: 60, withdrawn: null, restore: false, oldClient: false };
const long: Partial<Plan> = { ...busy, devices: 5, minutes: 150 };
const live: Partial<Plan> = { ...busy, live: true };
const moving: Partial<Plan> = { ...long, moves: 8 };
const archiving: Partial<Plan> = { ...long, archived: 12 };
const signing: Partial<Plan> = { ...long, themes: ['theatre', 'laboratory'] };
/** It shows when the answer of a push is heard and the pull after it is not. */
const halfHeard: Plan['weather'] = { ...QUIET, lostRequests: 20, turnedAway: 20 };

/** Live events that come long after what they tell of. */
const lateLines: Plan['weather'] = { ...QUIET, slow: 60, doubled: 40 };

const fault = (name: string, about: string, caughtBy: readonly number[], plants: Plants, plan = busy): Ablation => ({
  name,
  about,
  plants,
  plan,
  caughtBy,
});

/** If one of these is not caught, the simulation is blind (docs/sync.md). */
export const ABLATIONS: readonly Ablation[] = [
  fault('garbled', 'a page is kept otherwise than it came', [1], { store: device.garbled }),
  fault('forgets', 'a value that was acknowledged is not written', [2], { server: server.forgets }),
  fault(
    'dropUnsent',
    'what waits goes with a scope that is dropped',
    [3],
    { store: device.dropUnsent },
    { ...long, roleChanges: 6 },
  ),
  fault('dedupe', 'no look at the mutations already known', [4], { server: server.dedupe }),
  fault('upsert', 'a create overwrites what is there', [4, 7, 11], { server: server.upsert }),
  fault('halfGroup', 'a clashing group is half applied', [5], { server: server.halfGroup }),
  fault('skipDirty', 'a page skips rows with unsent edits', [6], { store: device.skipDirty }),
  fault('halfPage', 'the cursor is kept before the rows', [6], { store: device.halfPage }),
  fault('gapLive', 'a live page is taken whatever it follows', [6], { carried: device.gapLive }, live),
  fault(
    'seq',
    'the number is taken at the write, not at the commit',
    [6, 8],
    { memory: server.seq },
    { ...busy, overlaps: 40 },
  ),
  fault('resurrect', 'a retracted row is edited as if it were not', [9], { server: server.resurrect }),
  fault('lww', 'the last to arrive wins, whatever its author had read', [10, 11], { server: server.lww }),
  fault(
    'ackbase',
    'an acknowledgement moves the server copy',
    [10, 11, 12],
    { store: device.ackbase },
    {
      ...long,
      crashes: 0,
      weather: halfHeard,
    },
  ),
  fault('oldBase', 'the epoch of groups is ignored', [10, 11, 12], { server: server.oldBase }, { ...long, restore: true }),
  fault('mix', 'only the fields that are sent are compared', [12], { server: server.mix }, long),
  fault('unlocked', 'nothing holds what was signed', [13], { server: server.unlocked }, signing),
  fault('childFirst', 'new patients do not come with their page', [14], { store: device.childFirst }),
  fault('dropRefused', 'a refused group is forgotten', [15], { store: device.dropRefused }),
  fault('noQuarantine', 'what is refused is not kept by the server', [15], { server: server.noQuarantine }),
  fault(
    'gate',
    'pulling waits for pushing',
    [16],
    { link: (link: Link, store) => device.gate(link, store) },
    {
      ...busy,
      blockedPush: true,
    },
  ),
  fault('leak', 'a page holds rows of every scope', [17], { server: server.leak }),
  fault('leakLive', 'a live page holds rows of every scope', [17], { server: server.leakLive }, live),
  fault(
    'heldLive',
    'a live page is taken whatever scopes it was made for',
    [6, 17],
    { carried: device.heldLive },
    { ...live, ...long, roleChanges: 8 },
  ),
  fault(
    'keepScopes',
    'a scope that is no longer granted is kept',
    [17],
    { link: device.keepScopes },
    { ...long, roleChanges: 6 },
  ),
  fault(
    'oldRights',
    'authors keep the rights that they once had',
    [17],
    { rights: server.oldRights },
    { ...long, roleChanges: 8 },
  ),
  fault('moved', 'nobody is told that a row went to another scope', [18], { server: server.moved }, moving),
  fault('keepFiles', 'a file is kept that nobody wants here any more', [17], { store: device.keepFiles }, archiving),
  fault('notTold', 'nobody is told that a patient went to the archive', [1, 6, 18], { server: server.moved }, archiving),
  fault('staysAway', 'a write about somebody in the archive leaves them there', [18], { memory: server.staysAway }, archiving),
  fault('halfSnapshot', 'a scope counts as held with its first page', [19], { store: device.halfSnapshot }),
  fault('lateHead', 'a snapshot claims the commit that comes while it is made', [20], { server: server.lateHead }, long),
  fault('byClock', 'the clocks of devices decide what is later', [21], { server: server.byClock }),
  fault(
    'clearsUnknown',
    'what an older app did not send counts as cleared',
    [22],
    { server: server.clearsUnknown },
    {
      ...long,
      oldClient: true,
      blockedPush: false,
    },
  ),
  fault(
    'staleTab',
    'a tab that has slept is believed',
    [23],
    { store: device.staleTab },
    { ...busy, twoTabs: true, freezes: 10 },
  ),
  fault('noReplay', 'what a restore took away is not sent again', [24], { store: device.noReplay }, { ...busy, restore: true }),
  fault(
    'oldLive',
    'a live page is taken whatever life it is of',
    [6, 7],
    { carried: device.oldLive },
    { ...live, ...long, restore: true, weather: lateLines },
  ),
  fault('deaf', 'answers to a push are never heard', [25], { link: device.deaf }),
  fault('storm', 'everything is asked for forty times', [25], { link: device.storm }),
  fault('silentConflict', 'a conflict is answered and not kept', [26], { server: server.silentConflict }, long),
];
