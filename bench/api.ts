import { randomUUID } from 'node:crypto';
import autocannon from 'autocannon';
import { AUDIT, kindOf, LOG } from '../apps/server/src/db/sql.ts';
import { cpuMs } from './kit/cpu.ts';
import { pgbench } from './kit/pgbench.ts';
import { openRig, type Rig, signIn } from './kit/rig.ts';
import { median, short } from './kit/stats.ts';

const PATIENTS = 10_000;
const CONNECTIONS = 50;
const SECONDS = 5;
const ROUNDS = 3;

/**
 * PostgreSQL takes `$1`, pgbench `:name`, and pgbench sees a name behind every colon, also within quotes: there the colon is
 * written as a constant.
 */
function bind(sql: string, values: readonly string[]): string {
  return sql
    .replace(/(?<!:):(?=\w)/g, "'||chr(58)||'")
    .replace(/\$(\d+)/g, (_all, n: string) => `(${values[Number(n) - 1]})`)
    .replace(/\s+/g, ' ');
}

/** The SQL of reading one patient, as the server sends it. */
const readScript = (rig: Rig) =>
  `\\set n random(1, ${PATIENTS})\n${bind(kindOf('patients').sql.one.text, [
    `'${rig.facility}'::uuid`,
    "('00000000-0000-7000-8000-' || lpad(:n::text, 12, '0'))::uuid",
  ])};\n`;

const newPatient = (number: string) => ({
  hospital_number: number,
  first_name: 'Ngozi',
  last_name: 'Bench',
  gender: 'Female',
  date_of_birth: '1991-02-03',
  date_of_birth_precision: 'Exact',
  phone: '08030000000',
  city: 'Enugu',
  state: 'Enugu',
});

/** The SQL of creating one patient: row, mutation log, audit, and the commit's number by trigger. */
function createScript(rig: Rig, author: string): string {
  const facility = `'${rig.facility}'::uuid`;
  const quoted = (value: unknown) => `'${JSON.stringify(value).replaceAll("'", "''").replaceAll('":', '": ')}'`;
  const row = {
    ...newPatient('#number#'),
    id: '#id#',
    facility_id: rig.facility,
    created_by: author,
    updated_by: author,
    created_at: '2026-01-01',
    updated_at: '2026-01-01',
    deleted: false,
    row_version: 1,
    field_ver: { hospital_number: [1, null], first_name: [1, null], last_name: [1, null], gender: [1, null] },
  };
  const id = "('11111111-1111-7111-8111-' || lpad(to_hex(:client_id::bigint * 1000000 + :k::bigint), 12, '0'))";
  const filled = `replace(replace(${quoted([row])}, '#id#', ${id}), '#number#', 'B/' || :client_id::text || '/' || :k::text)::jsonb`;
  const mutation = quoted({
    mid: randomUUID(),
    kind: 'patients',
    id: randomUUID(),
    op: 'create',
    base: 0,
    patch: newPatient('B/1'),
  });
  const one = (value: string) => `array[${value}]`;
  const log = bind(LOG.text, [
    facility,
    'null::uuid',
    'null::bigint',
    `'${author}'::uuid`,
    'null::bigint',
    '1',
    one('gen_random_uuid()'),
    one('gen_random_uuid()'),
    one('0'),
    one("'patients'::text"),
    one(`${id}::uuid`),
    one(mutation),
    one("'applied'::text"),
    one(quoted({ mid: randomUUID(), status: 'applied', version: 1 })),
  ]);
  const audit = bind(AUDIT.text, [
    facility,
    one('gen_random_uuid()'),
    one(`'${author}'::uuid`),
    one("'create'::text"),
    one("'patients'::text"),
    one(id),
    one('null::text'),
    one(quoted(newPatient('B/1'))),
    one('null::text'),
    one('gen_random_uuid()::text'),
    one("'127.0.0.1'::text"),
    one("'bench'::text"),
    one('now()'),
  ]);
  const insert = bind(kindOf('patients').sql.insert.text, [filled]);
  return `\\set k random(1, 1000000000000)\nbegin;\n${insert};\n${log};\n${audit};\ncommit;\n`;
}

