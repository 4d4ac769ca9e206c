import { CLINICIANS, NOBODY } from '../access.ts';
import { choice, flag, instant, integer, link, note, text } from '../fields.ts';
import { defineRecord } from '../record.ts';

export const clinical_photos = defineRecord({
  name: 'clinical_photos',
  title: 'Photograph',
  titles: 'Photographs',
  about: 'What a photograph shows, and that the patient agreed. The picture itself is kept and sent apart.',
  scope: 'clinical',
  merge: 'append',
  fields: {
    patient_id: link('Patient', 'patients', { required: true }),
    admission_id: link('Admission', 'patient_admissions'),
    surgery_booking_id: link('Operation', 'surgery_bookings'),
    taken_at: instant('Taken', { required: true }),
    body_site: text('Site', { required: true, max: 200 }),
    laterality: choice('Side', ['Left', 'Right', 'Both', 'Midline']),
    view: choice('View', ['Anterior', 'Posterior', 'Lateral', 'Oblique', 'Close-up', 'Other']),
    stage: choice('Stage', ['Before operation', 'During operation', 'After operation', 'Follow-up']),
    description: note('Shows', { max: 1000 }),
    consent_given: flag('Patient agreed', { required: true, help: 'To this picture being taken and kept for care.' }),
    teaching_allowed: flag('May be used for teaching'),
    content_hash: text('Content', {
      max: 64,
      hidden: true,
      pattern: { source: '^[0-9a-f]{64}$', say: 'The SHA-256 of the picture, in hexadecimal.' },
    }),
    content_type: choice('Format', ['image/jpeg', 'image/png', 'image/webp'], { hidden: true }),
    content_bytes: integer('Size', { least: 1, most: 50_000_000, unit: 'bytes', hidden: true }),
    taken_by: link('Taken by', 'users', { merge: 'server', stamp: { as: 'who' } }),
  },
  access: { read: CLINICIANS, create: CLINICIANS, edit: NOBODY, retract: CLINICIANS },
  checks: [
    {
      name: 'clinical_photos_consent',
      fields: ['consent_given'],
      say: 'A photograph is kept only when the patient, or who speaks for them, agreed.',
      sql: 'consent_given',
      test: (row) => row.consent_given === true,
    },
    {
      name: 'clinical_photos_content_whole',
      fields: ['content_hash'],
      say: 'The picture needs its hash, its format and its size.',
      sql: 'num_nonnulls(content_hash, content_type, content_bytes) in (0, 3)',
      test: (row) => [0, 3].includes([row.content_hash, row.content_type, row.content_bytes].filter((v) => v !== null).length),
    },
  ],
  across: [
    {
      name: 'clinical_photos_same_patient',
      fields: ['admission_id', 'surgery_booking_id'],
      same: 'patient_id',
      say: 'This admission or operation is of another patient.',
    },
  ],
  indexed: ['taken_at'],
  list: ['taken_at', 'body_site', 'laterality', 'view', 'stage'],
});
