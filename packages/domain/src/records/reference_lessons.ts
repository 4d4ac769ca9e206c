import { choice, integer, text, texts } from '../fields.ts';
import { defineRecord } from '../record.ts';
import { versionAccess, versionFields, versionRules } from './versioned.ts';

const NAME = 'reference_lessons';

export const reference_lessons = defineRecord({
  name: NAME,
  title: 'Lesson of the curriculum',
  titles: 'Lessons of the curriculum',
  about: 'One version of a lesson in the outline of the training: year, stage, what is to be learned.',
  scope: 'ref',
  merge: 'append',
  fields: {
    name: text('Lesson', { required: true, max: 255 }),
    domain: text('Field', { required: true }),
    training_year: integer('Year of training', { least: 1, most: 10 }),
    stage: choice('Stage', ['Part I (junior)', 'Part II (senior)']),
    objectives: texts('Objectives', { max: 500 }),
    ...versionFields,
  },
  access: versionAccess('ref', ['consultant']),
  ...versionRules(NAME),
  form: [
    { title: 'Lesson', fields: ['name', 'domain', 'training_year', 'stage', 'objectives'] },
    { title: 'Where it comes from', fields: ['sources', 'withdrawn', 'edit_reason'] },
  ],
  list: ['name', 'domain', 'training_year'],
});
