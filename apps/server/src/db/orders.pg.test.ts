import type { Actor, Patch } from '@psa/domain';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Desk, type DeskWish, openDesk } from '../testing/desk.ts';

/** Laboratory, medicines and blood through the one way in, on the real database. */
let desk: Desk;
let doctor: Actor;
let nurse: Actor;
let bench: Actor;
let second: Actor;
let pharmacist: Actor;
let patient: string;
let other: string;

beforeAll(async () => {
  desk = await openDesk();
  doctor = await desk.person('junior_registrar');
  nurse = await desk.person('nursing');
  [bench, second] = [await desk.person('lab'), await desk.person('lab')];
  pharmacist = await desk.person('pharmacy');
  [patient, other] = [await desk.patient(doctor), await desk.patient(doctor)];
});
afterAll(() => desk.close());

const AT = '2026-03-01T08:00:00.000Z';
const edit = (kind: string, id: string, patch: Patch): DeskWish => ({ kind, id, op: 'edit', patch });
const order = (more: Patch = {}): DeskWish => ({
  kind: 'lab_investigations',
  patch: { patient_id: patient, investigation_type: 'Haematology', test_name: 'Haemoglobin', status: 'Ordered', ...more },
});
const RESULT = { status: 'Completed', results: 'Hb 4.1 g/dL', result_date: AT };
const notices = async (about: string) => {
  const { rows } = await desk.sql.query(
    'select user_id, kind, message, record_kind, patient_id from notifications where record_id = $1',
    [about],
  );
  return rows;
};
/** By hand, past the judge: the database has the last word. */
const byHand = (set: string, table: string, id: string) => desk.sql.query(`update ${table} set ${set} where id = $1`, [id]);

test('from order to seen: each step by its people, who and when filled by the server', async () => {
  const id = await desk.done(doctor, order());
  const step = (who: Actor, patch: Patch) => desk.tell(who, edit('lab_investigations', id, patch));
  expect(await step(nurse, { sample_collected: true, sample_collection_date: AT, status: 'Sample Collected' })).toEqual([
    'applied',
  ]);
  expect(await step(nurse, { results: 'x' })).toEqual(['NOT_YOURS']);
  expect(await step(doctor, { results: 'x', result_date: AT })).toEqual(['NOT_YOURS']);
  expect(await step(bench, { status: 'Completed' })).toEqual(['CONSTRAINT']);
  expect(await step(bench, RESULT)).toEqual(['applied']);
  expect(await step(bench, { status: 'Processing' })).toEqual(['ILLEGAL_STEP']);
  expect(await step(bench, { is_verified: true })).toEqual(['NOT_YOURS']);
  expect(await step(second, { is_verified: true })).toEqual(['applied']);
  expect(await step(bench, { results: 'Hb 14 g/dL' })).toEqual(['LOCKED']);
  expect(await step(second, { is_verified: false })).toEqual(['LOCKED']);
  expect(await step(doctor, { is_reviewed: true })).toEqual(['applied']);
  expect(await desk.row('lab_investigations', id)).toMatchObject({
    ...{ ordered_by: doctor.user_id, sample_collected_by: nurse.user_id, performed_by: bench.user_id },
    ...{
      verified_by: second.user_id,
      reviewed_by: doctor.user_id,
      ordered_date: expect.any(Date),
      verified_at: expect.any(Date),
    },
  });
  await expect(byHand('is_verified = false', 'lab_investigations', id)).rejects.toMatchObject({
    constraint: 'lab_investigations_verified',
  });
});

test('a result entered and verified in one step is refused as well', async () => {
  const id = await desk.done(doctor, order());
  expect(await desk.tell(bench, edit('lab_investigations', id, { ...RESULT, is_verified: true }))).toEqual(['NOT_YOURS']);
});

test('whoever writes any of a result made it, and does not verify it in the same step; marking it critical makes nobody its author', async () => {
  const id = await desk.done(doctor, order());
  await desk.done(bench, edit('lab_investigations', id, RESULT));
  const changes: Patch[] = [{ results: 'Hb 14 g/dL' }, { interpretation: 'Normal' }, { result_values: [] }];
  for (const own of changes) {
    expect(await desk.tell(second, edit('lab_investigations', id, { ...own, is_verified: true }))).toEqual(['NOT_YOURS']);
  }
  const madeBy = async () => (await desk.row('lab_investigations', id)).performed_by;
  await desk.done(second, edit('lab_investigations', id, { is_critical: true }));
  expect(await madeBy()).toBe(bench.user_id);
  await desk.done(second, edit('lab_investigations', id, { results: 'Hb 14 g/dL' }));
  expect(await madeBy()).toBe(second.user_id);
  expect(await desk.tell(second, edit('lab_investigations', id, { is_verified: true }))).toEqual(['NOT_YOURS']);
  await desk.done(bench, edit('lab_investigations', id, { is_verified: true }));
});

