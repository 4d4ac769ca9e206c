import { DOCTORS, rolesOf } from '../access.ts';
import { choice, date, flag, instant, integer, link, note, text, texts, time } from '../fields.ts';
import { defineRecord } from '../record.ts';
import { ALLERGIES } from './rests_on.ts';
import { BOOKING_TEAM, overlapsOfPeople, overlapsOfTheatre } from './surgery_overlap.ts';

export const surgery_bookings = defineRecord({
  name: 'surgery_bookings',
  title: 'Operation',
  titles: 'Operations',
  about: 'One operation: when and where it is planned, who takes part, what is needed, and how it went.',
  scope: 'clinical',
  merge: 'field',
  fields: {
    patient_id: link('Patient', 'patients', { required: true, merge: 'append' }),
    admission_id: link('Admission', 'patient_admissions'),
    treatment_plan_id: link('Plan', 'treatment_plans'),
    procedure_name: text('Procedure', { required: true, max: 255, merge: 'hold:procedure' }),
    procedure_code: text('Code of the procedure', { max: 50 }),
    procedure_type: text('Kind of procedure', { max: 100 }),
    laterality: choice('Side', ['Left', 'Right', 'Bilateral', 'Midline', 'Not applicable'], { merge: 'hold:side' }),
    urgency: choice('Urgency', ['Elective', 'Urgent', 'Emergency']),
    scheduled_date: date('Day', { required: true, merge: 'group:slot' }),
    scheduled_time: time('Time', { required: true, merge: 'group:slot' }),
    estimated_duration: integer('Expected duration', { least: 1, most: 2880, unit: 'min', merge: 'group:slot' }),
    theatre_number: text('Theatre', { max: 50, merge: 'group:slot' }),
    overlap_reason: note('Why it may overlap', {
      max: 500,
      merge: 'group:slot',
      help: 'Only when the theatre or a member of the team is booked at the same time and this is meant.',
    }),
    ward: text('Ward as written', { max: 100 }),
    ward_id: link('Ward', 'wards'),
    primary_surgeon_id: link('Surgeon', 'users'),
    assistant_surgeon_id: link('Assistant', 'users'),
    anaesthetist_id: link('Anaesthetist', 'users'),
    scrub_nurse_id: link('Scrub nurse', 'users'),
    pre_op_diagnosis: note('Diagnosis before the operation', { max: 4000 }),
    planned_procedure: note('What is planned', { max: 4000 }),
    special_requirements: texts('Needed in theatre', {
      max: 100,
      help: 'For example crossmatched blood, diathermy, tourniquet, dermatome, armoured tube.',
    }),
    consent_obtained: flag('Consent obtained', { merge: 'group:consent' }),
    consent_date: instant('Consent obtained at', { merge: 'group:consent' }),
    status: choice('Status', ['Scheduled', 'Confirmed', 'In Progress', 'Completed', 'Cancelled', 'Postponed'], {
      required: true,
      merge: 'state',
    }),
    status_reason: note('Reason for the status', { max: 1000, help: 'Why it was cancelled or postponed.' }),
    actual_start_time: instant('Began', { merge: 'group:operation' }),
    actual_end_time: instant('Ended', { merge: 'group:operation' }),
    anaesthesia_type: text('Anaesthesia', { max: 100, merge: 'group:operation' }),
    findings: note('Findings', { merge: 'group:operation' }),
    procedure_performed: note('Procedure performed', { merge: 'group:operation' }),
    complications: note('Complications', { merge: 'group:operation' }),
    post_op_diagnosis: note('Diagnosis after the operation', { max: 4000, merge: 'group:operation' }),
    post_op_instructions: note('Instructions after the operation', { merge: 'group:operation' }),
  },
  open: { field: 'status', is: ['Scheduled', 'Confirmed', 'In Progress', 'Postponed'], until: 'scheduled_date' },
  access: {
    read: rolesOf('clinical'),
    create: DOCTORS,
    edit: DOCTORS,
    retract: ['consultant', 'senior_registrar'],
    edit_only: {
      nursing: [
        'scheduled_date',
        'scheduled_time',
        'theatre_number',
        'overlap_reason',
        'scrub_nurse_id',
        'ward',
        'ward_id',
        'status',
        'status_reason',
      ],
    },
    guards: [
      {
        about: 'begin, finish or cancel an operation',
        fields: ['status'],
        values: ['In Progress', 'Completed', 'Cancelled'],
        roles: DOCTORS,
      },
      {
        about: 'book a cancelled operation again',
        fields: ['status'],
        from: ['Cancelled'],
        values: ['Scheduled'],
        roles: DOCTORS,
      },
    ],
  },
  checks: [
    {
      name: 'surgery_bookings_status_explained',
      fields: ['status_reason'],
      say: 'Say why it is cancelled or postponed.',
      sql: "status not in ('Cancelled', 'Postponed') or status_reason is not null",
      test: (row) => !['Cancelled', 'Postponed'].includes(String(row.status)) || row.status_reason !== null,
    },
    {
      name: 'surgery_bookings_ends_after_start',
      fields: ['actual_end_time'],
      say: 'The operation cannot end before it began.',
      sql: 'actual_end_time is null or coalesce(actual_end_time >= actual_start_time, false)',
      // Canonical instants compare as text.
      test: (row) =>
        row.actual_end_time === null ||
        (row.actual_start_time !== null && String(row.actual_end_time) >= String(row.actual_start_time)),
    },
    {
      name: 'surgery_bookings_consent_dated',
      fields: ['consent_date'],
      say: 'Only a consent that was obtained has a date.',
      sql: 'consent_date is null or coalesce(consent_obtained, false)',
      test: (row) => row.consent_date === null || row.consent_obtained === true,
    },
  ],
  rests: [
    {
      name: 'surgery_bookings_begun',
      act: 'the operation begins',
      when: { sets: { status: ['In Progress'], actual_start_time: [] } },
      on: [{ kind: 'surgery_bookings', fields: ['laterality', 'procedure_name'], as: 'id' }, ...ALLERGIES],
      done: true,
    },
  ],
  against: [
    {
      name: 'surgery_bookings_theatre_free',
      fields: ['theatre_number', 'scheduled_date', 'scheduled_time'],
      say: 'Another operation is booked in this theatre at that time. Choose another time, or say why they may overlap.',
      among: 'scheduled_date',
      exclude: `(
    facility_id with =, lower(theatre_number) with =,
    tsrange(scheduled_date + scheduled_time, scheduled_date + scheduled_time + make_interval(mins => estimated_duration)) with &&
  ) where (not deleted and overlap_reason is null and theatre_number is not null and estimated_duration is not null
    and status in ('Scheduled', 'Confirmed', 'In Progress'))`,
      test: (row, others) => !others.some((other) => overlapsOfTheatre(row, other)),
    },
    {
      name: 'surgery_bookings_people_free',
      fields: [...BOOKING_TEAM, 'scheduled_date', 'scheduled_time'],
      say: 'Someone of this team is booked for another operation at that time. Choose another time, or say why they may overlap.',
      among: 'scheduled_date',
      test: (row, others) => !others.some((other) => overlapsOfPeople(row, other)),
    },
  ],
  across: [
    {
      name: 'surgery_bookings_same_patient',
      fields: ['admission_id', 'treatment_plan_id'],
      same: 'patient_id',
      say: 'This admission or plan is of another patient.',
    },
  ],
  transitions: {
    status: {
      Scheduled: ['Confirmed', 'In Progress', 'Completed', 'Cancelled', 'Postponed'],
      Confirmed: ['Scheduled', 'In Progress', 'Completed', 'Cancelled', 'Postponed'],
      'In Progress': ['Completed', 'Cancelled'],
      Completed: ['In Progress'],
      Cancelled: ['Scheduled'],
      Postponed: ['Scheduled', 'Confirmed', 'Cancelled'],
    },
  },
  indexed: ['scheduled_date', 'status'],
  form: [
    {
      title: 'Operation',
      fields: [
        'procedure_name',
        'procedure_code',
        'procedure_type',
        'laterality',
        'urgency',
        'pre_op_diagnosis',
        'planned_procedure',
        'treatment_plan_id',
        'admission_id',
      ],
    },
    {
      title: 'When and where',
      fields: [
        'scheduled_date',
        'scheduled_time',
        'estimated_duration',
        'theatre_number',
        'overlap_reason',
        'ward_id',
        'ward',
        'status',
        'status_reason',
      ],
    },
    {
      title: 'Team and needs',
      fields: ['primary_surgeon_id', 'assistant_surgeon_id', 'anaesthetist_id', 'scrub_nurse_id', 'special_requirements'],
    },
    { title: 'Consent', fields: ['consent_obtained', 'consent_date'] },
    {
      title: 'How it went',
      fields: [
        'actual_start_time',
        'actual_end_time',
        'anaesthesia_type',
        'findings',
        'procedure_performed',
        'complications',
        'post_op_diagnosis',
        'post_op_instructions',
      ],
    },
  ],
  list: ['scheduled_date', 'scheduled_time', 'theatre_number', 'procedure_name', 'primary_surgeon_id', 'status'],
});
