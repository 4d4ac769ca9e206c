import { type AnyRow, may, type Patch, recordOf } from '@psa/domain';
import type { Wish } from '../device/groups.ts';
import { allowedEdit, newRow } from './forms.ts';
import { KINDS_OF, type Theme } from './kinds.ts';
import { type Act, busyRow, edit, fresh, type Scene, save } from './scene.ts';

/** A new parent with its children, saved by one screen. @param more the children, given the id of the parent and its patient. */
const withChildren =
  (parent: string, more: (s: Scene, id: string, patient: string | null) => Promise<(Wish | null)[]>, given: Patch = {}): Act =>
  async (s) => {
    const ofPatient = recordOf(parent)?.fields.patient_id !== undefined;
    const patient = ofPatient ? await busyRow(s, 'patients') : undefined;
    if (ofPatient && !patient) return;
    const first = await newRow(s, parent, { ...given, ...(patient ? { patient_id: patient.id } : {}) });
    if (!first) return;
    const rest = await more(s, first.id, patient?.id ?? null);
    await save(s, [first, ...rest.filter((wish) => wish !== null)]);
  };

const times = <T>(s: Scene, most: number, one: (n: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: s.random.between(1, most) }, (_, n) => one(n)));

/** A child may name the patient or leave that to the server. */
const ofSame = (s: Scene, patient: string | null): Patch =>
  s.without.size === 0 && s.random.happens(50) ? { patient_id: null } : { patient_id: patient };

const prescribe = withChildren(
  'prescriptions',
  (s, id, patient) =>
    times(s, 3, () =>
      newRow(s, 'prescription_items', {
        ...ofSame(s, patient),
        prescription_id: id,
        dispensed: null,
        is_stopped: null,
        stop_reason: null,
      }),
    ),
  { status: 'Active', hold_reason: null },
);
const book = withChildren(
  'surgery_bookings',
  async (s, id, patient) => [
    await newRow(s, 'surgical_checklists', {
      ...ofSame(s, patient),
      surgery_booking_id: id,
    }),
  ],
  {
    status: 'Scheduled',
    status_reason: null,
    scheduled_date: '2026-03-02',
    scheduled_time: '09:30',
    estimated_duration: 90,
    theatre_number: 'T1',
    overlap_reason: null,
  },
);
const plan = withChildren(
  'treatment_plans',
  (s, id, patient) =>
    times(s, 3, (n) => newRow(s, 'treatment_plan_steps', { patient_id: patient, treatment_plan_id: id, step_number: n + 1 })),
  { status: 'Draft', approved: null },
);
const list = withChildren('shopping_lists', (s, id, patient) =>
  times(s, 3, () => newRow(s, 'shopping_list_items', { patient_id: patient, shopping_list_id: id })),
);
const meeting = withChildren('mdt_meetings', async (s, id) => [
  await newRow(s, 'mdt_attendances', { mdt_meeting_id: id }),
  await newRow(s, 'mdt_cases', { mdt_meeting_id: id }),
]);
const lesson: Act = async (s) => {
  const topic = await newRow(s, 'cme_topics', {
    content: fresh(s, 'Text'),
    is_published: true,
    questions_per_sitting: 1,
    pass_mark: 50,
  });
  if (!topic) return;
  const wishes: (Wish | null)[] = [topic];
  for (let n = s.random.between(1, 2); n > 0; n--) {
    const question = { cme_topic_id: topic.id, question_type: 'Single Choice', options: ['One', 'Two', 'Three'] };
    const asked = await newRow(s, 'mcq_questions', question);
    wishes.push(asked, asked && (await newRow(s, 'mcq_keys', { mcq_question_id: asked.id, correct_options: [1] })));
  }
  await save(
    s,
    wishes.filter((wish) => wish !== null),
  );
};
const sit: Act = async (s) => {
  const topic = await busyRow(s, 'cme_topics', (r) => r.is_published === true);
  const questions = (await s.rows('mcq_questions')).filter((q) => q.cme_topic_id === topic?.id).map((q) => q.id);
  if (!topic) return;
  const given = { cme_topic_id: topic.id, question_ids: questions, status: 'In Progress', answers: null, completed_at: null };
  const wish = await newRow(s, 'user_assessments', given);
  if (wish) await save(s, [wish]);
};

