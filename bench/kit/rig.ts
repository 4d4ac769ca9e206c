import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Actor, demoWard, uuidv7 } from '@psa/domain';
import { type LoginReply, PROTOCOL_VERSION } from '@psa/sync';
import type pg from 'pg';
import { Database } from '../../apps/server/src/db/database.ts';
import { migrate } from '../../apps/server/src/db/migrate.ts';
import { createPool } from '../../apps/server/src/db/pool.ts';
import { seed } from '../../apps/server/src/db/seed.ts';
import { PgServerStore } from '../../apps/server/src/db/store.ts';
import { writeAll } from '../../apps/server/src/db/write.ts';
import { openCluster } from '../../apps/server/src/embedded/cluster.ts';
import { freePort } from '../../e2e/kit/port.ts';
import { ServerProcess } from '../../e2e/kit/server.ts';

/** A server with its own PostgreSQL (fsync on, as in use) and generated patients, in a folder of its own. */
export interface Rig {
  url: string;
  /** The database as its owner, and as the role that the server works as. */
  databaseUrl: string;
  serverUrl: string;
  pool: pg.Pool;
  facility: string;
  /** The person who is signed in. */
  doctor: string;
  /** Process ids of the server and of the postmaster. */
  pids: { server: number; postgres: number };
  /** The last the server printed. */
  said(): string;
  close(): Promise<void>;
}

/** Progress, on standard error. */
export const say = (text: string) => process.stderr.write(`  ${text}\n`);

/** The id of the n-th generated patient, from 1 (people.ts makes them in SQL). */
export const patientId = (n: number): string => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;

/** Two hundred clients of pgbench, and the server's own. */
const CONNECTIONS_MAX = 250;

/** Puts patients into the database as its owner. */
type Fill = (owner: pg.Pool, facility: string, doctor: string) => Promise<void>;

/** Starts a rig with so many patients, made through the one way in, or with what `fill` puts there. Whoever opens it closes it. @param env settings of the server. @param nodeArgs words for the Node it runs in. */
export async function openRig(
  fill: number | Fill,
  env: Readonly<Record<string, string>> = {},
  nodeArgs: readonly string[] = [],
): Promise<Rig> {
  const folder = await mkdtemp(join(tmpdir(), 'psa-bench-'));
  await chmod(folder, 0o755);
  const settings = { max_connections: String(CONNECTIONS_MAX) };
  const cluster = await openCluster({ folder: join(folder, 'pg'), say, lost: (error) => say(String(error)), settings });
  const pool = createPool({ connectionString: cluster.url }, (error) => say(String(error)));
  const undo = async () => {
    await pool.end();
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await migrate(cluster.url);
    await seed(pool);
    const { rows } = await pool.query("select facility_id, id from users where email = 'doctor@unth.edu.ng'");
    const { id: doctor, facility_id: facility } = rows[0];
    if (typeof fill === 'function') await fill(pool, facility, doctor);
    else await makePatients(pool, { user_id: doctor, facility_id: facility, role: 'consultant' }, fill);
    const port = await freePort();
    const server = await ServerProcess.start({
      port,
      dataDir: join(folder, 'data'),
      databaseUrl: cluster.url,
      serverUrl: cluster.serverUrl,
      env,
      nodeArgs,
    });
    return {
      url: `http://127.0.0.1:${port}`,
      databaseUrl: cluster.url,
      serverUrl: cluster.serverUrl,
      pool,
      facility,
      doctor,
      pids: { server: server.pid, postgres: cluster.pid() },
      said: () => server.said.slice(-1000),
      close: async () => {
        await server.stop();
        await undo();
      },
    };
  } catch (error) {
    await undo();
    throw error;
  }
}

/** Makes patients through the one way in, a hundred at a time, with ids counted from 1. */
async function makePatients(pool: pg.Pool, actor: Actor, patients: number): Promise<void> {
  say(`Making ${patients} patients`);
  const writer = {
    store: new PgServerStore(new Database(pool)),
    now: Date.now,
    newId: () => uuidv7(Date.now(), (n) => randomBytes(n)),
  };
  const wishes = [...demoWard({ seed: 1, patients, nowMs: Date.now(), wards: [], consultants: [] })].map(([first], i) => ({
    kind: 'patients',
    id: patientId(i + 1),
    op: 'create' as const,
    patch: first?.patch ?? {},
  }));
  for (let from = 0; from < wishes.length; from += 100) {
    await writeAll(writer, { actor, origin: 'import' }, wishes.slice(from, from + 100));
  }
  await pool.query('vacuum analyze');
}

/** Signs the trial doctor in, on a device that keeps a copy. */
export async function signIn(url: string, device: string): Promise<LoginReply> {
  const answer = await fetch(`${url}/api/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      email: 'doctor@unth.edu.ng',
      password: 'Doctor@123',
      device: { id: device, name: 'bench', schema: PROTOCOL_VERSION },
    }),
  });
  if (!answer.ok) throw new Error(`Signing in answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as LoginReply;
}
