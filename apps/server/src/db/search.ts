import { recordOf } from '@psa/domain';
import type pg from 'pg';
import type { Database } from './database.ts';
import { type Alike, planOf, type SearchPlan, spelt, speltOtherwise } from './search-plan.ts';
import { rowJson, type Statement } from './sql.ts';

/** A search that takes longer helps nobody, and must not keep others waiting. */
const SEARCH_MS_MAX = 1_000;
const BEGIN = `begin read only; set local statement_timeout = ${SEARCH_MS_MAX}`;
/** Names in use that are compared with one typed word. */
const ALIKE_MAX = 100;
/** Whoever finds so many patients with what was typed has typed what was meant, or will type more. */
const ENOUGH = 5;

const patients = recordOf('patients');
if (!patients) throw new Error('There are no patients to search.');

/** $1 facility, $2–$8 the plan, $9 how many. → row as JSON text, best first */
export const FIND: Statement = {
  name: 'find patients',
  text: `select t.id, ${rowJson(patients)}::text as row
    from find_patients($2, $3, $4, $5, $6, $7, $8, $9) with ordinality as f (patient_id, place)
    join patients t on t.facility_id = $1 and t.id = f.patient_id and not t.deleted order by f.place`,
};

/** $1 words, $2 how many of each. → typed, word */
const ALIKE: Statement = { name: 'names alike', text: 'select typed, word from names_alike($1, $2)' };

export interface Found {
  /** Rows as JSON text, best first. */
  texts: string[];
  /** So many of them, from the first, hold what was typed; the others are spelt a little otherwise. */
  exact: number;
  /** Whether there are others beyond `limit`. */
  more: boolean;
}

const NOBODY: Found = { texts: [], exact: 0, more: false };
const TOO_SLOW = '57014';

interface Hit {
  id: string;
  row: string;
}

/** Finds patients of one facility by name, hospital number or phone. */
export class PatientFinder {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /**
   * The number itself first, then numbers that begin so, names that begin so, patients that hold every word, and when these are few those
   * whose names are spelt a little otherwise. Retracted patients are not found. Null when it would have taken too long.
   * @param limit at least 1
   */
  async find(facility: string, typed: string, limit: number): Promise<Found | null> {
    const plan = planOf(facility, typed);
    if (!plan) return NOBODY;
    const hits = await this.#within(facility, (client) => ask<Hit>(client, FIND, look(facility, plan, limit + 1), 'all'));
    if (!hits) return null;
    if (hits.length > limit) return { texts: hits.slice(0, limit).map(({ row }) => row), exact: limit, more: true };
    const others = hits.length >= ENOUGH ? [] : await this.#otherwise(facility, plan, limit + 1);
    const ids = new Set(hits.map(({ id }) => id));
    const all = [...hits, ...others.filter(({ id }) => !ids.has(id))];
    return { texts: all.slice(0, limit).map(({ row }) => row), exact: hits.length, more: all.length > limit };
  }

  /** Patients by other spellings of the typed names; none when that takes too long. */
  async #otherwise(facility: string, plan: SearchPlan, most: number): Promise<Hit[]> {
    const words = spelt(plan);
    const found = await this.#within(facility, async (client) => {
      const alike = words.length === 0 ? [] : await ask<Alike>(client, ALIKE, [words, ALIKE_MAX], 'first');
      const query = speltOtherwise(facility, plan, alike);
      if (!query) {
        if (words.length > 0) await client.query('commit');
        return [];
      }
      const others = { ...plan, number: '', phone: null, starts: [], given: null, query };
      return ask<Hit>(client, FIND, look(facility, others, most), words.length === 0 ? 'all' : 'last');
    });
    return found ?? [];
  }

  /** What `work` finds in a transaction, or null when a statement of it was ended for taking too long. */
  async #within<T>(facility: string, work: (client: pg.ClientBase) => Promise<T>): Promise<T | null> {
    try {
      return await this.#db.of(facility).borrow(work);
    } catch (error) {
      if ((error as { code?: unknown }).code === TOO_SLOW) return null;
      throw error;
    }
  }
}

/** The values of `FIND`. */
const look = (facility: string, plan: SearchPlan, most: number): unknown[] => {
  const { number, phone, starts, given, query, narrow, typed } = plan;
  return [facility, number, phone, starts, given, query, narrow, typed, most];
};

/** Rows of one statement; what begins and ends its transaction, where it is the first, the last or all of it, leaves in the same flight. */
async function ask<R extends pg.QueryResultRow>(
  client: pg.ClientBase,
  { name, text }: Statement,
  values: unknown[],
  place: 'first' | 'last' | 'all',
): Promise<R[]> {
  const begun = place === 'last' ? undefined : client.query(BEGIN);
  const asked = client.query<R>({ name, text, values });
  const ended = place === 'first' ? undefined : client.query('commit');
  const [answer] = await Promise.all([asked, begun, ended]);
  return answer.rows;
}
