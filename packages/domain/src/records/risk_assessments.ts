import { CLINICIANS, NOBODY } from '../access.ts';
import { instant, json, link, note, number, text } from '../fields.ts';
import { defineRecord } from '../record.ts';

export const risk_assessments = defineRecord({
  name: 'risk_assessments',
  title: 'Risk assessment',
  titles: 'Risk assessments',
  about: 'One filled instrument (Caprini, Braden, MUST, ASA …): the answers, the score, its band and the version of the rule.',
  scope: 'clinical',
  merge: 'append',
  corrected: 'by removing',
  computed: { result: 'result', rule: 'instrument', version: 'instrument_version', from: 'answers' },
  fields: {
    patient_id: link('Patient', 'patients', { required: true }),
    admission_id: link('Admission', 'patient_admissions'),
    assessed_at: instant('Assessed', { required: true }),
    instrument: text('Instrument', { required: true }),
    instrument_version: text('Version', { required: true, max: 40 }),
    answers: json('Answers', { required: true, help: 'Every item as it was answered; what was not asked is not here.' }),
    score: number('Score', { least: -1000, most: 10_000, decimals: 2 }),
    band: text('Band', { max: 200 }),
    result: json('Whole result', { hidden: true }),
    remarks: note('Remarks', { max: 2000 }),
    assessed_by: link('Assessed by', 'users', { merge: 'server', stamp: { as: 'who' } }),
  },
  access: { read: CLINICIANS, create: CLINICIANS, edit: NOBODY, retract: CLINICIANS },
  across: [
    {
      name: 'risk_assessments_same_patient',
      fields: ['admission_id'],
      same: 'patient_id',
      say: 'This admission is of another patient.',
    },
  ],
  indexed: ['assessed_at', 'instrument'],
  list: ['assessed_at', 'instrument', 'score', 'band'],
});
