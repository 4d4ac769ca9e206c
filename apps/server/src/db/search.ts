import { recordOf } from '@psa/domain';
import type { Database } from './database.ts';
import { joined, planOf, type SearchPlan, type Spelling, slipsOf, spelt, speltOtherwise } from './search-plan.ts';
import { rowJson, type Statement } from './sql.ts';

/** A search that takes longer helps nobody, and must not keep others waiting. */
const SEARCH_MS_MAX = 1_000;
const BEGIN = `begin read only; set local statement_timeout = ${SEARCH_MS_MAX}`;
/** Names in use that are compared with one typed word. */
const ALIKE_MAX = 100;
/** When more names than this begin with a typed word, they are not listed one by one. */
const LONGER_MAX = 30;
/** Whoever finds so many patients with what was typed has typed what was meant, or will type more. */
const ENOUGH = 5;
/** Words of which it is remembered what they are like, of all facilities: some 500 bytes each. */
const WORDS_MAX = 5_000;
/** After so many tries during each of which a new name came into use, spellings are taken without it. */
const TRIES_MAX = 3;

const patients = recordOf('patients');
if (!patients) throw new Error('There are no patients to search.');

/**
 * $1 facility, $2–$8 the plan, $9 other spellings, $10 of how many names, $11 how many patients are enough without them, $12 at most so
 * many. → one line: exact, found (one more than $12 when there are more), known, json of the best first
 */
export const FIND: Statement = {
  name: 'find patients',
  text: `select f.exact, cardinality(f.ids) as found, f.known, (
      select '[' || string_agg(p.row, ',' order by p.place) || ']' from (
        select ${rowJson(patients)}::text as row, i.place from unnest(f.ids[:$12]) with ordinality as i (patient_id, place)
          join patients t on t.facility_id = $1 and t.id = i.patient_id) p) as json
    from search_patients($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12 + 1) f`,
};

/** $1 words and $2 how many are alike, $3 words and $4 how many may begin so. The lines, or one without any. → known, typed, word, longer */
const LEARN: Statement = {
  name: 'names alike',
  text: `select k.known, a.typed, a.word, a.longer from names_known() as k (known) left join (
      select typed, word, false as longer from names_alike($1, $2)
      union all select typed, word, true from names_longer($3, $4)) a on true`,
};

export interface Found {
  /** A JSON array of rows, best first. */
  json: string;
  /** How many they are. */
  shown: number;
  /** So many of them, from the first, hold what was typed; the others are spelt a little otherwise. */
  exact: number;
  /** Whether there are others beyond `limit`. */
  more: boolean;
}

const NOBODY: Found = { json: '[]', shown: 0, exact: 0, more: false };
const TOO_SLOW = '57014';

interface Line {
  exact: number;
  found: number;
  known: number | null;
  json: string | null;
}

/** Other spellings of a plan, and of how many names they were made; null when nothing was looked up. */
interface Otherwise {
  query: string | null;
  names: number | null;
}

/** Is never the number of names in use. */
const NOT_KNOWN: Otherwise = { query: null, names: -1 };

interface Learnt {
  known: number;
  typed: string | null;
  word: string;
  longer: boolean;
}

/**
 * Under what the words of a plan, and two neighbours as one, are remembered. Of the latter it is not asked what they are like: another
 * key, lest it be missed when such a word is typed.
 */
const keysOf = (facility: string, plan: SearchPlan): Map<string, string> =>
  new Map([
    ...joined(plan).map((word) => [word, `${facility}+${word}`] as const),
    ...spelt(plan).map((word) => [word, `${facility} ${word}`] as const),
  ]);

function spellingOf(word: string, lines: readonly Learnt[]): Spelling {
  const own = lines.filter(({ typed }) => typed === word);
  const longer = own.flatMap((line) => (line.longer ? [line.word] : []));
  const near = slipsOf(
    word,
    own.flatMap((line) => (line.longer ? [] : [line.word])),
  );
  return { near, longer: longer.length > LONGER_MAX ? null : longer };
}

/** Finds patients of one facility by name, hospital number or phone. */
export class PatientFinder {
  readonly #db: Database;
  /** What words were found to be like, and of how many names in use; the longest unused first. Rebuilt from the database at any time. */
  readonly #spellings = new Map<string, Spelling & { names: number }>();

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
    let otherwise = this.#remembered(facility, plan);
    for (let tries = 1; ; tries++) {
      const line = await this.#ask(facility, plan, otherwise, limit);
      if (line === null) return null;
      if (line.known === otherwise.names) return foundIn(line, limit);
      const learnt = await this.#learn(facility, plan);
      // Without other spellings what was typed still finds what it finds.
      if (learnt === null) return foundIn(line, limit);
      otherwise = tries < TRIES_MAX ? learnt : { ...learnt, names: null };
    }
  }

  async #ask(facility: string, plan: SearchPlan, otherwise: Otherwise, limit: number): Promise<Line | null> {
    const { number, phone, starts, given, query, narrow, typed } = plan;
    const words = [number, phone, starts, given, query, narrow, typed];
    const values = [facility, ...words, otherwise.query, otherwise.names, ENOUGH, limit];
    const lines = await this.#timed<Line>(facility, FIND, values);
    return lines?.[0] ?? null;
  }

  /** Other spellings, if all words of the plan are remembered, and from the same number of names. */
  #remembered(facility: string, plan: SearchPlan): Otherwise {
    const about = new Map<string, Spelling>();
    let names: number | null = null;
    for (const [word, key] of keysOf(facility, plan)) {
      const found = this.#spellings.get(key);
      if (!found || (names !== null && found.names !== names)) return NOT_KNOWN;
      // Used last.
      this.#spellings.delete(key);
      this.#spellings.set(key, found);
      names = found.names;
      about.set(word, found);
    }
    return { query: speltOtherwise(facility, plan, about), names };
  }

  /** Looks up what the words of a plan are like, and remembers it. Null when that takes too long. */
  async #learn(facility: string, plan: SearchPlan): Promise<Otherwise | null> {
    const keys = keysOf(facility, plan);
    const lines = await this.#timed<Learnt>(facility, LEARN, [spelt(plan), ALIKE_MAX, [...keys.keys()], LONGER_MAX]);
    const names = lines?.[0]?.known;
    if (!lines || names === undefined) return null;
    const about = new Map([...keys.keys()].map((word) => [word, spellingOf(word, lines)]));
    for (const [word, key] of keys) this.#spellings.set(key, { names, ...(about.get(word) as Spelling) });
    for (const oldest of this.#spellings.keys()) {
      if (this.#spellings.size <= WORDS_MAX) break;
      this.#spellings.delete(oldest);
    }
    return { query: speltOtherwise(facility, plan, about), names };
  }

  /** The rows of a statement in a transaction of its own, all in one flight; null when it was ended for taking too long. */
  async #timed<R extends object>(facility: string, { name, text }: Statement, values: unknown[]): Promise<R[] | null> {
    try {
      return await this.#db.of(facility).borrow(async (client, begin) => {
        const [, answer] = await Promise.all([
          client.query(begin(BEGIN)),
          client.query<R>({ name, text, values }),
          client.query('commit'),
        ]);
        return answer.rows;
      });
    } catch (error) {
      if ((error as { code?: unknown }).code === TOO_SLOW) return null;
      throw error;
    }
  }
}

function foundIn({ exact, found, json }: Line, limit: number): Found {
  const shown = Math.min(found, limit);
  return { json: json ?? '[]', shown, exact: Math.min(exact, shown), more: found > limit };
}
