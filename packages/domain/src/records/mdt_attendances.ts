import { DOCTORS, rolesOf } from '../access.ts';
import { choice, link, note, text } from '../fields.ts';
import { defineRecord } from '../record.ts';

export const mdt_attendances = defineRecord({
  name: 'mdt_attendances',
  title: 'Attendance',
  titles: 'Attendances',
  about: 'One person invited to a multidisciplinary meeting, for which specialty, and whether they came.',
  scope: 'clinical',
  merge: 'field',
  fields: {
    mdt_meeting_id: link('Meeting', 'mdt_meetings', { required: true, merge: 'append' }),
    user_id: link('Person', 'users', { merge: 'group:who' }),
    attendee_name: text('Name, when without an account', { max: 200, merge: 'group:who' }),
    specialty: text('Specialty'),
    attendance: choice('Attendance', ['Invited', 'Confirmed', 'Declined', 'Attended', 'Absent'], { required: true }),
    notes: note('Notes', { max: 1000 }),
  },
  access: { read: rolesOf('clinical'), create: DOCTORS, edit: DOCTORS, retract: DOCTORS },
  checks: [
    {
      name: 'mdt_attendances_somebody',
      fields: ['user_id', 'attendee_name'],
      say: 'Choose a person, or write the name of one without an account.',
      sql: '(user_id is null) <> (attendee_name is null)',
      test: (row) => (row.user_id === null) !== (row.attendee_name === null),
    },
  ],
  unique: [
    {
      name: 'mdt_attendances_person_once',
      fields: ['mdt_meeting_id', 'user_id'],
      say: 'This person is on the list already.',
    },
  ],
  form: [{ title: 'Attendance', fields: ['mdt_meeting_id', 'user_id', 'attendee_name', 'specialty', 'attendance', 'notes'] }],
  list: ['user_id', 'attendee_name', 'specialty', 'attendance'],
});
