import { DOCTORS, rolesOf } from '../access.ts';
import { choice, flag, instant, json, link, note, text } from '../fields.ts';
import { defineRecord } from '../record.ts';

const RESULT = { merge: 'group:result' } as const;

/** Doctors who verify a report beside the laboratory. House officers and medical officers do not sign for others. */
const VERIFIERS = ['consultant', 'senior_registrar', 'junior_registrar', 'anaesthetist'] as const;

/**
 * Whoever writes any of these made the result, and somebody else verifies it. Marking it as critical does not make one its author, or
 * whoever entered it could verify it afterwards.
 */
const MADE = ['result_date', 'results', 'result_values', 'interpretation', 'reference_ranges', 'report'] as const;

/** What a doctor has seen stays as it was seen; it can still be verified. */
const SEEN = ['status', ...MADE, 'is_critical'] as const;

/** What a verified result holds as it is; who has seen it and who was told can still be added. */
const VERIFIED = [...SEEN, 'is_verified'] as const;

/** Who takes a sample writes these. */
const SAMPLE = [
  'status',
  'sample_type',
  'sample_site',
  'sample_collected',
  'sample_collection_date',
  'sample_problem',
  'notes',
] as const;

export const lab_investigations = defineRecord({
  name: 'lab_investigations',
  title: 'Investigation',
  titles: 'Investigations',
  about: 'One laboratory test or imaging study: ordered, collected, resulted, verified, and seen by a doctor.',
  scope: 'orders',
  merge: 'field',
  fields: {
    patient_id: link('Patient', 'patients', { required: true, merge: 'append' }),
    admission_id: link('Admission', 'patient_admissions', { merge: 'append' }),
    treatment_plan_id: link('Plan', 'treatment_plans'),
    investigation_type: text('Kind', { required: true, max: 100, help: 'Haematology, microbiology, imaging …' }),
    test_name: text('Test', { required: true, max: 255 }),
    modality: choice('Imaging', ['X-ray', 'Ultrasound', 'Doppler', 'CT', 'MRI', 'Contrast study', 'Nuclear medicine', 'Other']),
    body_part: text('Part of the body', { max: 100 }),
    laterality: choice('Side', ['Left', 'Right', 'Bilateral', 'Midline', 'Not applicable']),
    priority: choice('Priority', ['Routine', 'Urgent', 'STAT']),
    clinical_details: note('Clinical details', { max: 4000, help: 'What the laboratory or radiology should know.' }),
    ordered_by: link('Ordered by', 'users', { merge: 'server', stamp: { as: 'who' } }),
    ordered_date: instant('Ordered', { merge: 'server', stamp: { as: 'when' } }),
    status: choice('Status', ['Ordered', 'Sample Collected', 'Processing', 'Completed', 'Cancelled'], {
      required: true,
      merge: 'state',
    }),
    cancel_reason: note('Why cancelled', { max: 1000 }),
    sample_type: text('Sample', { max: 100 }),
    sample_site: text('Taken from', { max: 200 }),
    sample_collected: flag('Sample collected'),
    sample_collection_date: instant('Collected'),
    sample_collected_by: link('Collected by', 'users', { merge: 'server', stamp: { as: 'who', of: 'sample_collected' } }),
    sample_problem: text('Problem with the sample', { max: 300, help: 'Clotted, haemolysed, too little, unlabelled …' }),
    lab_number: text('Laboratory number', { max: 50 }),
    result_date: instant('Result of', { ...RESULT }),
    results: note('Result', { ...RESULT }),
    result_values: json('Values', {
      ...RESULT,
      help: 'A list of {name, value, unit, low, high}; a value is never without its unit.',
    }),
    reference_ranges: note('Reference ranges', { max: 4000, ...RESULT }),
    interpretation: note('Interpretation', { max: 4000, ...RESULT }),
    report: note('Imaging report', { ...RESULT }),
    is_critical: flag('Critical', { ...RESULT, help: 'Whoever ordered it is told at once when the result is complete.' }),
    performed_by: link('Resulted by', 'users', { merge: 'server', stamp: { as: 'who', of: MADE } }),
    critical_told_to: text('Told by phone to', { max: 200, merge: 'group:told' }),
    critical_told_at: instant('Told', { merge: 'group:told' }),
    is_verified: flag('Verified', { ...RESULT }),
    verified_by: link('Verified by', 'users', { merge: 'server', stamp: { as: 'who', of: 'is_verified' } }),
    verified_at: instant('Verified', { merge: 'server', stamp: { as: 'when', of: 'is_verified' } }),
    is_reviewed: flag('Seen by a doctor'),
    reviewed_by: link('Seen by', 'users', { merge: 'server', stamp: { as: 'who', of: 'is_reviewed' } }),
    reviewed_at: instant('Seen', { merge: 'server', stamp: { as: 'when', of: 'is_reviewed' } }),
    amends: link('Corrects', 'lab_investigations', { merge: 'append' }),
    notes: note('Notes', { max: 4000 }),
  },
  open: { field: 'status', is: ['Ordered', 'Sample Collected', 'Processing'] },
  access: {
    read: rolesOf('orders'),
    create: DOCTORS,
    edit: DOCTORS,
    retract: ['consultant', 'senior_registrar'],
    edit_only: {
      nursing: SAMPLE,
      lab: [
        ...SAMPLE,
        ...VERIFIED.filter((f) => f !== 'report'),
        'cancel_reason',
        'lab_number',
        'critical_told_to',
        'critical_told_at',
      ],
    },
    guards: [
      {
        about: 'enter a laboratory result',
        fields: ['results', 'result_values', 'reference_ranges', 'interpretation'],
        roles: ['lab'],
      },
      { about: 'report imaging', fields: ['report'], roles: DOCTORS },
      { about: 'say that a result is critical', fields: ['is_critical', 'result_date'], roles: ['lab', ...DOCTORS] },
      { about: 'process or complete', fields: ['status'], values: ['Processing', 'Completed'], roles: ['lab', ...DOCTORS] },
      { about: 'cancel', fields: ['status'], values: ['Cancelled'], roles: ['lab', ...DOCTORS] },
      {
        about: 'verify a result of somebody else',
        fields: ['is_verified'],
        roles: ['lab', ...VERIFIERS],
        not_self: 'performed_by',
      },
      { about: 'say that a result was seen', fields: ['is_reviewed'], roles: DOCTORS },
    ],
  },
  checks: [
    {
      name: 'lab_investigations_cancel_explained',
      fields: ['cancel_reason'],
      say: 'Say why it is cancelled.',
      sql: "status <> 'Cancelled' or cancel_reason is not null",
      test: (row) => row.status !== 'Cancelled' || row.cancel_reason !== null,
    },
    {
      name: 'lab_investigations_completed_with_result',
      fields: ['results'],
      say: 'A completed investigation needs its result.',
      sql: "status <> 'Completed' or num_nonnulls(results, result_values, report) > 0",
      test: (row) => row.status !== 'Completed' || [row.results, row.result_values, row.report].some((v) => v !== null),
    },
    {
      name: 'lab_investigations_result_dated',
      fields: ['result_date'],
      say: 'Say when the result was made.',
      sql: 'result_date is not null or num_nonnulls(results, result_values, report) = 0',
      test: (row) => row.result_date !== null || [row.results, row.result_values, row.report].every((v) => v === null),
    },
    {
      name: 'lab_investigations_critical_with_result',
      fields: ['is_critical'],
      say: 'Only a result can be critical; enter it first.',
      sql: 'is_critical is not true or num_nonnulls(results, result_values, report) > 0',
      test: (row) => row.is_critical !== true || [row.results, row.result_values, row.report].some((v) => v !== null),
    },
    {
      name: 'lab_investigations_verified_when_completed',
      fields: ['is_verified'],
      say: 'Only a completed result can be verified.',
      sql: "is_verified is not true or status = 'Completed'",
      test: (row) => row.is_verified !== true || row.status === 'Completed',
    },
    {
      name: 'lab_investigations_reviewed_when_completed',
      fields: ['is_reviewed'],
      say: 'Only a completed result can be marked as seen.',
      sql: "is_reviewed is not true or status = 'Completed'",
      test: (row) => row.is_reviewed !== true || row.status === 'Completed',
    },
    {
      name: 'lab_investigations_collection_said',
      fields: ['sample_collected'],
      say: 'A sample with a time of collection was collected.',
      sql: 'sample_collection_date is null or sample_collected is true',
      test: (row) => row.sample_collection_date === null || row.sample_collected === true,
    },
    {
      name: 'lab_investigations_result_after_sample',
      fields: ['result_date'],
      say: 'A result cannot be older than its sample.',
      sql: 'result_date is null or sample_collection_date is null or result_date >= sample_collection_date',
      test: ({ result_date: result, sample_collection_date: taken }) =>
        result === null || taken === null || String(result) >= String(taken),
    },
    {
      name: 'lab_investigations_told_whom',
      fields: ['critical_told_to'],
      say: 'Say who was told, and when.',
      sql: '(critical_told_to is null) = (critical_told_at is null)',
      test: (row) => (row.critical_told_to === null) === (row.critical_told_at === null),
    },
  ],
  across: [
    {
      name: 'lab_investigations_same_patient',
      fields: ['admission_id', 'treatment_plan_id', 'amends'],
      same: 'patient_id',
      say: 'This admission, plan or investigation is of another patient.',
    },
  ],
  locks: [
    {
      name: 'lab_investigations_verified',
      when: { field: 'is_verified', is: [true] },
      fields: VERIFIED,
      say: 'A verified result stays as it is; enter a new investigation that corrects it.',
    },
    {
      name: 'lab_investigations_seen',
      when: { field: 'is_reviewed', is: [true] },
      fields: SEEN,
      say: 'A doctor has seen this result, so it stays as it is; enter a new investigation that corrects it.',
    },
  ],
  transitions: {
    status: {
      Ordered: ['Sample Collected', 'Processing', 'Completed', 'Cancelled'],
      'Sample Collected': ['Processing', 'Completed', 'Cancelled'],
      Processing: ['Completed', 'Cancelled'],
    },
  },
  indexed: ['status', 'ordered_date', 'is_critical'],
  form: [
    { title: 'Order', fields: ['investigation_type', 'test_name', 'priority', 'clinical_details', 'status', 'cancel_reason'] },
    { title: 'Imaging', fields: ['modality', 'body_part', 'laterality', 'report'] },
    { title: 'Sample', fields: ['sample_type', 'sample_site', 'sample_collected', 'sample_collection_date', 'sample_problem'] },
    {
      title: 'Result',
      fields: ['lab_number', 'result_date', 'results', 'result_values', 'reference_ranges', 'interpretation', 'is_critical'],
    },
    { title: 'After the result', fields: ['critical_told_to', 'critical_told_at', 'is_verified', 'is_reviewed', 'notes'] },
  ],
  list: ['test_name', 'priority', 'status', 'ordered_date', 'results', 'is_critical'],
});
