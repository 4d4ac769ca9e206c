import { randomBytes } from 'node:crypto';
import { type Actor, type DemoWish, demoWard, ProblemError, type Role, uuidv7 } from '@psa/domain';
import { GROUP_MUTATIONS_MAX } from '@psa/sync';
import type { Database } from './database.ts';
import { homeFacility } from './home.ts';
import { PgServerStore } from './store.ts';
import { writeAll } from './write.ts';

export interface DemoOptions {
  patients?: number;
  seed?: number;
  /** The demonstration's present. */
  now?: () => number;
  /** Called after each part, with patients so far. */
  progress?: (done: number, of: number) => void;
}

const PATIENTS = 2_000;
const SEED = 2026;
/** Transactions under way at once: one is judged while another waits for the disk. */
const AT_ONCE = 3;

/** Whether a facility has no patient yet, retracted ones included. */
export async function isWithoutPatients(db: Database, facility: string): Promise<boolean> {
  const { rows } = await db
    .of(facility)
    .query<{ none: boolean }>('select not exists (select from patients where facility_id = $1) as none', [facility]);
  return rows[0]?.none ?? false;
}

/**
 * Fills the first facility with a demonstration ward through the one way in, unless it has patients already.
 * @param log told a line now and then. @returns what was made: nothing when there were patients. Throws a ProblemError when there
 * is no seeded facility.
 */
export async function loadDemo(
  db: Database,
  log: (line: string) => void = () => undefined,
  options: DemoOptions = {},
): Promise<{ patients: number; records: number }> {
  const { patients = PATIENTS, seed = SEED, now = Date.now, progress = () => undefined } = options;
  const place = await placeOf(db);
  if (!place) throw new ProblemError('UNAVAILABLE', { say: 'There is no facility with a consultant yet.' });
  const made = { patients: 0, records: 0 };
  if (!(await isWithoutPatients(db, place.actor.facility_id))) {
    log('There are patients already; the demonstration ward is left out');
    return made;
  }
  log(`Filling the demonstration ward (${patients.toLocaleString('en')} patients)`);
  const writer = { store: new PgServerStore(db), now, newId: () => uuidv7(now(), randomBytes) };
  const parts = chunks(demoWard({ seed, patients, nowMs: now(), wards: place.wards, consultants: place.consultants }));
  const work = async () => {
    for (const part of parts) {
      const wishes = part.map(({ kind, id, patch }) => ({ kind, id, op: 'create' as const, patch }));
      await writeAll(writer, { actor: place.actor, origin: 'server' }, wishes);
      made.records += part.length;
      made.patients += part.filter(({ kind }) => kind === 'patients').length;
      progress(made.patients, patients);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  log(`The demonstration ward has ${made.patients.toLocaleString('en')} patients`);
  return made;
}

/** Whole patients, as many together as one transaction takes. */
function* chunks(groups: Iterable<DemoWish[]>): Generator<DemoWish[]> {
  let part: DemoWish[] = [];
  for (const group of groups) {
    if (part.length + group.length > GROUP_MUTATIONS_MAX) {
      yield part;
      part = [];
    }
    part.push(...group);
  }
  if (part.length > 0) yield part;
}

async function placeOf(db: Database) {
  const facility = await homeFacility(db);
  if (facility === undefined) return undefined;
  const { rows: doctors } = await db.of(facility).query<{ id: string; role: Role }>(
    `select id, role from users where facility_id = $1 and role = 'consultant' and is_active and is_approved and not deleted
      order by created_at, id`,
    [facility],
  );
  const { rows: wards } = await db
    .of(facility)
    .query<{ id: string; name: string; beds: string[] | null }>(
      'select id, name, beds from wards where facility_id = $1 and is_active and not deleted order by name',
      [facility],
    );
  const author = doctors[0];
  if (!author) return undefined;
  const actor: Actor = { user_id: author.id, facility_id: facility, role: author.role };
  const places = wards
    .filter(({ name }) => !/newborn|paediatric/i.test(name))
    .map(({ id, name, beds }) => ({ id, beds: beds ?? [], takes: sexOf(name) }));
  return { actor, consultants: doctors.map(({ id }) => id), wards: places };
}

/** Whom a ward takes, as its name says. */
function sexOf(name: string): 'Female' | 'Male' | undefined {
  if (/\bfemale\b/i.test(name)) return 'Female';
  return /\bmale\b/i.test(name) ? 'Male' : undefined;
}
