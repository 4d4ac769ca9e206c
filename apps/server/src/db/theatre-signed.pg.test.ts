import { randomUUID } from 'node:crypto';
import type { Patch } from '@psa/domain';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { booking, openTheatre, refusal, saying, type Theatre } from '../testing/theatre.ts';

/** Planning, theatre and meetings on the real database: what is signed stays, what there is once, and the steps of a status. */
let t: Theatre;
beforeAll(async () => {
  t = await openTheatre();
});
afterAll(() => t.close());

describe('what was signed stays', () => {
  const signIn: Patch = {
    ...{ patient_identity_confirmed: true, consent_confirmed: true, site_marked: true, anaesthesia_check: true },
    ...{ pulse_oximeter: true, equipment_issues_check: true, allergies_checked: true, known_allergy: false },
    ...{ difficult_airway: 'No', blood_loss_risk: 'No', sign_in_completed: true },
  };
  const approved: Patch = { approved: true, approval_note: 'Agreed' };
  const decided: Patch = { assessed_at: '2026-11-01T08:00:00.000Z', fitness_decision: 'Fit', asa_class: 'II' };
  const cases: readonly [rule: string, kind: string, make: () => Promise<string>, change: Patch, by: string, at: string][] = [
    [
      'treatment_plans_approval_stands',
      'treatment_plans',
      () => t.plan(0, approved),
      { approved: false },
      'approved_by',
      'approved_at',
    ],
    [
      'preoperative_assessments_decided',
      'preoperative_assessments',
      () => t.create('preoperative_assessments', { ...decided, patient_id: t.patient() }),
      { asa_class: 'III' },
      'decided_by',
      'decided_at',
    ],
    [
      'surgical_checklists_sign_in_signed',
      'surgical_checklists',
      async () => t.create('surgical_checklists', { ...signIn, surgery_booking_id: await t.book() }),
      { known_allergy: true },
      'sign_in_completed_by',
      'sign_in_completed_at',
    ],
    [
      'operation_notes_signed',
      'operation_notes',
      () =>
        t.create('operation_notes', {
          ...{ patient_id: t.patient(), started_at: '2026-11-01T08:00:00.000Z', procedure_performed: 'Skin graft' },
          ...{ surgeon_id: t.consultant, findings: 'As expected', counts: 'Correct', is_final: true },
        }),
      { findings: 'Something else' },
      'signed_by',
      'signed_at',
    ],
  ];

  test.each(cases)('%s, for the one way in and for SQL by hand', async (rule, kind, make, change, who, when) => {
    const id = await make();
    const { rows } = await t.pool.query(`select ${who} as who, ${when} is not null as dated from ${kind} where id = $1`, [id]);
    expect(rows).toEqual([{ who: t.consultant, dated: true }]);
    expect(await refusal(t.edit(kind, id, change))).toMatchObject({ code: 'LOCKED', fields: Object.keys(change) });
    const [field, value] = Object.entries(change)[0] as [string, string | boolean];
    await expect(t.pool.query(`update ${kind} set ${field} = $2 where id = $1`, [id, value])).rejects.toMatchObject({
      constraint: rule,
    });
    await expect(t.pool.query(`update ${kind} set ${who} = null where id = $1`, [id])).rejects.toMatchObject({
      constraint: rule,
    });
  });

  test('a phase is signed after the one before it, and the next can still be signed', async () => {
    const id = await t.create('surgical_checklists', { surgery_booking_id: await t.book() });
    const timeOut: Patch = {
      ...{ team_introductions: true, procedure_confirmed: true, antibiotic_prophylaxis: 'Yes', critical_steps_reviewed: true },
      ...{ anticipated_events: true, anaesthesia_concerns_reviewed: true, sterility_confirmed: true },
      ...{ imaging_displayed: 'Not applicable', time_out_completed: true },
    };
    expect(await refusal(t.edit('surgical_checklists', id, timeOut))).toMatchObject({
      code: 'CONSTRAINT',
      fields: ['time_out_completed'],
    });
    await t.edit('surgical_checklists', id, signIn, 'nursing');
    await t.edit('surgical_checklists', id, timeOut, 'nursing');
    await t.edit('surgical_checklists', id, { notes: 'Begun at nine' });
    expect(await refusal(t.edit('surgical_checklists', id, { imaging_displayed: 'Yes' }))).toMatchObject({ code: 'LOCKED' });
  });

  test('who approved a plan is not the sender’s to say, and stays while the plan is worked on', async () => {
    const id = await t.plan();
    expect(await refusal(t.edit('treatment_plans', id, { approved_by: t.consultant }))).toMatchObject({ code: 'SERVER_ONLY' });
    expect(await refusal(t.edit('treatment_plans', id, approved, 'house_officer'))).toMatchObject({ code: 'NOT_YOURS' });
    await t.edit('treatment_plans', id, { ...approved, status: 'Active' });
    await t.edit('treatment_plans', id, { target_completion_date: '2026-12-24', status: 'Completed' });
    const { rows } = await t.pool.query('select approved, approved_by, status from treatment_plans where id = $1', [id]);
    expect(rows).toEqual([{ approved: true, approved_by: t.consultant, status: 'Completed' }]);
  });

  test('what was approved stays; its steps go on, and it is put on hold or cancelled and written anew', async () => {
    const id = await t.plan(0, { ...approved, status: 'Active' });
    const changes: Patch[] = [{ diagnosis: 'Another' }, { treatment_goals: 'Heal' }, { primary_surgeon_id: t.consultant }];
    for (const change of changes) {
      expect(await refusal(t.edit('treatment_plans', id, change))).toMatchObject({
        code: 'LOCKED',
        fields: Object.keys(change),
      });
    }
    const step = await t.create('treatment_plan_steps', {
      ...{ treatment_plan_id: id, step_number: 1, step_name: 'Debridement', status: 'Pending' },
    });
    await t.edit('treatment_plan_steps', step, { step_name: 'Second debridement' });
    await t.edit('treatment_plans', id, { status: 'On Hold', status_reason: 'Infected' });
    await t.edit('treatment_plans', id, { status: 'Cancelled', status_reason: 'Another plan' });
    await t.plan(0, { diagnosis: 'Another' });
  });

  test('what was consented to is not edited; it is withdrawn by a further entry', async () => {
    const given: Patch = {
      ...{
        patient_id: t.patient(),
        consent_type: 'Operation',
        procedure_name: 'Skin graft',
        decision: 'Given',
        risks: 'Bleeding',
      },
      ...{ signed_at: '2026-11-01T08:00:00.000Z', signer_name: 'Adaeze Test', signer_relation: 'Patient' },
      signature_kind: 'Paper form',
    };
    const id = await t.create('consents', given);
    expect(await refusal(t.edit('consents', id, { risks: 'None' }))).toMatchObject({ code: 'NOT_YOURS' });
    await t.create('consents', { ...given, decision: 'Withdrawn', withdraws_id: id });
  });
});

