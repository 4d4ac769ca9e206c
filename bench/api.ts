import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';
import { type Case, casesOf } from './kit/cases.ts';
import { cpuMs, residentMb } from './kit/cpu.ts';
import { pgbench } from './kit/pgbench.ts';
import { openRig, type Rig, say, signIn } from './kit/rig.ts';
import { median, short } from './kit/stats.ts';
import { fillWard } from './kit/ward.ts';
import { serverWrites } from './kit/writes.ts';

/** Patients that share a transaction while fifty are registered at once. */
const SHARED = 16;
const SHARING_CLIENTS = 2;
/** Connections with which the audit is measured over HTTP. */
const AUDIT_CONNECTIONS = 50;

interface Load {
  api: number;
  p50: number;
  p97_5: number;
  server_ms: number;
  postgres_ms: number;
}

interface Round extends Load {
  pgbench: number;
}

/** Reads the words after `npm run bench -- api`. */
function wishes() {
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: {
      patients: { type: 'string', default: '50000' },
      connections: { type: 'string', default: '1,50,200' },
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '5' },
      only: { type: 'string' },
    },
  });
  return {
    patients: Number(values.patients),
    connections: values.connections.split(',').map(Number),
    rounds: Number(values.rounds),
    seconds: Number(values.seconds),
    only: values.only?.split(','),
  };
}

