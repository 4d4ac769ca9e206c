import { rolesOf } from '../access.ts';
import { choice, link, note, texts } from '../fields.ts';
import { defineRecord } from '../record.ts';
import { AUTHORS, OPTIONS_MAX } from './learning.ts';

export const mcq_questions = defineRecord({
  name: 'mcq_questions',
  title: 'Question',
  titles: 'Questions',
  about: 'A question of a lesson with its options. Which of them are right is kept apart and never reaches who answers.',
  scope: 'learning',
  merge: 'group:question',
  fields: {
    cme_topic_id: link('Lesson', 'cme_topics', { required: true, merge: 'append' }),
    question_text: note('Question', { required: true, max: 4000 }),
    question_type: choice('Kind', ['Single Choice', 'Multiple Choice', 'True/False'], { required: true }),
    options: texts('Options', { required: true, max: 500, help: 'In the order in which they are counted, without the key.' }),
    difficulty: choice('Difficulty', ['Easy', 'Medium', 'Hard']),
  },
  access: { read: rolesOf('learning'), create: AUTHORS, edit: AUTHORS, retract: AUTHORS },
  checks: [
    {
      name: 'mcq_questions_options_to_choose',
      fields: ['options'],
      say: `Give two to ${OPTIONS_MAX} options.`,
      sql: `cardinality(options) between 2 and ${OPTIONS_MAX}`,
      test: (row) => Array.isArray(row.options) && row.options.length >= 2 && row.options.length <= OPTIONS_MAX,
    },
    {
      name: 'mcq_questions_two_for_true_false',
      fields: ['options'],
      say: 'A true/false question has two options.',
      sql: "question_type <> 'True/False' or cardinality(options) = 2",
      test: (row) => row.question_type !== 'True/False' || (Array.isArray(row.options) && row.options.length === 2),
    },
  ],
  across: [
    {
      name: 'mcq_questions_fit_key',
      fields: ['options', 'question_type'],
      say: 'The key names an option that this question would no longer have; change the key first.',
    },
  ],
  list: ['question_text', 'question_type', 'difficulty'],
});
