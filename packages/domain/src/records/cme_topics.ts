import { rolesOf } from '../access.ts';
import { choice, flag, instant, integer, link, note, number, text } from '../fields.ts';
import { defineRecord } from '../record.ts';
import { AUTHORS } from './learning.ts';

export const cme_topics = defineRecord({
  name: 'cme_topics',
  title: 'Lesson',
  titles: 'Lessons',
  about:
    'One lesson of continuing medical education. Text that a machine drafted is marked as such, and a person publishes it.',
  scope: 'learning',
  merge: 'group:topic',
  fields: {
    topic_name: text('Title', { required: true, max: 255 }),
    category: text('Category'),
    description: note('Description', { max: 4000 }),
    learning_objectives: note('Learning objectives', { max: 4000 }),
    content: note('Text', { max: 60_000 }),
    references: note('References', { max: 10_000 }),
    difficulty_level: choice('Level', ['Beginner', 'Intermediate', 'Advanced']),
    estimated_duration: integer('Time needed', { least: 1, most: 1440, unit: 'minutes' }),
    ai_generated: flag('Drafted by a machine', { merge: 'append', help: 'Stays marked, whoever edits it later.' }),
    ai_generated_at: instant('Drafted', { merge: 'server', stamp: { as: 'when', of: 'ai_generated' } }),
    questions_per_sitting: integer('Questions in one sitting', {
      least: 1,
      most: 200,
      help: 'Left empty: all questions of the lesson.',
    }),
    pass_mark: number('Pass mark', { least: 1, most: 100, decimals: 2, unit: '%', help: 'Left empty: 50 %.' }),
    credit_points: number('Credit points', { least: 0, most: 100, decimals: 1 }),
    is_published: flag('Published'),
    published_by: link('Published by', 'users', { merge: 'server', stamp: { as: 'who', of: 'is_published' } }),
    published_at: instant('Published', { merge: 'server', stamp: { as: 'when', of: 'is_published' } }),
  },
  access: {
    read: rolesOf('learning'),
    create: AUTHORS,
    edit: AUTHORS,
    retract: AUTHORS,
    guards: [{ about: 'publish a lesson', fields: ['is_published'], roles: AUTHORS }],
  },
  checks: [
    {
      name: 'cme_topics_published_with_text',
      fields: ['content'],
      say: 'A lesson needs its text before it is published.',
      sql: 'is_published is not true or content is not null or description is not null',
      test: (row) => row.is_published !== true || row.content !== null || row.description !== null,
    },
  ],
  indexed: ['category', 'is_published'],
  form: [
    { title: 'Lesson', fields: ['topic_name', 'category', 'difficulty_level', 'estimated_duration', 'description'] },
    { title: 'Text', fields: ['learning_objectives', 'content', 'references', 'ai_generated'] },
    { title: 'Test', fields: ['questions_per_sitting', 'pass_mark', 'credit_points'] },
    { title: 'Publication', fields: ['is_published'] },
  ],
  list: ['topic_name', 'category', 'difficulty_level', 'estimated_duration', 'is_published'],
});
