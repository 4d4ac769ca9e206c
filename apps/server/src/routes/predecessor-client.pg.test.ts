import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN, type Hospital, openHospital, PASSWORD } from '../testing/hospital.ts';
import { type Fields, PredecessorClient, Refused, type Row } from '../testing/predecessor-client.ts';

let h: Hospital;
let admin: PredecessorClient;
let surgeon: PredecessorClient;
let surgeonId: string;
let nurse: PredecessorClient;
let patient: Row;

beforeAll(async () => {
  h = await openHospital();
  admin = await as(ADMIN);
  const person = await h.hire('consultant');
  surgeonId = person.id;
  surgeon = await as(person);
  nurse = await as(await h.hire('nursing'));
});
afterAll(() => h.close());

async function as(who: { email: string; password: string }): Promise<PredecessorClient> {
  const client = new PredecessorClient(h.base);
  await client.login(who.email, who.password);
  return client;
}

const form = (change: Fields = {}): Fields => ({
  hospital_number: `UNTH/2026/${randomUUID().slice(0, 6)}`,
  first_name: 'Ngozi',
  last_name: 'Eze',
  other_names: '',
  date_of_birth: '1990-05-01',
  gender: 'Female',
  phone: '08030000001',
  country: 'Nigeria',
  allergies: 'Penicillin, Latex',
  ...change,
});

const byId = (rows: readonly Row[]): Row[] => rows.toSorted((a, b) => (a.id < b.id ? -1 : 1));

/** The status and fields of a refusal. */
async function refused(work: Promise<unknown>): Promise<{ status: number; body: Fields }> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Refused)) throw error ?? new Error('It was not refused.');
  return { status: error.status, body: error.body };
}

