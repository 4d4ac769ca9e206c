import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN, type Answer, type Hospital, one, openHospital, somebody } from '../testing/hospital.ts';

/** Faults of the server that this one replaces, by the number under which they are known; each would be seen here again. */
let h: Hospital;
let token: string;
let consultant: string;
beforeAll(async () => {
  h = await openHospital();
  consultant = (await h.hire('consultant')).id;
  token = await h.tokenOf('consultant');
});
afterAll(() => h.close());

type Row = { id: string; row_version: number; [field: string]: unknown };
const post = (path: string, body: object, as = token) => h.call('POST', `/api/sync/${path}`, { token: as, body });
const get = (path: string, as = token) => h.call('GET', `/api/sync/${path}`, { token: as });
const row = (answer: Answer, key: string): Row => {
  expect(answer.status, answer.text).toBeLessThan(300);
  return (answer.body as Record<string, Row>)[key] as Row;
};
const newPatient = async (change = {}) => row(await post('patients', somebody(change)), 'patient');

describe('nothing is erased', () => {
  test('[D7] a repeated POST never erases a field it does not carry', async () => {
    const { id: patient_id } = await newPatient();
    const order = { patient_id, investigation_type: 'Chemistry', test_name: 'Creatinine' };
    const { id } = row(await post('labs', { id: randomUUID(), ...order }), 'lab');
    const lab = await h.tokenOf('lab');
    const result = {
      id,
      results: '88 µmol/L',
      result_date: '2026-11-22T10:00:00Z',
      interpretation: 'Normal',
      status: 'Completed',
    };
    expect(row(await post('labs', result, lab), 'lab')).toMatchObject({ results: '88 µmol/L', test_name: 'Creatinine' });
    const again = row(await post('labs', { id, ...order, notes: 'Fasting', status: null }), 'lab');
    expect(again).toMatchObject({ results: '88 µmol/L', interpretation: 'Normal', status: 'Completed', notes: 'Fasting' });
  });

  test('[D7] PUT, too, touches only what it carries', async () => {
    const { id } = await newPatient({ phone: '08030000001', allergies: 'Latex' });
    const put = await h.call('PUT', `/api/sync/patients/${id}`, { token, body: { city: 'Enugu' } });
    expect(row(put, 'patient')).toMatchObject({ phone: '08030000001', allergies: 'Latex', city: 'Enugu' });
  });

  test('[D8] the items of a prescription are corrected one by one, and stay together with it', async () => {
    const { id: patient_id } = await newPatient();
    const item = { medication_name: 'Ceftriaxone', dosage: '1 g', route: 'IV', frequency: 'once daily' };
    const prescription = { id: randomUUID(), patient_id };
    const made = await post('prescriptions', { prescription, items: [item, { ...item, medication_name: 'Tramadol' }] });
    const { items } = made.body as { items: Row[] };
    const [first, second] = items as [Row, Row];
    const fixed = await post('prescriptions', { prescription, items: [{ id: first.id, dosage: '2 g' }] });
    expect(fixed.status, fixed.text).toBe(201);
    const { body } = await get(`prescriptions/${prescription.id}`);
    expect(new Map((body as { items: Row[] }).items.map((i) => [i.id, [i.dosage, i.route]]))).toEqual(
      new Map([
        [first.id, ['2 g', 'IV']],
        [second.id, ['1 g', 'IV']],
      ]),
    );
  });

  test('[D8] a prescription with one impossible item is not kept at all, and the item is named', async () => {
    const { id: patient_id } = await newPatient();
    const item = { medication_name: 'Ceftriaxone', dosage: '1 g', route: 'IV', frequency: 'once daily' };
    const id = randomUUID();
    const { route: _, ...without } = item;
    const answer = await post('prescriptions', { prescription: { id, patient_id }, items: [item, without] });
    expect([answer.status, answer.body]).toMatchObject([
      400,
      { code: 'INVALID', fields: { 'items.1.route': 'Route is needed.' } },
    ]);
    expect((await get(`prescriptions/${id}`)).status).toBe(404);
    expect(await one(h.pool, 'select count(*) from prescription_items where patient_id = $1', [patient_id])).toBe(0);
  });
});

