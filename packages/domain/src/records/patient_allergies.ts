import { CLINICIANS, ROLES } from '../access.ts';
import { choice, link, note, text } from '../fields.ts';
import { defineRecord } from '../record.ts';

export const patient_allergies = defineRecord({
  name: 'patient_allergies',
  title: 'Allergy',
  titles: 'Allergies',
  about:
    'One allergy of a patient, or the statement that none is known. A prescription is compared with them while it is written.',
  scope: 'identity',
  merge: 'hold:allergy',
  fields: {
    patient_id: link('Patient', 'patients', { required: true, merge: 'append' }),
    assertion: choice('Statement', ['Allergy', 'No known allergies'], { required: true, merge: 'append' }),
    substance: text('Substance', { max: 200, help: 'Drug, food or material, for example penicillin, latex.' }),
    category: choice('Kind', ['Drug', 'Food', 'Environment', 'Material', 'Other']),
    reaction: text('Reaction', { max: 300, help: 'What happened, for example rash, anaphylaxis.' }),
    severity: choice('Severity', ['Mild', 'Moderate', 'Severe', 'Life-threatening']),
    status: choice('Status', ['Active', 'Resolved', 'Refuted'], { required: true }),
    status_reason: note('Reason for the change', { max: 1000 }),
  },
  access: {
    read: ROLES,
    create: [...CLINICIANS, 'pharmacy'],
    edit: [...CLINICIANS, 'pharmacy'],
    retract: [...CLINICIANS, 'pharmacy'],
  },
  checks: [
    {
      name: 'patient_allergies_substance_named',
      fields: ['substance'],
      say: 'Name the substance; for "no known allergies" leave it empty.',
      sql: "(assertion = 'Allergy') = (substance is not null)",
      test: (row) => (row.assertion === 'Allergy') === (row.substance !== null),
    },
    {
      name: 'patient_allergies_change_explained',
      fields: ['status_reason'],
      say: 'Say why this is no longer active.',
      sql: "status = 'Active' or status_reason is not null",
      test: (row) => row.status === 'Active' || row.status_reason !== null,
    },
  ],
  against: [
    {
      name: 'patient_allergies_none_known_contradicted',
      fields: ['assertion'],
      say: 'This patient has an active allergy; "no known allergies" cannot stand beside it.',
      among: 'patient_id',
      // Add-wins: a new allergy is always taken, also beside "none known"; only the statement of absence is refused.
      test: (row, others) =>
        row.assertion !== 'No known allergies' ||
        row.status !== 'Active' ||
        !others.some((o) => o.assertion === 'Allergy' && o.status === 'Active'),
    },
  ],
  indexed: ['patient_id'],
  list: ['substance', 'reaction', 'severity', 'status'],
});
