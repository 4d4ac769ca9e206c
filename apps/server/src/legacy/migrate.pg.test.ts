import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Hospital, one, openHospital } from '../testing/hospital.ts';
import { openLegacyPostgres } from './read-postgres.ts';
import type { TableReport } from './report.ts';
import { fillFirst, openEarlier, uuid } from './testing/dirty-rows.ts';
import { outcomesOf, runMigration, type Wish } from './testing/run.ts';

let h: Hospital;
let earlier: { url: string; client: pg.Client };
beforeAll(async () => {
  h = await openHospital();
  earlier = await openEarlier(String(h.pool.options.connectionString), 'first');
  await fillFirst(earlier.client);
});
afterAll(async () => {
  await earlier.client.end();
  await h.close();
});

const run = async (wish?: Wish) => runMigration(h, await openLegacyPostgres(earlier.url), wish);
const count = (table: string) => one<number>(h.pool, `select count(*)::int from ${table}`);

describe('an earlier PostgreSQL with the rows its faults left', () => {
  let tried: TableReport[];

  test('a trial tells all of it and writes nothing', async () => {
    const before = await count('sync_mutation');
    tried = await run({ trial: true });
    expect(await count('sync_mutation')).toBe(before);
    expect(await count('legacy_rows')).toBe(0);
    expect(await count('patients')).toBe(0);
  });

  test('a run that was stopped goes on where it was', async () => {
    await run({ after: 6 });
    expect(await count('patients')).toBeGreaterThan(0);
    expect(await count('patients')).toBeLessThan(3);
  });

  test('each row becomes a record, or is refused with its reason; the trial had said the same', async () => {
    const done = await run();
    expect(outcomesOf(done)).toEqual({
      users: { written: 2, known: 1, refused: 1 },
      patients: { written: 3, removed: 1 },
      patient_admissions: { written: 2, refused: 2 },
      treatment_plans: { written: 1 },
      treatment_plan_steps: { written: 1 },
      surgery_bookings: { written: 3 },
      surgical_checklists: { written: 1 },
      lab_investigations: { written: 1, refused: 2 },
      prescriptions: { written: 1 },
      prescription_items: { written: 1 },
      wound_care_records: { written: 1 },
      surgical_consumables: { written: 1, known: 1 },
      consumable_usage: { written: 1 },
      cme_topics: { written: 1 },
      mcq_questions: { written: 1 },
      user_assessments: { kept: 1 },
      mdt_meetings: { written: 1 },
      mdt_cases: { written: 1 },
      ai_settings: { kept: 1 },
      audit_logs: { kept: 1 },
    });
    expect(outcomesOf(tried)).toEqual(outcomesOf(done));
    for (const table of done) expect(table, table.table).toMatchObject({ differs: [], stored_sha256: table.meant_sha256 });
  });

  test('nobody comes with rights or a password, and no key is kept', async () => {
    const { rows } = await h.pool.query('select email, role, is_approved from users where email like $1 order by email', [
      '%@example.ng',
    ]);
    expect(rows).toEqual([
      { email: 'consultant.one@example.ng', role: 'consultant', is_approved: false },
      { email: 'taker@example.ng', role: 'super_admin', is_approved: false },
    ]);
    expect(
      await one(
        h.pool,
        `select count(*)::int from user_credentials c join users u on u.id = c.user_id where u.email like '%@example.ng'`,
      ),
    ).toBe(0);
    const raw = await one<string>(h.pool, `select string_agg(raw::text, ' ') from legacy_rows`);
    expect(raw).not.toMatch(/a-key-in-clear|not-a-real-hash/);
    expect(raw).toContain('UNTH/2025/12');
  });

  test('what was said of a patient is as it was said: days stay days, lines become records, unknown stays unknown', async () => {
    const { rows } = await h.pool.query(
      `select hospital_number, date_of_birth, date_of_birth_precision, blood_group, genotype, country, phone, email from patients order by 1`,
    );
    expect(rows).toEqual([
      {
        hospital_number: 'UNTH/2025/10',
        date_of_birth: '1990-05-01',
        date_of_birth_precision: null,
        blood_group: 'O+',
        genotype: 'AS',
        country: null,
        phone: '08030000001',
        email: null,
      },
      {
        hospital_number: 'UNTH/2025/11',
        date_of_birth: '1990-05-01',
        date_of_birth_precision: null,
        blood_group: null,
        genotype: null,
        country: 'Nigeria',
        phone: '08030000002',
        email: null,
      },
      {
        hospital_number: 'UNTH/2025/13',
        date_of_birth: null,
        date_of_birth_precision: 'Unknown',
        blood_group: null,
        genotype: null,
        country: 'Nigeria',
        phone: null,
        email: null,
      },
    ]);
    const { rows: allergies } = await h.pool.query(
      `select p.hospital_number as p, assertion, substance, reaction, severity from patient_allergies a join patients p on p.id = a.patient_id order by 1, 3`,
    );
    expect(allergies).toEqual([
      { p: 'UNTH/2025/10', assertion: 'Allergy', substance: 'Latex', reaction: null, severity: null },
      { p: 'UNTH/2025/10', assertion: 'Allergy', substance: 'Penicillin', reaction: 'rash', severity: null },
      { p: 'UNTH/2025/11', assertion: 'No known allergies', substance: null, reaction: null, severity: null },
    ]);
  });

  test('who did it and when are those of the earlier app; what was never asked is not made up', async () => {
    expect(await one(h.pool, 'select ordered_by::text from lab_investigations')).toBe(uuid(1));
    expect(await one(h.pool, 'select prescribed_date from prescriptions')).toEqual(new Date('2025-03-01T10:00:00Z'));
    const { rows } = await h.pool.query('select dispensed, quantity_dispensed, dispensing_note from prescription_items');
    expect(rows).toEqual([
      { dispensed: null, quantity_dispensed: null, dispensing_note: expect.stringContaining('how many is not recorded') },
    ]);
    const { rows: lists } = await h.pool.query(
      'select site_marked, consent_confirmed, sign_in_completed, notes from surgical_checklists',
    );
    expect(lists).toEqual([
      {
        site_marked: true,
        consent_confirmed: null,
        sign_in_completed: null,
        notes: expect.stringContaining('Sign In completed in the earlier app'),
      },
    ]);
    expect(await one(h.pool, `select status from patient_admissions where admission_number = 'A-20'`)).toBe('Active');
    expect(await one(h.pool, `select overlap_reason is not null from surgery_bookings where id = '${uuid(41)}'`)).toBe(true);
  });

  test('a second run changes nothing; corrections let what was refused in; the rest can be read at the patient', async () => {
    const writes = await count('sync_mutation');
    const again = await run();
    expect(await count('sync_mutation')).toBe(writes);
    expect(again.find(({ table }) => table === 'patients')).toMatchObject({ read: 4, earlier: 4 });

    const corrections = { rows: {}, wards: { 'Ward of the old block': 'Ward 9' }, roles: { registrar: 'junior_registrar' } };
    const done = outcomesOf(await run({ corrections, restAsDocuments: true }));
    expect(done.users).toEqual({ written: 3, known: 1 });
    expect(done.patient_admissions).toEqual({ written: 3, document: 1 });
    expect(done.lab_investigations).toEqual({ written: 1, document: 1, refused: 1 });
    const { rows } = await h.pool.query('select title, content, is_final from clinical_documents order by title');
    expect(rows.map(({ title }) => title)).toEqual(['Admission (did not fit)', 'Investigation (did not fit)']);
    expect(rows[0].content).toContain('already admitted');
    expect(rows[0].content).toContain('ward: Ward 3');
    expect(rows[0].is_final).toBeNull();
  });

  test('what was edited here since is told, and left alone', async () => {
    await h.pool.query(`update patients set city = 'Enugu', row_version = row_version + 1, phone = '0809' where id = $1`, [
      uuid(10),
    ]);
    const patients = (await run()).find(({ table }) => table === 'patients');
    expect(patients).toMatchObject({ differs: [uuid(10)] });
    expect(await one(h.pool, `select phone from patients where id = '${uuid(10)}'`)).toBe('0809');
  });
});
