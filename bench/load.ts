import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { Clinician, type Work } from './kit/clinician.ts';
import { cpuMs, residentMb } from './kit/cpu.ts';
import { openRig, type Rig, say } from './kit/rig.ts';
import { quantile, short } from './kit/stats.ts';

/** Sign-ins under way at once: a password is hashed for each. */
const SIGN_INS = 4;
/** Looks at the server's memory in each step. */
const LOOKS = 10;
/** New connections and simple statements that are timed in each step. */
const PROBES = 20;
/** A step bends when it does less than this share of what was asked for, or when one in twenty waits longer. */
const KEPT_UP = 0.9;
const BENDS_MS = 100;

/** Reads the words after `npm run bench -- load`. */
function wishes() {
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: {
      people: { type: 'string', default: '50,200,500' },
      seconds: { type: 'string', default: '20' },
      think: { type: 'string', default: '3' },
      patients: { type: 'string', default: '2000' },
    },
  });
  return {
    people: values.people.split(',').map(Number),
    seconds: Number(values.seconds),
    thinkMs: Number(values.think) * 1_000,
    patients: Number(values.patients),
  };
}

async function signIn(rig: Rig, many: number, patients: number, thinkMs: number): Promise<Clinician[]> {
  const all: Clinician[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: SIGN_INS }, async () => {
      while (next < many) {
        next++;
        all.push(await Clinician.signIn(rig.url, patients, thinkMs));
      }
    }),
  );
  return all;
}

/** How long a new connection to PostgreSQL and a simple statement take now, ms. */
async function probe(rig: Rig): Promise<{ connect: number; statement: number }> {
  const client = new pg.Client({ connectionString: rig.serverUrl });
  const began = performance.now();
  await client.connect();
  const connected = performance.now();
  await client.query('select 1');
  const answered = performance.now();
  await client.end();
  return { connect: connected - began, statement: answered - connected };
}

const times = (ms: readonly number[]) => ({
  p50: short(quantile(ms, 0.5)),
  p95: short(quantile(ms, 0.95)),
  p99: short(quantile(ms, 0.99)),
});

async function step(rig: Rig, people: readonly Clinician[], seconds: number, thinkMs: number) {
  const spent = () => [cpuMs([rig.pids.server]) ?? Number.NaN, cpuMs([rig.pids.postgres]) ?? Number.NaN] as const;
  for (const one of people) one.forget();
  const before = spent();
  const began = performance.now();
  const until = Date.now() + seconds * 1_000;
  const working = people.map((one) => one.work(until));
  const memory: number[] = [];
  const probes: Awaited<ReturnType<typeof probe>>[] = [];
  for (let look = 0; look < LOOKS; look++) {
    await pause((seconds * 1_000) / LOOKS);
    memory.push(residentMb(rig.pids.server) ?? Number.NaN);
    for (let n = 0; n < PROBES / LOOKS; n++) probes.push(await probe(rig));
  }
  await Promise.all(working);
  const took = (performance.now() - began) / 1_000;
  const after = spent();
  const done = people.flatMap((one) => one.done);
  const errors = people.flatMap((one) => one.errors);
  const of = (work: Work) => done.filter((one) => one.work === work).map(({ ms }) => ms);
  const kinds: readonly Work[] = ['read', 'search', 'list', 'pull', 'write'];
  // Whoever was still thinking at the end asked nothing more.
  const perSecond = done.length / seconds;
  const all = times(done.map(({ ms }) => ms));
  // Whoever thinks for so long and then waits for an answer asks this often.
  const asked = (people.length * 1_000) / thinkMs;
  return {
    people: people.length,
    requests: done.length,
    per_second: short(perSecond),
    ms: all,
    by_work: Object.fromEntries(kinds.map((work) => [work, of(work).length > 0 ? times(of(work)) : null])),
    errors: errors.length,
    first_errors: errors.slice(0, 3),
    cpu: { server: short((after[0] - before[0]) / took / 1_000), postgres: short((after[1] - before[1]) / took / 1_000) },
    rss_mb: { first: memory[0], last: memory.at(-1), most: Math.max(...memory) },
    connect_ms: short(
      quantile(
        probes.map(({ connect }) => connect),
        0.95,
      ),
    ),
    statement_ms: short(
      quantile(
        probes.map(({ statement }) => statement),
        0.95,
      ),
    ),
    live_events: people.reduce((sum, one) => sum + one.heard, 0),
    bends: perSecond < KEPT_UP * asked || all.p95 > BENDS_MS,
  };
}

/** For docs/performance.md. */
function table(steps: readonly Awaited<ReturnType<typeof step>>[]): string {
  const lines = steps.map(
    (s) =>
      `| ${s.people} | ${s.per_second} | ${s.ms.p50} / ${s.ms.p95} / ${s.ms.p99} | ${s.errors} | ${s.cpu.server} + ${s.cpu.postgres} | ${s.rss_mb.first} → ${s.rss_mb.last} | ${s.connect_ms} / ${s.statement_ms} | ${s.bends ? 'yes' : 'no'} |`,
  );
  return [
    '| people | requests per second | p50 / p95 / p99 ms | errors | CPUs, server + PostgreSQL | server RSS MB, first → last | new connection / simple statement p95 ms | bends |',
    '|---|---|---|---|---|---|---|---|',
    ...lines,
  ].join('\n');
}

/**
 * Simulated clinicians, each with a tablet, a live stream and time to think, against one server and its PostgreSQL: reads, searches, lists,
 * syncs and writes in the mix of a ward. All of it on one machine, the people too.
 */
export async function benchLoad(): Promise<object> {
  const { people, seconds, thinkMs, patients } = wishes();
  process.env.LOGINS_PER_MINUTE = '100000';
  const rig = await openRig(patients);
  const steps: Awaited<ReturnType<typeof step>>[] = [];
  const all: Clinician[] = [];
  try {
    for (const many of people) {
      const began = performance.now();
      all.push(...(await signIn(rig, many - all.length, patients, thinkMs)));
      say(`${many} signed in, the last of them within ${short((performance.now() - began) / 1_000)} s`);
      steps.push(await step(rig, all, seconds, thinkMs));
      say(JSON.stringify(steps.at(-1)));
    }
    process.stderr.write(`\n${table(steps)}\n\n`);
    return { bench: 'load', seconds, think_ms: thinkMs, patients, steps };
  } finally {
    for (const one of all) one.leave();
    await rig.close();
  }
}
