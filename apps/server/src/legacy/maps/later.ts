import { type Patch, type RecordDef, recordOf } from '@psa/domain';
import type { Wish } from '../../db/write.ts';
import { copy, orSaid, type TableMap } from '../map.ts';
import { asLines, type Reading } from '../reading.ts';
import { ADMISSION_STATUS, ADMISSION_TYPE, LAB_STATUS, PLAN_STATUS, PRIORITY } from '../words.ts';
import { asDocuments } from './documents.ts';
import { wounds } from './first.ts';
import { people, users } from './people.ts';

const def = (kind: string): RecordDef => recordOf(kind) as RecordDef;

/** A number where the earlier app asked for none: seen at once to be provisional. */
const numbered = (r: Reading, field: string, word: string): string =>
  orSaid(r, field, r.text(field), `OLD-${word}-${r.id}`, 'None was given; this one is provisional.');

const patients: TableMap = {
  ...people,
  patch: (r) => ({ ...people.patch?.(r), hospital_number: numbered(r, 'hospital_number', 'P') }),
};

export const stays: TableMap = {
  table: 'admissions',
  kind: 'patient_admissions',
  same: 'admission_number',
  patch: (r) => ({
    admission_number: numbered(r, 'admission_number', 'A'),
    ...copy(r, 'patient_admissions', ['patient_id', 'admission_date', 'discharge_date', 'bed_number', 'consultant_id']),
    admission_type: r.choice(
      def('patient_admissions'),
      'admission_type',
      ADMISSION_TYPE,
      'admission_type',
      'route',
      'admission_route',
    ),
    ward_id: r.ward('ward', 'ward_id'),
    status: r.status(def('patient_admissions'), 'Active', ADMISSION_STATUS),
    provisional_diagnosis: r.text('provisional_diagnosis', 'admitting_diagnosis'),
    presenting_complaint: r.text('presenting_complaint', 'reason', 'reasons', 'notes'),
    discharge_note: r.text('discharge_diagnosis'),
    ...copy(r, 'patient_admissions', ['past_medical_history', 'past_surgical_history', 'family_history', 'social_history']),
    examination_findings: r.text('examination_findings', 'examination'),
  }),
};

/** Lists of a plan, one step each. */
const LISTS = [
  ['procedures', 'Procedure'],
  ['planned_procedures', 'Procedure'],
  ['medications', 'Medication'],
  ['planned_medications', 'Medication'],
  ['planned_investigations', 'Investigation'],
  ['planned_reviews', 'Monitoring'],
  ['follow_up_schedule', 'Monitoring'],
] as const;

export const plans: TableMap = {
  table: 'treatment_plans',
  kind: 'treatment_plans',
  patch: (r) => ({
    ...copy(r, 'treatment_plans', ['patient_id', 'diagnosis', 'start_date', 'target_completion_date']),
    plan_name: orSaid(r, 'plan_name', r.text('plan_name', 'title', 'treatment_type'), 'Treatment plan', 'It had no name.'),
    treatment_goals: [r.text('description'), r.text('objectives')].filter((text) => text !== null).join('\n') || null,
    priority: r.choice(def('treatment_plans'), 'priority'),
    status: r.status(def('treatment_plans'), 'Draft', PLAN_STATUS),
  }),
  also(r, _patch, id, childId): Wish[] {
    const steps = LISTS.flatMap(([field, step_type]) => {
      const raw = r.raw(field);
      const list = Array.isArray(raw) ? raw : raw === undefined ? [] : [raw];
      return list.map((one) => ({ field, step_type, words: asLines(one).trim(), name: nameOf(one) }));
    }).filter(({ words }) => words !== '');
    if (steps.length > 0)
      r.note('steps', null, steps.length, 'Lists of the plan, one step each; whether they were done was not told.');
    return steps.map(({ field, step_type, words, name }, i) => {
      const patch: Patch = {
        treatment_plan_id: id,
        step_number: i + 1,
        step_name: name.slice(0, 255),
        step_type,
        status: 'Pending',
        description: words === name ? null : words,
      };
      return { kind: 'treatment_plan_steps', id: childId(`${field} ${i}`), op: 'create', patch };
    });
  },
};

/** What an entry of a list is called: by its name where it has one, else by its first line. */
function nameOf(entry: unknown): string {
  const fields = typeof entry === 'object' && entry !== null ? (entry as Record<string, unknown>) : {};
  const named = ['name', 'title', 'medication', 'drug', 'procedure', 'investigation', 'test'].map((field) => fields[field]);
  const name = named.find((one) => typeof one === 'string' && one.trim() !== '');
  return name === undefined ? (asLines(entry).trim().split('\n')[0] ?? '') : String(name).trim();
}

