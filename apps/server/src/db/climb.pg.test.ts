import { randomUUID } from 'node:crypto';
import type { Actor, Patch, Role } from '@psa/domain';
import { type Mutation, pushGroup } from '@psa/sync';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../testing/database.ts';
import { Climber } from './climb.ts';
import { Database } from './database.ts';
import { createPool } from './pool.ts';
import { seed, seedId } from './seed.ts';
import { PgServerStore } from './store.ts';

/** Conflicts on the real database: what they show, what rests on them, who is told of them. */
let db: Awaited<ReturnType<typeof openDatabase>>;
let owner: pg.Pool;
let server: pg.Pool;
let store: PgServerStore;
let facility: string;
let doctor: Actor;
let registrar: Actor;

beforeAll(async () => {
  db = await openDatabase();
  owner = createPool({ connectionString: db.url, max: 4 });
  server = createPool({ connectionString: db.serverUrl, max: 8 });
  store = new PgServerStore(new Database(server));
  facility = await seed(owner);
  const somebody = (email: string, role: Role): Actor => ({ user_id: seedId(facility, email), facility_id: facility, role });
  for (const role of ['senior_registrar', 'junior_registrar']) {
    await owner.query(
      `insert into users (id, facility_id, email, full_name, role, is_approved, is_active) values ($1, $2, $3, $4::text, $4::text, true, true)`,
      [seedId(facility, role), facility, `${role}@ward.test`, role],
    );
  }
  doctor = somebody('doctor@unth.edu.ng', 'consultant');
  registrar = somebody('senior_registrar', 'senior_registrar');
});
afterAll(async () => {
  await Promise.all([server.end(), owner.end()]);
  await db.drop();
});

let cseq = 0;
async function send(actor: Actor, device: string, ...wishes: (Partial<Mutation> & { kind: string; id: string })[]) {
  const mutations = wishes.map(
    (wish): Mutation => ({ mid: randomUUID(), op: 'edit', base: 1, patch: {}, at: '2026-11-22T08:00:00.000Z', ...wish }),
  );
  const group = { group: randomUUID(), device, author: actor.user_id, epoch: null, mutations };
  const { results } = await pushGroup(store, group, {
    ...{ actor, origin: 'device', device, cseq: ++cseq, now: new Date().toISOString(), clock_offset_ms: 0, schema: 1 },
    ...{ newId: () => randomUUID(), address: null, user_agent: null },
  });
  return results;
}

const whois = (): Patch => ({
  hospital_number: `C-${randomUUID()}`,
  first_name: 'Ada',
  last_name: 'Obi',
  gender: 'Female',
  date_of_birth_precision: 'Unknown',
});

/** An allergy that a registrar on one device and a consultant on another changed apart. */
async function disputed() {
  const [a, b] = [randomUUID(), randomUUID()];
  await owner.query(
    `insert into devices (id, facility_id, name, state) values ($1, $3, 'Ward 4 tablet', 'active'), ($2, $3, 'Theatre', 'active')`,
    [a, b, facility],
  );
  const [patient, allergy] = [randomUUID(), randomUUID()];
  const statement = { patient_id: patient, assertion: 'Allergy', substance: 'Penicillin', status: 'Active' };
  await send(doctor, a, { kind: 'patients', id: patient, op: 'create', base: 0, patch: whois() });
  await send(doctor, a, { kind: 'patient_allergies', id: allergy, op: 'create', base: 0, patch: statement });
  await send(doctor, a, { kind: 'patient_allergies', id: allergy, patch: { substance: 'Ceftriaxone', severity: 'Severe' } });
  const [parked] = await send(registrar, b, {
    kind: 'patient_allergies',
    id: allergy,
    patch: { substance: 'Latex', severity: 'Mild' },
  });
  return { a, b, patient, allergy, conflict: parked?.conflict_id ?? '' };
}

const conflictRow = async (id: string) => (await owner.query('select * from sync_conflicts where id = $1', [id])).rows[0];
const notices = async (id: string, deleted = false) =>
  (
    await owner.query('select user_id, message, patient_id, deleted from notifications where record_id = $1 and deleted = $2', [
      id,
      deleted,
    ])
  ).rows;
const at = (created: Date, minutes: number) => () => created.getTime() + minutes * 60_000;

test('[S26] a conflict shows what it was before, on which devices, of which patient', async () => {
  const { conflict, patient } = await disputed();
  expect(await conflictRow(conflict)).toMatchObject({
    patient_id: patient,
    before: { substance: 'Penicillin', severity: null },
    mine: { substance: 'Latex', severity: 'Mild' },
    theirs: { substance: 'Ceftriaxone', severity: 'Severe' },
    device_name: 'Theatre',
    theirs_device_name: 'Ward 4 tablet',
    severity: 'high',
    overruled: null,
  });
});

