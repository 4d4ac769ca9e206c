import { describe, expect, test } from 'vitest';
import { mayOn, type Role } from '../access.ts';
import type { Json } from '../fields.ts';
import { mergeGroupOf, type RecordDef, stampsOf } from '../record.ts';
import { brokenChecks, problemsOf } from '../schemas.ts';
import { recordOf } from './index.ts';

const KINDS = [
  'treatment_plans',
  'treatment_plan_steps',
  'surgery_bookings',
  'preoperative_assessments',
  'consents',
  'surgical_checklists',
  'operation_notes',
  'mdt_meetings',
  'mdt_attendances',
  'mdt_cases',
] as const;

const ID = '018f0000-0000-7000-8000-000000000001';
const AT = '2026-03-01T08:00:00.000Z';
const LATER = '2026-03-01T09:00:00.000Z';

type Fields = Readonly<Record<string, Json>>;

function defOf(kind: string): RecordDef {
  const def = recordOf(kind);
  if (!def) throw new Error(`${kind} is not declared`);
  return def;
}
const rowOf = (kind: string, part: Fields): Fields => ({
  ...Object.fromEntries(Object.keys(defOf(kind).fields).map((field) => [field, null])),
  ...part,
});
const broken = (kind: string, part: Fields) => brokenChecks(defOf(kind), rowOf(kind, part)).map((rule) => rule.name);

const signIn: Fields = {
  patient_identity_confirmed: true,
  consent_confirmed: true,
  site_marked: true,
  anaesthesia_check: true,
  pulse_oximeter: true,
  equipment_issues_check: true,
  allergies_checked: true,
  known_allergy: false,
  difficult_airway: 'No',
  blood_loss_risk: 'Yes, prepared',
  sign_in_completed: true,
};
const timeOut: Fields = {
  ...signIn,
  team_introductions: true,
  procedure_confirmed: true,
  antibiotic_prophylaxis: 'Not applicable',
  critical_steps_reviewed: true,
  anticipated_events: true,
  anaesthesia_concerns_reviewed: true,
  sterility_confirmed: true,
  imaging_displayed: 'Yes',
  time_out_completed: true,
};
const signOut: Fields = {
  ...timeOut,
  procedure_recorded: true,
  instrument_count_correct: true,
  specimen_labeled: true,
  equipment_problems: true,
  recovery_concerns_reviewed: true,
  sign_out_completed: true,
};
const PNG = 'data:image/png;base64,iVBORw0KGgo=';
const given: Fields = {
  ...{ decision: 'Given', risks: 'Bleeding', signer_relation: 'Patient', signature_kind: 'Signature', signature_image: PNG },
};

