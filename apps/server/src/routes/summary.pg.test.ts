import { afterAll, beforeAll, expect, test } from 'vitest';
import { ADMIN, DOCTOR, type Hospital, openHospital, somebody } from '../testing/hospital.ts';

let h: Hospital;
let doctor: string;
let patient: string;
let stay: string;

beforeAll(async () => {
  h = await openHospital();
  doctor = await h.signIn(DOCTOR);
  patient = await make('patients', 'patient', somebody());
  stay = await make('patient-admissions', 'patient_admission', {
    patient_id: patient,
    admission_number: 'ADM-1',
    admission_date: '2026-11-20T08:00:00.000Z',
    admission_type: 'Emergency',
    status: 'Active',
    presenting_complaint: 'Scald of the left arm',
  });
});
afterAll(() => h.close());

async function make(path: string, key: string, body: object): Promise<string> {
  const answer = await h.call('POST', `/api/sync/${path}`, { token: doctor, body });
  if (answer.status !== 201) throw new Error(answer.text);
  return (answer.body as Record<string, { id: string }>)[key]?.id ?? '';
}

interface Draft {
  drafted_by: string;
  text: string;
  sentences: { text: string; missing: boolean; sources: { kind: string; id: string | null; field: string | null }[] }[];
}
const path = () => `/api/patients/${patient}/admission-summary`;
const said = (body: unknown) => (body as Draft).sentences.map((s) => s.text);

test('without a language model, a summary is drafted by rules, each sentence with its sources', async () => {
  const { status, body } = await h.call('GET', path(), { token: doctor });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    drafted_by: 'rules',
    patient_id: patient,
    admission_id: stay,
    note: expect.stringContaining('rules'),
  });
  expect(said(body)).toContain('Presenting complaint: Scald of the left arm.');
  expect(said(body)).toContain('No allergies are recorded; that does not mean that there are none.');
  for (const s of (body as Draft).sentences) expect(s.sources.length).toBeGreaterThan(0);
  await make('patient-allergies', 'patient_allergy', {
    patient_id: patient,
    assertion: 'No known allergies',
    status: 'Active',
  });
  const again = await h.call('GET', path(), { token: doctor });
  expect(said(again.body).some((text) => text.startsWith('No known allergies, as stated on'))).toBe(true);
  expect((await h.pool.query('select ai_summary from patient_admissions where id = $1', [stay])).rows).toEqual([
    { ai_summary: null },
  ]);
});

test('it is kept only when asked, through the one way in', async () => {
  const { status, body } = await h.call('POST', path(), { token: doctor, body: { admission_id: stay } });
  expect(status).toBe(200);
  const { rows } = await h.pool.query('select ai_summary, ai_generated_at, row_version from patient_admissions where id = $1', [
    stay,
  ]);
  expect(rows[0]).toMatchObject({ ai_summary: (body as Draft).text, row_version: 2 });
  expect(rows[0].ai_generated_at).toBeInstanceOf(Date);
  expect((body as Draft).text).toContain('no language model');
  const seen = await h.pool.query("select user_id from audit_logs where action = 'summary' and record_id = $1", [patient]);
  expect(seen.rows.length).toBeGreaterThanOrEqual(3);
});

test('whoever may not read a stay gets no summary; whoever may not change it keeps none', async () => {
  for (const token of [await h.signIn(ADMIN), await h.tokenOf('lab'), await h.tokenOf('pharmacy')]) {
    expect((await h.call('GET', path(), { token })).status).toBe(403);
  }
  const nurse = await h.tokenOf('nursing');
  expect((await h.call('GET', path(), { token: nurse })).status).toBe(200);
  expect((await h.call('POST', path(), { token: nurse, body: {} })).status).toBe(403);
  expect((await h.call('GET', path(), {})).status).toBe(401);
});

test('of two stays that began together, the one with the later id is the latest', async () => {
  const ids = ['019a0000-0000-7000-8000-00000000000a', '019a0000-0000-7000-8000-00000000000b'] as const;
  for (const order of [ids, ids.toReversed()]) {
    const of = await make('patients', 'patient', somebody());
    const own = order.map((id) => `${of.slice(0, 24)}${id.slice(24)}`);
    for (const id of own) {
      const ended = { status: 'Discharged', discharge_date: '2026-11-03T08:00:00.000Z' };
      const began = { admission_date: '2026-11-01T08:00:00.000Z', admission_type: 'Elective' };
      await make('patient-admissions', 'patient_admission', { id, patient_id: of, admission_number: id, ...began, ...ended });
    }
    const { body } = await h.call('GET', `/api/patients/${of}/admission-summary`, { token: doctor });
    expect(body).toMatchObject({ admission_id: own.toSorted().at(-1) });
  }
});

test('a patient or stay that is not there is not found', async () => {
  const other = await make('patients', 'patient', somebody());
  expect((await h.call('GET', `/api/patients/${other}/admission-summary`, { token: doctor })).status).toBe(404);
  expect((await h.call('GET', `/api/patients/${stay}/admission-summary`, { token: doctor })).status).toBe(404);
  expect((await h.call('GET', `${path()}?admission_id=${patient}`, { token: doctor })).status).toBe(404);
  expect((await h.call('GET', `${path()}?admission=1`, { token: doctor })).status).toBe(400);
});
