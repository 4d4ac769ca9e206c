import { CLINICIANS, rolesOf } from '../access.ts';
import { choice, date, link, note, text } from '../fields.ts';
import { defineRecord } from '../record.ts';

export const shopping_lists = defineRecord({
  name: 'shopping_lists',
  title: 'Shopping list',
  titles: 'Shopping lists',
  about: 'What relatives are asked to buy for an operation or a dressing; printed and handed to them.',
  scope: 'clinical',
  merge: 'field',
  fields: {
    patient_id: link('Patient', 'patients', { required: true, merge: 'append' }),
    admission_id: link('Admission', 'patient_admissions'),
    surgery_booking_id: link('Operation', 'surgery_bookings'),
    purpose: choice('For', ['Surgery', 'Wound dressing', 'Bedside debridement', 'Other'], { required: true }),
    procedure_name: text('Procedure', { max: 255 }),
    needed_by: date('Needed by'),
    status: choice('Status', ['Open', 'Complete', 'Cancelled'], { required: true, merge: 'state' }),
    handed_to: text('Handed to', { max: 200, help: 'Who took the list, and how related.' }),
    notes: note('Notes', { max: 2000 }),
    listed_by: link('Made by', 'users', { merge: 'server', stamp: { as: 'who' } }),
  },
  access: { read: rolesOf('clinical'), create: CLINICIANS, edit: CLINICIANS, retract: CLINICIANS },
  across: [
    {
      name: 'shopping_lists_same_patient',
      fields: ['admission_id', 'surgery_booking_id'],
      same: 'patient_id',
      say: 'This admission or operation is of another patient.',
    },
  ],
  transitions: { status: { Open: ['Complete', 'Cancelled'], Complete: ['Open'], Cancelled: ['Open'] } },
  indexed: ['status', 'needed_by'],
  form: [
    { title: 'List', fields: ['purpose', 'procedure_name', 'needed_by', 'status'] },
    { title: 'Handing over', fields: ['handed_to', 'notes', 'admission_id', 'surgery_booking_id'] },
  ],
  list: ['purpose', 'procedure_name', 'needed_by', 'status', 'handed_to'],
});
