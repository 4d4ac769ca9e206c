import { readFileSync } from 'node:fs';
import pg from 'pg';

const file = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');

/** An id that can be told apart in a test's output. */
export const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

/**
 * An earlier app's database in a schema of its own beside ours. @returns a connection string that finds it, and the connection it was made with.
 */
export async function openEarlier(url: string, schema: 'first' | 'later'): Promise<{ url: string; client: pg.Client }> {
  const there = new URL(url);
  there.searchParams.set('options', `-c search_path=${schema},pg_catalog`);
  const client = new pg.Client({ connectionString: there.href });
  await client.connect();
  await client.query(`create schema ${schema}`);
  await client.query(file(`${schema}-schema.sql`));
  return { url: there.href, client };
}

/** Rows as the earlier app's own requests, its faults and its people left them. All of them are made up. */
export async function fillFirst(client: pg.Client): Promise<void> {
  const insert = async (table: string, row: Record<string, unknown>) => {
    const fields = Object.keys(row);
    const values = fields.map((field) =>
      typeof row[field] === 'object' && row[field] !== null ? JSON.stringify(row[field]) : row[field],
    );
    await client.query(
      `insert into ${table} (${fields.map((f) => `"${f}"`).join(', ')}) values (${fields.map((_, i) => `$${i + 1}`).join(', ')})`,
      values,
    );
  };
  const user = (n: number, email: string, role: string, more = {}) =>
    insert('users', {
      id: uuid(n),
      email,
      password: '$2b$10$not-a-real-hash',
      full_name: `Person ${n}`,
      role,
      is_approved: true,
      ...more,
    });
  await user(1, 'Consultant.One@example.ng', 'consultant');
  await user(2, 'registrar@example.ng', 'registrar');
  await user(3, 'doctor@unth.edu.ng', 'consultant', { full_name: 'Known By Address' });
  await user(4, 'taker@example.ng', 'super_admin');
  await insert('ai_settings', { id: uuid(5), setting_key: 'openai_api_key', setting_value: 'a-key-in-clear' });

  const patient = (n: number, more: Record<string, unknown>) =>
    insert('patients', {
      id: uuid(n),
      hospital_number: `UNTH/2025/${n}`,
      first_name: 'Ada',
      last_name: `Nwosu${n}`,
      date_of_birth: '1990-05-01',
      gender: 'Female',
      ...more,
    });
  await patient(10, {
    allergies: 'Penicillin (rash), Latex',
    phone: '08030000001',
    blood_group: 'O+ve',
    genotype: 'AS',
    country: null,
  });
  await patient(11, { allergies: 'NKDA', email: 'not an address', phone: '08030000002/8030003' });
  await patient(12, { deleted: true });
  await patient(13, { date_of_birth: '2099-01-01', blood_group: 'unknown', first_name: 'Ọlá', last_name: 'Adébáyọ̀' });

  const stay = (n: number, more: Record<string, unknown>) =>
    insert('patient_admissions', {
      id: uuid(n),
      patient_id: uuid(10),
      admission_number: `A-${n}`,
      admission_date: '2025-03-01T08:00:00Z',
      admission_type: 'Emergency',
      ward: 'MMW',
      bed_number: 'MMW-1',
      ...more,
    });
  await stay(20, { status: null, consultant_id: uuid(1), provisional_diagnosis: 'Burn, 12 %' });
  // A second open stay of the same patient.
  await stay(21, { ward: 'Ward 3', bed_number: 'W3-1' });
  await stay(22, { patient_id: uuid(11), ward: 'Ward of the old block' });
  await stay(23, { patient_id: uuid(13), status: 'Discharged', discharge_date: '2025-03-09T10:00:00Z', ward: 'Male Medical' });

  await insert('treatment_plans', {
    id: uuid(30),
    patient_id: uuid(10),
    admission_id: uuid(20),
    plan_name: 'Graft',
    diagnosis: 'Burn',
    status: null,
    primary_surgeon_id: uuid(2),
  });
  await insert('treatment_plan_steps', {
    id: uuid(31),
    treatment_plan_id: uuid(30),
    step_number: 1,
    step_name: 'Debride',
    step_type: 'Procedure',
    scheduled_date: '2025-03-04',
  });

  const booking = (n: number, more: Record<string, unknown>) =>
    insert('surgery_bookings', {
      id: uuid(n),
      patient_id: uuid(10),
      procedure_name: 'Split skin graft',
      scheduled_date: '2099-03-04',
      scheduled_time: '09:30:00',
      estimated_duration: 90,
      theatre_number: 'Theatre 1',
      ...more,
    });
  await booking(40, { consent_obtained: true, consent_date: '2025-03-03T12:00:00Z' });
  await booking(41, { patient_id: uuid(11), scheduled_time: '10:00:00' });
  await booking(42, { patient_id: uuid(13), status: 'Cancelled', consent_date: '2025-03-03T12:00:00Z' });
  await insert('surgical_checklists', {
    id: uuid(45),
    surgery_booking_id: uuid(40),
    sign_in_completed: true,
    sign_in_completed_by: uuid(1),
    sign_in_completed_at: '2025-03-04T08:40:00Z',
    site_marked: true,
  });

  await insert('lab_investigations', {
    id: uuid(50),
    patient_id: uuid(10),
    investigation_type: 'Haematology',
    test_name: 'Haemoglobin',
    priority: 'Routine',
    results: '9.8 g/dL',
    ordered_by: uuid(1),
    ordered_date: '2025-03-01T09:00:00Z',
    result_date: '2025-03-01T12:00:00Z',
    status: 'Completed',
  });
  // Completed without any result: the earlier app's re-posts wiped them.
  await insert('lab_investigations', {
    id: uuid(51),
    patient_id: uuid(10),
    investigation_type: 'Chemistry',
    test_name: 'Urea',
    status: 'Completed',
  });
  await insert('lab_investigations', {
    id: uuid(52),
    patient_id: uuid(12),
    investigation_type: 'Chemistry',
    test_name: 'Of a deleted patient',
  });

  await insert('prescriptions', {
    id: uuid(60),
    patient_id: uuid(10),
    admission_id: uuid(20),
    prescribed_by: uuid(1),
    prescribed_date: '2025-03-01T10:00:00Z',
    status: 'On Hold',
  });
  await insert('prescription_items', {
    id: uuid(61),
    prescription_id: uuid(60),
    medication_name: 'Tramadol',
    dosage: '50 mg',
    route: 'Oral',
    frequency: '8 hourly',
    dispensed: true,
    dispensed_by: uuid(3),
    dispensed_date: '2025-03-02T10:00:00Z',
  });

  await insert('wound_care_records', {
    id: uuid(70),
    patient_id: uuid(10),
    wound_location: 'Left forearm',
    wound_type: 'Burn',
    wound_dimensions: '4 by 6',
    assessment_date: '2025-03-05T09:00:00Z',
    performed_by: uuid(1),
  });
  await insert('surgical_consumables', { id: uuid(80), item_name: 'Anything', item_code: 'CONS-001' });
  await insert('surgical_consumables', {
    id: uuid(81),
    item_name: 'Crepe bandage',
    item_code: 'OLD-17',
    unit: 'roll',
    unit_cost: 350.5,
  });
  await insert('consumable_usage', {
    id: uuid(82),
    consumable_id: uuid(81),
    patient_id: uuid(10),
    quantity_used: 2,
    usage_date: '2025-03-05T09:00:00Z',
  });
  await insert('cme_topics', {
    id: uuid(90),
    topic_name: 'Skin grafts',
    content: 'Text',
    is_published: true,
    ai_generated: true,
  });
  await insert('mcq_questions', {
    id: uuid(91),
    cme_topic_id: uuid(90),
    question_text: 'Which?',
    options: [{ text: 'This', isCorrect: true }, { text: 'That' }],
    explanation: 'Because',
  });
  await insert('user_assessments', { id: uuid(92), user_id: uuid(1), cme_topic_id: uuid(90), score: 100 });
  await insert('mdt_meetings', {
    id: uuid(95),
    meeting_title: 'Tuesday',
    meeting_date: '2025-03-11',
    meeting_time: '14:00:00',
  });
  await insert('mdt_cases', {
    id: uuid(96),
    mdt_meeting_id: uuid(95),
    patient_id: uuid(10),
    case_summary: 'Burn',
    follow_up_date: '2025-04-01',
  });
  await insert('audit_logs', { id: uuid(97), action: 'anything' });
}