interface Figures {
  per_second: number;
  latency_ms: { p50: number; p97_5: number };
  cpu_ms_per_request: { server: number; postgres: number } | null;
}

async function load(rig: Rig, requests: Parameters<typeof autocannon>[0]['requests']): Promise<Figures> {
  const before = [cpuMs([rig.pids.server]), cpuMs([rig.pids.postgres])];
  const result = await autocannon({ url: rig.url, connections: CONNECTIONS, duration: SECONDS, requests });
  const after = [cpuMs([rig.pids.server]), cpuMs([rig.pids.postgres])];
  if (result.errors + result.timeouts + result.non2xx > 0) {
    throw new Error(
      `${result.non2xx} refusals, ${result.errors} errors, ${result.timeouts} timeouts. The server said:\n${rig.said()}`,
    );
  }
  const [server, postgres] = after.map((now, i) => {
    const then = before[i];
    return now === null || then === null || then === undefined ? null : (now - then) / result.requests.total;
  });
  return {
    per_second: result.requests.total / result.duration,
    latency_ms: { p50: result.latency.p50, p97_5: result.latency.p97_5 },
    cpu_ms_per_request: server == null || postgres == null ? null : { server: short(server), postgres: short(postgres) },
  };
}

/** Read and create one patient over HTTP against pgbench with the same SQL on the same PostgreSQL, turn and turn about. */
export async function benchApi(): Promise<object> {
  const rig = await openRig(PATIENTS);
  try {
    const token = await signIn(rig.url);
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const author = (await rig.pool.query("select id from users where email = 'doctor@unth.edu.ng'")).rows[0].id;
    let made = 0;
    const reading = () => ({
      method: 'GET',
      setupRequest: () => ({
        method: 'GET',
        path: `/api/sync/patients/${rig.patientId(1 + Math.floor(Math.random() * PATIENTS))}`,
        // autocannon writes into what it is given.
        headers: { ...headers },
      }),
    });
    const creating = () => ({
      method: 'POST',
      setupRequest: () => ({
        method: 'POST',
        path: '/api/sync/patients',
        // autocannon writes into what it is given.
        headers: { ...headers },
        body: JSON.stringify(newPatient(`A/${++made}`)),
      }),
    });
    const rounds: Record<'read' | 'create', { api: Figures; pgbench: number }[]> = { read: [], create: [] };
    for (let round = 0; round < ROUNDS; round++) {
      const read = await load(rig, [reading()]);
      rounds.read.push({ api: read, pgbench: await pgbench(rig.databaseUrl, readScript(rig), CONNECTIONS, SECONDS) });
      const create = await load(rig, [creating()]);
      rounds.create.push({
        api: create,
        pgbench: await pgbench(rig.databaseUrl, createScript(rig, author), CONNECTIONS, SECONDS),
      });
      process.stderr.write(`  round ${round + 1} of ${ROUNDS}\n`);
    }
    const sum = (list: { api: Figures; pgbench: number }[]) => ({
      api_per_second: short(median(list.map((r) => r.api.per_second))),
      pgbench_per_second: short(median(list.map((r) => r.pgbench))),
      ratio: short(median(list.map((r) => r.api.per_second / r.pgbench))),
      latency_ms: list.map((r) => r.api.latency_ms)[0],
      cpu_ms_per_request: list.map((r) => r.api.cpu_ms_per_request),
    });
    return {
      bench: 'api',
      patients: PATIENTS,
      connections: CONNECTIONS,
      rounds: ROUNDS,
      read_one_patient: sum(rounds.read),
      create_one_patient: sum(rounds.create),
    };
  } finally {
    await rig.close();
  }
}