/** What happens next to a row that is in a certain state; done by whoever may. */
const next =
  (kind: string, when: (row: AnyRow) => boolean, patch: (s: Scene, row: AnyRow) => Patch | Promise<Patch>): Act =>
  async (s) => {
    const row = await busyRow(s, kind, when);
    if (row) await save(s, allowedEdit(s, kind, row, await patch(s, row)));
  };

/** Every answer of a checklist phase, and its signature. */
const phase = (name: 'sign_in' | 'time_out' | 'sign_out') =>
  next(
    'surgical_checklists',
    (row) => row[`${name}_completed`] !== true,
    (s) => {
      const fields = Object.entries(recordOf('surgical_checklists')?.fields ?? {}).filter(
        ([, f]) => f.merge === `group:${name}`,
      );
      return Object.fromEntries(
        fields.map(([field, f]) => {
          if (f.kind === 'flag') return [field, true];
          return [field, f.kind === 'choice' ? (f.choices?.[0] ?? null) : fresh(s, 'Exception')];
        }),
      );
    },
  );

const collect = next(
  'lab_investigations',
  (r) => r.status === 'Ordered',
  (s) => ({
    status: 'Sample Collected',
    sample_collected: true,
    sample_collection_date: '2026-03-01T08:30:00.000Z',
    sample_type: fresh(s, 'Blood'),
  }),
);
const result = next(
  'lab_investigations',
  (r) => r.status === 'Sample Collected' || r.status === 'Ordered',
  (s) => ({
    status: 'Completed',
    results: fresh(s, 'Result'),
    result_date: '2150-03-01T09:30:00.000Z',
    is_critical: s.random.happens(50),
  }),
);
const order: Act = async (s) => {
  const blank = { status: 'Ordered', results: null, result_values: null, report: null, result_date: null, is_critical: null };
  const open = {
    is_verified: null,
    is_reviewed: null,
    cancel_reason: null,
    sample_collected: null,
    sample_collection_date: null,
  };
  const wish = await newRow(s, 'lab_investigations', { ...blank, ...open, critical_told_to: null, critical_told_at: null });
  if (wish) await save(s, [wish]);
};
const completed = (r: AnyRow) => r.status === 'Completed';
const verify = next(
  'lab_investigations',
  (r) => completed(r) && r.is_verified !== true,
  () => ({ is_verified: true }),
);
const review = next(
  'lab_investigations',
  (r) => completed(r) && r.is_reviewed !== true,
  () => ({ is_reviewed: true }),
);
const readNotice = next(
  'notifications',
  (r) => r.read_at === null,
  () => ({ read_at: '2026-03-01T10:00:00.000Z' }),
);

const dispense = next(
  'prescription_items',
  (r) => r.dispensed !== true,
  (s) => ({
    dispensed: true,
    quantity_dispensed: s.random.between(1, 9),
    dispensing_note: fresh(s, 'As written'),
  }),
);
const stop = next(
  'prescription_items',
  (r) => r.is_stopped !== true,
  (s) => ({ is_stopped: true, stop_reason: fresh(s, 'Stopped') }),
);
const hold = next(
  'prescriptions',
  (r) => r.status === 'Active',
  (s) => ({ status: 'On Hold', hold_reason: fresh(s, 'Held') }),
);
const resume = next(
  'prescriptions',
  (r) => r.status === 'On Hold',
  () => ({ status: 'Active', hold_reason: null }),
);

