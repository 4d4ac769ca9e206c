import { ROLES } from '../access.ts';
import { choice, instant, link, text } from '../fields.ts';
import { defineRecord } from '../record.ts';

/** Canonical instants compare as text. */
const canonical = (value: unknown) => String(value);

export const duty_roster = defineRecord({
  name: 'duty_roster',
  title: 'Duty',
  titles: 'Duty roster',
  about: 'Who is on call, as what, from when to when.',
  scope: 'ref',
  merge: 'group:duty',
  fields: {
    user_id: link('Person', 'users', { required: true }),
    duty: choice(
      'Duty',
      ['First on call', 'Second on call', 'Third on call', 'Consultant on call', 'Ward', 'Theatre', 'Clinic'],
      {
        required: true,
      },
    ),
    starts_at: instant('From', { required: true }),
    ends_at: instant('Until', { required: true }),
    phone: text('Phone on duty', { max: 20, input: 'tel' }),
    overlap_reason: text('Reason for two duties at once', { max: 300 }),
  },
  access: {
    read: ROLES,
    create: ['consultant', 'senior_registrar'],
    edit: ['consultant', 'senior_registrar'],
    retract: ['consultant', 'senior_registrar'],
  },
  checks: [
    {
      name: 'duty_roster_ends_after_start',
      fields: ['ends_at'],
      say: 'A duty ends after it begins.',
      sql: 'ends_at > starts_at',
      test: (row) => String(row.ends_at) > String(row.starts_at),
    },
  ],
  against: [
    {
      name: 'duty_roster_one_at_a_time',
      fields: ['starts_at', 'ends_at'],
      say: 'This person has another duty then; give a reason if that is meant.',
      among: 'user_id',
      exclude:
        '(facility_id with =, user_id with =, tstzrange(starts_at, ends_at) with &&) where (not deleted and overlap_reason is null)',
      test: (row, others) =>
        row.overlap_reason !== null ||
        !others.some(
          (o) =>
            o.overlap_reason === null &&
            canonical(o.starts_at) < canonical(row.ends_at) &&
            canonical(row.starts_at) < canonical(o.ends_at),
        ),
    },
  ],
  indexed: ['starts_at'],
  list: ['user_id', 'duty', 'starts_at', 'ends_at', 'phone'],
});
