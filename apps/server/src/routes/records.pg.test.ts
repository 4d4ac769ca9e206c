import { randomUUID } from 'node:crypto';
import { type Action, may, RECORD_LIST, type RecordDef, ROLES, type Role } from '@psa/domain';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN, type Answer, type Hospital, one, openHospital, somebody } from '../testing/hospital.ts';
import { PUBLISHED, pathOf, publishedAs, singular, strayAliases } from './published.ts';

let h: Hospital;
let token: string;
beforeAll(async () => {
  h = await openHospital();
  token = await h.tokenOf('consultant');
});
afterAll(() => h.close());

const post = (path: string, body: object, as = token) => h.call('POST', `/api/sync/${path}`, { token: as, body });
const get = (path: string, as = token) => h.call('GET', `/api/sync/${path}`, { token: as });
const patch = (path: string, body: object, as = token) => h.call('PATCH', `/api/sync/${path}`, { token: as, body });

interface Patient {
  id: string;
  row_version: number;
  [field: string]: unknown;
}
const patientIn = (answer: Answer): Patient => (answer.body as { patient: Patient }).patient;
async function newPatient(change = {}): Promise<Patient> {
  const made = await post('patients', somebody(change));
  expect(made.status, made.text).toBe(201);
  return patientIn(made);
}

describe('[D5] every record has its routes', () => {
  test.each(PUBLISHED.map(({ def }) => [pathOf(def), def] as const))('/api/sync/%s lists', async (path, def) => {
    const as = may({ user_id: '', facility_id: '', role: 'consultant' }, 'read', def) ? token : await h.signIn(ADMIN);
    const { status, body } = await get(path, as);
    expect(status).toBe(200);
    expect(body).toMatchObject({ [publishedAs(def.name).many]: expect.any(Array) });
  });

  test('only declared records have published names', () => {
    expect(strayAliases()).toEqual([]);
  });

  test('names in answers are what clients know', () => {
    expect(RECORD_LIST.map((def) => singular(def)).slice(0, 7)).toEqual([
      'facility',
      'user',
      'ward',
      'surgical_consumable',
      'patient',
      'patient_allergy',
      'patient_admission',
    ]);
  });
});