test('[S34] what rests on it waits, or goes on with a reason that stands on the conflict; a settlement frees the way', async () => {
  const { a, b, patient, allergy, conflict } = await disputed();
  const prescription = randomUUID();
  await send(doctor, a, {
    kind: 'prescriptions',
    id: prescription,
    op: 'create',
    base: 0,
    patch: { patient_id: patient, status: 'Active' },
  });
  // The patient is not named: it is that of the prescription.
  const line = {
    prescription_id: prescription,
    medication_name: 'Ceftriaxone',
    dosage: '1 g',
    route: 'IV',
    frequency: 'daily',
  };
  const medicine = () => ({ kind: 'prescription_items', id: randomUUID(), op: 'create' as const, base: 0, patch: line });
  expect(await send(doctor, a, medicine())).toMatchObject([{ status: 'refused', code: 'IN_DISPUTE' }]);
  expect(await send(doctor, a, { ...medicine(), reason: 'Septic.' })).toMatchObject([{ status: 'applied' }]);
  expect((await conflictRow(conflict)).overruled).toMatchObject([{ reason: 'Septic.', by: doctor.user_id }]);
  const { rows } = await owner.query(
    `select new_values from audit_logs where action = 'override' and table_name = 'prescription_items'`,
  );
  expect(rows).toMatchObject([{ new_values: { reason: 'Septic.', conflicts: [conflict] } }]);
  const settled = { kind: 'patient_allergies', id: allergy, base: 2, resolves: conflict };
  expect(await send(registrar, b, settled)).toMatchObject([{ status: 'applied' }]);
  expect(await send(doctor, a, medicine())).toMatchObject([{ status: 'applied' }]);
});

test('[S35] author, registrars, consultants: each once, however many servers look; settled, it needs nobody', async () => {
  const { b, allergy, conflict, patient } = await disputed();
  const { created_at: created } = await conflictRow(conflict);
  const looking = (minutes: number) => {
    const other = new Database(server);
    return Promise.all([
      new Climber(new Database(server), at(created, minutes)).one(facility),
      new Climber(other, at(created, minutes)).all(),
    ]);
  };
  await looking(0.1);
  expect(await notices(conflict)).toMatchObject([{ user_id: registrar.user_id, patient_id: patient }]);
  await looking(31);
  // The author is a senior registrar: told already.
  const registrars = await notices(conflict);
  expect(new Set(registrars.map(({ user_id }) => user_id)).size).toBe(registrars.length);
  await looking(61);
  const everybody = await notices(conflict);
  expect(everybody.map(({ user_id }) => user_id)).toContain(doctor.user_id);
  expect(everybody.find(({ user_id }) => user_id === doctor.user_id)?.message).toMatch(
    /^Not settled for 60 minutes\. Two versions of the allergy/,
  );
  expect(await conflictRow(conflict)).toMatchObject({ climbed: 2 });
  await looking(600);
  expect(await notices(conflict)).toHaveLength(everybody.length);

  await send(registrar, b, { kind: 'patient_allergies', id: allergy, base: 2, resolves: conflict });
  expect(await notices(conflict)).toEqual([]);
  expect(await notices(conflict, true)).toHaveLength(everybody.length);
  expect(await new Climber(new Database(server), at(created, 700)).one(facility)).toBe(0);
});

test('[S35] one conflict of two servers is told by exactly one of them', async () => {
  const { conflict } = await disputed();
  const { created_at: created } = await conflictRow(conflict);
  const servers = [1, 2, 3, 4].map(() => new Climber(new Database(server), at(created, 0.1)).one(facility));
  const climbed = await Promise.all(servers);
  expect(climbed.reduce((sum, n) => sum + n, 0)).toBe(1);
  expect(await notices(conflict)).toHaveLength(1);
});

test('[S35] who is on call by the roster is told, and low severity tells nobody', async () => {
  const { conflict } = await disputed();
  const { created_at: created } = await conflictRow(conflict);
  const junior = seedId(facility, 'junior_registrar');
  await owner.query(
    `insert into duty_roster (facility_id, user_id, duty, starts_at, ends_at) values ($1, $2, 'First on call', now() - interval '1 hour', now() + interval '12 hours')`,
    [facility, junior],
  );
  await new Climber(new Database(server), at(created, 31)).one(facility);
  const told = (await notices(conflict)).map(({ user_id }) => user_id);
  expect(told.sort()).toEqual([junior, registrar.user_id].sort());

  const [a, b] = [randomUUID(), randomUUID()];
  const patient = randomUUID();
  await send(doctor, a, { kind: 'patients', id: patient, op: 'create', base: 0, patch: whois() });
  await send(registrar, a, { kind: 'patients', id: patient, patch: { phone: '1' } });
  const [parked] = await send(registrar, b, { kind: 'patients', id: patient, patch: { phone: '2' } });
  await new Climber(new Database(server), at(created, 600)).one(facility);
  expect(await notices(parked?.conflict_id ?? '')).toEqual([]);
});
