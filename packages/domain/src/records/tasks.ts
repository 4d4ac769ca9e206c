import { CLINICIANS, rolesOf } from '../access.ts';
import { choice, instant, link, note, text } from '../fields.ts';
import { defineRecord } from '../record.ts';

export const tasks = defineRecord({
  name: 'tasks',
  title: 'Task',
  titles: 'Tasks',
  about: 'Something that somebody must do by a certain time, mostly for a patient.',
  scope: 'clinical',
  merge: 'field',
  fields: {
    title: text('To do', { required: true, max: 200 }),
    patient_id: link('Patient', 'patients', { merge: 'append' }),
    admission_id: link('Admission', 'patient_admissions', { merge: 'append' }),
    details: note('Details', { max: 2000 }),
    due_at: instant('Due'),
    priority: choice('Priority', ['Routine', 'Soon', 'Urgent']),
    assigned_to: link('For', 'users'),
    status: choice('Status', ['Open', 'In progress', 'Done', 'Cancelled'], { required: true, merge: 'state' }),
    outcome: note('Outcome', { max: 2000 }),
    done_by: link('Last step by', 'users', { merge: 'server', stamp: { as: 'who', of: 'status' } }),
    done_at: instant('Last step', { merge: 'server', stamp: { as: 'when', of: 'status' } }),
  },
  open: { field: 'status', is: ['Open', 'In progress'] },
  access: { read: rolesOf('clinical'), create: CLINICIANS, edit: CLINICIANS, retract: CLINICIANS },
  across: [
    {
      name: 'tasks_same_patient',
      fields: ['admission_id'],
      same: 'patient_id',
      say: 'This admission is of another patient.',
    },
  ],
  transitions: {
    status: {
      Open: ['In progress', 'Done', 'Cancelled'],
      'In progress': ['Open', 'Done', 'Cancelled'],
      Done: ['Open'],
      Cancelled: ['Open'],
    },
  },
  indexed: ['due_at', 'status'],
  list: ['title', 'due_at', 'priority', 'assigned_to', 'status'],
});
