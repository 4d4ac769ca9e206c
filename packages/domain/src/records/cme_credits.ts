import { NOBODY, ROLES } from '../access.ts';
import { instant, link, number, text } from '../fields.ts';
import { defineRecord } from '../record.ts';

export const cme_credits = defineRecord({
  name: 'cme_credits',
  title: 'Credit',
  titles: 'Credits',
  about: 'The certificate of one person for a lesson whose assessment was passed. The server writes it, once for each lesson.',
  scope: 'person',
  merge: 'server',
  fields: {
    user_id: link('Person', 'users', { required: true }),
    cme_topic_id: link('Lesson', 'cme_topics', { required: true }),
    user_assessment_id: link('Assessment', 'user_assessments', { required: true }),
    certificate_number: text('Certificate', { required: true, max: 20 }),
    score: number('Score', { least: 0, most: 100, decimals: 2, unit: '%', required: true }),
    credit_points: number('Credit points', { least: 0, most: 100, decimals: 1 }),
    earned_at: instant('Earned', { required: true }),
  },
  access: {
    read: ROLES,
    create: NOBODY,
    edit: NOBODY,
    retract: NOBODY,
    own: { field: 'user_id', actions: ['read'] },
  },
  unique: [
    {
      name: 'cme_credits_once_a_lesson',
      fields: ['user_id', 'cme_topic_id'],
      say: 'This person has the credit of this lesson.',
    },
    { name: 'cme_credits_number_once', fields: ['certificate_number'], say: 'Another certificate has this number.' },
  ],
  list: ['cme_topic_id', 'score', 'credit_points', 'certificate_number', 'earned_at'],
});
