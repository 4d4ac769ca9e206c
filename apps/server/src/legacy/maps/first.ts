import { type Patch, type RecordDef, recordOf } from '@psa/domain';
import { copy, orSaid, type TableMap } from '../map.ts';
import type { Reading } from '../reading.ts';
import { ADMISSION_STATUS, ADMISSION_TYPE, LAB_STATUS, PLAN_STATUS, PRIORITY, STEP_STATUS, WOUND_TYPE } from '../words.ts';
import { learning } from './learning.ts';
import { people, users } from './people.ts';
import { checklists } from './theatre.ts';

const def = (kind: string): RecordDef => recordOf(kind) as RecordDef;
const NO_REASON = 'Not recorded in the earlier app.';
const UNEXPLAINED = 'The earlier app asked for no reason.';

/** Why it was cancelled, stopped or put off, where the present rules ask and the earlier app did not. */
const explained = (r: Reading, field: string, needed: boolean): string | null =>
  needed ? orSaid(r, field, r.text(field), NO_REASON, UNEXPLAINED) : r.text(field);

const admissions: TableMap = {
  table: 'patient_admissions',
  kind: 'patient_admissions',
  same: 'admission_number',
  patch(r) {
    const status = r.status(def('patient_admissions'), 'Active', ADMISSION_STATUS);
    const ward_id = r.ward('ward', 'ward_id');
    return {
      ...copy(r, 'patient_admissions', [
        'patient_id',
        'admission_number',
        'admission_date',
        'discharge_date',
        'bed_number',
        'consultant_id',
        'presenting_complaint',
        'history_of_presenting_complaint',
        'past_medical_history',
        'past_surgical_history',
        'family_history',
        'social_history',
        'examination_findings',
        'provisional_diagnosis',
        'ai_summary',
        'ai_generated_at',
      ]),
      admission_type: r.choice(def('patient_admissions'), 'admission_type', ADMISSION_TYPE),
      ward_id,
      status,
    };
  },
};

const plans: TableMap = {
  table: 'treatment_plans',
  kind: 'treatment_plans',
  patch: (r) => ({
    ...copy(r, 'treatment_plans', [
      'patient_id',
      'admission_id',
      'plan_name',
      'diagnosis',
      'plan_type',
      'priority',
      'treatment_goals',
      'expected_outcomes',
      'risk_assessment',
      'start_date',
      'target_completion_date',
      'actual_completion_date',
      'primary_surgeon_id',
      'assisting_surgeon_id',
      'responsible_resident_id',
      'ai_recommendations',
    ]),
    status: r.status(def('treatment_plans'), 'Draft', PLAN_STATUS),
  }),
};

const steps: TableMap = {
  table: 'treatment_plan_steps',
  kind: 'treatment_plan_steps',
  patch: (r) => ({
    ...copy(r, 'treatment_plan_steps', [
      'treatment_plan_id',
      'step_number',
      'step_name',
      'step_type',
      'description',
      'scheduled_date',
      'completed_date',
      'assigned_to',
      'notes',
    ]),
    status: r.status(def('treatment_plan_steps'), 'Pending', STEP_STATUS),
  }),
};