const approve = next(
  'treatment_plans',
  (r) => r.approved !== true,
  (s) => ({ approved: true, approval_note: fresh(s, 'Agreed') }),
);
const finalNote = next(
  'operation_notes',
  (r) => r.is_final !== true,
  async (s, row) => ({
    is_final: true,
    surgeon_id: (await busyRow(s, 'users'))?.id ?? null,
    findings: fresh(s, 'Found'),
    counts: 'Correct',
    laterality: row.laterality ?? 'Left',
  }),
);
const decide = next(
  'preoperative_assessments',
  (r) => r.fitness_decision === null,
  (s) => ({
    fitness_decision: 'Fit',
    fitness_reason: fresh(s, 'Fit because'),
  }),
);
const finalLetter = next(
  'clinical_documents',
  (r) => r.is_final !== true,
  () => ({ is_final: true }),
);
const finalDischarge = next(
  'discharges',
  (r) => r.is_final !== true,
  (s) => ({ is_final: true, final_diagnosis: fresh(s, 'Diagnosis') }),
);
const issue = next(
  'blood_transfusions',
  (r) => r.status === 'Requested',
  async (s) => ({
    status: 'Running',
    component: 'Platelets',
    patient_group: 'O+',
    donor_group: 'O+',
    unit_number: fresh(s, 'U'),
    donation_date: '2026-02-20',
    expiry_date: '2150-03-10',
    screened: true,
    crossmatch: 'Compatible',
    identity_checked: true,
    group_checked: true,
    unit_checked: true,
    expiry_checked: true,
    second_checker_id: (await busyRow(s, 'users', (u) => u.id !== s.device.user))?.id ?? null,
    started_at: '2026-03-01T09:00:00.000Z',
  }),
);
const taskDone = next(
  'tasks',
  (r) => r.status === 'Open',
  (s) => ({ status: 'Done', outcome: fresh(s, 'Done') }),
);
const bought = next(
  'shopping_list_items',
  (r) => r.bought !== true,
  () => ({ bought: true }),
);
const complete = next(
  'user_assessments',
  (r) => r.status === 'In Progress',
  (s, row) => ({
    status: 'Completed',
    completed_at: '2150-03-01T11:00:00.000Z',
    answers: Object.fromEntries(((row.question_ids ?? []) as string[]).map((id) => [id, [s.random.below(2)]])),
  }),
);
const receive: Act = async (s) => {
  const wish = await newRow(s, s.random.happens(50) ? 'stock_movements' : 'consumable_usage');
  if (wish && !s.without.has(wish.kind)) await save(s, [wish]);
};
const observe: Act = async (s) => {
  const given = await busyRow(s, 'blood_transfusions', (r) => r.status === 'Running');
  const wish =
    given &&
    (await newRow(s, 'blood_transfusion_observations', {
      patient_id: given.patient_id ?? null,
      blood_transfusion_id: given.id,
    }));
  if (wish) await save(s, [wish]);
};

const request: Act = async (s) => {
  const wish = await newRow(s, 'blood_transfusions', { status: 'Requested' });
  if (wish) await save(s, [wish]);
};
/** Only nurses write these: among everything else of a ward few would be. */
const note: Act = async (s) => {
  const wish = await newRow(s, 'nursing_notes');
  if (wish) await save(s, [wish]);
};

/** A new version of an entry, or a signature under one, by who reviews that kind: two of them may be at the same entry. */
const reference: Act = async (s) => {
  const kinds = KINDS_OF.reference.filter((kind) => {
    const def = recordOf(kind);
    return def !== undefined && s.actor !== undefined && may(s.actor, 'create', def);
  });
  const kind = s.random.pick(kinds);
  if (kind === undefined) return;
  const row = await busyRow(s, kind, (r) => r.is_reviewed !== true);
  if (row && s.random.happens(50)) return await save(s, [edit(kind, row, { is_reviewed: true })]);
  const given: Patch = { edit: row ? Number(row.edit) + 1 : 1, is_reviewed: null };
  const wish = await newRow(s, kind, row ? { ...given, entry_key: row.entry_key ?? null, release: row.release ?? 0 } : given);
  if (wish) await save(s, [wish]);
};

/** What each part of the unit does with several rows, or step by step. */
export const GROUPS_OF: Readonly<Record<Theme, readonly Act[]>> = {
  theatre: [book, plan, approve, phase('sign_in'), phase('sign_in'), phase('time_out'), phase('sign_out'), finalNote, decide],
  medicines: [prescribe, prescribe, dispense, stop, hold, resume],
  laboratory: [order, collect, result, result, verify, review, readNotice],
  ward: [note],
  letters: [finalLetter, finalDischarge, request, issue, observe, observe, taskDone],
  meetings: [meeting],
  stock: [list, receive, receive, bought],
  learning: [lesson, sit, complete, complete],
  reference: [reference],
};