/** Each rule with a row that breaks it and a row next to it that does not. */
const rows: readonly [rule: string, kind: (typeof KINDS)[number], wrong: Fields, right: Fields][] = [
  [
    'treatment_plans_target_after_start',
    'treatment_plans',
    { start_date: '2026-03-02', target_completion_date: '2026-03-01' },
    { start_date: '2026-03-02', target_completion_date: '2026-03-02' },
  ],
  [
    'treatment_plans_finished_after_start',
    'treatment_plans',
    { status: 'Completed', start_date: '2026-03-02', actual_completion_date: '2026-03-01' },
    { status: 'Completed', start_date: '2026-03-02', actual_completion_date: '2026-03-02' },
  ],
  [
    'treatment_plans_finished_when_completed',
    'treatment_plans',
    { status: 'Active', actual_completion_date: '2026-03-01' },
    { status: 'Completed', actual_completion_date: '2026-03-01' },
  ],
  [
    'treatment_plan_steps_done_when_completed',
    'treatment_plan_steps',
    { status: 'Pending', completed_date: '2026-03-01' },
    { status: 'Completed', completed_date: '2026-03-01' },
  ],
  [
    'surgery_bookings_ends_after_start',
    'surgery_bookings',
    { actual_start_time: LATER, actual_end_time: AT },
    { actual_start_time: AT, actual_end_time: LATER },
  ],
  ['surgery_bookings_ends_after_start', 'surgery_bookings', { actual_end_time: AT }, { actual_start_time: AT }],
  ...['Cancelled', 'Postponed'].map((status): (typeof rows)[number] => [
    'surgery_bookings_status_explained',
    'surgery_bookings',
    { status },
    { status, status_reason: 'No blood' },
  ]),
  [
    'surgery_bookings_consent_dated',
    'surgery_bookings',
    { consent_obtained: false, consent_date: AT },
    { consent_obtained: true, consent_date: AT },
  ],
  [
    'preoperative_assessments_decision_explained',
    'preoperative_assessments',
    { fitness_decision: 'Not fit yet' },
    { fitness_decision: 'Not fit yet', fitness_reason: 'Haemoglobin 6.1 g/dL' },
  ],
  [
    'preoperative_assessments_pressure_order',
    'preoperative_assessments',
    { systolic_mmhg: 80, diastolic_mmhg: 81 },
    { systolic_mmhg: 80, diastolic_mmhg: 80 },
  ],
  [
    'preoperative_assessments_asa_six',
    'preoperative_assessments',
    { asa_class: 'VI', asa_emergency: true },
    { asa_class: 'V', asa_emergency: true },
  ],
  [
    'consents_withdrawal_named',
    'consents',
    { ...given, withdraws_id: ID },
    { ...given, decision: 'Withdrawn', withdraws_id: ID },
  ],
  ['consents_risks_told', 'consents', { ...given, risks: null }, { ...given, risks: null, decision: 'Refused' }],
  [
    'consents_other_signer_explained',
    'consents',
    { ...given, signer_relation: 'Parent' },
    { ...given, signer_relation: 'Parent', reason_not_patient: 'Aged 4 years' },
  ],
  [
    'consents_interpreter_named',
    'consents',
    { ...given, interpreter_used: true },
    { ...given, interpreter_used: true, interpreter_name: 'Ward nurse' },
  ],
  [
    'consents_thumbprint_witnessed',
    'consents',
    { ...given, signature_kind: 'Thumbprint' },
    { ...given, signature_kind: 'Thumbprint', witness_name: 'Ward nurse' },
  ],
  ...['Signature', 'Thumbprint'].map((signature_kind): (typeof rows)[number] => [
    'consents_signature_kept',
    'consents',
    { ...given, signature_kind, witness_name: 'Ward nurse', signature_image: null },
    { ...given, signature_kind: 'Paper form', signature_image: null },
  ]),
  [
    'consents_signature_is_png',
    'consents',
    { ...given, signature_image: 'data:image/svg+xml;base64,PHN2Zy8+' },
    { ...given, signature_image: PNG },
  ],
  ...Object.keys(signIn).flatMap((item) => unanswered('sign_in', signIn, item)),
  ...Object.keys(timeOut).flatMap((item) => (item in signIn ? [] : unanswered('time_out', timeOut, item))),
  ...Object.keys(signOut).flatMap((item) => (item in timeOut ? [] : unanswered('sign_out', signOut, item))),
  [
    'surgical_checklists_sign_in_met',
    'surgical_checklists',
    { ...signIn, difficult_airway: 'Yes, not prepared' },
    { ...signIn, difficult_airway: 'Yes, not prepared', sign_in_exception: 'Airway obstructed, no time' },
  ],
  [
    'surgical_checklists_sign_in_met',
    'surgical_checklists',
    { ...signIn, pulse_oximeter: false },
    { ...signIn, known_allergy: true },
  ],
  [
    'surgical_checklists_time_out_met',
    'surgical_checklists',
    { ...timeOut, antibiotic_prophylaxis: 'No' },
    { ...timeOut, antibiotic_prophylaxis: 'No', time_out_exception: 'Out of stock' },
  ],
  [
    'surgical_checklists_sign_out_met',
    'surgical_checklists',
    { ...signOut, specimen_labeled: false },
    { ...signOut, specimen_labeled: false, sign_out_exception: 'Label printed in recovery' },
  ],
  [
    'surgical_checklists_time_out_after_sign_in',
    'surgical_checklists',
    { ...timeOut, sign_in_completed: false },
    { ...timeOut, sign_in_completed: true },
  ],
  [
    'surgical_checklists_sign_out_after_time_out',
    'surgical_checklists',
    { ...signOut, time_out_completed: null },
    { ...signOut, time_out_completed: true },
  ],
  [
    'surgical_checklists_wrong_count_searched',
    'surgical_checklists',
    { ...signOut, instrument_count_correct: false, sign_out_exception: 'One swab missing' },
    { ...signOut, instrument_count_correct: false, sign_out_exception: 'One swab missing', counts_searched: true },
  ],
  [
    'operation_notes_ends_after_start',
    'operation_notes',
    { started_at: LATER, ended_at: AT },
    { started_at: AT, ended_at: LATER },
  ],
  [
    'operation_notes_amendment_explained',
    'operation_notes',
    { amends_id: ID },
    { amends_id: ID, amendment_reason: 'Implant lot added' },
  ],
  [
    'operation_notes_wrong_count_explained',
    'operation_notes',
    { counts: 'Not correct' },
    { counts: 'Not correct', counts_note: 'Found in the bin' },
  ],
  [
    'operation_notes_signed_complete',
    'operation_notes',
    { is_final: true, surgeon_id: ID, findings: 'As expected' },
    { is_final: true, surgeon_id: ID, findings: 'As expected', counts: 'Correct' },
  ],
  ['mdt_attendances_somebody', 'mdt_attendances', { user_id: ID, attendee_name: 'Visitor' }, { attendee_name: 'Visitor' }],
  [
    'mdt_cases_follow_up_meant',
    'mdt_cases',
    { follow_up_required: false, follow_up_date: '2026-03-01' },
    { follow_up_date: '2026-03-01' },
  ],
];

