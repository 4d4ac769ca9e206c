import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Hospital, one, openHospital } from '../testing/hospital.ts';
import { readLegacyBrowser } from './read-browser.ts';
import { openLegacyPostgres } from './read-postgres.ts';
import { NotLegacy } from './source.ts';
import { fillFirst, openEarlier, uuid } from './testing/dirty-rows.ts';
import { outcomesOf, reasonsOf, runMigration } from './testing/run.ts';

let h: Hospital;
beforeEach(async () => {
  h = await openHospital();
});
afterEach(() => h.close());
const url = () => String(h.pool.options.connectionString);

test('the later variant: numbers as ids, times without a zone, lists of a plan as steps, nothing guessed', async () => {
  const { url: there, client } = await openEarlier(url(), 'later');
  await client.query(`
    insert into users (username, password_hash, email, full_name, role) values
      ('ngozi', 'x', 'ngozi@example.ng', 'Ngozi', 'consultant'), ('intern1', 'x', null, 'Without address', 'house_officer');
    insert into patients (hospital_number, first_name, last_name, dob, gender, ward, allergies, emergency_contact) values
      ('UNTH/77', 'Emeka', 'Obi', '1985-12-31', 'male', 'Ward 3', 'none', 'Uche'), (null, 'Ifeoma', 'Eze', null, 'female', null, null, null);
    insert into admissions (patient_id, admission_date, admitting_diagnosis, ward) values (1, '2025-06-01 09:00', 'Keloid', 'Ward 3');
    insert into treatment_plans (patient_id, diagnosis, procedures, medications, status) values
      (1, 'Keloid', '["Excision", "Graft"]', '[{"name": "Tramadol", "dose": "50 mg"}]', 'active');
    insert into surgeries (patient_id, procedure_name, scheduled_date, surgeon_id, status) values (1, 'Excision', '2025-06-02 22:30', 1, 'completed');
    insert into lab_orders (patient_id, test_type, priority, status, results, completed_at) values
      (1, 'PCV', 'stat', 'completed', '{"PCV": "31 %"}', '2025-06-01 12:00');
    insert into prescriptions (patient_id, medication_name, dosage, frequency, route, prescribed_by) values (1, 'Tramadol', '50 mg', '8 hourly', 'Oral', 1),
      (1, 'Something', null, null, null, 1);
    insert into discharge_summaries (patient_id, primary_diagnosis, warning_symptoms) values (1, 'Keloid', '["Fever"]');
    insert into sync_queue (entity_type) values ('patient');`);
  await client.end();
  const done = await runMigration(h, await openLegacyPostgres(there), { zone: 'UTC' });
  expect(outcomesOf(done)).toMatchObject({
    users: { written: 1, refused: 1 },
    patients: { written: 2 },
    // The type of an admission was never asked: it waits for whoever knows.
    admissions: { refused: 1 },
    treatment_plans: { written: 1 },
    surgeries: { written: 1 },
    lab_orders: { written: 1 },
    prescriptions: { written: 1, refused: 1 },
    discharge_summaries: { document: 1 },
    sync_queue: { kept: 1 },
  });
  const { rows } = await h.pool.query(
    'select hospital_number, date_of_birth, date_of_birth_precision, gender from patients order by 1',
  );
  expect(rows).toEqual([
    { hospital_number: 'OLD-P-2', date_of_birth: null, date_of_birth_precision: 'Unknown', gender: 'Female' },
    { hospital_number: 'UNTH/77', date_of_birth: '1985-12-31', date_of_birth_precision: null, gender: 'Male' },
  ]);
  const { rows: steps } = await h.pool.query(
    'select step_number, step_name, step_type, status from treatment_plan_steps order by 1',
  );
  expect(steps.map((s) => `${s.step_number} ${s.step_type} ${s.step_name} ${s.status}`)).toEqual([
    '1 Procedure Excision Pending',
    '2 Procedure Graft Pending',
    '3 Medication Tramadol Pending',
  ]);
  const { rows: booked } = await h.pool.query(`select scheduled_date, scheduled_time::text, status from surgery_bookings`);
  expect(booked).toEqual([{ scheduled_date: '2025-06-02', scheduled_time: '22:30:00', status: 'Completed' }]);
  expect(reasonsOf(done, 'patients')).toContain('ward: Has no place in the record; kept with the earlier row.');
  expect(reasonsOf(done, 'surgeries')).toContain('scheduled_date: No zone was given; read as the time in UTC.');

  const corrections = {
    rows: { admissions: { '*': { admission_type: 'Elective' } }, users: { '2': { email: 'intern@example.ng' } } },
    wards: {},
    roles: {},
  };
  const again = await runMigration(h, await openLegacyPostgres(there), { zone: 'UTC', corrections });
  expect(outcomesOf(again)).toMatchObject({ users: { written: 2 }, admissions: { written: 1 }, patients: { written: 2 } });
  expect(await one(h.pool, 'select admission_date from patient_admissions')).toEqual(new Date('2025-06-01T09:00:00Z'));
});

