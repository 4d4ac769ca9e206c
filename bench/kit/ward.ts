import type pg from 'pg';
import { corpus, loadPatients } from './people.ts';

/** Each tenth patient has so many investigations, so there are as many of them as patients. */
const LABS_EACH = 10;
/** How many patients lie between two that have investigations. */
export const LABS_EVERY = 10;

/** Copies of tables with their columns, rules and indexes, but without triggers and row-level security: what a plain INSERT costs. */
const PLAIN = `
  create schema plain;
  create table plain.patients (like public.patients including all);
  alter table plain.patients add foreign key (facility_id) references public.facilities (id);
  create table plain.prescriptions (like public.prescriptions including all);
  alter table plain.prescriptions add foreign key (facility_id, patient_id) references public.patients (facility_id, id);
  create table plain.prescription_items (like public.prescription_items including all);
  insert into plain.prescriptions select * from public.prescriptions;
  insert into plain.prescription_items select * from public.prescription_items;
  alter table plain.prescription_items add foreign key (facility_id, patient_id) references public.patients (facility_id, id),
    add foreign key (facility_id, prescription_id) references plain.prescriptions (facility_id, id);
  grant usage on schema plain to psa_server;
  grant select, insert on all tables in schema plain to psa_server`;

const LABS = `
  insert into lab_investigations (id, facility_id, patient_id, investigation_type, test_name, status, ordered_by, ordered_date, results, result_date)
  select gen_random_uuid(), $1, ('00000000-0000-7000-8000-' || lpad((n * ${LABS_EVERY})::text, 12, '0'))::uuid, 'Haematology',
    (array['Full blood count', 'Urea and electrolytes', 'Clotting', 'Glucose', 'Albumin'])[1 + k % 5],
    'Completed', $2, now() - k * interval '1 day', 'Within range', now() - k * interval '1 day'
  from generate_series(1, $3::int / ${LABS_EVERY}) n, generate_series(1, ${LABS_EACH}) k`;

/** Each tenth patient has a prescription of three items: a table that PostgreSQL never counted is looked up by any index that begins alike. */
const PRESCRIPTIONS = `
  with head as (
    insert into prescriptions (id, facility_id, patient_id, diagnosis, prescription_type, status, prescribed_by, prescribed_date)
    select gen_random_uuid(), $1, ('00000000-0000-7000-8000-' || lpad((n * ${LABS_EVERY})::text, 12, '0'))::uuid, 'Burns', 'Inpatient',
      'Active', $2, now() - n * interval '1 minute'
    from generate_series(1, $3::int / ${LABS_EVERY}) n returning id, patient_id)
  insert into prescription_items (id, facility_id, patient_id, prescription_id, medication_name, dosage, route, frequency, duration)
  select gen_random_uuid(), $1, patient_id, id, drug, '1 g', 'IV', '12 hourly', '5 days'
  from head, unnest(array['Ceftriaxone', 'Metronidazole', 'Paracetamol']) drug`;
const BUSY = ['lab_investigations', 'prescriptions', 'prescription_items'];

/** The change log as if every patient had been a commit of its own, after what the database began with. */
const CHANGES = `
  insert into sync_entity (facility_id, kind, id, scope, seq, op, version)
  select $1, 'patients', p.id, 'identity', h.seq + row_number() over (order by p.id), 'U', 1
  from patients p, sync_head h where h.facility_id = $1 and p.facility_id = $1`;

/** Logs patients that were written by SQL, each as a commit of its own. */
export async function logPatients(owner: Pick<pg.Pool, 'query'>, facility: string, patients: number): Promise<void> {
  await owner.query(CHANGES, [facility]);
  await owner.query('update sync_head set seq = seq + $2 where facility_id = $1', [facility, patients]);
}

/** Fills a ward by SQL, past the one way in: patients, their change log, investigations, prescriptions, and the copies without triggers. */
export async function fillWard(
  owner: pg.Pool,
  facility: string,
  doctor: string,
  patients: number,
  say: (line: string) => void,
) {
  await loadPatients(owner, facility, patients, corpus(), say);
  const client = await owner.connect();
  try {
    await logPatients(client, facility, patients);
    for (const table of BUSY) await client.query(`alter table ${table} disable trigger user`);
    await client.query(LABS, [facility, doctor, patients]);
    await client.query(PRESCRIPTIONS, [facility, doctor, patients]);
    for (const table of BUSY) await client.query(`alter table ${table} enable trigger user`);
    for (const statement of PLAIN.split(';')) await client.query(statement);
  } finally {
    client.release();
  }
  await owner.query(
    `vacuum analyze patients, patient_search, ${BUSY.join(', ')}, sync_entity, sync_head, plain.patients, plain.prescriptions, plain.prescription_items`,
  );
}
