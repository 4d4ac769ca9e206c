import { CLINICIANS, NOBODY } from '../access.ts';
import { choice, instant, link, note } from '../fields.ts';
import { defineRecord } from '../record.ts';

export const nursing_notes = defineRecord({
  name: 'nursing_notes',
  title: 'Nursing note',
  titles: 'Nursing notes',
  about: 'What a nurse saw and did, in one shift. A correction is a new note.',
  scope: 'clinical',
  merge: 'append',
  fields: {
    patient_id: link('Patient', 'patients', { required: true }),
    admission_id: link('Admission', 'patient_admissions'),
    written_at: instant('When', { required: true }),
    kind: choice('About', ['General', 'Wound', 'Drain', 'Pain', 'Nutrition', 'Mobility', 'Handover', 'Incident'], {
      required: true,
    }),
    shift: choice('Shift', ['Morning', 'Afternoon', 'Night']),
    content: note('Note', { required: true, max: 6000 }),
    recorded_by: link('Recorded by', 'users', { merge: 'server', stamp: { as: 'who' } }),
  },
  access: { read: CLINICIANS, create: ['nursing'], edit: NOBODY, retract: ['nursing'] },
  across: [
    {
      name: 'nursing_notes_same_patient',
      fields: ['admission_id'],
      same: 'patient_id',
      say: 'This admission is of another patient.',
    },
  ],
  indexed: ['written_at'],
  list: ['written_at', 'kind', 'shift', 'content'],
});
