import { describe, expect, test } from 'vitest';
import { type Actor, mayOn, type Role } from '../access.ts';
import type { Json } from '../fields.ts';
import type { RecordDef } from '../record.ts';
import { brokenChecks, problemsOf } from '../schemas.ts';
import { recordOf } from './index.ts';

/** Rules of laboratory, medicines, blood, stock and education: each has a row that breaks it alone, made from one that is right. */
type Values = Record<string, Json>;
const id = (n: number) => `018f0000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const AT = '2026-03-01T08:00:00.000Z';
const LATER = '2026-03-01T09:00:00.000Z';
const patient_id = id(1);

const def = (kind: string): RecordDef => {
  const found = recordOf(kind);
  if (!found) throw new Error(kind);
  return found;
};
const whole = (kind: string, values: Values): Values => ({
  ...Object.fromEntries(Object.keys(def(kind).fields).map((f) => [f, null])),
  ...values,
});

const result = { status: 'Completed', results: 'Hb 6.1 g/dL', result_date: AT };
const unit = {
  patient_group: 'B+',
  unit_number: 'U-1',
  donor_group: 'O+',
  donation_date: '2026-02-20',
  expiry_date: '2026-03-20',
  crossmatch: 'Compatible',
  identity_checked: true,
  group_checked: true,
  unit_checked: true,
  expiry_checked: true,
  second_checker_id: id(3),
};
const running = { ...unit, status: 'Running', started_at: AT, started_by: id(2) };
const ended = { ...running, status: 'Completed', ended_at: LATER, reaction: 'None' };

const right: Readonly<Record<string, Values>> = {
  lab_investigations: { patient_id, investigation_type: 'Haematology', test_name: 'Haemoglobin', ...result, is_critical: true },
  prescriptions: { patient_id, status: 'On Hold', hold_reason: 'Allergy to penicillin?' },
  prescription_items: {
    prescription_id: id(4),
    medication_name: 'Paracetamol',
    dosage: '1 g',
    route: 'Oral',
    frequency: '6-hourly',
    dispensed: true,
    quantity_dispensed: 20,
    is_stopped: true,
    stop_reason: 'Pain has gone',
  },
  medication_administrations: {
    patient_id,
    medication_name: 'Morphine',
    outcome: 'Given',
    dose_given: '5 mg',
    given_at: AT,
    given_by: id(2),
    checked_by: id(3),
  },
  blood_transfusions: { patient_id, component: 'Packed red cells', indication: 'Haemoglobin 6.1 g/dL', ...ended },
  blood_transfusion_observations: {
    patient_id,
    blood_transfusion_id: id(5),
    stage: 'Before',
    observed_at: AT,
    systolic_pressure: 120,
    diastolic_pressure: 80,
  },
  stock_movements: { consumable_id: id(6), movement_type: 'Loss', quantity: 2, moved_at: AT, reason: 'Wet' },
  cme_topics: { topic_name: 'Burns', content: 'Cool the burn.', is_published: true },
  mcq_questions: {
    cme_topic_id: id(7),
    question_text: 'Cool a burn?',
    question_type: 'True/False',
    options: ['True', 'False'],
  },
  mcq_keys: { mcq_question_id: id(8), correct_options: [0, 2] },
  user_assessments: { cme_topic_id: id(7), status: 'Completed', started_at: AT, completed_at: LATER, answers: {} },
};

const broken: readonly (readonly [rule: string, change: Values])[] = [
  ['lab_investigations_cancel_explained', { status: 'Cancelled' }],
  ['lab_investigations_completed_with_result', { results: null, result_date: null, is_critical: null }],
  ['lab_investigations_result_dated', { result_date: null }],
  ['lab_investigations_critical_with_result', { results: null, result_date: null, status: 'Processing' }],
  ['lab_investigations_verified_when_completed', { is_verified: true, status: 'Processing' }],
  ['lab_investigations_reviewed_when_completed', { is_reviewed: true, status: 'Processing' }],
  ['lab_investigations_collection_said', { sample_collection_date: AT }],
  ['lab_investigations_result_after_sample', { sample_collected: true, sample_collection_date: LATER }],
  ['lab_investigations_told_whom', { critical_told_at: LATER }],
  ['prescriptions_hold_explained', { hold_reason: null }],
  ['prescriptions_hold_explained', { status: 'Active' }],
  ['prescription_items_dispensed_how_many', { quantity_dispensed: null }],
  ['prescription_items_overruled_with_reason', { override_warnings: 'dose.single One dose is above the most.' }],
  ['prescription_items_stop_explained', { stop_reason: null }],
  ['medication_administrations_dose_said', { dose_given: null }],
  ['medication_administrations_nothing_given', { outcome: 'Refused', reason: 'Feels sick' }],
  ['medication_administrations_reason_said', { outcome: 'Withheld', dose_given: null }],
  ['medication_administrations_two_people', { checked_by: id(2) }],
  ['blood_transfusions_red_cells_fit', { donor_group: 'A+' }],
  ['blood_transfusions_unusual_explained', { patient_group: 'B-' }],
  ['blood_transfusions_checked_before_start', { identity_checked: false }],
  ['blood_transfusions_checked_before_start', { group_checked: null }],
  ['blood_transfusions_groups_compared', { patient_group: null, exception_reason: 'Bleeding' }],
  ['blood_transfusions_unscreened_explained', { screened: false }],
  ['blood_transfusions_unit_named', { unit_number: null }],
  ['blood_transfusions_crossmatched', { crossmatch: 'Not done' }],
  ['blood_transfusions_in_date', { expiry_date: '2026-02-28' }],
  ['blood_transfusions_donated_before_expiry', { donation_date: '2026-03-21' }],
  ['blood_transfusions_ends_after_start', { started_at: LATER, ended_at: AT }],
  ['blood_transfusions_status_fits_times', { status: 'Running' }],
  ['blood_transfusions_two_people', { second_checker_id: id(2) }],
  ['blood_transfusions_reaction_said', { reaction: null }],
  ['blood_transfusions_reaction_graded', { reaction: 'Febrile' }],
  ['blood_transfusions_stop_explained', { status: 'Stopped' }],
  ['blood_transfusion_observations_something_measured', { systolic_pressure: null, diastolic_pressure: null }],
  ['blood_transfusion_observations_pressures_in_order', { diastolic_pressure: 121 }],
  ['stock_movements_something_moved', { quantity: 0 }],
  ['stock_movements_loss_explained', { reason: null }],
  ['cme_topics_published_with_text', { content: null }],
  ['mcq_questions_options_to_choose', { options: ['True'], question_type: 'Single Choice' }],
  ['mcq_questions_two_for_true_false', { options: ['True', 'False', 'Sometimes'] }],
  ['mcq_keys_list_of_positions', { correct_options: [8] }],
  ['user_assessments_ends_after_start', { started_at: LATER, completed_at: AT }],
  ['user_assessments_completed_with_answers', { answers: null }],
  ['user_assessments_answers_by_question', { answers: [] }],
];

const kindOf = (rule: string) => {
  const kind = Object.keys(right).filter((name) => (def(name).checks ?? []).some((check) => check.name === rule))[0];
  if (kind === undefined) throw new Error(`${rule} belongs to no record of this table.`);
  return kind;
};

describe('rules of one row', () => {
  test.each(Object.entries(right))('a right row of %s breaks none', (kind, values) => {
    const sent = Object.fromEntries(Object.entries(values).filter(([f]) => def(kind).fields[f]?.merge !== 'server'));
    expect(problemsOf(def(kind), 'create', sent)).toBeUndefined();
    expect(brokenChecks(def(kind), whole(kind, values))).toEqual([]);
  });

  test.each(broken)('%s', (rule, change) => {
    const kind = kindOf(rule);
    expect(brokenChecks(def(kind), whole(kind, { ...right[kind], ...change })).map((c) => c.name)).toEqual([rule]);
  });

  test('every declared rule of these records is in the table', () => {
    const declared = Object.keys(right).flatMap((kind) => (def(kind).checks ?? []).map((c) => c.name));
    expect([...new Set(broken.map(([rule]) => rule))].sort()).toEqual(declared.sort());
  });

  test.each([[[]], [[1.5]], [[-1]], ['0'], [[[0]]], [{ 0: true }], [['0']], [true]])('%j is no key', (correct_options) => {
    const row = whole('mcq_keys', { mcq_question_id: id(8), correct_options });
    expect(brokenChecks(def('mcq_keys'), row).map((c) => c.name)).toEqual(['mcq_keys_list_of_positions']);
  });
});

describe('blood groups', () => {
  const ABO_FITS: Readonly<Record<string, string>> = { O: 'O A B AB', A: 'A AB', B: 'B AB', AB: 'AB' };
  const GROUPS = ['A', 'B', 'AB', 'O'].flatMap((abo) => [`${abo}+`, `${abo}-`]);
  const rules = (values: Values) =>
    brokenChecks(def('blood_transfusions'), whole('blood_transfusions', { ...right.blood_transfusions, ...values }))
      .map((c) => c.name.replace('blood_transfusions_', ''))
      .filter((name) => name === 'red_cells_fit' || name === 'unusual_explained');

  test.each(['Packed red cells', 'Whole blood'])('%s: ABO never crossed, Rh only with a reason', (component) => {
    for (const donor_group of GROUPS) {
      for (const patient_group of GROUPS) {
        const fits = ABO_FITS[donor_group.slice(0, -1)]?.split(' ').includes(patient_group.slice(0, -1));
        const rh = donor_group.endsWith('+') && patient_group.endsWith('-');
        expect(rules({ component, donor_group, patient_group }), `${donor_group} to ${patient_group}`).toEqual([
          ...(fits ? [] : ['red_cells_fit']),
          ...(rh ? ['unusual_explained'] : []),
        ]);
        expect(rules({ component, donor_group, patient_group, exception_reason: 'bleeding' }).length).toBe(fits ? 0 : 1);
      }
    }
  });

  test.each(['Packed red cells', 'Whole blood'])(
    '%s: to a patient whose group is not known only O, with a reason',
    (component) => {
      for (const donor_group of GROUPS) {
        const unknown = { component, donor_group, patient_group: null, group_checked: null };
        const isO = donor_group.startsWith('O');
        expect(rules({ ...unknown, exception_reason: 'bleeding' }), donor_group).toEqual(isO ? [] : ['red_cells_fit']);
        expect(rules(unknown), donor_group).toEqual([...(isO ? [] : ['red_cells_fit']), 'unusual_explained']);
        // Until it is started the group can still be found.
        expect(rules({ ...unknown, status: 'Issued', started_at: null, ended_at: null, reaction: null })).toEqual([]);
      }
    },
  );

  test('a unit that was not screened is given with a reason only', () => {
    const names = (more: Values) =>
      brokenChecks(def('blood_transfusions'), whole('blood_transfusions', { ...right.blood_transfusions, ...more })).map(
        (c) => c.name,
      );
    expect(names({ screened: false })).toEqual(['blood_transfusions_unscreened_explained']);
    for (const screened of [true, null]) expect(names({ screened })).toEqual([]);
    expect(names({ screened: false, exception_reason: 'Nothing else in the hospital' })).toEqual([]);
  });

  test('plasma goes the other way, and another group needs a reason', () => {
    const plasma = (donor_group: string, patient_group: string) =>
      rules({ component: 'Fresh frozen plasma', donor_group, patient_group }).length === 0;
    expect(plasma('AB+', 'O-')).toBe(true);
    expect(plasma('A+', 'O-')).toBe(true);
    expect(plasma('O+', 'A+')).toBe(false);
    expect(plasma('A+', 'AB+')).toBe(false);
    expect(plasma('B-', 'B+')).toBe(true);
  });
});

describe('who may set what', () => {
  const may = (role: Role, kind: string, patch: Values, row: Values = {}, user = 'u') => {
    const actor: Actor = { user_id: user, facility_id: 'f', role };
    return mayOn(actor, 'edit', def(kind), row, patch);
  };
  const doctors: Role[] = ['consultant', 'house_officer', 'anaesthetist'];

  test('the laboratory enters and verifies, nurses collect, doctors order and report imaging', () => {
    const lab = (role: Role, patch: Values) => may(role, 'lab_investigations', patch);
    expect(lab('lab', { results: 'x', result_date: AT, status: 'Completed', is_critical: true })).toBe(true);
    for (const role of [...doctors, 'nursing'] as Role[]) expect(lab(role, { results: 'x' })).toBe(false);
    expect(lab('lab', { report: 'No fracture' })).toBe(false);
    expect(lab('consultant', { report: 'No fracture', status: 'Completed', result_date: AT })).toBe(true);
    expect(lab('nursing', { sample_collected: true, status: 'Sample Collected' })).toBe(true);
    for (const status of ['Processing', 'Completed', 'Cancelled']) expect(lab('nursing', { status })).toBe(false);
    expect(lab('nursing', { is_reviewed: true })).toBe(false);
    expect(lab('lab', { is_reviewed: true })).toBe(false);
    expect(lab('house_officer', { is_reviewed: true })).toBe(true);
    expect(lab('lab', { test_name: 'another' })).toBe(false);
    expect(lab('pharmacy', { notes: 'x' })).toBe(false);
  });

  test('nobody verifies a result of their own', () => {
    const verify = (user: string, role: Role = 'lab') =>
      may(role, 'lab_investigations', { is_verified: true }, { performed_by: 'u' }, user);
    expect(verify('u')).toBe(false);
    expect(verify('u', 'consultant')).toBe(false);
    expect(verify('v')).toBe(true);
    expect(verify('v', 'nursing')).toBe(false);
  });

  test('the pharmacy dispenses and holds, and changes no prescription', () => {
    const item = (role: Role, patch: Values) => may(role, 'prescription_items', patch);
    const head = (role: Role, patch: Values) => may(role, 'prescriptions', patch);
    expect(item('pharmacy', { dispensed: true, quantity_dispensed: 5 })).toBe(true);
    expect(item('pharmacy', { dosage: '2 g' })).toBe(false);
    expect(item('consultant', { dispensed: true })).toBe(false);
    expect(item('consultant', { is_stopped: true, stop_reason: 'x' })).toBe(true);
    expect(item('nursing', { is_stopped: true })).toBe(false);
    expect(head('pharmacy', { status: 'On Hold', hold_reason: 'x' })).toBe(true);
    expect(head('pharmacy', { status: 'Active' })).toBe(true);
    expect(head('pharmacy', { status: 'Cancelled' })).toBe(false);
    expect(head('pharmacy', { diagnosis: 'x' })).toBe(false);
    expect(head('house_officer', { status: 'Cancelled' })).toBe(true);
  });

  test('lessons are written and published, and keys held, by consultants and senior registrars', () => {
    for (const kind of ['cme_topics', 'mcq_questions', 'mcq_keys']) {
      for (const role of ['junior_registrar', 'house_officer', 'nursing', 'super_admin'] as Role[]) {
        expect(may(role, kind, kind === 'cme_topics' ? { is_published: true } : { explanation: 'x' })).toBe(false);
      }
      expect(may('senior_registrar', kind, {})).toBe(true);
    }
    expect(def('mcq_keys').access.read).toEqual(['consultant', 'senior_registrar']);
    expect(Object.keys(def('mcq_questions').fields)).not.toContain('explanation');
  });

  test('an assessment is one’s own', () => {
    expect(may('consultant', 'user_assessments', { status: 'Completed' }, { user_id: 'v' })).toBe(false);
    expect(may('house_officer', 'user_assessments', { status: 'Completed' }, { user_id: 'u' })).toBe(true);
  });
});
