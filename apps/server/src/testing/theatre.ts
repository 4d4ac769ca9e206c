import { randomUUID } from 'node:crypto';
import { type AnyRow, type Patch, ProblemError, type Role, recordOf } from '@psa/domain';
import type pg from 'pg';
import { Database } from '../db/database.ts';
import { createPool } from '../db/pool.ts';
import { seed, seedId } from '../db/seed.ts';
import { PgServerStore } from '../db/store.ts';
import { type Wish, writeAll, writeOne } from '../db/write.ts';
import { openDatabase } from './database.ts';

/** What a refused write says. */
export interface Refusal {
  code: string;
  say: string;
  /** Names, sorted. */
  fields: string[];
}

/** A database of its own with two patients and a consultant who writes; for rules of planning and theatre. */
export interface Theatre {
  /** The owner's, for what is planted or looked up by hand. */
  pool: pg.Pool;
  /** As the server sees it. */
  database: Database;
  facility: string;
  consultant: string;
  patient(n?: 0 | 1): string;
  /** Writes through the one way in, as REST does. */
  create(kind: string, patch: Patch, role?: Role): Promise<string>;
  edit(kind: string, id: string, patch: Patch, role?: Role): Promise<AnyRow | null>;
  write(wish: Wish, role?: Role): Promise<AnyRow | null>;
  /** @returns the status of each, in order. */
  together(wishes: readonly Wish[]): Promise<string[]>;
  /** A user in whose name nobody signs in. */
  person(): Promise<string>;
  plan(n?: 0 | 1, more?: Patch): Promise<string>;
  book(more?: Patch): Promise<string>;
  close(): Promise<void>;
}

/** An operation, as a form would send it. */
export const booking = (patientId: string, more: Patch = {}): Patch => ({
  patient_id: patientId,
  procedure_name: 'Skin graft',
  scheduled_date: '2026-12-01',
  scheduled_time: '08:00',
  estimated_duration: 60,
  status: 'Scheduled',
  ...more,
});

export async function openTheatre(): Promise<Theatre> {
  const db = await openDatabase();
  const pool = createPool({ connectionString: db.url, max: 5 });
  const server = createPool({ connectionString: db.serverUrl, max: 12 });
  const database = new Database(server);
  const store = new PgServerStore(database);
  const facility = await seed(pool);
  const consultant = seedId(facility, 'doctor@unth.edu.ng');
  const writer = { store, now: Date.now, newId: () => randomUUID() as string };
  const by = (role: Role) => ({
    actor: { user_id: consultant, facility_id: facility, role },
    origin: 'rest' as const,
  });
  const write = (wish: Wish, role: Role = 'consultant') => writeOne(writer, by(role), wish);
  const create = async (kind: string, patch: Patch, role?: Role): Promise<string> => {
    const id = randomUUID();
    await write({ kind, id, op: 'create', patch }, role);
    return id;
  };
  const patients: string[] = [];
  for (const n of [1, 2]) {
    const named = { first_name: 'Adaeze', last_name: 'Test', gender: 'Female', date_of_birth_precision: 'Unknown' };
    patients.push(await create('patients', { hospital_number: `T/${n}`, ...named }));
  }
  const patient = (n: 0 | 1 = 0): string => patients[n] as string;
  return {
    pool,
    database,
    facility,
    consultant,
    patient,
    create,
    write,
    edit: (kind, id, patch, role) => write({ kind, id, op: 'edit', patch }, role),
    together: async (wishes) => (await writeAll(writer, by('consultant'), wishes)).results.map((r) => r.status),
    person: async () => {
      const id = randomUUID();
      await pool.query(
        `insert into users (id, facility_id, email, full_name, role, is_approved, is_active)
         values ($1, $2, $3, 'Somebody', 'nursing', true, true)`,
        [id, facility, `${id}@ward.example`],
      );
      return id;
    },
    plan: (n = 0, more = {}) =>
      create('treatment_plans', { patient_id: patient(n), plan_name: 'Plan', diagnosis: 'Burn', status: 'Draft', ...more }),
    book: (more = {}) => create('surgery_bookings', booking(patient(), more)),
    close: async () => {
      await server.end();
      await pool.end();
      await db.drop();
    },
  };
}

/** The refusal that a write ends with; throws when it was not refused. */
export async function refusal(work: Promise<unknown>): Promise<Refusal> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return { code: error.code, say: error.message, fields: Object.keys(error.fields).sort() };
  }
  throw new Error('This was not refused.');
}

/** The sentence of a declared rule. */
export function saying(kind: string, name: string): string {
  const { against = [], across = [], locks = [], unique = [] } = recordOf(kind) ?? {};
  const rule = [...against, ...across, ...locks, ...unique].find((r) => r.name === name);
  if (!rule) throw new Error(`${kind} has no rule ${name}.`);
  return rule.say;
}