describe('a patient over REST', () => {
  test('is created, read, changed and retracted, and every change reaches devices', async () => {
    const made = await newPatient({ phone: '08030000001' });
    expect(made).toMatchObject({ row_version: 1, deleted: false, country: null, date_of_birth: '1990-05-01' });
    const read = await get(`patients/${made.id}`);
    expect(read.body).toEqual(made);
    const changed = patientIn(await patch(`patients/${made.id}`, { city: 'Enugu', phone: null }));
    expect(changed).toMatchObject({ city: 'Enugu', phone: null, row_version: 2 });
    expect((await get(`patients/${made.id}`)).body).toEqual(changed);
    const gone = await h.call('DELETE', `/api/sync/patients/${made.id}?reason=entered%20twice`, { token });
    expect(gone).toMatchObject({ status: 200, body: { message: 'Patient retracted.' } });
    expect((await get(`patients/${made.id}`)).status).toBe(404);
    const entity = 'select op from sync_entity where id = $1';
    expect(await one(h.pool, entity, [made.id])).toBe('D');
  });

  test('[D7] PUT, too, touches only what it carries', async () => {
    const made = await newPatient({ phone: '08030000001', blood_group: 'O+' });
    const put = await h.call('PUT', `/api/sync/patients/${made.id}`, { token, body: { city: 'Nsukka' } });
    expect(patientIn(put)).toMatchObject({ phone: '08030000001', blood_group: 'O+', city: 'Nsukka' });
  });

  test('takes an id of the client; the same again changes nothing, other values change only what they name', async () => {
    const body = { id: randomUUID(), ...somebody({ phone: '08030000001' }) };
    const made = await post('patients', body);
    expect(patientIn(made)).toMatchObject({ id: body.id, row_version: 1 });
    expect(await post('patients', body)).toMatchObject({ status: 201, body: made.body });
    expect(patientIn(await post('patients', { id: body.id, city: 'Enugu' }))).toMatchObject({
      phone: '08030000001',
      city: 'Enugu',
      row_version: 2,
    });
  });

  test('[D19] an id that was retracted is not posted to again in silence', async () => {
    const { id } = await newPatient();
    await h.call('DELETE', `/api/sync/patients/${id}`, { token });
    expect((await post('patients', { id, ...somebody() })).status).toBe(409);
    expect((await patch(`patients/${id}`, { city: 'Awka' })).status).toBe(409);
  });

  test('a used hospital number is told beside its field', async () => {
    const made = await newPatient();
    const twin = await post('patients', somebody({ hospital_number: made.hospital_number as string }));
    expect(twin).toMatchObject({ status: 409, body: { code: 'TAKEN', fields: { hospital_number: expect.any(String) } } });
  });

  test('[D19] with the version that was read, an unseen change is a conflict and nothing is overwritten', async () => {
    const made = await newPatient();
    await patch(`patients/${made.id}`, { city: 'Enugu' });
    const late = await patch(`patients/${made.id}`, { city: 'Lagos', row_version: 1 });
    expect(late).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
    expect((await get(`patients/${made.id}`)).body).toMatchObject({ city: 'Enugu', row_version: 2 });
    const free = await patch(`patients/${made.id}`, { occupation: 'Trader', row_version: 1 });
    expect(free.status).toBe(200);
  });

  test('a link to nothing names the field', async () => {
    const admission = {
      patient_id: randomUUID(),
      admission_number: 'X-1',
      admission_date: '2026-11-22T09:00:00.000Z',
      admission_type: 'Elective',
      status: 'Active',
    };
    expect(await post('patient-admissions', admission)).toMatchObject({
      status: 422,
      body: { code: 'BROKEN_LINK', fields: { patient_id: expect.any(String) } },
    });
  });

  test('an item that says it is another patient’s is refused beside its place', async () => {
    const [{ id: patient_id }, other] = [await newPatient(), await newPatient()];
    const item = { medication_name: 'Ceftriaxone', dosage: '1 g', route: 'IV', frequency: 'once daily', patient_id };
    const prescription = { id: randomUUID(), patient_id };
    const wrong = await post('prescriptions', { prescription, items: [item, { ...item, patient_id: other.id }] });
    expect([wrong.status, wrong.body]).toMatchObject([
      400,
      { code: 'INVALID', fields: { 'items.1.patient_id': 'Of another.' } },
    ]);
    const right = await post('prescriptions', { prescription, items: [item, { ...item, patient_id: null }] });
    expect([right.status, right.body]).toMatchObject([201, { items: [{ patient_id }, { patient_id }] }]);
  });

  test.each([
    ['an id of dashes', { treatment_plan_id: '-'.repeat(36) }, 'treatment_plan_id'],
    ['a number beyond the column', { step_number: 2 ** 31 }, 'step_number'],
  ])('a key that cannot be one is told beside its field: %s', async (_, change, field) => {
    const step = { treatment_plan_id: randomUUID(), step_number: 1, step_name: 'Graft', ...change };
    const answer = await post('treatment-plan-steps', step);
    expect([answer.status, answer.body]).toMatchObject([400, { code: 'INVALID', fields: { [field]: expect.any(String) } }]);
  });

  test('an impossible step and a broken rule are told', async () => {
    const { id } = await newPatient();
    const body = {
      patient_id: id,
      admission_number: `A-${id.slice(-8)}`,
      admission_date: '2026-11-22T09:00:00.000Z',
      admission_type: 'Elective',
      status: 'Active',
    };
    const made = await post('patient-admissions', body);
    const stay = (made.body as { patient_admission: Patient }).patient_admission.id;
    expect((await patch(`patient-admissions/${stay}`, { status: 'Discharged' })).body).toMatchObject({
      fields: { discharge_date: expect.any(String) },
    });
    expect((await post('patient-admissions', { ...body, admission_number: 'other' })).body).toMatchObject({ code: 'TAKEN' });
    expect((await patch(`patient-admissions/${stay}`, { patient_id: randomUUID() })).body).toMatchObject({
      code: 'APPEND_ONLY',
    });
    expect((await patch(`patient-admissions/${stay}`, { ai_summary: 'x' })).body).toMatchObject({ code: 'SERVER_ONLY' });
  });
});

