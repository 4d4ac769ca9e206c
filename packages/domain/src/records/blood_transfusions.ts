import { CLINICIANS, rolesOf } from '../access.ts';
import { choice, date, flag, instant, integer, link, note, number, text } from '../fields.ts';
import { defineRecord } from '../record.ts';
import { BLOOD_GROUPS, RED_CELLS_FIT, redCellsFit, UNIT_IS_USUAL, unitIsUsual } from './blood_groups.ts';

const UNIT = { merge: 'hold:unit' } as const;
const CHECKED = ['identity_checked', 'group_checked', 'unit_checked', 'expiry_checked'] as const;
/** The groups are compared where that of the patient is known. */
const ALWAYS_CHECKED = CHECKED.filter((field) => field !== 'group_checked');
const HAEMOGLOBIN = { least: 1, most: 30, decimals: 1, unit: 'g/dL' } as const;

export const blood_transfusions = defineRecord({
  name: 'blood_transfusions',
  title: 'Transfusion',
  titles: 'Transfusions',
  about:
    'One unit of blood or a blood product: why it was asked for, what it is, the checks at the bedside, how it ran and how it was borne.',
  scope: 'clinical',
  merge: 'group:transfusion',
  fields: {
    patient_id: link('Patient', 'patients', { required: true, merge: 'append' }),
    admission_id: link('Admission', 'patient_admissions'),
    surgery_booking_id: link('Operation', 'surgery_bookings'),
    status: choice('Status', ['Requested', 'Issued', 'Running', 'Completed', 'Stopped', 'Cancelled'], {
      required: true,
      merge: 'state',
    }),
    component: choice('Component', ['Whole blood', 'Packed red cells', 'Platelets', 'Fresh frozen plasma', 'Cryoprecipitate'], {
      required: true,
      ...UNIT,
    }),
    urgency: choice('Urgency', ['Routine', 'Urgent', 'Emergency']),
    indication: note('Why', { required: true, max: 2000 }),
    haemoglobin_before: number('Haemoglobin before', HAEMOGLOBIN),
    haemoglobin_target: number('Haemoglobin aimed at', HAEMOGLOBIN),
    patient_group: choice('Group of the patient', BLOOD_GROUPS, { ...UNIT, help: 'As found in the sample for this request.' }),
    unit_number: text('Number of the unit', { max: 50, ...UNIT }),
    donor_group: choice('Group of the unit', BLOOD_GROUPS, { ...UNIT }),
    volume: integer('Volume', { least: 5, most: 1000, unit: 'mL', ...UNIT }),
    donation_date: date('Donated', { ...UNIT }),
    expiry_date: date('Expires', { ...UNIT }),
    source: text('Source', { max: 200, ...UNIT }),
    screened: flag('Screened', { ...UNIT, help: 'HIV, hepatitis B and C, syphilis; as the label says.' }),
    crossmatch: choice('Crossmatch', ['Compatible', 'Incompatible', 'Not done'], { ...UNIT }),
    exception_reason: note('Why given all the same', {
      max: 1000,
      ...UNIT,
      help: 'Not crossmatched in an emergency, not screened, group of the patient not known, Rh positive for Rh negative, plasma of another group.',
    }),
    consent_obtained: flag('Consent obtained'),
    identity_checked: flag('Name, number and wristband agree', { ...UNIT }),
    group_checked: flag('Groups agree', { ...UNIT }),
    unit_checked: flag('Number of the unit agrees', { ...UNIT }),
    expiry_checked: flag('In date, bag sound', { ...UNIT }),
    second_checker_id: link('Checked with', 'users', { ...UNIT }),
    started_at: instant('Started', { ...UNIT }),
    started_by: link('Started by', 'users', { merge: 'server', stamp: { as: 'who', of: 'started_at' } }),
    ended_at: instant('Ended'),
    volume_given: integer('Volume given', { least: 0, most: 1000, unit: 'mL' }),
    reaction: choice('Reaction', [
      'None',
      'Febrile',
      'Allergic',
      'Anaphylaxis',
      'Haemolytic',
      'Circulatory overload',
      'Lung injury',
      'Septic',
      'Other',
    ]),
    reaction_severity: choice('Severity of the reaction', ['Mild', 'Moderate', 'Severe', 'Life-threatening']),
    reaction_details: note('What happened and what was done', { max: 4000 }),
    stop_reason: note('Why stopped', { max: 1000 }),
    haemoglobin_after: number('Haemoglobin after', HAEMOGLOBIN),
    requested_by: link('Asked for by', 'users', { merge: 'server', stamp: { as: 'who' } }),
    requested_at: instant('Asked for', { merge: 'server', stamp: { as: 'when' } }),
  },
  access: { read: rolesOf('clinical'), create: CLINICIANS, edit: CLINICIANS, retract: CLINICIANS },
  checks: [
    {
      name: 'blood_transfusions_red_cells_fit',
      fields: ['donor_group'],
      say: 'Red cells of this group must never be given to this patient; where the group of the patient is not known, only O.',
      sql: RED_CELLS_FIT,
      test: redCellsFit,
    },
    {
      name: 'blood_transfusions_unusual_explained',
      fields: ['exception_reason'],
      say: 'This is not the group one would choose, or that of the patient is not known; say why it is given.',
      sql: `exception_reason is not null or ${UNIT_IS_USUAL}`,
      test: (row) => row.exception_reason !== null || unitIsUsual(row),
    },
    {
      name: 'blood_transfusions_checked_before_start',
      fields: ['identity_checked', 'group_checked', 'unit_checked', 'expiry_checked'],
      say: 'Two people check patient, groups, unit and expiry before it is started.',
      sql: `started_at is null or (${ALWAYS_CHECKED.map((f) => `${f} is true`).join(' and ')} and (group_checked is true or patient_group is null) and second_checker_id is not null)`,
      test: (row) =>
        row.started_at === null ||
        (ALWAYS_CHECKED.every((f) => row[f] === true) &&
          (row.group_checked === true || row.patient_group === null) &&
          row.second_checker_id !== null),
    },
    {
      name: 'blood_transfusions_groups_compared',
      fields: ['patient_group', 'group_checked'],
      say: 'Groups agree only where that of the patient is entered.',
      sql: 'started_at is null or group_checked is not true or patient_group is not null',
      test: (row) => row.started_at === null || row.group_checked !== true || row.patient_group !== null,
    },
    {
      name: 'blood_transfusions_unscreened_explained',
      fields: ['screened', 'exception_reason'],
      say: 'This unit was not screened; say why it is given all the same.',
      sql: 'started_at is null or screened is not false or exception_reason is not null',
      test: (row) => row.started_at === null || row.screened !== false || row.exception_reason !== null,
    },
    {
      name: 'blood_transfusions_unit_named',
      fields: ['unit_number', 'donor_group', 'expiry_date'],
      say: 'Enter number, group and expiry of the unit before it is started.',
      sql: 'started_at is null or num_nonnulls(unit_number, donor_group, expiry_date) = 3',
      test: (row) => row.started_at === null || [row.unit_number, row.donor_group, row.expiry_date].every((v) => v !== null),
    },
    {
      name: 'blood_transfusions_crossmatched',
      fields: ['crossmatch', 'exception_reason'],
      say: 'Crossmatch it first, or say why it cannot wait. What is incompatible is not given.',
      sql: "started_at is null or (crossmatch is not null and (crossmatch = 'Compatible' or (crossmatch = 'Not done' and exception_reason is not null)))",
      test: (row) =>
        row.started_at === null ||
        row.crossmatch === 'Compatible' ||
        (row.crossmatch === 'Not done' && row.exception_reason !== null),
    },
    {
      name: 'blood_transfusions_in_date',
      fields: ['expiry_date'],
      say: 'This unit had expired.',
      sql: "started_at is null or expiry_date is null or (started_at at time zone 'UTC')::date <= expiry_date",
      test: ({ started_at: start, expiry_date: expiry }) =>
        start === null || expiry === null || String(start).slice(0, 10) <= String(expiry),
    },
    {
      name: 'blood_transfusions_donated_before_expiry',
      fields: ['expiry_date'],
      say: 'A unit expires after it was donated.',
      sql: 'donation_date is null or expiry_date is null or expiry_date >= donation_date',
      test: ({ donation_date: from, expiry_date: to }) => from === null || to === null || String(to) >= String(from),
    },
    {
      name: 'blood_transfusions_ends_after_start',
      fields: ['ended_at'],
      say: 'A transfusion ends after it was started.',
      sql: 'ended_at is null or (started_at is not null and ended_at >= started_at)',
      test: ({ started_at: from, ended_at: to }) => to === null || (from !== null && String(to) >= String(from)),
    },
    {
      name: 'blood_transfusions_status_fits_times',
      fields: ['status', 'started_at', 'ended_at'],
      say: 'A running transfusion has a start and no end; an ended one has both; before that it has neither.',
      sql:
        "(started_at is not null) = (status in ('Running', 'Completed', 'Stopped')) " +
        "and (ended_at is not null) = (status in ('Completed', 'Stopped'))",
      test: (row) =>
        (row.started_at !== null) === ['Running', 'Completed', 'Stopped'].includes(String(row.status)) &&
        (row.ended_at !== null) === ['Completed', 'Stopped'].includes(String(row.status)),
    },
    {
      name: 'blood_transfusions_two_people',
      fields: ['second_checker_id'],
      say: 'The second check is by somebody else.',
      sql: 'second_checker_id is null or started_by is null or second_checker_id <> started_by',
      test: (row) => row.second_checker_id === null || row.started_by === null || row.second_checker_id !== row.started_by,
    },
    {
      name: 'blood_transfusions_reaction_said',
      fields: ['reaction'],
      say: 'Say whether there was a reaction; choose None when there was none.',
      sql: "status not in ('Completed', 'Stopped') or reaction is not null",
      test: (row) => !['Completed', 'Stopped'].includes(String(row.status)) || row.reaction !== null,
    },
    {
      name: 'blood_transfusions_reaction_graded',
      fields: ['reaction_severity'],
      say: 'Say how severe the reaction was.',
      sql: "reaction is null or (reaction = 'None') = (reaction_severity is null)",
      test: (row) => row.reaction === null || (row.reaction === 'None') === (row.reaction_severity === null),
    },
    {
      name: 'blood_transfusions_stop_explained',
      fields: ['stop_reason'],
      say: 'Say why it was stopped.',
      sql: "status <> 'Stopped' or stop_reason is not null",
      test: (row) => row.status !== 'Stopped' || row.stop_reason !== null,
    },
  ],
  across: [
    {
      name: 'blood_transfusions_same_patient',
      fields: ['admission_id', 'surgery_booking_id'],
      same: 'patient_id',
      say: 'This admission or operation is of another patient.',
    },
  ],
  rests: [
    {
      name: 'blood_transfusions_begun',
      act: 'a unit is started',
      when: { sets: { status: ['Running'], started_at: [] } },
      on: [
        { kind: 'patients', fields: ['blood_group'] },
        { kind: 'blood_transfusions', as: 'id' },
      ],
      done: true,
    },
  ],
  locks: [
    {
      name: 'blood_transfusions_started',
      when: { field: 'status', is: ['Running', 'Completed', 'Stopped'] },
      fields: [
        'component',
        'patient_group',
        'unit_number',
        'donor_group',
        'expiry_date',
        'screened',
        'crossmatch',
        'exception_reason',
        ...CHECKED,
        'second_checker_id',
        'started_at',
      ],
      say: 'The unit and its checks stay as they were when it was started.',
    },
  ],
  transitions: {
    status: {
      Requested: ['Issued', 'Running', 'Cancelled'],
      Issued: ['Running', 'Cancelled'],
      Running: ['Completed', 'Stopped'],
    },
  },
  indexed: ['status', 'unit_number'],
  form: [
    {
      title: 'Request',
      fields: ['component', 'urgency', 'indication', 'haemoglobin_before', 'haemoglobin_target', 'consent_obtained'],
    },
    {
      title: 'Unit',
      fields: [
        'patient_group',
        'unit_number',
        'donor_group',
        'volume',
        'donation_date',
        'expiry_date',
        'source',
        'screened',
        'crossmatch',
        'exception_reason',
      ],
    },
    { title: 'Check at the bedside', fields: [...CHECKED, 'second_checker_id'] },
    { title: 'Course', fields: ['status', 'started_at', 'ended_at', 'volume_given', 'stop_reason'] },
    { title: 'Reaction and effect', fields: ['reaction', 'reaction_severity', 'reaction_details', 'haemoglobin_after'] },
  ],
  list: ['component', 'unit_number', 'donor_group', 'status', 'started_at', 'reaction'],
});
