import { DOCTORS, rolesOf } from '../access.ts';
import { choice, date, integer, link, note, text } from '../fields.ts';
import { defineRecord } from '../record.ts';

export const treatment_plan_steps = defineRecord({
  name: 'treatment_plan_steps',
  title: 'Step of a plan',
  titles: 'Steps of plans',
  about: 'One numbered step of a treatment plan: what is due, when, who does it, and whether it was done.',
  scope: 'clinical',
  merge: 'field',
  fields: {
    // Not required of a sender: the database takes the patient from the plan.
    patient_id: link('Patient', 'patients', { merge: 'append', hidden: true, from: 'treatment_plan_id' }),
    treatment_plan_id: link('Plan', 'treatment_plans', { required: true, merge: 'append' }),
    step_number: integer('Number', { required: true, least: 1, most: 999 }),
    step_name: text('Step', { required: true, max: 255 }),
    step_type: choice('Type', ['Investigation', 'Procedure', 'Medication', 'Monitoring', 'Other']),
    description: note('Description'),
    scheduled_date: date('Due'),
    completed_date: date('Done on', { merge: 'group:done' }),
    completed_by: link('Done by', 'users', { merge: 'server', stamp: { as: 'who', of: 'completed_date' } }),
    status: choice('Status', ['Pending', 'In Progress', 'Completed', 'Cancelled', 'Deferred'], {
      required: true,
      merge: 'state',
    }),
    assigned_to: link('Assigned to', 'users'),
    notes: note('Notes'),
  },
  open: { field: 'status', is: ['Pending', 'In Progress', 'Deferred'], until: 'scheduled_date' },
  access: {
    read: rolesOf('clinical'),
    create: DOCTORS,
    edit: DOCTORS,
    retract: DOCTORS,
    edit_only: { nursing: ['status', 'notes', 'completed_date'] },
  },
  checks: [
    {
      name: 'treatment_plan_steps_done_when_completed',
      fields: ['completed_date', 'status'],
      say: 'Only a completed step has a day on which it was done.',
      sql: "completed_date is null or status = 'Completed'",
      test: (row) => row.completed_date === null || row.status === 'Completed',
    },
  ],
  unique: [
    {
      name: 'treatment_plan_steps_number_once',
      fields: ['treatment_plan_id', 'step_number'],
      say: 'This plan has a step of that number already.',
    },
  ],
  across: [
    {
      name: 'treatment_plan_steps_same_patient',
      fields: ['treatment_plan_id'],
      same: 'patient_id',
      say: 'This plan is of another patient.',
    },
  ],
  transitions: {
    status: {
      Pending: ['In Progress', 'Completed', 'Cancelled', 'Deferred'],
      'In Progress': ['Pending', 'Completed', 'Cancelled', 'Deferred'],
      Deferred: ['Pending', 'In Progress', 'Completed', 'Cancelled'],
      Completed: ['In Progress'],
      Cancelled: ['Pending'],
    },
  },
  indexed: ['status', 'scheduled_date'],
  form: [
    { title: 'Step', fields: ['treatment_plan_id', 'step_number', 'step_name', 'step_type', 'description'] },
    { title: 'When and who', fields: ['scheduled_date', 'assigned_to', 'status', 'completed_date', 'completed_by', 'notes'] },
  ],
  list: ['step_number', 'step_name', 'step_type', 'scheduled_date', 'assigned_to', 'status'],
});