/** Asks for one kind of work on so many connections for so long. */
export async function load(rig: Rig, token: string, work: Case, connections: number, seconds: number): Promise<Load> {
  const request = () => {
    const { method, path, body } = work.request();
    // autocannon writes into what it is given.
    const headers = { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
    return { method, path, headers, ...(body === undefined ? {} : { body }) };
  };
  const spent = () => [cpuMs([rig.pids.server]) ?? Number.NaN, cpuMs([rig.pids.postgres]) ?? Number.NaN] as const;
  const before = spent();
  const requests = [{ method: request().method, setupRequest: request }];
  const result = await autocannon({ url: rig.url, connections, duration: seconds, requests });
  const after = spent();
  if (result.errors + result.timeouts + result.non2xx > 0) {
    throw new Error(
      `${work.title}: ${result.non2xx} refusals, ${result.errors} errors, ${result.timeouts} timeouts. The server said:\n${rig.said()}`,
    );
  }
  const { total } = result.requests;
  return {
    api: total / result.duration,
    p50: result.latency.p50,
    p97_5: result.latency.p97_5,
    server_ms: (after[0] - before[0]) / total,
    postgres_ms: (after[1] - before[1]) / total,
  };
}

function figures(work: Case, connections: number, rounds: readonly Round[]) {
  const of = (pick: (round: Round) => number) => short(median(rounds.map(pick)));
  return {
    work: work.title,
    connections,
    api_per_second: of((r) => r.api),
    pgbench_per_second: of((r) => r.pgbench),
    ratio: of((r) => r.api / r.pgbench),
    latency_ms: { p50: of((r) => r.p50), p97_5: of((r) => r.p97_5) },
    cpu_ms: { server: of((r) => r.server_ms), postgres: of((r) => r.postgres_ms) },
    goal: { ...(work.ratio > 0 ? { ratio: work.ratio } : {}), ...(work.cpuMs === undefined ? {} : { cpu_ms: work.cpuMs }) },
  };
}

type Figures = ReturnType<typeof figures>;

/** For docs/performance.md. */
function table(list: readonly Figures[]): string {
  const lines = list.map(({ goal, ...f }) => {
    const ratio = goal.ratio === undefined ? `${f.ratio}` : `${f.ratio} (${goal.ratio})`;
    const cpu = `${f.cpu_ms.server} + ${f.cpu_ms.postgres}${goal.cpu_ms === undefined ? '' : ` (${goal.cpu_ms})`}`;
    return `| ${f.work} | ${f.connections} | ${f.api_per_second} | ${f.pgbench_per_second} | ${ratio} | ${f.latency_ms.p50} / ${f.latency_ms.p97_5} | ${cpu} |`;
  });
  return [
    '| work | connections | API per second | pgbench per second | ratio (goal) | p50 / p97.5 ms | CPU ms, server + PostgreSQL (goal) |',
    '|---|---|---|---|---|---|---|',
    ...lines,
  ].join('\n');
}

/** What the audit adds to a write: the server's statements for those who share a transaction, with and without it, turn about. */
async function auditCost(rig: Rig, rounds: number, seconds: number) {
  const at = { url: rig.serverUrl, facility: rig.facility };
  const pairs: { audited: number; plain: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const audited = await pgbench(at, serverWrites(rig, SHARED, true), SHARING_CLIENTS, seconds);
    const plain = await pgbench(at, serverWrites(rig, SHARED, false), SHARING_CLIENTS, seconds);
    pairs.push({ audited: audited * SHARED, plain: plain * SHARED });
  }
  return {
    shared_by: SHARED,
    with_audit_per_second: short(median(pairs.map((p) => p.audited))),
    without_per_second: short(median(pairs.map((p) => p.plain))),
    more_time: short(median(pairs.map((p) => p.plain / p.audited - 1))),
  };
}

/**
 * What the audit adds to creating a patient over HTTP: the same server, with the function that writes entries and, turn about, with one of
 * the same name that writes none.
 */
async function auditOverHttp(rig: Rig, token: string, create: Case, connections: number, rounds: number, seconds: number) {
  const { rows } = await rig.pool.query<{ real: string; none: string }>(
    `select pg_get_functiondef(oid) as real,
       format('create or replace function audit_write(%s) returns void language plpgsql security definer as ''begin end''', pg_get_function_arguments(oid)) as none
     from pg_proc where proname = 'audit_write'`,
  );
  const [found] = rows;
  if (!found) throw new Error('There is no function that writes the audit.');
  const pairs: { audited: Load; plain: Load }[] = [];
  for (let round = 0; round < rounds; round++) {
    const audited = await load(rig, token, create, connections, seconds);
    await rig.pool.query(found.none);
    const plain = await load(rig, token, create, connections, seconds);
    await rig.pool.query(found.real);
    pairs.push({ audited, plain });
  }
  const cpu = ({ server_ms, postgres_ms }: Load) => server_ms + postgres_ms;
  return {
    connections,
    with_audit_per_second: short(median(pairs.map((p) => p.audited.api))),
    without_per_second: short(median(pairs.map((p) => p.plain.api))),
    more_time: short(median(pairs.map((p) => p.plain.api / p.audited.api - 1))),
    more_cpu: short(median(pairs.map((p) => cpu(p.audited) / cpu(p.plain) - 1))),
  };
}

/**
 * The API over HTTP against pgbench (prepared) doing the same work in the same PostgreSQL, turn and turn about. Reads run the server's SQL;
 * writes are plain INSERTs into copies of the tables without triggers, log and audit.
 */
export async function benchApi(): Promise<object> {
  const { patients, connections, rounds, seconds, only } = wishes();
  const rig = await openRig((owner, facility, doctor) => fillWard(owner, facility, doctor, patients, say));
  try {
    const device = randomUUID();
    const login = await signIn(rig.url, device);
    const all = await casesOf(rig, patients, device, login);
    const cases = Object.entries(all).filter(([name]) => only?.includes(name) ?? true);
    const at = { url: rig.serverUrl, facility: rig.facility };
    const list: Figures[] = [];
    for (const [name, work] of cases) {
      for (const many of connections) {
        const measured: Round[] = [];
        for (let round = 0; round < rounds; round++) {
          const api = await load(rig, login.token, work, many, seconds);
          measured.push({ ...api, pgbench: await pgbench(at, work.script, many, seconds) });
        }
        list.push(figures(work, many, measured));
        say(`${name} at ${many}: ${JSON.stringify(list.at(-1))}`);
      }
    }
    const asked = only?.includes('audit') ?? true;
    const audit = asked ? await auditCost(rig, rounds, seconds) : undefined;
    const { create } = all;
    const overHttp =
      asked && create ? await auditOverHttp(rig, login.token, create, AUDIT_CONNECTIONS, rounds, seconds) : undefined;
    process.stderr.write(`\n${table(list)}\n\n`);
    return {
      bench: 'api',
      patients,
      rounds,
      seconds,
      server_rss_mb: residentMb(rig.pids.server),
      audit,
      audit_over_http: overHttp,
      list,
    };
  } finally {
    await rig.close();
  }
}
