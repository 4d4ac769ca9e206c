import { randomUUID } from 'node:crypto';
import { type Patch, recordOf } from '@psa/domain';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { booking, openTheatre, refusal, type Theatre } from '../testing/theatre.ts';

/** Rows about a patient point only to rows about the same patient: a rule across records, which only PostgreSQL can hold. */
let t: Theatre;
beforeAll(async () => {
  t = await openTheatre();
});
afterAll(() => t.close());

const admission = (n: 0 | 1) =>
  t.create('patient_admissions', {
    patient_id: t.patient(n),
    admission_number: `A/${randomUUID()}`,
    admission_date: '2026-11-01T08:00:00.000Z',
    discharge_date: '2026-11-02T08:00:00.000Z',
    admission_type: 'Elective',
    status: 'Discharged',
  });

describe('what is of one patient points to nothing of another', () => {
  const consent: Patch = {
    consent_type: 'Operation',
    procedure_name: 'Skin graft',
    decision: 'Given',
    risks: 'Bleeding',
    signed_at: '2026-11-01T08:00:00.000Z',
    signer_name: 'Adaeze Test',
    signer_relation: 'Patient',
    signature_kind: 'Paper form',
  };
  const note: Patch = { started_at: '2026-11-01T08:00:00.000Z', procedure_performed: 'Skin graft', amendment_reason: 'x' };
  const makers: Record<string, (n: 0 | 1) => Promise<string>> = {
    patient_admissions: (n) => admission(n),
    treatment_plans: (n) => t.plan(n),
    surgery_bookings: (n) => t.book({ patient_id: t.patient(n) }),
    consents: (n) => t.create('consents', { ...consent, patient_id: t.patient(n) }),
    operation_notes: (n) => t.create('operation_notes', { ...note, patient_id: t.patient(n) }),
  };
  const bases: Record<string, Patch> = {
    treatment_plans: { plan_name: 'Plan', diagnosis: 'Burn', status: 'Draft' },
    treatment_plan_steps: { step_number: 1, step_name: 'Dress', status: 'Pending' },
    surgery_bookings: booking(''),
    preoperative_assessments: { assessed_at: '2026-11-01T08:00:00.000Z' },
    consents: consent,
    surgical_checklists: {},
    operation_notes: note,
  };
  const links = Object.keys(bases).flatMap((kind) => {
    const def = recordOf(kind);
    const rule = def?.across?.[0];
    return (rule?.fields ?? []).map((link) => [kind, link, def?.fields[link]?.to ?? '', rule?.say ?? ''] as const);
  });

  test.each(links)('%s.%s', async (kind, link, to, say) => {
    const make = makers[to];
    if (!make) throw new Error(`no maker of ${to}`);
    const withdrawn: Patch = link === 'withdraws_id' ? { decision: 'Withdrawn' } : {};
    const patch: Patch = { ...bases[kind], ...withdrawn, patient_id: t.patient(0) };
    await t.create(kind, { ...patch, [link]: await make(0) });
    expect(await refusal(t.create(kind, { ...patch, [link]: await make(1) }))).toMatchObject({ code: 'CONSTRAINT', say });
  });

  test('nor after an edit', async () => {
    const id = await t.book();
    expect(await refusal(t.edit('surgery_bookings', id, { treatment_plan_id: await t.plan(1) }))).toMatchObject({
      code: 'CONSTRAINT',
    });
  });

  test('a step is of the patient of its plan, a checklist of that of its operation, unless they name it', async () => {
    const step = await t.create('treatment_plan_steps', {
      treatment_plan_id: await t.plan(1),
      step_number: 1,
      step_name: 'Dress',
      status: 'Pending',
    });
    const checklist = await t.create('surgical_checklists', { surgery_booking_id: await t.book({ patient_id: t.patient(1) }) });
    const { rows } = await t.pool.query(
      'select patient_id from treatment_plan_steps where id = $1 union all select patient_id from surgical_checklists where id = $2',
      [step, checklist],
    );
    expect(rows).toEqual([{ patient_id: t.patient(1) }, { patient_id: t.patient(1) }]);
    expect(await refusal(t.create('surgical_checklists', { surgery_booking_id: randomUUID() }))).toMatchObject({
      code: 'BROKEN_LINK',
      fields: ['surgery_booking_id'],
    });
  });
});
