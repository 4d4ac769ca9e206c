import type { Link } from '../device/link.ts';
import { deviceFaults } from './ablations-device.ts';
import { serverFaults } from './ablations-server.ts';
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

const busy: Partial<Plan> = { devices: 3, minutes: 60, withdrawn: null, restore: false };

/** If one of these is not caught, the simulation is blind (docs/sync.md). */
export const ABLATIONS: readonly Ablation[] = [
  {
    name: 'seq',
    about: 'the number is taken at the write, not at the commit',
    plants: { memory: serverFaults.seq },
    plan: { ...busy, overlaps: 40 },
    caughtBy: [6, 8],
  },
  {
    name: 'dedupe',
    about: 'no look at the mutations already known',
    plants: { server: serverFaults.dedupe },
    plan: busy,
    caughtBy: [4],
  },
  {
    name: 'lww',
    about: 'the last to arrive wins, whatever its author had read',
    plants: { server: serverFaults.lww },
    plan: busy,
    caughtBy: [10, 11],
  },
  {
    name: 'upsert',
    about: 'a create overwrites what is there',
    plants: { server: serverFaults.upsert },
    plan: busy,
    caughtBy: [4, 7, 11],
  },
  {
    name: 'ackbase',
    about: 'an acknowledgement moves the server copy',
    plants: { store: deviceFaults.ackbase },
    // It shows when the answer of a push is heard and the pull after it is not.
    plan: { ...busy, devices: 5, minutes: 150, crashes: 0, weather: { ...QUIET, lostRequests: 20, turnedAway: 20 } },
    caughtBy: [10, 11, 12],
  },
  {
    name: 'skipDirty',
    about: 'a page skips rows with unsent edits',
    plants: { store: deviceFaults.skipDirty },
    plan: busy,
    caughtBy: [6],
  },
  {
    name: 'halfGroup',
    about: 'a clashing group is half applied',
    plants: { server: serverFaults.halfGroup },
    plan: busy,
    caughtBy: [5],
  },
  {
    name: 'dropRefused',
    about: 'a refused group is forgotten',
    plants: { store: deviceFaults.dropRefused },
    plan: busy,
    caughtBy: [15],
  },
  {
    name: 'gate',
    about: 'pulling waits for pushing',
    plants: { link: (link: Link, store) => deviceFaults.gate(link, store) },
    plan: { ...busy, blockedPush: true },
    caughtBy: [16],
  },
  {
    name: 'oldBase',
    about: 'the epoch of groups is ignored',
    plants: { server: serverFaults.oldBase },
    plan: { ...busy, devices: 5, minutes: 150, restore: true },
    caughtBy: [10, 11, 12],
  },
];