export const bookings: TableMap = {
  table: 'surgery_bookings',
  kind: 'surgery_bookings',
  patch(r) {
    const status = r.status(def('surgery_bookings'), 'Scheduled');
    const consent_date = r.instant('consent_date');
    const consent_obtained = r.flag('consent_obtained');
    if (consent_date !== null && consent_obtained !== true)
      r.note('consent_date', consent_date, null, 'A date of a consent that was not said to be obtained.');
    return {
      ...copy(r, 'surgery_bookings', [
        'patient_id',
        'treatment_plan_id',
        'procedure_name',
        'procedure_code',
        'procedure_type',
        'scheduled_date',
        'scheduled_time',
        'estimated_duration',
        'theatre_number',
        'ward',
        'primary_surgeon_id',
        'assistant_surgeon_id',
        'anaesthetist_id',
        'scrub_nurse_id',
        'pre_op_diagnosis',
        'planned_procedure',
        'actual_start_time',
        'actual_end_time',
        'anaesthesia_type',
        'findings',
        'procedure_performed',
        'complications',
        'post_op_diagnosis',
        'post_op_instructions',
      ]),
      consent_obtained,
      consent_date: consent_obtained === true ? consent_date : null,
      status,
      status_reason: explained(r, 'status_reason', status === 'Cancelled' || status === 'Postponed'),
    };
  },
  second: {
    field: 'overlap_reason',
    patch: { overlap_reason: 'Booked so in the earlier app.' },
    why: 'Overlaps another operation in theatre or team; the earlier app did not look.',
  },
};

const labs: TableMap = {
  table: 'lab_investigations',
  kind: 'lab_investigations',
  patch(r) {
    const status = r.status(def('lab_investigations'), 'Ordered', LAB_STATUS);
    const results = r.text('results');
    const values = r.raw('result_values');
    const given = results !== null || values !== undefined;
    const taken = r.instant('sample_collection_date');
    return {
      ...copy(r, 'lab_investigations', [
        'patient_id',
        'treatment_plan_id',
        'investigation_type',
        'test_name',
        'ordered_date',
        'ordered_by',
        'sample_type',
        'lab_number',
        'reference_ranges',
        'interpretation',
        'notes',
      ]),
      priority: r.choice(def('lab_investigations'), 'priority', PRIORITY),
      status,
      cancel_reason: explained(r, 'cancel_reason', status === 'Cancelled'),
      sample_collected: r.flag('sample_collected') ?? (taken === null ? null : true),
      sample_collection_date: taken,
      result_date: resultDate(r, given),
      // Values without a declared unit are words here, not numbers to reckon with.
      results: values === undefined ? results : [results, r.text('result_values')].filter((text) => text !== null).join('\n'),
      performed_by: r.link('users', false, 'performed_by'),
      ...reviewed(r, status === 'Completed' && given),
    };
  },
};

function resultDate(r: Reading, given: boolean): string | null {
  const dated = r.instant('result_date');
  if (dated !== null || !given) return dated;
  const changed = r.instant('updated_at');
  r.note('result_date', null, changed, 'The result has no date; the row was last changed then.');
  return changed;
}

function reviewed(r: Reading, complete: boolean): Patch {
  const by = r.link('users', false, 'reviewed_by');
  if (by === null) return {};
  if (complete) return { is_reviewed: true, reviewed_by: by };
  r.note('reviewed_by', by, null, 'Seen before there was a complete result.');
  return {};
}

const prescriptions: TableMap = {
  table: 'prescriptions',
  kind: 'prescriptions',
  patch(r) {
    const status = r.status(def('prescriptions'), 'Active');
    return {
      ...copy(r, 'prescriptions', [
        'patient_id',
        'treatment_plan_id',
        'admission_id',
        'prescription_type',
        'diagnosis',
        'notes',
        'prescribed_by',
        'prescribed_date',
      ]),
      status,
      hold_reason: explained(r, 'hold_reason', status === 'On Hold'),
    };
  },
};

const items: TableMap = {
  table: 'prescription_items',
  kind: 'prescription_items',
  patch(r) {
    const dispensed = r.flag('dispensed') === true;
    const when = r.instant('dispensed_date');
    const by = r.raw('dispensed_by');
    if (dispensed)
      r.note('dispensed', true, null, 'How many were dispensed was never asked; it stands in the note of the pharmacy.');
    return {
      ...copy(r, 'prescription_items', [
        'prescription_id',
        'medication_name',
        'medication_type',
        'dosage',
        'route',
        'frequency',
        'duration',
        'quantity',
        'unit',
        'instructions',
        'special_instructions',
      ]),
      dispensing_note: dispensed
        ? `Marked as dispensed in the earlier app${when === null ? '' : ` on ${when.slice(0, 10)}`}${by === undefined ? '' : ` by ${String(by)}`}; how many is not recorded.`
        : null,
    };
  },
};

