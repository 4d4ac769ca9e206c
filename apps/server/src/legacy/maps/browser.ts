import { type RecordDef, recordOf } from '@psa/domain';
import { copy, orSaid, type TableMap } from '../map.ts';
import { LAB_STATUS, PRIORITY, STEP_STATUS } from '../words.ts';
import { asDocuments } from './documents.ts';
import { bookings } from './first.ts';
import { plans, stays } from './later.ts';
import { people } from './people.ts';

const def = (kind: string): RecordDef => recordOf(kind) as RecordDef;

const UNMADE = 'Its form came filled in: answers that nobody gave stand among those that somebody gave.';
const WRONG = 'The score was computed by rules that differ from the published instrument: assess anew before acting on it.';

const steps: TableMap = {
  table: 'plan_steps',
  kind: 'treatment_plan_steps',
  patch: (r) => ({
    treatment_plan_id: r.link('treatment_plans', true, 'treatment_plan_id', 'plan_id', 'planId'),
    step_number: r.whole('step_number') ?? r.whole('order'),
    step_name: r.text('step_name', 'title', 'name'),
    step_type: r.choice(def('treatment_plan_steps'), 'step_type', {}, 'step_type', 'type'),
    ...copy(r, 'treatment_plan_steps', ['description', 'notes', 'completed_date']),
    scheduled_date: r.day('scheduled_date', 'due_date'),
    status: r.status(def('treatment_plan_steps'), 'Pending', STEP_STATUS),
  }),
};

const labs: TableMap = {
  table: 'lab_investigations',
  kind: 'lab_investigations',
  patch(r) {
    const status = r.status(def('lab_investigations'), 'Ordered', LAB_STATUS);
    const results = r.text('results', 'result');
    return {
      patient_id: r.link('patients', true, 'patient_id', 'patientId'),
      investigation_type: r.text('investigation_type', 'category', 'type'),
      test_name: r.text('test_name', 'test', 'tests'),
      priority: r.choice(def('lab_investigations'), 'priority', PRIORITY, 'priority', 'urgency'),
      clinical_details: r.text('clinical_details', 'clinical_indication', 'notes'),
      status,
      cancel_reason:
        status === 'Cancelled'
          ? orSaid(r, 'cancel_reason', null, 'Not recorded in the earlier app.', 'It asked for no reason.')
          : null,
      ordered_date: r.instant('ordered_date', 'order_date', 'requested_at'),
      results,
      result_date: results === null ? null : r.instant('result_date', 'completed_at', 'updated_at'),
    };
  },
};

/** The stores of a browser that hold what was entered of patients, in the order in which they point to each other. */
export const BROWSER: readonly TableMap[] = [
  people,
  stays,
  plans,
  steps,
  bookings,
  labs,
  asDocuments('lab_results', 'Laboratory result'),
  asDocuments('ward_rounds', 'Ward round'),
  asDocuments('discharges', 'Discharge'),
  asDocuments('preoperative_assessments', 'Assessment before surgery', UNMADE),
  asDocuments('blood_transfusions', 'Blood transfusion', UNMADE),
  asDocuments('dvt_assessments', 'Risk of thrombosis', WRONG),
  asDocuments('pressure_sore_assessments', 'Risk of pressure injury', WRONG),
  asDocuments('nutritional_assessments', 'Nutritional risk', WRONG),
  asDocuments('gfr_calculations', 'Kidney function', WRONG),
  asDocuments('patient_summaries', 'Summary', 'It was drafted by a template, whatever it says of its author.'),
  asDocuments('paperwork_documents', 'Letter'),
  asDocuments('clinic_sessions', 'Clinic'),
  { table: 'sync_queue', kind: null, why: 'Requests that the earlier app kept and never carried out.' },
  { table: 'users', kind: null, why: 'Copies of accounts; those of the server are taken.' },
  { table: 'pending_users', kind: null, why: 'Copies of accounts; those of the server are taken.' },
  { table: 'approved_users', kind: null, why: 'Copies of accounts; those of the server are taken.' },
];
