import { CLINICIANS, DOCTORS } from '../access.ts';
import { choice, instant, link, note, text } from '../fields.ts';
import { defineRecord } from '../record.ts';

export const patient_admissions = defineRecord({
  name: 'patient_admissions',
  title: 'Admission',
  titles: 'Admissions',
  about: 'One stay in hospital: where, why, under whom, and how it ended.',
  scope: 'clinical',
  merge: 'field',
  fields: {
    patient_id: link('Patient', 'patients', { required: true, merge: 'append' }),
    admission_number: text('Admission number', { required: true, max: 50, merge: 'append' }),
    admission_date: instant('Admitted', { required: true }),
    discharge_date: instant('Left', { merge: 'group:end' }),
    admission_type: choice('Type', ['Emergency', 'Elective', 'Transfer'], { required: true }),
    ward_id: link('Ward', 'wards', { merge: 'group:place' }),
    bed_number: text('Bed', { max: 20, merge: 'group:place' }),
    consultant_id: link('Consultant', 'users'),
    status: choice('Status', ['Active', 'Discharged', 'Transferred', 'Deceased'], { required: true, merge: 'state' }),
    discharge_note: note('Note on leaving', { max: 4000, merge: 'group:end' }),
    presenting_complaint: note('Presenting complaint'),
    history_of_presenting_complaint: note('History of presenting complaint'),
    past_medical_history: note('Past medical history'),
    past_surgical_history: note('Past surgical history'),
    family_history: note('Family history'),
    social_history: note('Social history'),
    examination_findings: note('Examination'),
    provisional_diagnosis: note('Provisional diagnosis'),
    ai_summary: note('Summary', { merge: 'server', hidden: true }),
    ai_generated_at: instant('Summary made', { merge: 'server', hidden: true }),
  },
  open: { field: 'status', is: ['Active'] },
  access: {
    read: CLINICIANS,
    create: DOCTORS,
    edit: DOCTORS,
    retract: ['consultant', 'senior_registrar'],
    edit_only: { nursing: ['ward_id', 'bed_number'] },
  },
  checks: [
    {
      name: 'patient_admissions_ends_after_start',
      fields: ['discharge_date'],
      say: 'The patient cannot leave before being admitted.',
      sql: 'discharge_date is null or discharge_date >= admission_date',
      // Canonical instants compare as text.
      test: (row) => row.discharge_date === null || String(row.discharge_date) >= String(row.admission_date),
    },
    {
      name: 'patient_admissions_end_dated',
      fields: ['discharge_date', 'status'],
      say: 'Say when the patient left; an open admission has no such date.',
      sql: "(status = 'Active') = (discharge_date is null)",
      test: (row) => (row.status === 'Active') === (row.discharge_date === null),
    },
    {
      name: 'patient_admissions_bed_in_ward',
      fields: ['bed_number'],
      say: 'Choose the ward before the bed.',
      sql: 'bed_number is null or ward_id is not null',
      test: (row) => row.bed_number === null || row.ward_id !== null,
    },
  ],
  unique: [
    {
      name: 'patient_admissions_one_open',
      fields: ['patient_id'],
      where: { status: 'Active' },
      say: 'This patient is already admitted.',
    },
    {
      name: 'patient_admissions_one_in_bed',
      fields: ['ward_id', 'bed_number'],
      where: { status: 'Active' },
      say: 'Another patient is in this bed.',
    },
    { name: 'patient_admissions_number_once', fields: ['admission_number'], say: 'This admission number is taken.' },
  ],
  transitions: {
    status: {
      Active: ['Discharged', 'Transferred', 'Deceased'],
      Discharged: ['Active'],
      Transferred: ['Active'],
      Deceased: ['Active'],
    },
  },
  indexed: ['patient_id', 'admission_date'],
  form: [
    {
      title: 'Admission',
      fields: ['admission_type', 'admission_date', 'ward_id', 'bed_number', 'consultant_id', 'admission_number'],
    },
    { title: 'Why', fields: ['presenting_complaint', 'history_of_presenting_complaint', 'provisional_diagnosis'] },
    {
      title: 'Background',
      fields: ['past_medical_history', 'past_surgical_history', 'family_history', 'social_history'],
    },
    { title: 'Examination', fields: ['examination_findings'] },
  ],
  list: ['admission_number', 'admission_date', 'ward_id', 'bed_number', 'status'],
});
