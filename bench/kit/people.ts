import { type Chance, chanceFrom } from '@psa/domain';
import type pg from 'pg';

/** Beginnings and ends that names of the region are commonly made of. Combined at random: nobody in particular. */
const PARTS: readonly (readonly [tenths: number, begins: readonly string[], ends: readonly string[]])[] = [
  [
    5,
    'Nwa Eze Oka Chukwu Onye Ugwu Obi Ani Ude Ike Nna Oko Ama Okon Uzo Odi Iwu Agu Mba Ene Chi Nne Ada Ogo Ife Uche Eme Kele'.split(
      ' ',
    ),
    'for eke nkwo nyi ma kwo ka ji ugo zie bueze nweze chukwu gozie ndu amaka nyere dike oma eze lum rachi bike diri obi'.split(
      ' ',
    ),
  ],
  [
    2,
    'Adé Ọlá Olúwa Ayọ̀ Olú Akin Ògún Fọlá Ifẹ́ Oyè Ṣọlá Babá Tèmi Ọmọ́ Kọ́lá'.split(' '),
    'yẹmí báyọ̀ túndé wálé kúnlé ṣọlá níyì délé rántí fẹ́mi lékè bọ́lá dapọ̀ gbémi'.split(' '),
  ],
  [
    2,
    'Abdul Muha Sulei Ibra Mus Ali Umar Yaku Haru Dan Ɗan Ƙasi Bala Gar Sani Zai Fati Ami Hau'.split(' '),
    'lahi mmad man him a yu u bu na juma ladi mu rabe ba ma nab mina tu wa'.split(' '),
  ],
  [
    1,
    'Eff Bas Eti Ek Ud Ovi Igbi Dok Ogh Tam Ebi Pre Ufu Idor'.split(' '),
    'iong sey im pe oh e novia ubo ene uno ye oma enyin ok'.split(' '),
  ],
];

const TENTHS = PARTS.flatMap(([tenths, begins, ends]) => Array.from({ length: tenths }, () => [begins, ends] as const));

/** Places in a weighted list: the n-th name stands in it about 1/n as often as the first, as names do. */
const SLOTS = 8_192;

function names(chance: Chance, distinct: number): string[] {
  const made = new Set<string>();
  for (let tries = 0; made.size < distinct && tries < distinct * 50; tries++) {
    const [begins, ends] = chance.pick(TENTHS);
    made.add(chance.pick(begins) + chance.pick(ends) + (chance.odds(0.25) ? chance.pick(ends) : ''));
  }
  const list = [...made];
  const total = list.reduce((sum, _name, i) => sum + 1 / (i + 3), 0);
  return list.flatMap((name, i) => Array<string>(Math.max(1, Math.round(SLOTS / total / (i + 3)))).fill(name));
}

export interface Corpus {
  /** Names, each as often as it is common; the commonest first. */
  surnames: readonly string[];
  given: readonly string[];
}

/** The same names for the same seed: about 3,000 surnames and 1,500 given names; the commonest are borne by some four in a hundred. */
export function corpus(seed = 1): Corpus {
  const chance = chanceFrom(seed);
  return { surnames: names(chance, 3_000), given: names(chance, 1_500) };
}

/** What is written for each patient: number, names and phone follow from `n` alone. One in fifty has a slip in the surname. */
const INSERT = `
  insert into patients (id, facility_id, hospital_number, first_name, last_name, other_names, date_of_birth, date_of_birth_precision, gender, phone)
  select ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, $1,
    'UNTH/' || 2000 + n % 25 || '/' || lpad((n / 25)::text, 5, '0'),
    ($3::text[])[1 + (hashint4(n + 1) & 2147483647) % cardinality($3::text[])],
    case when n % 50 = 7 then overlay(last placing chr(97 + n % 26) from 2 + n % greatest(length(last) - 2, 1) for 1) else last end,
    case when n % 3 = 0 then ($3::text[])[1 + (hashint4(n + 2) & 2147483647) % cardinality($3::text[])] end,
    date '1930-01-01' + n % 33000, 'Exact', case when n % 2 = 0 then 'Female' else 'Male' end,
    case n % 4 when 0 then null when 1 then '+234' || phone when 2 then '0' || phone else '0' || substr(phone, 1, 3) || ' ' || substr(phone, 4, 3) || ' ' || substr(phone, 7) end
  from generate_series($4::int, $5::int) n,
    lateral (select ($2::text[])[1 + (hashint4(n) & 2147483647) % cardinality($2::text[])] as last, (7000000000 + hashint4(n + 3)::bigint % 2000000000 + 1000000000)::text as phone) made`;

const BATCH = 50_000;

/**
 * Writes so many patients with generated names by SQL, as the owner of the database: no change log, no audit. What the search keeps is made
 * at once from the same function as its trigger uses, and its lists are built afterwards, as a restore would. Ids and numbers are counted from 1.
 */
export async function loadPatients(
  owner: pg.Pool,
  facility: string,
  patients: number,
  people: Corpus,
  said: (line: string) => void,
): Promise<void> {
  const client = await owner.connect();
  try {
    const { rows } = await client.query<{ name: string; made: string }>(
      "select indexname as name, indexdef as made from pg_indexes where tablename = 'patient_search' and indexname not like '%pkey'",
    );
    const drop = rows.map(({ name }) => `drop index ${name}`).join(';');
    await client.query(`set synchronous_commit = off; alter table patients disable trigger user; ${drop}`);
    for (let from = 1; from <= patients; from += BATCH) {
      const to = Math.min(patients, from + BATCH - 1);
      await client.query(INSERT, [facility, people.surnames, people.given, from, to]);
      said(`${to} of ${patients} patients`);
    }
    await client.query('alter table patients enable trigger user');
    await client.query('insert into patient_search select s.* from patients p, patient_search_of(p) s');
    await client.query(
      `insert into patient_names select distinct facility_id, w from patient_search, string_to_table(names, ' ') w
       where length(w) >= 3 on conflict do nothing`,
    );
    said('Building the lists');
    await client.query("set maintenance_work_mem = '512MB'");
    for (const { made } of rows) await client.query(made);
    // Only what was filled: of a table that was counted while empty, any index looks as good as any other.
    await client.query('vacuum analyze patients, patient_search, patient_names');
  } finally {
    client.release(true);
  }
}