describe('a wrong request is told what is wrong', () => {
  test('[D5] an unknown path below /api is a 404 in JSON, for browsers too', async () => {
    const answer = await h.call('GET', '/api/sync/nothing', { token, headers: { accept: 'text/html' } });
    expect([answer.status, answer.headers.get('content-type'), answer.body]).toEqual([
      404,
      'application/json; charset=utf-8',
      { error: expect.any(String), code: 'NOT_FOUND', fields: {} },
    ]);
  });

  test.each([
    [
      'a number that is used',
      409,
      'TAKEN',
      'hospital_number',
      async () => ({ hospital_number: (await newPatient()).hospital_number }),
    ],
    [
      'a birth that nobody knows, but nobody says so',
      422,
      'CONSTRAINT',
      'date_of_birth',
      async () => ({ date_of_birth: null }),
    ],
    ['a word that is no choice', 400, 'INVALID', 'gender', async () => ({ gender: 'M' })],
    ['a day that is none', 400, 'INVALID', 'date_of_birth', async () => ({ date_of_birth: '2026-02-31T00:00:00.000Z' })],
  ])('[§1.7] %s is %i %s beside its field, not 500', async (_, status, code, field, change) => {
    const answer = await post('patients', somebody((await change()) as never));
    expect([answer.status, answer.body]).toMatchObject([status, { code, fields: { [field]: expect.any(String) } }]);
  });

  test('[§1.4] a link to nobody is 422, an id that is none is 404, a since that is none 400', async () => {
    const plan = { patient_id: randomUUID(), plan_name: 'x', diagnosis: 'x' };
    expect(await post('treatment-plans', plan)).toMatchObject({
      status: 422,
      body: { code: 'BROKEN_LINK', fields: { patient_id: expect.any(String) } },
    });
    expect((await get('patients/17')).status).toBe(404);
    expect(await get('patients?since=last%20week')).toMatchObject({
      status: 400,
      body: { fields: { since: expect.any(String) } },
    });
  });

  test.each(['approve', 'status'])('[§1.4] %s of somebody unknown is 404', async (what) => {
    const admin = await h.signIn(ADMIN);
    const body = what === 'approve' ? { is_approved: true } : { is_active: true };
    expect((await h.call('PATCH', `/api/users/${randomUUID()}/${what}`, { token: admin, body })).status).toBe(404);
  });

  test('[§1.4] retracting what is unknown is 404', async () => {
    expect((await h.call('DELETE', `/api/sync/patients/${randomUUID()}`, { token })).status).toBe(404);
  });

  test('[D35] nobody is made an administrator without being one', async () => {
    const { id } = await h.hire('nursing');
    expect((await h.call('GET', '/api/users/all')).status).toBe(404);
    expect((await h.call('POST', `/api/users/${id}/approve-direct`)).status).toBe(404);
  });
});

describe('days and times', () => {
  test.each([
    ['a day', '1990-05-01'],
    ['midnight in Greenwich', '1990-05-01T00:00:00.000Z'],
    ['midnight in Lagos, as a server there printed it', '1990-04-30T23:00:00.000Z'],
    ['midnight in Lagos, with its zone', '1990-05-01T00:00:00+01:00'],
  ])('[§1.7] dates stay dates in Lagos: %s', async (_, date_of_birth) => {
    const { id, ...made } = await newPatient({ date_of_birth });
    expect(made.date_of_birth).toBe('1990-05-01');
    expect((await get(`patients/${id}`)).body).toMatchObject({ date_of_birth: '1990-05-01' });
    expect(await one(h.pool, 'select date_of_birth::text from patients where id = $1', [id])).toBe('1990-05-01');
  });

  test('[§1.7] times come back as HH:MM, numbers as numbers', async () => {
    const { id: patient_id } = await newPatient();
    const body = {
      patient_id,
      procedure_name: 'Graft',
      scheduled_date: '2026-12-03',
      scheduled_time: '14:05:00',
      estimated_duration: '45',
    };
    expect(row(await post('surgeries', body), 'surgery')).toMatchObject({ scheduled_time: '14:05', estimated_duration: 45 });
    const items = await post(
      'surgical-consumables',
      { item_name: 'Gauze', item_code: 'G-1', minimum_stock_level: 1, reorder_level: 2, unit_cost: '12.50', is_active: true },
      await h.tokenOf('pharmacy'),
    );
    expect(row(items, 'surgical_consumable')).toMatchObject({ unit_cost: 12.5 });
  });

  test('[§1.7] a state that is not named is the one at the start; no clinical answer is ever filled in', async () => {
    const { id: patient_id } = await newPatient();
    const surgery = row(
      await post('surgeries', {
        patient_id,
        procedure_name: 'Flap',
        scheduled_date: '2026-12-04',
        scheduled_time: '08:00',
        status: null,
      }),
      'surgery',
    );
    expect(surgery).toMatchObject({ status: 'Scheduled', consent_obtained: null, urgency: null, laterality: null });
    const checklist = row(await post('surgical-checklists', { surgery_booking_id: surgery.id }), 'checklist');
    // What PostgreSQL fills in is answered at once.
    expect(checklist).toMatchObject({ patient_id });
    const answers = Object.entries(checklist).filter(
      ([name]) =>
        ![
          'id',
          'facility_id',
          'patient_id',
          'surgery_booking_id',
          'created_by',
          'updated_by',
          'created_at',
          'updated_at',
          'deleted',
          'row_version',
        ].includes(name),
    );
    expect(new Set(answers.map(([, value]) => value))).toEqual(new Set([null]));
  });
});

