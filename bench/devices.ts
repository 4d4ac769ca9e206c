import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type pg from 'pg';
import { cpuMs, residentMb } from './kit/cpu.ts';
import { DeviceClient } from './kit/device-client.ts';
import { corpus, loadPatients } from './kit/people.ts';
import { openRig, patientId, type Rig, say } from './kit/rig.ts';
import { median, quantile, short } from './kit/stats.ts';
import { logPatients } from './kit/ward.ts';

const { values: asked } = parseArgs({
  args: process.argv.slice(3),
  options: {
    devices: { type: 'string', default: '10,50' },
    patients: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '20' },
    every: { type: 'string', default: '10' },
  },
});

/** People who share the devices: scopes differ from person to person. */
const PEOPLE = 20;
const EMAIL = (n: number) => `bench.${n}@unth.edu.ng`;
const PASSWORD = 'Doctor@123';
/** One device in so many is behind a proxy that holds live lines back: it pulls after each push. */
const DEAF_ONE_IN = 10;
/** Devices that sign in at once: each password costs the server 19 MB and 70 ms. */
const SIGN_IN_AT_ONCE = 6;

const isDeaf = (n: number): boolean => n % DEAF_ONE_IN === DEAF_ONE_IN - 1;

const hire = async (owner: pg.Pool, facility: string): Promise<void> => {
  await owner.query(
    `with hired as (
       insert into users (facility_id, email, full_name, role, is_approved, is_active)
       select $1, 'bench.' || n || '@unth.edu.ng', 'Bench ' || n, 'consultant', true, true from generate_series(1, $2::int) n returning id)
     insert into user_credentials (facility_id, user_id, password_hash)
     select $1, hired.id, c.password_hash from hired, user_credentials c join users u on u.id = c.user_id where u.email = 'doctor@unth.edu.ng'`,
    [facility, PEOPLE],
  );
};

/** What one number of devices was like. */
interface Load {
  push: number[];
  pull: number[];
  /** From the start of a push until the change was known on another device. */
  arrival: number[];
  failures: string[];
}

/** Opens devices, some at a time. */
async function openAll(rig: Rig, count: number): Promise<DeviceClient[]> {
  const { rows } = await rig.pool.query<{ seq: number }>('select seq::int from sync_head where facility_id = $1', [
    rig.facility,
  ]);
  const clients: DeviceClient[] = [];
  let n = 0;
  const open = async () => {
    while (n < count) {
      const person = (n++ % PEOPLE) + 1;
      clients.push(await DeviceClient.open(rig.url, { email: EMAIL(person), password: PASSWORD }, rows[0]?.seq ?? 0));
    }
  };
  await Promise.all(Array.from({ length: SIGN_IN_AT_ONCE }, open));
  return clients;
}

/** Every device pushes one change every so often, on a patient of its own, and hears of all others. */
async function live(
  clients: readonly DeviceClient[],
  load: Load,
  until: number,
  everyMs: number,
  versions: number[],
): Promise<void> {
  const failed = (error: Error) => load.failures.push(error.message);
  const begun = new Map<number, number>();
  const [observer] = clients;
  const seen = () => {
    for (const [head, at] of begun) {
      if (head > (observer?.cursor ?? 0)) continue;
      load.arrival.push(performance.now() - at);
      begun.delete(head);
    }
  };
  const timed = async <T>(times: number[], work: () => Promise<T>): Promise<T> => {
    const at = performance.now();
    const done = await work();
    times.push(performance.now() - at);
    return done;
  };
  const work = async (client: DeviceClient, n: number): Promise<void> => {
    await pause((everyMs * n) / clients.length);
    for (let turn = 0; performance.now() < until; turn++) {
      const started = performance.now();
      const group = client.sign([
        {
          kind: 'patients',
          id: patientId(n + 1),
          op: 'edit',
          base: versions[n] ?? 1,
          patch: { city: `Town ${n} ${turn} ${Date.now()}` },
        },
      ]);
      try {
        const reply = await timed(load.push, () => client.push([group]));
        const [result] = reply.groups[0]?.results ?? [];
        if (result?.status !== 'applied') throw new Error(`A push was answered ${JSON.stringify(result)}`);
        versions[n] = result.version ?? 0;
        if (n > 0) begun.set(reply.head, started);
        seen();
        if (isDeaf(n)) await timed(load.pull, () => client.pull());
      } catch (error) {
        failed(error as Error);
      }
      const next = started + everyMs - performance.now();
      if (next > 0) await pause(next);
    }
  };
  await Promise.all(
    clients.map(async (client, n) => {
      if (!isDeaf(n)) await client.listen(n === 0 ? seen : () => undefined, failed);
    }),
  );
  await Promise.all(clients.map(work));
}

const spread = (times: readonly number[]) =>
  times.length === 0
    ? null
    : { count: times.length, p50: short(median(times)), p99: short(quantile(times, 0.99)), longest: short(Math.max(...times)) };

async function measure(rig: Rig, devices: number, versions: number[]): Promise<object> {
  const [seconds, everyMs] = [Number(asked.seconds), Number(asked.every) * 1000];
  say(`${devices} devices sign in`);
  const clients = await openAll(rig, devices);
  try {
    const load: Load = { push: [], pull: [], arrival: [], failures: [] };
    const spent = () =>
      [cpuMs([rig.pids.server]) ?? Number.NaN, cpuMs([rig.pids.postgres]) ?? Number.NaN, process.cpuUsage()] as const;
    const [before, from] = [spent(), performance.now()];
    await live(clients, load, from + seconds * 1000, everyMs, versions);
    const [after, ms] = [spent(), performance.now() - from];
    if (load.failures.length > 0) say(`${load.failures.length} failures, the first: ${load.failures[0]}\n${rig.said()}`);
    const pushes = load.push.length;
    const of = (i: 0 | 1) => ({
      share_of_a_core: short((after[i] - before[i]) / ms),
      ms_per_push: short((after[i] - before[i]) / pushes),
    });
    return {
      devices,
      seconds: short(ms / 1000),
      failures: load.failures.length,
      push_ms: spread(load.push),
      pull_ms: spread(load.pull),
      arrival_ms: spread(load.arrival),
      cpu: { server: of(0), postgres: of(1) },
      server_mb: residentMb(rig.pids.server),
      live_events: {
        pages: clients.reduce((sum, { heard }) => sum + heard.pages, 0),
        numbers: clients.reduce((sum, { heard }) => sum + heard.numbers, 0),
      },
    };
  } finally {
    for (const client of clients) client.close();
  }
}

/**
 * A ward's devices on one server, each with a session and a live line of its own: one change from each every ten seconds. How the answers, the
 * way to the other devices, CPU and memory grow with the number of devices, and with the rows that the server holds.
 */
export async function benchDevices(): Promise<object> {
  const sizes = asked.patients.split(',').map(Number);
  const counts = asked.devices.split(',').map(Number);
  const results: object[] = [];
  for (const patients of sizes) {
    const rig = await openRig(
      async (owner, facility) => {
        await loadPatients(owner, facility, patients, corpus(), say);
        await logPatients(owner, facility, patients);
        await hire(owner, facility);
        await owner.query('vacuum analyze');
      },
      { LOGINS_PER_MINUTE: '100000' },
    );
    try {
      const versions: number[] = [];
      for (const devices of counts) {
        const result = { patients, ...(await measure(rig, devices, versions)) };
        say(JSON.stringify(result));
        results.push(result);
      }
    } finally {
      await rig.close();
    }
  }
  return { bench: 'devices', push_every_seconds: Number(asked.every), results };
}
