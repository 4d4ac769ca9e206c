import { DOCTORS, rolesOf } from '../access.ts';
import { choice, date, flag, instant, link, note, text } from '../fields.ts';
import { defineRecord } from '../record.ts';

/** What a consultant approves. Who helps, the days and the steps may still change. */
const CONTENT = [
  'plan_name',
  'diagnosis',
  'plan_type',
  'priority',
  'treatment_goals',
  'expected_outcomes',
  'risk_assessment',
  'primary_surgeon_id',
] as const;

export const treatment_plans = defineRecord({
  name: 'treatment_plans',
  title: 'Treatment plan',
  titles: 'Treatment plans',
  about: 'What is meant to be done for a patient, why, by whom, until when, and who approved it.',
  scope: 'clinical',
  merge: 'field',
  fields: {
    patient_id: link('Patient', 'patients', { required: true, merge: 'append' }),
    admission_id: link('Admission', 'patient_admissions'),
    plan_name: text('Name of the plan', { required: true, max: 255 }),
    diagnosis: note('Diagnosis', { required: true, max: 4000 }),
    plan_type: choice('Type', ['Surgical', 'Conservative', 'Combined']),
    priority: choice('Priority', ['Elective', 'Urgent', 'Emergency']),
    treatment_goals: note('Goals'),
    expected_outcomes: note('Expected outcome'),
    risk_assessment: note('Risks'),
    start_date: date('Begins'),
    target_completion_date: date('Aim to finish by'),
    actual_completion_date: date('Finished'),
    status: choice('Status', ['Draft', 'Active', 'Completed', 'Cancelled', 'On Hold'], { required: true, merge: 'state' }),
    status_reason: note('Reason for the status', { max: 1000, help: 'Why it was put on hold or cancelled.' }),
    primary_surgeon_id: link('Surgeon', 'users'),
    assisting_surgeon_id: link('Assisting surgeon', 'users'),
    responsible_resident_id: link('Responsible resident', 'users'),
    approved: flag('Approved', {
      merge: 'group:approval',
      help: 'A consultant approves. An approval stands, and holds what was approved.',
    }),
    approval_note: note('Note on the approval', { max: 2000, merge: 'group:approval' }),
    approved_by: link('Approved by', 'users', { merge: 'server', stamp: { as: 'who', of: 'approved' } }),
    approved_at: instant('Approved at', { merge: 'server', stamp: { as: 'when', of: 'approved' } }),
    ai_recommendations: note('Suggestions', { merge: 'server', hidden: true }),
  },
  access: {
    read: rolesOf('clinical'),
    create: DOCTORS,
    edit: DOCTORS,
    retract: ['consultant', 'senior_registrar'],
    guards: [
      { about: 'approve a plan', fields: ['approved', 'approval_note'], roles: ['consultant'] },
      { about: 'begin a plan', fields: ['status'], values: ['Active'], roles: ['consultant', 'senior_registrar'] },
    ],
  },
  checks: [
    {
      name: 'treatment_plans_target_after_start',
      fields: ['target_completion_date'],
      say: 'The plan cannot be meant to finish before it begins.',
      sql: 'start_date is null or target_completion_date is null or target_completion_date >= start_date',
      // Canonical days compare as text.
      test: (row) =>
        row.start_date === null ||
        row.target_completion_date === null ||
        String(row.target_completion_date) >= String(row.start_date),
    },
    {
      name: 'treatment_plans_finished_after_start',
      fields: ['actual_completion_date'],
      say: 'The plan cannot have finished before it began.',
      sql: 'start_date is null or actual_completion_date is null or actual_completion_date >= start_date',
      test: (row) =>
        row.start_date === null ||
        row.actual_completion_date === null ||
        String(row.actual_completion_date) >= String(row.start_date),
    },
    {
      name: 'treatment_plans_finished_when_completed',
      fields: ['actual_completion_date', 'status'],
      say: 'Only a completed plan has a day on which it finished.',
      sql: "actual_completion_date is null or status = 'Completed'",
      test: (row) => row.actual_completion_date === null || row.status === 'Completed',
    },
  ],
  across: [
    {
      name: 'treatment_plans_same_patient',
      fields: ['admission_id'],
      same: 'patient_id',
      say: 'This admission is of another patient.',
    },
  ],
  locks: [
    {
      name: 'treatment_plans_approval_stands',
      when: { field: 'approved', is: [true] },
      fields: [...CONTENT, 'approved', 'approval_note', 'approved_by', 'approved_at'],
      say: 'This approval stands. What was approved stays as it is: put the plan on hold or cancel it, and write a new one.',
    },
  ],
  transitions: {
    status: {
      Draft: ['Active', 'Cancelled'],
      Active: ['Completed', 'Cancelled', 'On Hold'],
      'On Hold': ['Active', 'Cancelled'],
      Completed: ['Active'],
      Cancelled: ['Draft'],
    },
  },
  indexed: ['status'],
  form: [
    { title: 'Plan', fields: ['plan_name', 'diagnosis', 'plan_type', 'priority', 'status', 'status_reason'] },
    { title: 'Aims', fields: ['treatment_goals', 'expected_outcomes', 'risk_assessment'] },
    { title: 'When', fields: ['start_date', 'target_completion_date', 'actual_completion_date'] },
    { title: 'Team', fields: ['primary_surgeon_id', 'assisting_surgeon_id', 'responsible_resident_id'] },
    { title: 'Approval', fields: ['approved', 'approval_note', 'approved_by', 'approved_at'] },
  ],
  list: ['plan_name', 'diagnosis', 'priority', 'status', 'primary_surgeon_id', 'target_completion_date'],
});
