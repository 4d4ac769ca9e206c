import { rolesOf } from '../access.ts';
import type { Json } from '../fields.ts';
import { json, link, note } from '../fields.ts';
import { defineRecord } from '../record.ts';
import { AUTHORS, OPTIONS_MAX } from './learning.ts';

const isIndex = (n: Json) => typeof n === 'number' && Number.isInteger(n) && n >= 0 && n < OPTIONS_MAX;

export const mcq_keys = defineRecord({
  name: 'mcq_keys',
  title: 'Key',
  titles: 'Keys',
  about: 'The right options of a question and why they are right. Only authors hold it; who answered is told with the marks.',
  scope: 'authoring',
  merge: 'group:key',
  fields: {
    mcq_question_id: link('Question', 'mcq_questions', { required: true, merge: 'append' }),
    correct_options: json('Right options', {
      required: true,
      help: 'A list of positions in the options of the question; the first option is 0.',
    }),
    explanation: note('Explanation', { max: 4000 }),
  },
  access: { read: rolesOf('authoring'), create: AUTHORS, edit: AUTHORS, retract: AUTHORS },
  checks: [
    {
      name: 'mcq_keys_list_of_positions',
      fields: ['correct_options'],
      say: 'Name at least one right option by its position.',
      sql:
        `coalesce(jsonb_path_match(correct_options, 'strict $.type() == "array" && $.size() > 0 ` +
        `&& !exists($[*] ? (@.type() != "number" || @ < 0 || @ >= ${OPTIONS_MAX} || @ != @.floor()))'), false)`,
      test: ({ correct_options: list }) => Array.isArray(list) && list.length > 0 && list.every(isIndex),
    },
  ],
  unique: [{ name: 'mcq_keys_one_a_question', fields: ['mcq_question_id'], say: 'This question has a key already.' }],
  across: [
    {
      name: 'mcq_keys_fit_question',
      fields: ['correct_options'],
      say: 'The key must name options that the question has: one, unless it is multiple choice.',
    },
  ],
  list: ['mcq_question_id', 'correct_options', 'explanation'],
});