export const wounds: TableMap = {
  table: 'wound_care_records',
  kind: 'wound_care_records',
  patch: (r) => ({
    ...copy(r, 'wound_care_records', [
      'patient_id',
      'treatment_plan_id',
      ['wound_location', 'wound_location', 'location'],
      ['assessment_date', 'assessment_date', 'recorded_at'],
      ['wound_dimensions', 'wound_dimensions', 'wound_size'],
      ['wound_appearance', 'wound_appearance', 'observations'],
      'exudate_type',
      'exudate_amount',
      'signs_of_infection',
      ['treatment_performed', 'treatment_performed', 'treatment_provided'],
      ['dressing_type', 'dressing_type', 'dressing_used'],
      'products_used',
      'healing_status',
      'next_dressing_date',
      'care_plan',
      'notes',
    ]),
    wound_type: r.choice(def('wound_care_records'), 'wound_type', WOUND_TYPE, 'wound_type', 'type'),
    performed_by: r.link('users', false, 'performed_by', 'recorded_by'),
  }),
};

const consumables: TableMap = {
  table: 'surgical_consumables',
  kind: 'surgical_consumables',
  same: 'item_code',
  patch: (r) => ({
    ...copy(r, 'surgical_consumables', ['item_name', 'item_code', 'category', 'description', 'unit', 'unit_cost']),
    // The earlier tables say 0 where nothing was entered.
    minimum_stock_level: r.whole('minimum_stock_level') ?? 0,
    reorder_level: r.whole('reorder_level') ?? 0,
    is_active: r.flag('is_active') ?? true,
  }),
};

const usage: TableMap = {
  table: 'consumable_usage',
  kind: 'consumable_usage',
  patch: (r) => ({
    ...copy(r, 'consumable_usage', ['patient_id', 'surgery_booking_id', 'quantity_used', 'usage_date', 'recorded_by', 'notes']),
    consumable_id: r.link('surgical_consumables', true, 'consumable_id'),
  }),
};

const meetings: TableMap = {
  table: 'mdt_meetings',
  kind: 'mdt_meetings',
  patch: (r) => ({
    ...copy(r, 'mdt_meetings', [
      'meeting_title',
      'meeting_date',
      'meeting_time',
      'venue',
      'chairperson_id',
      'agenda',
      'minutes',
    ]),
    status: r.status(def('mdt_meetings'), 'Scheduled'),
  }),
};

const cases: TableMap = {
  table: 'mdt_cases',
  kind: 'mdt_cases',
  patch(r) {
    const follow_up_date = r.day('follow_up_date');
    const said = r.flag('follow_up_required');
    if (follow_up_date !== null && said !== true)
      r.note(
        'follow_up_required',
        said,
        true,
        'A day to be seen again was given; the other is the default of the earlier table.',
      );
    return {
      ...copy(r, 'mdt_cases', [
        'patient_id',
        'mdt_meeting_id',
        'case_summary',
        'presenting_clinician_id',
        'discussion_points',
        'recommendations',
        'action_plan',
      ]),
      follow_up_required: follow_up_date === null ? said : true,
      follow_up_date,
    };
  },
};

/** The first schema, in the order in which its tables point to each other. The MySQL before it has the same names. */
export const FIRST: readonly TableMap[] = [
  users,
  people,
  admissions,
  plans,
  steps,
  bookings,
  checklists,
  labs,
  prescriptions,
  items,
  wounds,
  consumables,
  usage,
  ...learning,
  meetings,
  cases,
  { table: 'ai_settings', kind: null, why: 'Holds a key in clear; it is entered anew here, and sealed.' },
  { table: 'audit_logs', kind: null, why: 'The trail of another app cannot be part of a chain that nobody can alter.' },
];
