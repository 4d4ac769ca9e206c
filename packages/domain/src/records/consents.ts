import { DOCTORS, NOBODY, rolesOf } from '../access.ts';
import { choice, flag, instant, link, note, text } from '../fields.ts';
import { defineRecord } from '../record.ts';

/** A signature drawn on a tablet is 5–20 kB as PNG; ten times that is no signature. */
const SIGNATURE_CHARS_MAX = 200_000;
const PNG = 'data:image/png;base64,';

export const consents = defineRecord({
  name: 'consents',
  title: 'Consent',
  titles: 'Consents',
  about: 'What was explained to whom, in which language, and what they decided. Withdrawing is a further entry.',
  scope: 'clinical',
  merge: 'append',
  corrected: 'by removing',
  fields: {
    patient_id: link('Patient', 'patients', { required: true }),
    admission_id: link('Admission', 'patient_admissions'),
    surgery_booking_id: link('Operation', 'surgery_bookings'),
    consent_type: choice('For', ['Operation', 'Anaesthesia', 'Blood transfusion', 'Photographs', 'Other'], { required: true }),
    procedure_name: text('Procedure', { required: true, max: 255 }),
    decision: choice('Decision', ['Given', 'Refused', 'Withdrawn'], { required: true }),
    withdraws_id: link('Withdraws', 'consents', { help: 'The consent that is withdrawn.' }),
    signed_at: instant('Signed at', { required: true }),
    explained: note('What was explained', { max: 4000 }),
    benefits: note('Benefits', { max: 4000 }),
    risks: note('Risks and complications', { max: 4000 }),
    alternatives: note('Alternatives, also doing nothing', { max: 4000 }),
    questions: note('Questions and answers', { max: 4000 }),
    blood_accepted: flag('Would accept blood'),
    limits: note('What the patient does not agree to', { max: 2000 }),
    language: text('Language', { max: 60 }),
    interpreter_used: flag('Interpreter used'),
    interpreter_name: text('Interpreter', { max: 200 }),
    signer_name: text('Signed by', { required: true, max: 200 }),
    signer_relation: choice(
      'Who that is',
      ['Patient', 'Parent', 'Guardian', 'Husband or wife', 'Son or daughter', 'Other relative', 'Hospital authority'],
      { required: true },
    ),
    signer_phone: text('Phone of who signed', { max: 20, input: 'tel' }),
    reason_not_patient: note('Why the patient did not sign', { max: 500 }),
    signature_kind: choice('Signed with', ['Signature', 'Thumbprint', 'Paper form'], {
      required: true,
      help: 'Paper form: the signed paper stays in the folder. A signature or thumbprint is kept here as a picture, which no form takes yet.',
    }),
    signature_image: note('Signature', { max: SIGNATURE_CHARS_MAX, hidden: true }),
    witness_name: text('Witness', { max: 200 }),
    taken_by: link('Taken by', 'users', { merge: 'server', stamp: { as: 'who' } }),
  },
  access: { read: rolesOf('clinical'), create: DOCTORS, edit: NOBODY, retract: ['consultant', 'senior_registrar'] },
  checks: [
    {
      name: 'consents_withdrawal_named',
      fields: ['withdraws_id', 'decision'],
      say: 'A withdrawal names the consent that is withdrawn; nothing else does.',
      sql: "(decision = 'Withdrawn') = (withdraws_id is not null)",
      test: (row) => (row.decision === 'Withdrawn') === (row.withdraws_id !== null),
    },
    {
      name: 'consents_risks_told',
      fields: ['risks'],
      say: 'Write down which risks were explained.',
      sql: "decision <> 'Given' or risks is not null",
      test: (row) => row.decision !== 'Given' || row.risks !== null,
    },
    {
      name: 'consents_other_signer_explained',
      fields: ['reason_not_patient'],
      say: 'Say why the patient did not sign.',
      sql: "signer_relation = 'Patient' or reason_not_patient is not null",
      test: (row) => row.signer_relation === 'Patient' || row.reason_not_patient !== null,
    },
    {
      name: 'consents_interpreter_named',
      fields: ['interpreter_name'],
      say: 'Name the interpreter.',
      sql: 'interpreter_used is not true or interpreter_name is not null',
      test: (row) => row.interpreter_used !== true || row.interpreter_name !== null,
    },
    {
      name: 'consents_thumbprint_witnessed',
      fields: ['witness_name'],
      say: 'A thumbprint needs a witness.',
      sql: "signature_kind <> 'Thumbprint' or witness_name is not null",
      test: (row) => row.signature_kind !== 'Thumbprint' || row.witness_name !== null,
    },
    {
      name: 'consents_signature_kept',
      fields: ['signature_kind'],
      say: 'A signature or thumbprint needs its picture; without one choose Paper form.',
      sql: "signature_kind = 'Paper form' or signature_image is not null",
      test: (row) => row.signature_kind === 'Paper form' || row.signature_image !== null,
    },
    {
      name: 'consents_signature_is_png',
      fields: ['signature_image'],
      say: 'The signature could not be read as a picture.',
      sql: `signature_image is null or starts_with(signature_image, '${PNG}')`,
      test: (row) => row.signature_image === null || String(row.signature_image).startsWith(PNG),
    },
  ],
  across: [
    {
      name: 'consents_same_patient',
      fields: ['admission_id', 'surgery_booking_id', 'withdraws_id'],
      same: 'patient_id',
      say: 'This admission, operation or consent is of another patient.',
    },
  ],
  indexed: ['signed_at'],
  form: [
    { title: 'Consent', fields: ['consent_type', 'procedure_name', 'surgery_booking_id', 'admission_id'] },
    {
      title: 'What was explained',
      fields: [
        'explained',
        'benefits',
        'risks',
        'alternatives',
        'questions',
        'language',
        'interpreter_used',
        'interpreter_name',
      ],
    },
    { title: 'Decision', fields: ['decision', 'withdraws_id', 'blood_accepted', 'limits'] },
    {
      title: 'Signature',
      fields: [
        'signed_at',
        'signer_name',
        'signer_relation',
        'reason_not_patient',
        'signer_phone',
        'signature_kind',
        'witness_name',
      ],
    },
  ],
  list: ['signed_at', 'consent_type', 'procedure_name', 'decision', 'signer_name', 'taken_by'],
});