test('a result that a doctor has seen stays as it was seen, can still be verified, and is corrected by a further one', async () => {
  const id = await desk.done(doctor, order());
  await desk.done(bench, edit('lab_investigations', id, RESULT));
  await desk.done(doctor, edit('lab_investigations', id, { is_reviewed: true }));
  expect(await desk.tell(bench, edit('lab_investigations', id, { results: 'Hb 14 g/dL' }))).toEqual(['LOCKED']);
  await expect(byHand("results = 'Hb 14 g/dL'", 'lab_investigations', id)).rejects.toMatchObject({
    constraint: 'lab_investigations_seen',
  });
  await desk.done(second, edit('lab_investigations', id, { is_verified: true }));
  await desk.done(doctor, order({ amends: id }));
});

test('a critical result is told once to whoever ordered it, when it is complete', async () => {
  const id = await desk.done(doctor, order());
  const step = (patch: Patch) => desk.done(bench, edit('lab_investigations', id, patch));
  await step({ results: 'Hb 4.1 g/dL', result_date: AT, is_critical: true, status: 'Processing' });
  expect(await notices(id)).toEqual([]);
  const head = await desk.store.head(desk.facility);
  await step({ status: 'Completed' });
  const told = {
    ...{ user_id: doctor.user_id, kind: 'Critical result', message: 'Critical result: Haemoglobin' },
    ...{ record_kind: 'lab_investigations', patient_id: patient },
  };
  expect(await notices(id)).toEqual([told]);
  const mine = await desk.store.pull(desk.facility, head, [`user:${doctor.user_id}`], 10);
  expect(mine.rows.notifications).toMatchObject([told]);
  await step({ interpretation: 'Severe anaemia' });
  expect(await notices(id)).toHaveLength(1);
  await step({ results: 'Hb 2.1 g/dL' });
  const messages = (await notices(id)).map(({ message }) => message).sort();
  expect(messages).toEqual(['Critical result changed: Haemoglobin', 'Critical result: Haemoglobin']);
});

test('a result that turns out critical later is told then; one that is not, never', async () => {
  const id = await desk.done(doctor, order());
  await desk.done(bench, edit('lab_investigations', id, RESULT));
  expect(await notices(id)).toEqual([]);
  await desk.done(bench, edit('lab_investigations', id, { is_critical: true }));
  expect(await notices(id)).toHaveLength(1);
});

test('what points to something of another patient is refused', async () => {
  const admission = await desk.done(doctor, {
    kind: 'patient_admissions',
    patch: {
      ...{ patient_id: other, admission_number: 'A-1', admission_date: AT, admission_type: 'Elective', status: 'Active' },
    },
  });
  const theirs = await desk.done(doctor, {
    kind: 'prescriptions',
    patch: { patient_id: other, status: 'Active', admission_id: admission },
  });
  const item = { medication_name: 'Morphine', dosage: '5 mg', route: 'IV', frequency: '4-hourly' };
  const line = await desk.done(doctor, { kind: 'prescription_items', patch: { ...item, prescription_id: theirs } });
  const blood = { component: 'Platelets', indication: 'x', status: 'Requested' };
  const bag = await desk.done(doctor, { kind: 'blood_transfusions', patch: { ...blood, patient_id: other } });
  const list = await desk.done(nurse, {
    kind: 'shopping_lists',
    patch: { patient_id: other, purpose: 'Surgery', status: 'Open' },
  });
  const theirOrder = await desk.done(doctor, order({ patient_id: other }));
  const dose = { medication_name: 'Morphine', outcome: 'Given', dose_given: '5 mg', given_at: AT };
  const wrong: DeskWish[] = [
    order({ admission_id: admission }),
    order({ amends: theirOrder }),
    { kind: 'prescriptions', patch: { patient_id: patient, status: 'Active', admission_id: admission } },
    { kind: 'prescription_items', patch: { ...item, patient_id: patient, prescription_id: theirs } },
    { kind: 'medication_administrations', patch: { ...dose, patient_id: patient, prescription_item_id: line } },
    { kind: 'blood_transfusions', patch: { ...blood, patient_id: patient, admission_id: admission } },
    {
      kind: 'blood_transfusion_observations',
      patch: { patient_id: patient, blood_transfusion_id: bag, stage: 'Before', observed_at: AT, pulse: 80 },
    },
    { kind: 'shopping_lists', patch: { patient_id: patient, purpose: 'Surgery', status: 'Open', admission_id: admission } },
    { kind: 'shopping_list_items', patch: { patient_id: patient, shopping_list_id: list, item_name: 'Gauze', quantity: 1 } },
  ];
  for (const wish of wrong) {
    expect(await desk.tell(doctor, wish), wish.kind).toEqual(['CONSTRAINT']);
    const { amends: _, ...right } = wish.patch ?? {};
    expect(await desk.tell(doctor, { ...wish, patch: { ...right, patient_id: other } }), wish.kind).toEqual(['applied']);
  }
});

