import { CLINICIANS, DOCTORS } from '../access.ts';
import { choice, date, flag, instant, link, note, text } from '../fields.ts';
import { defineRecord } from '../record.ts';

export const discharges = defineRecord({
  name: 'discharges',
  title: 'Discharge',
  titles: 'Discharges',
  about:
    'How a stay ends: outcome, where to, what to take, when to come back. Ending the admission itself is a step of its own.',
  scope: 'clinical',
  merge: 'group:discharge',
  fields: {
    patient_id: link('Patient', 'patients', { required: true, merge: 'append' }),
    admission_id: link('Admission', 'patient_admissions', { required: true, merge: 'append' }),
    planned_for: date('Planned for'),
    outcome: choice('Outcome', ['Improved', 'Recovered', 'Transferred', 'Against medical advice', 'Deceased'], {
      required: true,
    }),
    destination: choice('To', ['Home', 'Another facility', 'Mortuary', 'Other']),
    destination_name: text('Which', { max: 200 }),
    final_diagnosis: note('Final diagnosis', { max: 2000 }),
    procedures_done: note('Procedures', { max: 4000 }),
    hospital_course: note('Course in hospital', { max: 8000 }),
    medicines_to_take_home: note('Medicines to take home', { max: 4000 }),
    wound_care: note('Wound care', { max: 2000 }),
    diet: note('Diet', { max: 1000 }),
    activity: note('Activity', { max: 1000 }),
    warning_signs: note('Come back at once if', { max: 2000 }),
    follow_up_date: date('Follow-up on'),
    follow_up_clinic: choice('Follow-up at', ['Outpatient', 'Hand', 'Burns', 'Wound', 'Reconstructive']),
    against_advice_reason: note('Reason given for leaving', { max: 2000 }),
    against_advice_signed_by: text('Form signed by', { max: 200, help: 'Name and relation of whoever signed.' }),
    is_final: flag('Final'),
    finalised_by: link('Finalised by', 'users', { merge: 'server', stamp: { as: 'who', of: 'is_final' } }),
    finalised_at: instant('Finalised', { merge: 'server', stamp: { as: 'when', of: 'is_final' } }),
  },
  access: {
    read: CLINICIANS,
    create: DOCTORS,
    edit: DOCTORS,
    retract: ['consultant', 'senior_registrar'],
    guards: [{ about: 'finalise', fields: ['is_final'], roles: ['consultant', 'senior_registrar', 'junior_registrar'] }],
  },
  checks: [
    {
      name: 'discharges_against_advice_explained',
      fields: ['against_advice_reason', 'against_advice_signed_by'],
      say: 'Against medical advice: say why, and who signed the form.',
      sql: "outcome <> 'Against medical advice' or is_final is not true or num_nonnulls(against_advice_reason, against_advice_signed_by) = 2",
      test: (row) =>
        row.outcome !== 'Against medical advice' ||
        row.is_final !== true ||
        (row.against_advice_reason !== null && row.against_advice_signed_by !== null),
    },
    {
      name: 'discharges_death_and_mortuary',
      fields: ['destination'],
      say: 'Only who has died goes to the mortuary.',
      sql: "destination is distinct from 'Mortuary' or outcome = 'Deceased'",
      test: (row) => row.destination !== 'Mortuary' || row.outcome === 'Deceased',
    },
    {
      name: 'discharges_final_whole',
      fields: ['final_diagnosis', 'destination'],
      say: 'A final discharge needs the diagnosis and where the patient goes.',
      sql: 'is_final is not true or num_nonnulls(final_diagnosis, destination) = 2',
      test: (row) => row.is_final !== true || (row.final_diagnosis !== null && row.destination !== null),
    },
  ],
  unique: [{ name: 'discharges_one_per_stay', fields: ['admission_id'], say: 'This stay has its discharge already.' }],
  across: [
    {
      name: 'discharges_same_patient',
      fields: ['admission_id'],
      same: 'patient_id',
      say: 'This admission is of another patient.',
    },
  ],
  locks: [
    {
      name: 'discharges_final',
      when: { field: 'is_final', is: [true] },
      fields: [
        'outcome',
        'destination',
        'destination_name',
        'final_diagnosis',
        'procedures_done',
        'hospital_course',
        'medicines_to_take_home',
        'wound_care',
        'diet',
        'activity',
        'warning_signs',
        'follow_up_date',
        'follow_up_clinic',
        'against_advice_reason',
        'against_advice_signed_by',
        'is_final',
      ],
      say: 'This discharge is final; retract it and write a new one.',
    },
  ],
  indexed: ['follow_up_date'],
  form: [
    { title: 'Leaving', fields: ['outcome', 'destination', 'destination_name', 'planned_for'] },
    { title: 'Stay', fields: ['final_diagnosis', 'procedures_done', 'hospital_course'] },
    { title: 'At home', fields: ['medicines_to_take_home', 'wound_care', 'diet', 'activity', 'warning_signs'] },
    { title: 'Follow-up', fields: ['follow_up_date', 'follow_up_clinic'] },
    { title: 'Against advice', fields: ['against_advice_reason', 'against_advice_signed_by'] },
    { title: 'Final', fields: ['is_final'] },
  ],
  list: ['outcome', 'destination', 'follow_up_date', 'is_final', 'finalised_at'],
});
