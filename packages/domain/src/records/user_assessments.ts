import { NOBODY, ROLES } from '../access.ts';
import { choice, instant, integer, json, link, number, texts } from '../fields.ts';
import { defineRecord } from '../record.ts';

export const user_assessments = defineRecord({
  name: 'user_assessments',
  title: 'Assessment',
  titles: 'Assessments',
  about: 'One sitting of one person over the questions of a lesson. The server marks it when it is completed.',
  scope: 'person',
  merge: 'field',
  fields: {
    user_id: link('Person', 'users', { merge: 'server', stamp: { as: 'who' } }),
    cme_topic_id: link('Lesson', 'cme_topics', { required: true, merge: 'append' }),
    question_ids: texts('Questions asked', {
      max: 36,
      merge: 'append',
      help: 'Left empty: all questions of the lesson.',
    }),
    started_at: instant('Started', { merge: 'append' }),
    completed_at: instant('Completed', { merge: 'group:answers' }),
    answers: json('Answers', {
      merge: 'group:answers',
      help: 'Positions of the chosen options by the id of the question: {"<question>": [0, 2]}.',
    }),
    status: choice('Status', ['In Progress', 'Completed', 'Abandoned'], { required: true, merge: 'state' }),
    score: number('Score', { least: 0, most: 100, decimals: 2, unit: '%', merge: 'server' }),
    total_questions: integer('Questions', { least: 0, most: 1000, merge: 'server' }),
    correct_answers: integer('Right', { least: 0, most: 1000, merge: 'server' }),
    marking: json('Marking', {
      merge: 'server',
      help: 'For each question asked: what was chosen, what is right, and why. Empty until the answer is in.',
    }),
  },
  access: {
    read: ROLES,
    create: ROLES,
    edit: ROLES,
    retract: NOBODY,
    own: { field: 'user_id', actions: ['read', 'create', 'edit'] },
  },
  checks: [
    {
      name: 'user_assessments_ends_after_start',
      fields: ['completed_at'],
      say: 'An assessment cannot end before it began.',
      sql: 'started_at is null or completed_at is null or completed_at >= started_at',
      test: ({ started_at: from, completed_at: to }) => from === null || to === null || String(to) >= String(from),
    },
    {
      name: 'user_assessments_completed_with_answers',
      fields: ['answers'],
      say: 'Answer before you complete it, or abandon it.',
      sql: "status <> 'Completed' or answers is not null",
      test: (row) => row.status !== 'Completed' || row.answers !== null,
    },
    {
      name: 'user_assessments_answers_by_question',
      fields: ['answers'],
      say: 'Answers are kept by the id of their question.',
      sql: "answers is null or jsonb_typeof(answers) = 'object'",
      test: ({ answers }) => answers === null || (typeof answers === 'object' && !Array.isArray(answers)),
    },
  ],
  across: [
    {
      name: 'user_assessments_of_open_lesson',
      fields: ['cme_topic_id', 'question_ids'],
      say: 'The lesson must be published, and the questions its own.',
    },
  ],
  locks: [
    {
      name: 'user_assessments_ended',
      when: { field: 'status', is: ['Completed', 'Abandoned'] },
      fields: ['status', 'answers', 'completed_at'],
      say: 'This assessment has ended and stays as it is; begin a new one.',
    },
  ],
  transitions: { status: { 'In Progress': ['Completed', 'Abandoned'] } },
  indexed: ['status'],
  form: [{ title: 'Assessment', fields: ['cme_topic_id', 'started_at', 'answers', 'completed_at', 'status'] }],
  list: ['cme_topic_id', 'completed_at', 'status', 'score', 'correct_answers', 'total_questions'],
});
