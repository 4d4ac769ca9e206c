import { choice, flag, integer, text, texts } from '../fields.ts';
import { defineRecord } from '../record.ts';
import { versionAccess, versionFields, versionRules } from './versioned.ts';

const NAME = 'reference_procedures';

export const reference_procedures = defineRecord({
  name: NAME,
  title: 'Procedure of the reference',
  titles: 'Procedures of the reference',
  about: 'One version of what a procedure is planned with: time, anaesthesia, wound class, antibiotic, blood.',
  scope: 'ref',
  merge: 'append',
  fields: {
    name: text('Procedure', { required: true, max: 255 }),
    category: text('Category', { required: true }),
    magnitude: choice('Magnitude', ['minor', 'intermediate', 'major', 'major_complex']),
    typical_minutes: integer('Usual duration', { least: 1, most: 2880, unit: 'min' }),
    anaesthesia: texts('Anaesthesia', { max: 20, help: 'LA local, RA regional, GA general, sedation, none.' }),
    wound_class: choice('Wound class to plan with', ['I', 'II', 'III', 'IV'], {
      help: 'The surgeon records the actual class at the end.',
    }),
    antibiotic: choice('Antibiotic before the incision', ['no', 'case', 'yes', 'therapeutic'], {
      help: 'case: decided for each patient. therapeutic: a course of treatment, not prophylaxis.',
    }),
    blood: choice('Blood', ['none', 'group_and_save', 'crossmatch_2', 'crossmatch_4']),
    side_required: flag('The side must be said'),
    flap_monitoring: flag('The flap is watched afterwards'),
    implant: flag('An implant is used'),
    counts_required: flag('Counts are required'),
    icd10: texts('ICD-10 candidates', { max: 20 }),
    icd11: texts('ICD-11 candidates', { max: 20 }),
    ...versionFields,
  },
  access: versionAccess('ref', ['consultant']),
  ...versionRules(NAME),
  form: [
    { title: 'Procedure', fields: ['name', 'category', 'magnitude', 'icd10', 'icd11'] },
    { title: 'To plan with', fields: ['typical_minutes', 'anaesthesia', 'wound_class', 'antibiotic', 'blood'] },
    { title: 'To see to', fields: ['side_required', 'flap_monitoring', 'implant', 'counts_required'] },
    { title: 'Where it comes from', fields: ['sources', 'withdrawn', 'edit_reason'] },
  ],
  list: ['name', 'category', 'typical_minutes'],
});
