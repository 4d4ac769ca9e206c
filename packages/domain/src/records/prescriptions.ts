import { DOCTORS, rolesOf } from '../access.ts';
import { choice, instant, link, note } from '../fields.ts';
import { defineRecord } from '../record.ts';

export const prescriptions = defineRecord({
  name: 'prescriptions',
  title: 'Prescription',
  titles: 'Prescriptions',
  about: 'The head of a prescription: for whom, by whom, for what; its lines name the medicines.',
  scope: 'medicines',
  merge: 'group:prescription',
  fields: {
    patient_id: link('Patient', 'patients', { required: true, merge: 'append' }),
    treatment_plan_id: link('Plan', 'treatment_plans'),
    admission_id: link('Admission', 'patient_admissions'),
    prescription_type: choice('Kind', ['Inpatient', 'Outpatient', 'Discharge']),
    diagnosis: note('Diagnosis', { max: 2000 }),
    status: choice('Status', ['Active', 'Completed', 'Cancelled', 'On Hold'], { required: true, merge: 'state' }),
    hold_reason: note('Why on hold', {
      max: 1000,
      // Alone: who resumes clears it, whatever else of the prescription was changed meanwhile.
      merge: 'field',
      help: 'What the prescriber should look at. Clear it to go on. The pharmacy and doctors may lift a hold of the other; that is meant.',
    }),
    held_by: link('Put on hold by', 'users', { merge: 'server', stamp: { as: 'who', of: 'hold_reason' } }),
    held_at: instant('Put on hold', { merge: 'server', stamp: { as: 'when', of: 'hold_reason' } }),
    notes: note('Notes', { max: 4000 }),
    prescribed_by: link('Prescribed by', 'users', { merge: 'server', stamp: { as: 'who' } }),
    prescribed_date: instant('Prescribed', { merge: 'server', stamp: { as: 'when' } }),
  },
  access: {
    read: rolesOf('medicines'),
    create: DOCTORS,
    edit: DOCTORS,
    retract: DOCTORS,
    edit_only: { pharmacy: ['status', 'hold_reason'] },
    guards: [{ about: 'complete or cancel', fields: ['status'], values: ['Completed', 'Cancelled'], roles: DOCTORS }],
  },
  checks: [
    {
      name: 'prescriptions_hold_explained',
      fields: ['hold_reason'],
      say: 'Say why it is on hold; clear the reason when it no longer is.',
      sql: "(status = 'On Hold') = (hold_reason is not null)",
      test: (row) => (row.status === 'On Hold') === (row.hold_reason !== null),
    },
  ],
  across: [
    {
      name: 'prescriptions_same_patient',
      fields: ['admission_id', 'treatment_plan_id'],
      same: 'patient_id',
      say: 'This admission or plan is of another patient.',
    },
  ],
  transitions: {
    status: { Active: ['Completed', 'Cancelled', 'On Hold'], 'On Hold': ['Active', 'Completed', 'Cancelled'] },
  },
  indexed: ['status', 'prescribed_date'],
  form: [
    { title: 'Prescription', fields: ['prescription_type', 'diagnosis', 'admission_id', 'treatment_plan_id', 'notes'] },
    { title: 'Status', fields: ['status', 'hold_reason'] },
  ],
  list: ['prescription_type', 'diagnosis', 'status', 'prescribed_date', 'prescribed_by'],
});
