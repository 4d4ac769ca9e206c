import type { Role } from '@psa/domain';
import { actOnce } from './actions.ts';
import type { SimDevice } from './device.ts';
import { noLostSave } from './invariants-device.ts';
import type { Step, What } from './steps.ts';
import { Crash, DiskFull } from './tab.ts';
import type { World } from './world.ts';

const MINUTE_MS = 60_000;
const ROLES_GIVEN: readonly Role[] = ['consultant', 'nursing', 'lab', 'pharmacy', 'house_officer'];
/** Chance of step n is the stream `STREAM + n` of its seed. */
const STREAM = 10_000;

/** Runs one thing somebody does; a crash of the tab or a full disk is part of the day, anything else that is thrown is a fault. */
export async function during(world: World, device: SimDevice | null, act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (error instanceof DiskFull) world.fullDisks++;
    else if (error instanceof Crash) world.crashes++;
    else {
      world.saw(0, [error instanceof Error ? (error.stack ?? error.message) : String(error)]);
      return;
    }
    if (device) world.saw(3, noLostSave(device, world.ledger));
  }
}

/** Lets a step happen. */
export async function perform(world: World, step: Step): Promise<void> {
  const device = step.device === null ? null : (world.devices[step.device] ?? null);
  (device ?? world).random.reseed(world.seed, STREAM + step.n);
  if (device) device.step = step.n;
  await during(world, device, async () => {
    if (device) await onDevice(world, device, step);
    else await onServer(world, step);
  });
}

type OnDevice = (world: World, device: SimDevice, step: Step) => Promise<unknown>;

const DEVICE_STEPS: Partial<Record<What, OnDevice>> = {
  'somebody does something': async (world, device, { which }) => {
    const tab = device.usable(which);
    if (tab !== null) await actOnce(device, tab, world);
  },
  'it synchronises': async ({ plan }, device, { which }) => {
    // Now and then out of reach for a while.
    const tab = device.usable(which);
    if (tab !== null && device.random.happens(75)) await device.sync(tab, !plan.live || device.random.happens(50));
  },
  'it is handed over': async (_world, device) => {
    device.user = device.random.pick(device.people) ?? device.user;
  },
  'the power goes': async (_world, device) => {
    device.powerOff();
    throw new Crash();
  },
  'its clock jumps': async (_world, device) => {
    device.clockOffset += device.random.between(-400, 400) * 24 * 60 * MINUTE_MS;
  },
  'a tab freezes': async (world, device, { which }) => {
    const tab = device.tab(which);
    // In the middle of a round, wherever that is by then.
    world.time.after(device.random.between(0, 1500), () => {
      tab.frozenUntil = world.time.now + device.random.between(1, 15) * MINUTE_MS;
    });
    if (tab.frozenUntil <= world.time.now) await device.sync(which);
  },
  'its disk fills up': async (world, device) => {
    device.fullUntil = world.time.now + device.random.between(1, 12) * MINUTE_MS;
  },
  'a file is opened or let go': async (world, device, { which }) => {
    const patients = patientsOf(world);
    const patient = patients[which % Math.max(1, patients.length)];
    if (patient !== undefined && !device.disk.files.delete(patient)) device.disk.files.add(patient);
  },
  'the device is withdrawn': async (world, device) => {
    world.server.deviceStates.set(device.id, world.plan.withdrawn ?? 'drain');
  },
};

async function onDevice(world: World, device: SimDevice, step: Step): Promise<void> {
  await DEVICE_STEPS[step.what]?.(world, device, step);
}

async function onServer(world: World, { what, which }: Step): Promise<void> {
  const { server, hospital } = world;
  const others = [...hospital.staff.values()].filter((id) => id !== hospital.admin.user_id);
  const user = others[which % others.length] ?? '';
  if (what === 'the server restarts') server.restart();
  else if (what === 'a role changes') await server.changeRole(hospital.admin, user, world.random.pick(ROLES_GIVEN) ?? 'lab');
  else if (what === 'an account is closed') world.closed.set(which, await server.closeAccount(hospital.admin, user));
  else if (what === 'an account is opened again') await world.closed.get(which)?.();
  else if (what === 'a conflict is moved') await moveConflict(world);
  else if (what === 'a patient goes to the archive') await archive(world, which);
  else if (what === 'the server is upgraded') world.upgraded = true;
  else if (what === 'a backup is taken') takeBackup(world, which);
  else if (what === 'a backup is restored') world.backups.get(which)?.();
}

/** What one group of people was sent goes to another, as when somebody corrects by hand where it belongs. */
async function moveConflict({ server, hospital, random, database }: World): Promise<void> {
  const rows = database.oracleNow?.().rows ?? [];
  const open = rows.filter(({ kind, row }) => kind === 'sync_conflicts' && row.status === 'Open');
  const moved = random.pick(open);
  const scope = random.pick(['identity', 'clinical', 'orders', 'medicines', 'stock'].filter((s) => s !== moved?.row.scope));
  if (!moved || scope === undefined) return;
  await server.write(hospital.admin, [{ kind: 'sync_conflicts', id: moved.row.id, op: 'edit', base: 0, patch: { scope } }]);
}

/** Patients of the day, whoever registered them and whether or not the server knows them yet. */
const patientsOf = ({ ledger }: World): string[] =>
  [...ledger.byMid.values()].flatMap(({ mutation: m }) => (m.kind === 'patients' && m.op === 'create' ? m.id : []));

/** Mostly one of the first: whom people have written most about. */
async function archive(world: World, which: number): Promise<void> {
  const patients = patientsOf(world);
  const patient = patients[which % Math.max(1, Math.min(6, patients.length))];
  if (patient !== undefined) await world.time.during(world.database.archive(patient));
}

function takeBackup(world: World, which: number): void {
  const { server, database } = world;
  const restore = database.backup?.();
  if (!restore) return;
  const people = new Map(server.people);
  world.backups.set(which, () => {
    // The process ends with what it was doing; the people are those of the backup.
    server.restart();
    restore();
    for (const id of new Set([...people.keys(), ...server.people.keys()])) server.known(id, people.get(id) ?? null);
    world.restored = true;
  });
}