const surgeries: TableMap = {
  table: 'surgeries',
  kind: 'surgery_bookings',
  patch(r) {
    const at = r.instant('scheduled_date');
    const there = at === null ? null : r.wall(at);
    const status = r.status(def('surgery_bookings'), 'Scheduled');
    const explain = status === 'Cancelled' || status === 'Postponed';
    return {
      ...copy(r, 'surgery_bookings', [
        'patient_id',
        'procedure_name',
        'procedure_type',
        'estimated_duration',
        ['primary_surgeon_id', 'surgeon_id'],
        ['theatre_number', 'operating_room'],
        ['anaesthesia_type', 'anesthesia_type'],
        ['planned_procedure', 'pre_op_notes'],
        ['post_op_instructions', 'post_op_notes'],
        'actual_start_time',
        'actual_end_time',
      ]),
      scheduled_date: there?.day ?? null,
      scheduled_time: there?.time ?? null,
      special_requirements: words(r.raw('required_equipment')),
      status,
      status_reason: explain
        ? orSaid(r, 'status_reason', null, 'Not recorded in the earlier app.', 'It asked for no reason.')
        : null,
    };
  },
  second: {
    field: 'overlap_reason',
    patch: { overlap_reason: 'Booked so in the earlier app.' },
    why: 'Overlaps another operation in theatre or team; the earlier app did not look.',
  },
};

const words = (list: unknown): string[] | null =>
  Array.isArray(list) && list.length > 0 ? list.map((one) => asLines(one).trim().slice(0, 100)) : null;

const orders: TableMap = {
  table: 'lab_orders',
  kind: 'lab_investigations',
  patch(r) {
    const results = r.text('results');
    const status = r.status(def('lab_investigations'), 'Ordered', LAB_STATUS);
    const completed = r.instant('completed_at');
    return {
      ...copy(r, 'lab_investigations', [
        'patient_id',
        ['investigation_type', 'test_type'],
        ['test_name', 'test_name', 'test_type'],
        ['clinical_details', 'clinical_notes'],
        'ordered_by',
        ['ordered_date', 'ordered_at'],
      ]),
      priority: r.choice(def('lab_investigations'), 'priority', PRIORITY),
      status,
      cancel_reason:
        status === 'Cancelled'
          ? orSaid(r, 'cancel_reason', null, 'Not recorded in the earlier app.', 'It asked for no reason.')
          : null,
      results,
      result_date: results === null ? null : completed,
    };
  },
};

/** One drug a row: a prescription of one line. */
const drugs: TableMap = {
  table: 'prescriptions',
  kind: 'prescriptions',
  patch(r) {
    const status = r.status(def('prescriptions'), 'Active');
    return {
      ...copy(r, 'prescriptions', ['patient_id', 'prescribed_by', ['prescribed_date', 'prescribed_at']]),
      status,
      hold_reason:
        status === 'On Hold'
          ? orSaid(r, 'hold_reason', null, 'Not recorded in the earlier app.', 'It asked for no reason.')
          : null,
    };
  },
  also: (r, _patch, id, childId) => [
    {
      kind: 'prescription_items',
      id: childId('item'),
      op: 'create',
      patch: {
        prescription_id: id,
        ...copy(r, 'prescription_items', ['medication_name', 'dosage', 'route', 'frequency', 'duration', 'instructions']),
      },
    },
  ],
};

const GRADES = {
  consultant: 'Consultant',
  registrar: 'Registrar',
  'senior registrar': 'Senior registrar',
  'house officer': 'House officer',
  joint: 'Joint',
  grand: 'Joint',
};

const rounds: TableMap = {
  table: 'ward_rounds',
  kind: 'ward_rounds',
  patch: (r) => ({
    ...copy(r, 'ward_rounds', [
      'patient_id',
      'admission_id',
      ['seen_at', 'round_date'],
      ['examination', 'findings'],
      ['impression', 'issues'],
    ]),
    round_grade: r.choice(def('ward_rounds'), 'round_grade', GRADES, 'round_type', 'type'),
    orders:
      [r.text('plan'), r.text('new_orders'), r.text('consultant_instructions')].filter((text) => text !== null).join('\n') ||
      null,
    recorded_by: r.link('users', false, 'user_id'),
  }),
};

/** The later schema: numbers as ids, one drug a prescription, states in small letters. */
export const LATER: readonly TableMap[] = [
  users,
  patients,
  stays,
  plans,
  surgeries,
  orders,
  drugs,
  wounds,
  rounds,
  asDocuments('discharge_summaries', 'Discharge summary'),
  { table: 'audit_log', kind: null, why: 'The trail of another app cannot be part of a chain that nobody can alter.' },
  { table: 'sync_queue', kind: null, why: 'Requests that the earlier app kept and never carried out.' },
];