describe.sequential('a day of the published client', () => {
  test('somebody asks for an account, is approved and signs in', async () => {
    const email = `ada.${randomUUID().slice(0, 8)}@unth.edu.ng`;
    const asked = await admin.register({ email, password: PASSWORD, full_name: 'Ada Obi', role: 'house_officer' });
    expect(asked.user).toMatchObject({ email, role: 'house_officer', is_approved: false });
    const early = new PredecessorClient(h.base);
    expect((await refused(early.login(email, PASSWORD))).status).toBe(403);
    const listed = (await admin.users()).find((user) => user.email === email);
    expect(listed).toMatchObject({ full_name: 'Ada Obi', is_approved: false, is_active: true });
    await admin.approve(listed?.id ?? '');
    expect(await early.login(email, PASSWORD)).toMatchObject({ email, is_approved: true });
    expect(await early.me()).toMatchObject({ email });
    expect((await refused(early.users())).status).toBe(403);
  });

  test('the server says that it is well', async () => {
    expect(await new PredecessorClient(h.base).health()).toMatchObject({ status: 'healthy', database: 'connected' });
  });

  test('a patient is registered, read, changed as a whole form, listed since and deleted', async () => {
    patient = await surgeon.postPatient(form());
    expect(patient).toMatchObject({ date_of_birth: '1990-05-01', allergies: 'Penicillin, Latex', other_names: null });
    expect(await surgeon.patient(patient.id)).toEqual(patient);
    const before = String(patient.updated_at);
    const put = await surgeon.putPatient(patient.id, { ...patient, city: 'Nsukka', synced: true });
    expect(put).toMatchObject({ city: 'Nsukka', allergies: 'Penicillin, Latex', phone: '08030000001' });
    const other = await surgeon.postPatient(form());
    expect(await surgeon.deletePatient(other.id)).toMatchObject({ message: expect.any(String) });
    expect((await refused(surgeon.patient(other.id))).status).toBe(404);
    const changed = await surgeon.patients(before);
    expect(changed.map(({ id, deleted }) => [id, deleted])).toEqual(
      expect.arrayContaining([
        [patient.id, false],
        [other.id, true],
      ]),
    );
    expect((await surgeon.patients()).map(({ id }) => id)).not.toContain(other.id);
  });

  test('a plan with its steps', async () => {
    const plan = await surgeon.postPlan({
      patient_id: patient.id,
      plan_name: 'Release of contracture',
      diagnosis: 'Post-burn contracture of the neck',
      plan_type: 'Surgical',
      priority: 'Elective',
      start_date: '2026-11-22',
      target_completion_date: '2026-12-22T00:00:00.000Z',
      status: null,
      primary_surgeon_id: surgeonId,
    });
    expect(plan).toMatchObject({ status: 'Draft', start_date: '2026-11-22', target_completion_date: '2026-12-22' });
    for (const [step_number, step_name] of [
      [2, 'Skin graft'],
      [1, 'Full blood count'],
    ] as const)
      await surgeon.postStep({ treatment_plan_id: plan.id, step_number, step_name });
    // The same number again is the same step, whatever id is sent.
    const again = await surgeon.postStep({
      treatment_plan_id: plan.id,
      step_number: 1,
      step_name: 'Full blood count',
      notes: 'Hb 10',
    });
    expect(again).toMatchObject({ status: 'Pending', notes: 'Hb 10' });
    const steps = await surgeon.steps(plan.id);
    expect(steps.map((step) => [step.step_number, step.step_name])).toEqual([
      [1, 'Full blood count'],
      [2, 'Skin graft'],
    ]);
    expect(steps[0]?.id).toBe(again.id);
    expect(await surgeon.putPlan(plan.id, { status: 'Active' })).toMatchObject({ status: 'Active', priority: 'Elective' });
    expect((await surgeon.plans(patient.id)).map(({ id }) => id)).toEqual([plan.id]);
    await surgeon.deletePlan(plan.id);
    expect(await surgeon.plans(patient.id)).toEqual([]);
  });

  test('an order for the laboratory', async () => {
    const lab = await surgeon.postLab({
      patient_id: patient.id,
      investigation_type: 'Haematology',
      test_name: 'Full blood count',
      priority: 'Urgent',
      sample_type: 'EDTA blood',
    });
    expect(lab).toMatchObject({ status: 'Ordered', ordered_by: surgeonId, ordered_date: expect.any(String) });
    const found = await surgeon.labs({ patient_id: patient.id, status: 'Ordered' });
    expect(found.map(({ id }) => id)).toEqual([lab.id]);
    expect(await surgeon.labs({ patient_id: patient.id, status: 'Completed' })).toEqual([]);
  });

  test('an operation and its checklist', async () => {
    const surgery = await surgeon.postSurgery({
      patient_id: patient.id,
      procedure_name: 'Split skin graft',
      scheduled_date: '2026-12-01',
      scheduled_time: '09:30:00',
      estimated_duration: 90,
      theatre_number: 'T1',
      ward: 'Female Surgical',
      primary_surgeon_id: surgeonId,
    });
    expect(surgery).toMatchObject({
      status: 'Scheduled',
      scheduled_date: '2026-12-01',
      scheduled_time: '09:30',
      estimated_duration: 90,
      ward: 'Female Surgical',
    });
    const days = (from_date: string, to_date: string) => surgeon.surgeries({ from_date, to_date });
    expect((await days('2026-12-01', '2026-12-01')).map(({ id }) => id)).toEqual([surgery.id]);
    expect(await days('2026-12-02', '2026-12-31')).toEqual([]);
    expect(await nurse.checklist(surgery.id)).toBeNull();
    const made = await nurse.postChecklist({
      surgery_booking_id: surgery.id,
      patient_identity_confirmed: true,
      sign_in_completed: false,
    });
    const more = await nurse.postChecklist({ surgery_booking_id: surgery.id, site_marked: true });
    expect(more).toMatchObject({ id: made.id, patient_identity_confirmed: true, site_marked: true });
    expect(await nurse.checklist(surgery.id)).toMatchObject({ id: made.id, site_marked: true });
  });

  test('a prescription comes back with its items', async () => {
    const item = { medication_name: 'Ceftriaxone', dosage: '1 g', route: 'IV', frequency: 'once daily', quantity: '5' };
    const made = await surgeon.postPrescription({ patient_id: patient.id, prescription_type: 'Inpatient', status: null }, [
      item,
      { ...item, medication_name: 'Paracetamol', route: 'PO' },
    ]);
    expect(made.prescription).toMatchObject({ status: 'Active', prescribed_by: surgeonId });
    expect(made.items.map((i) => [i.medication_name, i.quantity, i.prescription_id])).toEqual([
      ['Ceftriaxone', 5, made.prescription.id],
      ['Paracetamol', 5, made.prescription.id],
    ]);
    const [listed] = await surgeon.prescriptions({ patient_id: patient.id, status: 'Active' });
    expect(listed?.id).toBe(made.prescription.id);
    expect(byId(listed?.items as Row[])).toEqual(byId(made.items));
  });

  test('a lesson is read and answered, and the server marks it', async () => {
    const topic = await surgeon.postTopic({
      topic_name: 'Burns',
      category: 'Principles',
      content: 'Text.',
      is_published: true,
    });
    const token = await h.tokenOf('consultant');
    const question = await h.call('POST', '/api/sync/mcq-questions', {
      token,
      body: { cme_topic_id: topic.id, question_text: 'Which?', question_type: 'Single Choice', options: ['This', 'That'] },
    });
    const { id } = (question.body as { question: Row }).question;
    const key = { mcq_question_id: id, correct_options: [1], explanation: 'Because.' };
    expect((await h.call('POST', '/api/sync/mcq-keys', { token, body: key })).status).toBe(201);

    const learner = await as(await h.hire('house_officer'));
    expect((await learner.topics({ is_published: 'true' })).map((t) => t.id)).toContain(topic.id);
    expect(await learner.topics({ is_published: 'false' })).toEqual([]);
    const [asked] = await learner.questions(topic.id);
    expect(asked).toMatchObject({ question_text: 'Which?', options: [{ text: 'This' }, { text: 'That' }] });
    expect(JSON.stringify(asked)).not.toMatch(/isCorrect|Because/);
    const answered = await learner.postAssessment({
      cme_topic_id: topic.id,
      answers: [{ questionId: id, selectedOptions: [0], correct: true }],
      score: 100,
      total_questions: 1,
      correct_answers: 1,
      status: 'Completed',
    });
    expect(answered).toMatchObject({ status: 'Completed', score: 0, total_questions: 1, correct_answers: 0 });
    const [told] = await learner.questions(topic.id);
    expect(told).toMatchObject({ options: [{ isCorrect: false }, { isCorrect: true }], explanation: 'Because.' });
  });

  test('without a language model the server says so', async () => {
    expect(await admin.aiSettings()).toMatchObject({ configured: false, hasOpenAI: false });
    expect(await refused(surgeon.aiChat('Hello'))).toMatchObject({ status: 503, body: { code: 'AI_OFF' } });
  });
});
