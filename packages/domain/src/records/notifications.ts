import { NOBODY, ROLES } from '../access.ts';
import { choice, instant, link, text } from '../fields.ts';
import { defineRecord } from '../record.ts';

export const notifications = defineRecord({
  name: 'notifications',
  title: 'Notice',
  titles: 'Notices',
  about: 'Something one person should know: a critical result, a conflict to settle, a task that is due.',
  scope: 'person',
  merge: 'latest',
  fields: {
    user_id: link('For', 'users', { required: true, merge: 'server' }),
    kind: choice('Kind', ['Critical result', 'Result', 'Conflict', 'Task', 'Approval', 'Other'], {
      required: true,
      merge: 'server',
    }),
    message: text('Message', { required: true, max: 500, merge: 'server' }),
    record_kind: text('About', { max: 63, merge: 'server', hidden: true }),
    record_id: text('Record id', { max: 36, merge: 'server', hidden: true }),
    patient_id: link('Patient', 'patients', { merge: 'server' }),
    read_at: instant('Read'),
  },
  access: {
    read: ROLES,
    create: NOBODY,
    edit: NOBODY,
    retract: NOBODY,
    own: { field: 'user_id', actions: ['read', 'edit'] },
    self: { field: 'user_id', fields: ['read_at'] },
  },
  list: ['kind', 'message', 'read_at'],
});