/** A phase with one item not answered, beside the same that is not signed. */
function unanswered(phase: string, whole: Fields, item: string): (typeof rows)[number][] {
  if (item === `${phase}_completed`) return [];
  const wrong = { ...whole, [item]: null };
  return [[`surgical_checklists_${phase}_answered`, 'surgical_checklists', wrong, { ...wrong, [`${phase}_completed`]: false }]];
}

describe('rules of one row', () => {
  test.each(rows)('%s of %s: %j breaks it', (rule, kind, wrong, right) => {
    expect(broken(kind, wrong)).toContain(rule);
    expect(broken(kind, right)).not.toContain(rule);
  });

  test('every rule of these records has its rows', () => {
    const declared = KINDS.flatMap((kind) => (defOf(kind).checks ?? []).map((rule) => rule.name));
    expect(declared.filter((name) => !rows.some(([rule]) => rule === name))).toEqual([]);
  });

  test('a checklist with every item answered and met can be signed, and an empty one be begun', () => {
    for (const row of [{}, signIn, timeOut, signOut]) expect(broken('surgical_checklists', row)).toEqual([]);
  });

  test('an item that was not answered stays so: a published client may send false, nobody is given it', () => {
    const flags = Object.fromEntries(
      Object.keys(signOut).flatMap((f) => (typeof signOut[f] === 'boolean' ? [[f, false]] : [])),
    );
    expect(problemsOf(defOf('surgical_checklists'), 'create', { ...flags, surgery_booking_id: ID })).toBeUndefined();
    expect(broken('surgical_checklists', flags)).toEqual([]);
    expect(problemsOf(defOf('surgical_checklists'), 'create', { surgery_booking_id: ID })).toBeUndefined();
  });
});

const actor = (role: Role) => ({ user_id: 'u', facility_id: 'f', role });
const ALL_ROLES: readonly Role[] = [
  'consultant',
  'senior_registrar',
  'junior_registrar',
  'house_officer',
  'medical_officer',
  'anaesthetist',
  'nursing',
];

