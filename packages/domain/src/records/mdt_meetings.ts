import { DOCTORS, rolesOf } from '../access.ts';
import { choice, date, link, note, text, time } from '../fields.ts';
import { defineRecord } from '../record.ts';

export const mdt_meetings = defineRecord({
  name: 'mdt_meetings',
  title: 'Multidisciplinary meeting',
  titles: 'Multidisciplinary meetings',
  about: 'A meeting of several specialties about patients: when, where, who chairs, and its minutes.',
  scope: 'clinical',
  merge: 'field',
  fields: {
    meeting_title: text('Title', { required: true, max: 255 }),
    meeting_date: date('Day', { required: true, merge: 'group:when' }),
    meeting_time: time('Time', { required: true, merge: 'group:when' }),
    venue: text('Place', { max: 255 }),
    chairperson_id: link('Chair', 'users'),
    agenda: note('Agenda'),
    minutes: note('Minutes', { max: 40_000, merge: 'group:minutes' }),
    status: choice('Status', ['Scheduled', 'In Progress', 'Completed', 'Cancelled'], { required: true, merge: 'state' }),
  },
  access: { read: rolesOf('clinical'), create: DOCTORS, edit: DOCTORS, retract: ['consultant', 'senior_registrar'] },
  transitions: {
    status: {
      Scheduled: ['In Progress', 'Completed', 'Cancelled'],
      'In Progress': ['Completed', 'Cancelled'],
      Completed: ['In Progress'],
      Cancelled: ['Scheduled'],
    },
  },
  indexed: ['meeting_date', 'status'],
  form: [
    { title: 'Meeting', fields: ['meeting_title', 'meeting_date', 'meeting_time', 'venue', 'chairperson_id', 'status'] },
    { title: 'Papers', fields: ['agenda', 'minutes'] },
  ],
  list: ['meeting_date', 'meeting_time', 'meeting_title', 'venue', 'chairperson_id', 'status'],
});