describe('once only, and step by step', () => {
  test('an operation has one checklist, a plan one step of a number, a meeting one case of a patient; a retracted one leaves room', async () => {
    const [surgery, treatment] = [await t.book(), await t.plan()];
    const meeting = await t.create('mdt_meetings', {
      ...{ meeting_title: 'Limb salvage', meeting_date: '2026-12-01', meeting_time: '14:00', status: 'Scheduled' },
    });
    for (const [kind, patch, rule] of [
      ['surgical_checklists', { surgery_booking_id: surgery }, 'surgical_checklists_one_each'],
      [
        'treatment_plan_steps',
        { treatment_plan_id: treatment, step_number: 3, step_name: 'Dress', status: 'Pending' },
        'treatment_plan_steps_number_once',
      ],
      ['mdt_cases', { mdt_meeting_id: meeting, patient_id: t.patient(), case_summary: 'Ulcer' }, 'mdt_cases_patient_once'],
      [
        'mdt_attendances',
        { mdt_meeting_id: meeting, user_id: t.consultant, attendance: 'Invited' },
        'mdt_attendances_person_once',
      ],
    ] as const) {
      const id = await t.create(kind, patch);
      expect(await refusal(t.create(kind, patch))).toMatchObject({ code: 'TAKEN', say: saying(kind, rule) });
      await t.write({ kind, id, op: 'retract' });
      await t.create(kind, patch);
    }
  });

  test.each([
    ['treatment_plans', () => t.plan(), 'Completed'],
    ['surgery_bookings', () => t.book({ status: 'Completed' }), 'Cancelled'],
    ['surgery_bookings', () => t.book({ status: 'Cancelled', status_reason: 'Fever' }), 'Completed'],
  ] as const)('%s take only declared steps', async (kind, make, status) => {
    expect(await refusal(t.edit(kind, await make(), { status }))).toMatchObject({ code: 'ILLEGAL_STEP', fields: ['status'] });
  });

  test('who did a step is filled with the day it was done, and goes with it', async () => {
    const id = await t.create('treatment_plan_steps', {
      ...{ treatment_plan_id: await t.plan(), step_number: 1, step_name: 'Dress', status: 'Pending' },
    });
    const doneBy = async () =>
      (await t.pool.query('select completed_by from treatment_plan_steps where id = $1', [id])).rows[0];
    await t.edit('treatment_plan_steps', id, { status: 'Completed', completed_date: '2026-12-01' }, 'nursing');
    expect(await doneBy()).toEqual({ completed_by: t.consultant });
    await t.edit('treatment_plan_steps', id, { status: 'In Progress', completed_date: null });
    expect(await doneBy()).toEqual({ completed_by: null });
  });

  test('an operation and its checklist can be saved as one group', async () => {
    const id = randomUUID();
    const checklist = {
      kind: 'surgical_checklists',
      id: randomUUID(),
      op: 'create' as const,
      patch: { surgery_booking_id: id },
    };
    expect(
      await t.together([
        { kind: 'surgery_bookings', id, op: 'create', patch: booking(t.patient(), { scheduled_date: '2026-12-20' }) },
        checklist,
      ]),
    ).toEqual(['applied', 'applied']);
  });
});
