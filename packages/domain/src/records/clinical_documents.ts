import { CLINICIANS } from '../access.ts';
import { choice, flag, instant, link, note, text } from '../fields.ts';
import { defineRecord } from '../record.ts';

/** Who may put their name under what leaves the unit. */
const FINALISERS = ['consultant', 'senior_registrar', 'junior_registrar', 'anaesthetist'] as const;

export const clinical_documents = defineRecord({
  name: 'clinical_documents',
  title: 'Document',
  titles: 'Documents',
  about:
    'A letter, report, summary or leaflet: a draft until somebody finalises it; an amendment is a new one that names the old.',
  scope: 'clinical',
  merge: 'group:document',
  fields: {
    patient_id: link('Patient', 'patients', { required: true, merge: 'append' }),
    admission_id: link('Admission', 'patient_admissions', { merge: 'append' }),
    kind: choice(
      'Kind',
      ['Discharge summary', 'Referral', 'Medical report', 'Consult request', 'Consult reply', 'Patient leaflet', 'Other'],
      { required: true },
    ),
    title: text('Title', { required: true, max: 200 }),
    addressee: text('To', { max: 200 }),
    urgency: choice('Urgency', ['Routine', 'Urgent', 'Emergency']),
    content: note('Text', { required: true, max: 20_000 }),
    drafted_by_rules: flag('Drafted by the app', {
      help: 'From the record, by plain rules or a model; a person finalises it.',
    }),
    amends: link('Amends', 'clinical_documents', { merge: 'append' }),
    is_final: flag('Final'),
    finalised_by: link('Finalised by', 'users', { merge: 'server', stamp: { as: 'who', of: 'is_final' } }),
    finalised_at: instant('Finalised', { merge: 'server', stamp: { as: 'when', of: 'is_final' } }),
  },
  access: {
    read: CLINICIANS,
    create: CLINICIANS,
    edit: CLINICIANS,
    retract: FINALISERS,
    guards: [{ about: 'finalise', fields: ['is_final'], roles: FINALISERS }],
  },
  across: [
    {
      name: 'clinical_documents_same_patient',
      fields: ['admission_id', 'amends'],
      same: 'patient_id',
      say: 'This admission or document is of another patient.',
    },
  ],
  locks: [
    {
      name: 'clinical_documents_final',
      when: { field: 'is_final', is: [true] },
      fields: ['kind', 'title', 'addressee', 'urgency', 'content', 'drafted_by_rules', 'is_final'],
      say: 'This document is final; write an amendment.',
    },
  ],
  indexed: ['kind'],
  form: [
    { title: 'Document', fields: ['kind', 'title', 'addressee', 'urgency'] },
    { title: 'Text', fields: ['content', 'is_final'] },
  ],
  list: ['kind', 'title', 'addressee', 'is_final', 'finalised_at'],
});
