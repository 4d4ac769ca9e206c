import { DOCTORS, rolesOf } from '../access.ts';
import { date, flag, link, note } from '../fields.ts';
import { defineRecord } from '../record.ts';

export const mdt_cases = defineRecord({
  name: 'mdt_cases',
  title: 'Case of a meeting',
  titles: 'Cases of meetings',
  about: 'One patient discussed at a multidisciplinary meeting: the question, what was recommended, and who does what.',
  scope: 'clinical',
  merge: 'group:case',
  fields: {
    patient_id: link('Patient', 'patients', { required: true, merge: 'append' }),
    mdt_meeting_id: link('Meeting', 'mdt_meetings', { required: true, merge: 'append' }),
    case_summary: note('Summary', { required: true }),
    question: note('Question to the meeting', { max: 2000 }),
    presenting_clinician_id: link('Presented by', 'users'),
    discussion_points: note('Discussion'),
    recommendations: note('Recommendation'),
    action_plan: note('Who does what until when'),
    follow_up_required: flag('To be seen again'),
    follow_up_date: date('Seen again on'),
  },
  access: { read: rolesOf('clinical'), create: DOCTORS, edit: DOCTORS, retract: DOCTORS },
  checks: [
    {
      name: 'mdt_cases_follow_up_meant',
      fields: ['follow_up_date', 'follow_up_required'],
      say: 'Either the patient is not to be seen again, or there is a day for it.',
      sql: 'follow_up_date is null or follow_up_required is not false',
      test: (row) => row.follow_up_date === null || row.follow_up_required !== false,
    },
  ],
  unique: [
    {
      name: 'mdt_cases_patient_once',
      fields: ['mdt_meeting_id', 'patient_id'],
      say: 'This patient is on the list of this meeting already.',
    },
  ],
  indexed: ['follow_up_date'],
  form: [
    { title: 'Case', fields: ['mdt_meeting_id', 'case_summary', 'question', 'presenting_clinician_id'] },
    {
      title: 'Decision',
      fields: ['discussion_points', 'recommendations', 'action_plan', 'follow_up_required', 'follow_up_date'],
    },
  ],
  list: ['mdt_meeting_id', 'case_summary', 'recommendations', 'follow_up_date', 'presenting_clinician_id'],
});