test('a line of a prescription is of its patient, whoever leaves that out', async () => {
  const head = await desk.done(doctor, { kind: 'prescriptions', patch: { patient_id: patient, status: 'Active' } });
  const line = await desk.done(doctor, {
    kind: 'prescription_items',
    patch: { prescription_id: head, medication_name: 'Paracetamol', dosage: '1 g', route: 'Oral', frequency: '6-hourly' },
  });
  expect(await desk.row('prescription_items', line)).toMatchObject({ patient_id: patient, row_version: 1 });
});

test('what was dispensed or stopped stays; the pharmacy holds with a reason', async () => {
  const head = await desk.done(doctor, { kind: 'prescriptions', patch: { patient_id: patient, status: 'Active' } });
  const line = await desk.done(doctor, {
    kind: 'prescription_items',
    patch: { prescription_id: head, medication_name: 'Paracetamol', dosage: '1 g', route: 'Oral', frequency: '6-hourly' },
  });
  const onLine = (who: Actor, patch: Patch) => desk.tell(who, edit('prescription_items', line, patch));
  const onHead = (who: Actor, patch: Patch) => desk.tell(who, edit('prescriptions', head, patch));
  expect(await onHead(pharmacist, { status: 'On Hold' })).toEqual(['CONSTRAINT']);
  expect(await onHead(pharmacist, { status: 'On Hold', hold_reason: 'Allergy?' })).toEqual(['applied']);
  expect(await desk.row('prescriptions', head)).toMatchObject({ held_by: pharmacist.user_id, prescribed_by: doctor.user_id });
  expect(await onHead(doctor, { status: 'Active', hold_reason: null })).toEqual(['applied']);
  expect(await desk.row('prescriptions', head)).toMatchObject({ held_by: null, held_at: null });
  expect(await onLine(pharmacist, { dispensed: true })).toEqual(['CONSTRAINT']);
  expect(await onLine(pharmacist, { dispensed: true, quantity_dispensed: 20 })).toEqual(['applied']);
  expect(await desk.row('prescription_items', line)).toMatchObject({
    ...{ dispensed_by: pharmacist.user_id, dispensed_date: expect.any(Date) },
  });
  expect(await onLine(doctor, { dosage: '2 g' })).toEqual(['LOCKED']);
  expect(await onLine(pharmacist, { quantity_dispensed: 40 })).toEqual(['LOCKED']);
  await expect(byHand("dosage = '2 g'", 'prescription_items', line)).rejects.toMatchObject({
    constraint: 'prescription_items_dispensed',
  });
  expect(await onLine(doctor, { is_stopped: true, stop_reason: 'Rash' })).toEqual(['applied']);
  expect(await desk.row('prescription_items', line)).toMatchObject({ stopped_by: doctor.user_id });
  expect(await onLine(doctor, { is_stopped: false })).toEqual(['LOCKED']);
  await expect(byHand('is_stopped = null', 'prescription_items', line)).rejects.toMatchObject({
    constraint: 'prescription_items_stopped',
  });
});

const lineOf = async () => {
  const head = await desk.done(doctor, { kind: 'prescriptions', patch: { patient_id: patient, status: 'Active' } });
  const line = await desk.done(doctor, {
    kind: 'prescription_items',
    patch: { prescription_id: head, medication_name: 'Ampicillin', dosage: '1 g', route: 'Oral', frequency: '6-hourly' },
  });
  return { head, line };
};

test('a hold ends with its reason, and the next one names who held it then, and when', async () => {
  const { head } = await lineOf();
  const step = (who: Actor, patch: Patch) => desk.tell(who, edit('prescriptions', head, patch));
  expect(await step(pharmacist, { status: 'On Hold', hold_reason: 'Allergy?' })).toEqual(['applied']);
  expect(await step(doctor, { status: 'Active' })).toEqual(['CONSTRAINT']);
  expect(await step(doctor, { status: 'Active', hold_reason: null, diagnosis: 'Cellulitis' })).toEqual(['applied']);
  expect(await step(doctor, { status: 'On Hold', hold_reason: 'Nil by mouth' })).toEqual(['applied']);
  expect(await desk.row('prescriptions', head)).toMatchObject({ held_by: doctor.user_id });
  expect(await step(pharmacist, { status: 'Active', hold_reason: null })).toEqual(['applied']);
});