describe('what a browser kept', () => {
  const stores = {
    patients: [
      // A patient of the server, whose birth date a server in Lagos printed as the evening before.
      {
        id: 1,
        serverId: uuid(10),
        hospital_number: 'UNTH/2025/10',
        first_name: 'Ada',
        last_name: 'Nwosu10',
        dob: '1990-04-30T23:00:00.000Z',
        sex: 'female',
      },
      {
        id: 2,
        hospital_number: 'UNTH/2025/900',
        first_name: 'Bola',
        last_name: 'Ade',
        dob: '03/04/1990',
        sex: 'male',
        allergies: ['Latex', 'Eggs'],
      },
      {
        id: 3,
        hospital_number: 'UNTH/2025/901',
        first_name: 'Chi',
        last_name: 'Oke',
        date_of_birth: '1970-02-28',
        gender: 'Female',
        clientNote: 'x',
      },
    ],
    surgery_bookings: [
      {
        id: 'surgery_17_x',
        patient_id: 2,
        procedure_name: 'Z-plasty',
        scheduled_date: '2025-07-01',
        scheduled_time: '9:00',
        status: 'in_progress',
      },
    ],
    blood_transfusions: [
      {
        id: 1,
        patient_id: uuid(10),
        component: 'Packed cells',
        screened: true,
        photo: `data:image/png;base64,${'A'.repeat(9000)}`,
      },
    ],
    ward_rounds: [
      { id: 1, patientId: 3, findings: 'Well' },
      { id: 2, findings: 'Of nobody' },
    ],
    cmeProgress: [{ id: 1, topic: 'x' }],
  };

  test('joins what the server has, tells days that shifted, and keeps what takes no place', async () => {
    const { url: there, client } = await openEarlier(url(), 'first');
    await fillFirst(client);
    await client.query(`update patients set date_of_birth = '1990-05-02' where id = $1`, [uuid(10)]);
    await client.end();
    await runMigration(h, await openLegacyPostgres(there));

    const done = await runMigration(h, readLegacyBrowser(stores), { name: 'tablet 3' });
    expect(outcomesOf(done)).toEqual({
      patients: { known: 1, written: 2 },
      surgery_bookings: { written: 1 },
      blood_transfusions: { document: 1 },
      ward_rounds: { document: 1, refused: 1 },
      cmeProgress: { kept: 1 },
    });
    const reasons = reasonsOf(done, 'patients').join('\n');
    expect(reasons).toContain('Printed as midnight of the hospital in UTC');
    expect(reasons).toContain('One day apart from the record that is here already');
    expect(reasons).toContain('Day and month could be either way round');
    expect(await one(h.pool, `select date_of_birth from patients where id = '${uuid(10)}'`)).toBe('1990-05-02');
    expect(await one(h.pool, `select date_of_birth_precision from patients where hospital_number = 'UNTH/2025/900'`)).toBe(
      'Unknown',
    );
    expect(
      await one(
        h.pool,
        `select count(*)::int from patient_allergies a join patients p on p.id = a.patient_id where p.last_name = 'Ade'`,
      ),
    ).toBe(2);
    const { rows } = await h.pool.query(`select title, content from clinical_documents where title like 'Blood%'`);
    expect(rows[0].content).toContain('answers that nobody gave');
    expect(rows[0].content).toContain('a file of 10 kB, kept');
    expect(
      await one<string>(h.pool, `select raw->>'photo' from legacy_rows where table_name = 'blood_transfusions'`),
    ).toHaveLength(9022);
  });

  test('a Dexie export and the earlier backup are read alike; anything else is refused with a sentence', async () => {
    const dexie = {
      formatName: 'dexie',
      formatVersion: 1,
      data: { databaseName: 'x', data: [{ tableName: 'patients', inbound: true, rows: stores.patients }] },
    };
    const backup = {
      timestamp: 'x',
      version: '2.0',
      data: { patients: stores.patients, surgeryBookings: stores.surgery_bookings },
    };
    const names = (json: unknown) => readLegacyBrowser(json).tables.map(({ name }) => name);
    expect(names(dexie)).toEqual(['patients']);
    expect(names(backup)).toEqual(['patients', 'surgery_bookings']);
    for (const wrong of [[], 'x', { patients: 'x' }, {}]) expect(() => readLegacyBrowser(wrong)).toThrow(NotLegacy);
  });
});

test('a database of the present app, and one of nothing, are refused with a sentence', async () => {
  await expect(openLegacyPostgres(url())).rejects.toThrow('present app');
  await h.pool.query('create schema nothing');
  const empty = new URL(url());
  empty.searchParams.set('options', '-c search_path=nothing,pg_catalog');
  await expect(openLegacyPostgres(empty.href)).rejects.toThrow('no tables of the earlier app');
});