describe('[D38] rights', () => {
  const ACTIONS: readonly Action[] = ['read', 'create', 'edit', 'retract'];
  const tokens = new Map<Role, string>();
  beforeAll(async () => {
    for (const role of ROLES) tokens.set(role, await h.tokenOf(role));
  });

  /** How each action looks on the wire, with something that exists and a body that carries nothing forbidden by itself. */
  const ask = (role: Role, action: Action, def: RecordDef, id: string): Promise<Answer> => {
    const as = tokens.get(role) ?? '';
    const path = pathOf(def);
    if (action === 'read') return get(`${path}/${id}`, as);
    if (action === 'create') return post(path, {}, as);
    if (action === 'edit') return patch(`${path}/${id}`, {}, as);
    return h.call('DELETE', `/api/sync/${path}/${randomUUID()}`, { token: as });
  };

  test.each(PUBLISHED.map(({ def }) => [def.name, def] as const))(
    '%s: every role and action is decided by may()',
    async (_, def) => {
      for (const role of ROLES) {
        for (const action of ACTIONS) {
          const actor = { user_id: '', facility_id: '', role };
          const allowed = may(actor, action, def) && (action === 'create' || may(actor, 'read', def));
          const { status } = await ask(role, action, def, randomUUID());
          expect(status === 403, `${role} ${action} ${def.name}: ${status}`).toBe(!allowed);
          expect(status).toBeLessThan(500);
        }
      }
    },
  );

  test('the lab neither changes nor reads what is not its own', async () => {
    const { id } = await newPatient();
    const lab = tokens.get('lab') ?? '';
    expect((await get(`patients/${id}`, lab)).status).toBe(200);
    expect((await patch(`patients/${id}`, { city: 'Enugu' }, lab)).status).toBe(403);
    expect((await h.call('DELETE', `/api/sync/patients/${id}`, { token: lab })).status).toBe(403);
    expect((await get('patient-admissions', lab)).status).toBe(403);
  });

  test('a nurse moves a patient to another bed, and nothing else of the stay', async () => {
    const { id } = await newPatient();
    const body = {
      patient_id: id,
      admission_number: `N-${id.slice(-8)}`,
      admission_date: '2026-11-22T09:00:00.000Z',
      admission_type: 'Elective',
      status: 'Active',
    };
    const stay = ((await post('patient-admissions', body)).body as { patient_admission: Patient }).patient_admission.id;
    const ward_id = await one<string>(h.pool, 'select id from wards limit 1');
    const nurse = tokens.get('nursing') ?? '';
    expect((await patch(`patient-admissions/${stay}`, { ward_id, bed_number: `B-${id.slice(-4)}` }, nurse)).status).toBe(200);
    expect((await patch(`patient-admissions/${stay}`, { provisional_diagnosis: 'x' }, nurse)).status).toBe(403);
  });

  test('another hospital is as if it did not exist', async () => {
    const facility = randomUUID();
    const id = randomUUID();
    await h.pool.query(
      "insert into facilities (id, facility_id, name, short_name, country, time_zone) values ($1, $1, 'Other', 'O', 'N', 'Z')",
      [facility],
    );
    await h.pool.query(
      `insert into patients (id, facility_id, hospital_number, first_name, last_name, gender, date_of_birth_precision)
        values ($1, $2, 'Z', 'Z', 'Z', 'Male', 'Unknown')`,
      [id, facility],
    );
    const absent = (await get(`patients/${randomUUID()}`)).text;
    const theirs = await get(`patients/${id}`);
    expect([theirs.status, theirs.text]).toEqual([404, absent]);
    expect((await patch(`patients/${id}`, { city: 'x' })).status).toBe(404);
    expect((await h.call('DELETE', `/api/sync/patients/${id}`, { token })).status).toBe(404);
    expect((await get('patients?limit=500')).text).not.toContain(id);
    expect((await post('patients', { id, ...somebody() })).status).toBe(409);
    expect(await one(h.pool, 'select hospital_number from patients where id = $1', [id])).toBe('Z');
  });
});

describe('reading is written down', () => {
  test('one row, and who asked for a list of a patient', async () => {
    const { id } = await newPatient();
    await get(`patients/${id}`);
    await get(`patient-allergies?patient_id=${id}`);
    const { rows } = await h.pool.query(
      "select action, table_name from audit_logs where record_id = $1 and action in ('read', 'list') order by at",
      [id],
    );
    expect(rows).toEqual([
      { action: 'read', table_name: 'patients' },
      { action: 'list', table_name: 'patient_allergies' },
    ]);
  });

  test('a hundred reads at once are a hundred entries', async () => {
    const { id } = await newPatient();
    const statuses = await Promise.all(Array.from({ length: 100 }, async () => (await get(`patients/${id}`)).status));
    expect(new Set(statuses)).toEqual(new Set([200]));
    const count = "select count(*) from audit_logs where record_id = $1 and action = 'read'";
    expect(await one(h.pool, count, [id])).toBe(100);
  });
});
