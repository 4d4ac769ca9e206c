import { NOBODY, ROLES } from '../access.ts';
import { choice, instant, json, link, note, texts } from '../fields.ts';
import { defineRecord } from '../record.ts';

export const patient_matches = defineRecord({
  name: 'patient_matches',
  title: 'Possible duplicate',
  titles: 'Possible duplicates',
  about: 'Two registrations that may be of one person: why it is thought so, what was decided, and how they were merged.',
  scope: 'identity',
  merge: 'server',
  fields: {
    one_id: link('Patient', 'patients', { required: true }),
    other_id: link('And', 'patients', { required: true }),
    reasons: texts('Why', { required: true }),
    status: choice('Status', ['Possible', 'Different people', 'Merged'], { required: true }),
    decided_by: link('Decided by', 'users'),
    decided_at: instant('Decided'),
    note: note('Note', { max: 1000 }),
    // Of a merge: what is needed to take it apart again.
    survivor_id: link('Went on as', 'patients'),
    before: json('Fields of who went on, before and after'),
    moved: json('Entries that were moved, by kind'),
  },
  access: {
    read: ROLES,
    create: NOBODY,
    edit: NOBODY,
    retract: NOBODY,
    acts: [
      {
        name: 'merge',
        about: 'merge two patients, take a merge apart, or say that two are different people',
        roles: ['consultant', 'senior_registrar'],
      },
    ],
  },
  checks: [
    {
      name: 'patient_matches_merged_into_one',
      fields: ['survivor_id'],
      say: 'A merge names who went on.',
      sql: "(status = 'Merged') = (survivor_id is not null)",
      test: (row) => (row.status === 'Merged') === (row.survivor_id !== null),
    },
  ],
  unique: [{ name: 'patient_matches_once', fields: ['one_id', 'other_id'], say: 'These two were compared already.' }],
  indexed: ['status'],
  list: ['one_id', 'other_id', 'reasons', 'status', 'decided_at'],
});
