import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { uuidv7 } from '@psa/domain';
import { Database } from '../apps/server/src/db/database.ts';
import { PgServerStore } from '../apps/server/src/db/store.ts';
import { type Wish, writeAll } from '../apps/server/src/db/write.ts';
import { load } from './api.ts';
import { casesOf } from './kit/cases.ts';
import { measuredPool } from './kit/measured-pool.ts';
import { serverParts } from './kit/profile.ts';
import { openRig, type Rig, say, signIn } from './kit/rig.ts';
import { short } from './kit/stats.ts';
import { fillWard } from './kit/ward.ts';
import { newPatient, newPrescription } from './kit/writes.ts';

const CONNECTIONS = 50;
/** Writes that share a transaction, and transactions before and while it is measured. */
const SHARED = 16;
const WARM = 30;
const MEASURED = 100;

/** What is wished when a patient, or a prescription with three items, is saved. */
function wishesOf(work: string, patients: number, newId: () => string): Wish[] {
  if (work === 'create') return [{ kind: 'patients', id: newId(), op: 'create', patch: newPatient(`P/${randomUUID()}`) }];
  const { prescription, items } = newPrescription(1 + Math.floor(Math.random() * patients));
  const id = newId();
  const link = { prescription_id: id, patient_id: prescription.patient_id };
  return [
    { kind: 'prescriptions', id, op: 'create', patch: { ...prescription, status: 'Active' } },
    ...items.map((item): Wish => ({ kind: 'prescription_items', id: newId(), op: 'create', patch: { ...item, ...link } })),
  ];
}

/** CPU time of PostgreSQL for each statement of a write, ms a write: the server's own code, one statement after the other. */
async function postgresParts(rig: Rig, work: string, patients: number): Promise<Record<string, number>> {
  const { pool, spentUs } = measuredPool(rig.serverUrl);
  try {
    const newId = () => uuidv7(Date.now(), (n) => randomBytes(n));
    const writer = { store: new PgServerStore(new Database(pool)), now: Date.now, newId };
    const actor = { user_id: rig.doctor, facility_id: rig.facility, role: 'consultant' } as const;
    const by = { actor, origin: 'rest', from: { address: '127.0.0.1', agent: 'bench' } } as const;
    for (let round = 0; round < WARM + MEASURED; round++) {
      if (round === WARM) spentUs.clear();
      await Promise.all(Array.from({ length: SHARED }, () => writeAll(writer, by, wishesOf(work, patients, newId))));
    }
    return Object.fromEntries([...spentUs].map(([name, us]) => [name, short(us / MEASURED / SHARED / 1000)]));
  } finally {
    await pool.end();
  }
}

/**
 * Where the CPU time of one kind of work goes: of the server by part of its code while fifty clients ask (a profile of V8), of PostgreSQL by
 * statement (for writes), each in ms a request.
 */
export async function benchParts(): Promise<object> {
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: {
      work: { type: 'string', default: 'create' },
      patients: { type: 'string', default: '50000' },
      seconds: { type: 'string', default: '5' },
    },
  });
  const { work: name } = values;
  const [patients, seconds] = [Number(values.patients), Number(values.seconds)];
  const folder = await mkdtemp(join(tmpdir(), 'psa-profile-'));
  try {
    const words = ['--cpu-prof', `--cpu-prof-dir=${folder}`, '--cpu-prof-interval=500'];
    const rig = await openRig((owner, facility, doctor) => fillWard(owner, facility, doctor, patients, say), {}, words);
    let [from, until, requests] = [0, 0, 0];
    let postgres: Record<string, number> | undefined;
    try {
      const device = randomUUID();
      const login = await signIn(rig.url, device);
      const work = (await casesOf(rig, patients, device, login))[name];
      if (!work) throw new Error(`There is no work called ${name}.`);
      const nowUs = () => Number(process.hrtime.bigint() / 1000n);
      // A process that has just started is slower.
      await load(rig, login.token, work, CONNECTIONS, seconds);
      from = nowUs();
      const { api } = await load(rig, login.token, work, CONNECTIONS, seconds);
      until = nowUs();
      requests = api * seconds;
      if (name === 'create' || name === 'prescription') postgres = await postgresParts(rig, name, patients);
    } finally {
      await rig.close();
    }
    const parts = await serverParts(folder, from, until);
    const server = Object.fromEntries(parts.map(([part, us]) => [part, short(us / requests / 1000)]));
    return {
      bench: 'parts',
      work: name,
      patients,
      connections: CONNECTIONS,
      server_ms: server,
      postgres_shared_by: SHARED,
      postgres_ms: postgres,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
