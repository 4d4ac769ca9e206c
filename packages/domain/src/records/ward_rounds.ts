import { CLINICIANS, DOCTORS, NOBODY } from '../access.ts';
import { choice, date, instant, integer, link, note } from '../fields.ts';
import { defineRecord } from '../record.ts';

export const ward_rounds = defineRecord({
  name: 'ward_rounds',
  title: 'Ward round',
  titles: 'Ward rounds',
  about: 'One visit to one patient: what was said, found, thought and ordered. A later visit adds a new entry.',
  scope: 'clinical',
  merge: 'append',
  fields: {
    patient_id: link('Patient', 'patients', { required: true }),
    admission_id: link('Admission', 'patient_admissions'),
    seen_at: instant('Seen', { required: true }),
    round_grade: choice('Round of', ['Consultant', 'Senior registrar', 'Registrar', 'House officer', 'Joint'], {
      required: true,
    }),
    postoperative_day: integer('Days after operation', { least: 0, most: 3650 }),
    subjective: note('What the patient says', { max: 4000 }),
    pain_score: integer('Pain at rest', { least: 0, most: 10, help: '0 none, 10 worst imaginable.' }),
    examination: note('Found', { max: 6000 }),
    wound_and_drains: note('Wounds and drains', { max: 4000 }),
    impression: note('Impression', { max: 4000 }),
    progress: choice('Course', ['Improving', 'Static', 'Deteriorating']),
    orders: note('Orders', { max: 6000 }),
    next_review: date('Next review'),
    recorded_by: link('Recorded by', 'users', { merge: 'server', stamp: { as: 'who' } }),
  },
  access: { read: CLINICIANS, create: DOCTORS, edit: NOBODY, retract: DOCTORS },
  checks: [
    {
      name: 'ward_rounds_something_written',
      fields: ['examination'],
      say: 'Write what was found, thought or ordered.',
      sql: 'coalesce(subjective, examination, wound_and_drains, impression, orders) is not null',
      test: (row) =>
        [row.subjective, row.examination, row.wound_and_drains, row.impression, row.orders].some((v) => v !== null),
    },
  ],
  across: [
    {
      name: 'ward_rounds_same_patient',
      fields: ['admission_id'],
      same: 'patient_id',
      say: 'This admission is of another patient.',
    },
  ],
  indexed: ['seen_at'],
  form: [
    { title: 'Visit', fields: ['seen_at', 'round_grade', 'postoperative_day'] },
    { title: 'Subjective', fields: ['subjective', 'pain_score'] },
    { title: 'Objective', fields: ['examination', 'wound_and_drains'] },
    { title: 'Plan', fields: ['impression', 'progress', 'orders', 'next_review'] },
  ],
  list: ['seen_at', 'round_grade', 'impression', 'progress', 'next_review'],
});
