import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Hospital, one, openHospital } from '../testing/hospital.ts';

let h: Hospital;
beforeAll(async () => {
  h = await openHospital();
});
afterAll(() => h.close());

const OTHERS = 2_000;

/** Somebody, in SQL past the one way in. */
async function patient(facility: string, number: string, phone: string | null, born = '1987-04-09'): Promise<string> {
  return one<string>(
    h.pool,
    `insert into patients (id, facility_id, hospital_number, first_name, last_name, gender, date_of_birth, date_of_birth_precision, phone)
     values ($1, $2, $3, 'Ada', 'Obi', 'Female', $4, 'Exact', $5) returning id`,
    [randomUUID(), facility, number, born, phone],
  );
}

/** Candidates of one patient as the server sees them, and how many rows of patients and of the search were read for it. */
async function candidates(id: string): Promise<{ ids: string[]; read: number }> {
  return h.db.of(h.facility).borrow(async (client: pg.ClientBase, begin) => {
    await client.query(begin('begin'));
    const { rows } = await client.query<{ b: { id: string } }>('select b from patient_candidates($1, 300)', [[id]]);
    const { rows: counted } = await client.query<{ read: string }>(
      `select sum(pg_stat_get_xact_tuples_returned(c) + pg_stat_get_xact_tuples_fetched(c)
         + coalesce((select sum(pg_stat_get_xact_tuples_returned(indexrelid)) from pg_index where indrelid = c), 0)) as read
       from unnest(array['patients'::regclass, 'patient_search'::regclass]) c`,
    );
    await client.query('commit');
    return { ids: rows.map(({ b }) => b.id), read: Number(counted[0]?.read) };
  });
}

test('[S36] who shares a birthday, a phone or a number is looked up at the cost of the answer, in this hospital only', async () => {
  await h.pool.query(
    `insert into patients (id, facility_id, hospital_number, first_name, last_name, gender, date_of_birth, date_of_birth_precision, phone)
     select gen_random_uuid(), $1, 'M/' || n, 'Ada', 'Obi', 'Female', date '1900-01-01' + n, 'Exact', '0802' || lpad(n::text, 7, '0')
     from generate_series(1, $2::int) n`,
    [h.facility, OTHERS],
  );
  await h.pool.query('analyze patients, patient_search');
  const away = randomUUID();
  await h.pool.query(
    `insert into facilities (id, facility_id, name, short_name, country, time_zone) values ($1, $1, 'O', 'O', 'Nigeria', 'Africa/Lagos')`,
    [away],
  );
  await patient(away, 'X-1', '08035550101');
  const mine = await patient(h.facility, 'X/1', '0803 555 0101');
  const birthday = await patient(h.facility, 'X/2', null);
  const phone = await patient(h.facility, 'X/3', '+234 803 555 0101', '1950-01-01');
  const number = await patient(h.facility, 'x1', null, '1951-01-01');
  await patient(h.facility, 'X/4', null, '1952-01-01');
  const { ids, read } = await candidates(mine);
  expect(ids.sort()).toEqual([birthday, phone, number].sort());
  expect(read, 'rows and entries of indexes that were read').toBeLessThan(OTHERS / 20);
});
