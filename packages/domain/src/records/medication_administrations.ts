import { CLINICIANS, NOBODY, rolesOf } from '../access.ts';
import { choice, instant, link, note, text } from '../fields.ts';
import { defineRecord } from '../record.ts';
import { ALLERGIES } from './rests_on.ts';

export const medication_administrations = defineRecord({
  name: 'medication_administrations',
  title: 'Dose',
  titles: 'Doses',
  about: 'One dose that was given, withheld or refused, when, and by whom.',
  scope: 'medicines',
  merge: 'append',
  fields: {
    patient_id: link('Patient', 'patients', { required: true }),
    admission_id: link('Admission', 'patient_admissions'),
    prescription_item_id: link('Prescribed as', 'prescription_items', { help: 'Empty for a dose ordered by word of mouth.' }),
    medication_name: text('Medicine', { required: true, max: 255 }),
    outcome: choice('What happened', ['Given', 'Withheld', 'Refused'], { required: true }),
    reason: note('Reason', { max: 1000, help: 'Why it was not given, or what should be known of it.' }),
    dose_given: text('Dose given', { max: 100, help: 'With its unit: 500 mg, 10 mL.' }),
    route: text('Route', { max: 50 }),
    site: text('Site', { max: 100 }),
    given_at: instant('When', { required: true }),
    given_by: link('By', 'users', { merge: 'server', stamp: { as: 'who' } }),
    checked_by: link('Checked by', 'users', { help: 'The second person, for medicines that two must check.' }),
  },
  access: { read: rolesOf('medicines'), create: CLINICIANS, edit: NOBODY, retract: CLINICIANS },
  checks: [
    {
      name: 'medication_administrations_dose_said',
      fields: ['dose_given'],
      say: 'Say which dose was given.',
      sql: "outcome <> 'Given' or dose_given is not null",
      test: (row) => row.outcome !== 'Given' || row.dose_given !== null,
    },
    {
      name: 'medication_administrations_nothing_given',
      fields: ['dose_given'],
      say: 'No dose was given; leave it empty.',
      sql: "outcome = 'Given' or dose_given is null",
      test: (row) => row.outcome === 'Given' || row.dose_given === null,
    },
    {
      name: 'medication_administrations_reason_said',
      fields: ['reason'],
      say: 'Say why it was not given.',
      sql: "outcome = 'Given' or reason is not null",
      test: (row) => row.outcome === 'Given' || row.reason !== null,
    },
    {
      name: 'medication_administrations_two_people',
      fields: ['checked_by'],
      say: 'The second check is by somebody else.',
      sql: 'checked_by is null or given_by is null or checked_by <> given_by',
      test: (row) => row.checked_by === null || row.given_by === null || row.checked_by !== row.given_by,
    },
  ],
  across: [
    {
      name: 'medication_administrations_same_patient',
      fields: ['admission_id', 'prescription_item_id'],
      same: 'patient_id',
      say: 'This admission or medicine is of another patient.',
    },
  ],
  rests: [
    {
      name: 'medication_administrations_given',
      act: 'a dose is given',
      when: { sets: { outcome: ['Given'] } },
      on: [...ALLERGIES, { kind: 'prescription_items', as: 'prescription_item_id' }],
      done: true,
    },
  ],
  indexed: ['given_at', 'outcome'],
  form: [
    {
      title: 'Dose',
      fields: ['prescription_item_id', 'medication_name', 'outcome', 'dose_given', 'route', 'site', 'given_at'],
    },
    { title: 'Also', fields: ['reason', 'checked_by'] },
  ],
  list: ['given_at', 'medication_name', 'outcome', 'dose_given', 'route', 'given_by'],
});