describe('what is gone, and whose it is', () => {
  test('[D19] POST to a retracted id is refused', async () => {
    const { id } = await newPatient();
    await h.call('DELETE', `/api/sync/patients/${id}`, { token });
    expect(await post('patients', { id, ...somebody() })).toMatchObject({
      status: 409,
      body: { code: 'TAKEN', error: expect.stringContaining('retracted'), fields: { id: expect.any(String) } },
    });
    expect((await get(`patients/${id}`)).status).toBe(404);
  });

  test('[D38] a POST with an id that exists needs the right to change it', async () => {
    const { id } = await newPatient({ city: 'Enugu' });
    const lab = await h.tokenOf('lab');
    expect((await post('patients', { id, city: 'Lagos' }, lab)).status).toBe(403);
    expect((await get(`patients/${id}`)).body).toMatchObject({ city: 'Enugu', row_version: 1 });
  });

  test('[D38] nobody answers in the place of somebody else, and nobody reads how they did', async () => {
    const topic = row(await post('cme-topics', { topic_name: 'Flaps', content: 'Text.', is_published: true }), 'topic');
    const mine = row(await post('user-assessments', { id: randomUUID(), cme_topic_id: topic.id }), 'assessment');
    const other = await h.tokenOf('house_officer');
    expect((await post('user-assessments', { id: mine.id, cme_topic_id: topic.id, status: 'Abandoned' }, other)).status).toBe(
      403,
    );
    expect(
      (await h.call('PATCH', `/api/sync/user-assessments/${mine.id}`, { token: other, body: { status: 'Abandoned' } })).status,
    ).toBe(404);
    expect((await get(`user-assessments/${mine.id}`, other)).status).toBe(404);
    expect((await get('user-assessments', other)).body).toMatchObject({ assessments: [] });
    const since = ((await get('user-assessments', other)).body as { next_since: string }).next_since;
    await h.call('PATCH', `/api/sync/user-assessments/${mine.id}`, { token, body: { status: 'Abandoned' } });
    expect((await get(`user-assessments?since=${since}`, other)).body).toMatchObject({ assessments: [] });
    expect((await get(`user-assessments?since=${since}`)).body).toMatchObject({ assessments: [{ id: mine.id }] });
  });

  test('scores come from the server, and a key never leaves before the answer is in', async () => {
    const topic = row(await post('cme-topics', { topic_name: 'Grafts', content: 'Text.', is_published: true }), 'topic');
    const question = row(
      await post('mcq-questions', {
        cme_topic_id: topic.id,
        question_text: 'Q',
        question_type: 'Single Choice',
        options: ['a', 'b'],
      }),
      'question',
    );
    row(await post('mcq-keys', { mcq_question_id: question.id, correct_options: [1], explanation: 'Why.' }), 'mcq_key');
    const learner = await h.tokenOf('house_officer');
    const questions = async () => (await get(`mcq-questions/${topic.id}`, learner)).text;
    const sitting = row(await post('user-assessments', { cme_topic_id: topic.id, score: 100 }, learner), 'assessment');
    expect(sitting.score).toBeNull();
    expect(await questions()).not.toMatch(/isCorrect|Why/);
    expect((await get(`mcq-questions?cme_topic_id=${topic.id}`, learner)).text).not.toMatch(/isCorrect|Why|correct/);
    expect((await get('mcq-keys', learner)).status).toBe(403);
    expect(
      (await h.call('PATCH', `/api/sync/user-assessments/${sitting.id}`, { token: learner, body: { marking: [] } })).status,
    ).toBe(422);
    const done = row(
      await post(
        'user-assessments',
        { id: sitting.id, answers: { [question.id]: [1] }, status: 'Completed', score: 3 },
        learner,
      ),
      'assessment',
    );
    expect(done).toMatchObject({ score: 100, correct_answers: 1 });
    expect(await questions()).toMatch(/isCorrect":true.*Why/);
    // A second sitting begins without them again.
    row(await post('user-assessments', { cme_topic_id: topic.id }, learner), 'assessment');
    expect(await questions()).not.toMatch(/isCorrect|Why/);
  });

  test('[D23] who did it is the person who is signed in, whatever is sent', async () => {
    const { id: patient_id } = await newPatient();
    const order = { patient_id, investigation_type: 'Chemistry', test_name: 'Urea' };
    expect((await post('labs', { ...order, ordered_by: consultant })).status).toBe(422);
    const lab = row(await post('labs', { ...order, created_by: consultant }), 'lab');
    expect(lab.ordered_by).toBe(lab.created_by);
    expect(lab.created_by).not.toBe(consultant);
  });
});
