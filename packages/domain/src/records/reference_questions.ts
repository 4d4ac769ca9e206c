import { choice, note, text, texts } from '../fields.ts';
import { defineRecord } from '../record.ts';
import { versionAccess, versionFields, versionRules } from './versioned.ts';

const NAME = 'reference_questions';
const rules = versionRules(NAME);
const LETTERS = ['A', 'B', 'C', 'D', 'E'] as const;

export const reference_questions = defineRecord({
  name: NAME,
  title: 'Question of the bank',
  titles: 'Questions of the bank',
  about: 'One version of a question of the bank, with its key: only who writes lessons is sent it.',
  scope: 'authoring',
  merge: 'append',
  fields: {
    lesson_key: text('Lesson', { required: true, help: 'The entry of the curriculum: T01.' }),
    name: note('Question', { required: true, max: 4000 }),
    options: texts('Options', { required: true, max: 500, help: 'In the order A to E.' }),
    answer: choice('Best answer', LETTERS, { required: true }),
    explanation: note('Explanation', { max: 4000 }),
    difficulty: choice('Difficulty', ['easy', 'moderate', 'hard']),
    ...versionFields,
  },
  access: versionAccess('authoring', ['consultant']),
  ...rules,
  checks: [
    ...rules.checks,
    {
      name: `${NAME}_answer_among_options`,
      fields: ['answer'],
      say: 'The best answer is one of the options, of which there are two to five.',
      sql: 'cardinality(options) between 2 and 5 and ascii(answer) - 64 <= cardinality(options)',
      test: ({ options, answer }) =>
        Array.isArray(options) &&
        options.length >= 2 &&
        options.length <= LETTERS.length &&
        LETTERS.indexOf(answer as (typeof LETTERS)[number]) < options.length,
    },
  ],
  form: [
    { title: 'Question', fields: ['name', 'options', 'answer', 'explanation', 'difficulty', 'lesson_key'] },
    { title: 'Where it comes from', fields: ['sources', 'withdrawn', 'edit_reason'] },
  ],
  list: ['name', 'difficulty'],
});