test.each([
  ['was stopped', 'prescription_items', { is_stopped: true, stop_reason: 'Rash' }],
  ['is on hold', 'prescriptions', { status: 'On Hold', hold_reason: 'Allergy?' }],
  ['is cancelled', 'prescriptions', { status: 'Cancelled' }],
] as const)('what %s can be recorded as dispensed when the pharmacy says why', async (_what, kind, patch) => {
  const { head, line } = await lineOf();
  await desk.done(doctor, edit(kind, kind === 'prescriptions' ? head : line, patch));
  const given = { dispensed: true, quantity_dispensed: 20 };
  expect(await desk.tell(pharmacist, edit('prescription_items', line, given))).toEqual(['CONSTRAINT']);
  const note = { dispensing_note: 'Handed out before the stop was read' };
  expect(await desk.tell(pharmacist, edit('prescription_items', line, { ...given, ...note }))).toEqual(['applied']);
});

test('what was dispensed before can be stopped, held and cancelled without a word of the pharmacy, whatever arrives first', async () => {
  const { head, line } = await lineOf();
  await desk.done(pharmacist, edit('prescription_items', line, { dispensed: true, quantity_dispensed: 20 }));
  await desk.done(doctor, edit('prescriptions', head, { status: 'Cancelled' }));
  await desk.done(doctor, edit('prescription_items', line, { is_stopped: true, stop_reason: 'Rash' }));
  const late = await lineOf();
  await desk.done(doctor, edit('prescription_items', late.line, { is_stopped: true, stop_reason: 'Rash' }));
  const moment = (days: number) =>
    byHand(
      `dispensed = true, quantity_dispensed = 1, dispensed_date = stopped_at + interval '${days} days'`,
      'prescription_items',
      late.line,
    );
  await expect(moment(1)).rejects.toMatchObject({ constraint: 'prescription_items_dispensed_all_the_same' });
  await moment(-1);
});

test('a dose is recorded once and checked by somebody else', async () => {
  const dose = (more: Patch): DeskWish => ({
    kind: 'medication_administrations',
    patch: { patient_id: patient, medication_name: 'Morphine', outcome: 'Given', dose_given: '5 mg', given_at: AT, ...more },
  });
  expect(await desk.tell(nurse, dose({ checked_by: nurse.user_id }))).toEqual(['CONSTRAINT']);
  const id = await desk.done(nurse, dose({ checked_by: doctor.user_id }));
  expect(await desk.tell(nurse, edit('medication_administrations', id, { dose_given: '10 mg' }))).toEqual(['NOT_YOURS']);
  expect(await desk.tell(nurse, { kind: 'medication_administrations', id, op: 'retract' })).toEqual(['applied']);
});

test('blood: no start without the checks of two; the unit stays as it was checked', async () => {
  const id = await desk.done(doctor, {
    kind: 'blood_transfusions',
    patch: { patient_id: patient, component: 'Packed red cells', indication: 'Hb 4.1 g/dL', status: 'Requested' },
  });
  const step = (patch: Patch) => desk.tell(nurse, edit('blood_transfusions', id, patch));
  const unit = {
    ...{ patient_group: 'B+', donor_group: 'O+', unit_number: 'U-77', expiry_date: '2026-03-20', crossmatch: 'Compatible' },
  };
  const checks = { identity_checked: true, group_checked: true, unit_checked: true, expiry_checked: true };
  expect(await step({ ...unit, donor_group: 'A+' })).toEqual(['CONSTRAINT']);
  expect(await step({ ...unit, status: 'Issued' })).toEqual(['applied']);
  expect(await step({ started_at: AT, status: 'Running' })).toEqual(['CONSTRAINT']);
  expect(await step({ started_at: AT, status: 'Running', ...checks, second_checker_id: nurse.user_id })).toEqual([
    'CONSTRAINT',
  ]);
  expect(await step({ started_at: AT, status: 'Running', ...checks, second_checker_id: doctor.user_id })).toEqual(['applied']);
  expect(await step({ unit_number: 'U-78' })).toEqual(['LOCKED']);
  await expect(byHand("unit_number = 'U-78'", 'blood_transfusions', id)).rejects.toMatchObject({
    constraint: 'blood_transfusions_started',
  });
  expect(await step({ status: 'Requested', started_at: null })).toEqual(['LOCKED']);
  expect(await step({ status: 'Cancelled' })).toEqual(['ILLEGAL_STEP']);
  expect(await step({ status: 'Completed', ended_at: '2026-03-01T10:00:00.000Z' })).toEqual(['CONSTRAINT']);
  expect(await step({ status: 'Completed', ended_at: '2026-03-01T10:00:00.000Z', reaction: 'None' })).toEqual(['applied']);
  expect(await desk.row('blood_transfusions', id)).toMatchObject({ requested_by: doctor.user_id, started_by: nurse.user_id });
});