describe('what only some may set', () => {
  const cases: readonly [kind: string, patch: Fields, roles: readonly Role[]][] = [
    ['treatment_plans', { approved: true }, ['consultant']],
    ['treatment_plans', { approved: false }, ['consultant']],
    ['treatment_plans', { approval_note: 'Agreed' }, ['consultant']],
    ['treatment_plans', { status: 'Active' }, ['consultant', 'senior_registrar']],
    ['treatment_plans', { status: 'On Hold' }, ALL_ROLES.filter((r) => r !== 'nursing')],
    ['treatment_plan_steps', { status: 'Completed', completed_date: '2026-03-01', notes: 'Done' }, ALL_ROLES],
    ['treatment_plan_steps', { step_name: 'Another' }, ALL_ROLES.filter((r) => r !== 'nursing')],
    ['surgery_bookings', { scheduled_date: '2026-03-01', scheduled_time: '08:00', theatre_number: '2' }, ALL_ROLES],
    ['surgery_bookings', { status: 'Confirmed' }, ALL_ROLES],
    ['surgery_bookings', { status: 'Postponed' }, ALL_ROLES],
    ['surgery_bookings', { status: 'Cancelled' }, ALL_ROLES.filter((r) => r !== 'nursing')],
    ['surgery_bookings', { status: 'Postponed', status_reason: 'No blood', overlap_reason: 'Two tables' }, ALL_ROLES],
    ['surgery_bookings', { status: 'Scheduled' }, ALL_ROLES],
    ['preoperative_assessments', { fitness_decision: 'Fit' }, ['consultant', 'senior_registrar', 'anaesthetist']],
    ['preoperative_assessments', { asa_class: 'II' }, ALL_ROLES.filter((r) => r !== 'nursing')],
    ['consents', { risks: 'More' }, []],
    ['surgical_checklists', { sign_in_completed: true }, ALL_ROLES],
    [
      'surgical_checklists',
      { time_out_completed: true },
      ['consultant', 'senior_registrar', 'junior_registrar', 'anaesthetist', 'nursing'],
    ],
    [
      'surgical_checklists',
      { sign_out_completed: true },
      ['consultant', 'senior_registrar', 'junior_registrar', 'anaesthetist', 'nursing'],
    ],
    [
      'surgical_checklists',
      { sign_in_exception: 'No time' },
      ['consultant', 'senior_registrar', 'junior_registrar', 'anaesthetist'],
    ],
    ['operation_notes', { is_final: true }, ['consultant', 'senior_registrar', 'junior_registrar']],
    ['operation_notes', { findings: 'x' }, ALL_ROLES.filter((r) => r !== 'nursing')],
  ];

  test.each(cases)('%s %j', (kind, patch, roles) => {
    expect(ALL_ROLES.filter((role) => mayOn(actor(role), 'edit', defOf(kind), {}, patch))).toEqual(roles);
    for (const role of ['super_admin', 'lab', 'pharmacy'] as const) {
      expect(mayOn(actor(role), 'edit', defOf(kind), {}, patch)).toBe(false);
    }
  });
});

test('a cancelled operation is booked again by doctors, a postponed one by nurses too', () => {
  const again = (role: Role, status: string) =>
    mayOn(actor(role), 'edit', defOf('surgery_bookings'), { status }, { status: 'Scheduled' });
  expect(ALL_ROLES.filter((role) => !again(role, 'Cancelled'))).toEqual(['nursing']);
  for (const from of ['Postponed', 'Confirmed']) expect(again('nursing', from)).toBe(true);
});

describe('signatures', () => {
  const stamped = (kind: string) => stampsOf(defOf(kind)).map(({ field, as, of }) => [field, as, ...(of ?? [null])]);

  test('who and when are filled by the server, beside what they tell of', () => {
    expect(stamped('treatment_plans')).toEqual([
      ['approved_by', 'who', 'approved'],
      ['approved_at', 'when', 'approved'],
    ]);
    expect(stamped('treatment_plan_steps')).toEqual([['completed_by', 'who', 'completed_date']]);
    expect(stamped('consents')).toEqual([['taken_by', 'who', null]]);
    expect(stamped('preoperative_assessments').map(([field]) => field)).toEqual(['decided_by', 'decided_at']);
    expect(stamped('operation_notes').map(([field]) => field)).toEqual(['signed_by', 'signed_at']);
    expect(stamped('surgical_checklists')).toHaveLength(6);
  });

  test.each(['operation_notes', 'preoperative_assessments'])('what is signed of %s is all of it but whose it is', (kind) => {
    const { fields, locks } = defOf(kind);
    expect(Object.keys(fields).filter((field) => !locks?.[0]?.fields.includes(field))).toEqual(['patient_id']);
  });

  test('each phase of a checklist locks what belongs to it', () => {
    const { fields, locks } = defOf('surgical_checklists');
    for (const [i, phase] of ['sign_in', 'time_out', 'sign_out'].entries()) {
      const ofPhase = mergeGroupOf(defOf('surgical_checklists'), `${phase}_completed`);
      expect([...(locks?.[i]?.fields ?? [])].sort()).toEqual(
        [...ofPhase, `${phase}_completed_by`, `${phase}_completed_at`].sort(),
      );
    }
    expect(Object.keys(fields)).toHaveLength(2 + (locks ?? []).flatMap((lock) => lock.fields).length + 1);
  });
});
