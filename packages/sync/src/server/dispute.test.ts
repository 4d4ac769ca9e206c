import type { Patch } from '@psa/domain';
import { expect, test } from 'vitest';
import { settlement } from '../device/groups.ts';
import { Hospital } from './testing.ts';
import { pushWave } from './wave.ts';

const dose = (patient: string): Patch => ({
  patient_id: patient,
  medication_name: 'Ceftriaxone',
  outcome: 'Given',
  dose_given: '1 g',
  given_at: '2026-03-01T07:55:00.000Z',
});
const line = (prescription: string): Patch => ({
  prescription_id: prescription,
  medication_name: 'Ceftriaxone',
  dosage: '1 g',
  route: 'IV',
  frequency: 'daily',
});

/** A patient, a prescription, and an allergy that two tablets changed apart. */
async function disputed() {
  const h = await Hospital.open('consultant', 'nursing', 'pharmacy');
  const [a, b] = [h.tablet(), h.tablet('nursing')];
  const patient = await h.patient(a);
  const prescription = h.newId();
  await h.one(a, { kind: 'prescriptions', id: prescription, op: 'create', patch: { patient_id: patient, status: 'Active' } });
  const allergy = h.newId();
  const statement = { patient_id: patient, assertion: 'Allergy', substance: 'Penicillin', status: 'Active' };
  await h.one(a, { kind: 'patient_allergies', id: allergy, op: 'create', patch: statement });
  await h.one(a, { kind: 'patient_allergies', id: allergy, patch: { substance: 'Ceftriaxone' } });
  await h.one(b, { kind: 'patient_allergies', id: allergy, patch: { substance: 'Latex' } });
  return { h, a, b, patient, prescription, allergy, conflict: () => h.conflicts()[0] as Patch & { id: string } };
}

const settle = (h: Hospital, id: string) => {
  const row = h.row('sync_conflicts', id);
  if (!row) throw new Error('no conflict');
  return settlement(
    row,
    { take: 'theirs' },
    { row_version: h.row(String(row.kind), String(row.record_id))?.row_version ?? 0, deleted: false },
  );
};

test('[S34] what is still to be done waits for the settlement: refused from anywhere, kept when it came from a device', async () => {
  const { h, a, b, patient, prescription, conflict } = await disputed();
  expect(conflict()).toMatchObject({ patient_id: patient, severity: 'high', overruled: null });
  const medicine = { kind: 'prescription_items', id: h.newId(), op: 'create' as const, patch: line(prescription) };
  for (const result of [await h.one(a, medicine), (await h.rest(a, { ...medicine, id: h.newId() }))[0]]) {
    expect(result).toMatchObject({ status: 'refused', code: 'IN_DISPUTE' });
    expect(result?.say).toMatch(/allergy stand open/);
  }
  expect(h.quarantine().size).toBe(1);
  await h.send(b, ...settle(h, conflict().id));
  expect(await h.one(a, { ...medicine, id: h.newId() })).toMatchObject({ status: 'applied' });
});

test('[S34] a reason goes on all the same: it stands on the conflict and in the audit', async () => {
  const { h, a, patient, prescription, conflict } = await disputed();
  const id = h.newId();
  const reason = 'Septic shock; no other drug in the house.';
  const given = await h.one(a, { kind: 'prescription_items', id, op: 'create', patch: line(prescription), reason });
  expect(given.status).toBe('applied');
  expect(conflict().overruled).toEqual([
    {
      kind: 'prescription_items',
      record_id: id,
      acts: ['a medicine is prescribed'],
      by: a.actor.user_id,
      at: '2026-03-01T08:00:00.000Z',
      reason,
    },
  ]);
  expect(h.store.auditLog().find(({ action }) => action === 'override')).toMatchObject({
    table_name: 'prescription_items',
    record_id: id,
    user_id: a.actor.user_id,
    new_values: { reason, acts: ['a medicine is prescribed'], conflicts: [conflict().id] },
  });
  expect((await h.rest(a, { kind: 'medication_administrations', op: 'create', patch: dose(patient), reason }))[0]?.status).toBe(
    'applied',
  );
  expect(conflict().overruled).toHaveLength(2);
});

test('[S34] what a device tells was done already is kept and marked; a route asks', async () => {
  const { h, b, patient, conflict } = await disputed();
  const given = { kind: 'medication_administrations', op: 'create' as const, patch: dose(patient) };
  expect((await h.rest(b, given))[0]).toMatchObject({ status: 'refused', code: 'IN_DISPUTE' });
  expect(conflict().overruled).toBeNull();
  expect(await h.one(b, given)).toMatchObject({ status: 'applied' });
  expect(conflict().overruled).toMatchObject([{ acts: ['a dose is given'], by: b.actor.user_id, reason: null }]);
  expect(
    await h.one(b, { ...given, patch: { ...dose(patient), outcome: 'Withheld', dose_given: null, reason: 'asleep' } }),
  ).toMatchObject({
    status: 'applied',
  });
  expect(conflict().overruled).toHaveLength(1);
});

test('[S34] a settlement is never held up, nor what it settles in the same save, nor what another patient needs', async () => {
  const { h, a, b, prescription, conflict } = await disputed();
  const medicine = { kind: 'prescription_items', op: 'create' as const, patch: line(prescription) };
  const other = await h.patient(a);
  const theirs = h.newId();
  await h.one(a, { kind: 'prescriptions', id: theirs, op: 'create', patch: { patient_id: other, status: 'Active' } });
  expect(await h.one(a, { ...medicine, id: h.newId(), patch: line(theirs) })).toMatchObject({ status: 'applied' });
  const results = await h.send(b, ...settle(h, conflict().id));
  expect(results.map(({ status }) => status)).toEqual(['applied']);
  const both = await disputed();
  const [again] = [both.conflict()];
  const sent = await both.h.send(both.a, ...settle(both.h, again.id), {
    kind: 'prescription_items',
    op: 'create',
    patch: line(both.prescription),
  });
  expect(sent.map(({ status }) => status)).toEqual(['applied', 'applied']);
});

test('[S34] conflicts of low severity hold up nothing', async () => {
  const h = await Hospital.open('consultant', 'nursing');
  const [a, b] = [h.tablet(), h.tablet('nursing')];
  const patient = await h.patient(a);
  await h.one(a, { kind: 'patients', id: patient, patch: { phone: '1' } });
  await h.one(b, { kind: 'patients', id: patient, patch: { phone: '2' } });
  expect(h.conflicts()).toMatchObject([{ severity: 'low', patient_id: patient }]);
  expect((await h.rest(a, { kind: 'medication_administrations', op: 'create', patch: dose(patient) }))[0]?.status).toBe(
    'applied',
  );
});

test('[S20] [S34] what rests on a conflict that an earlier group of the same request settles, or begins, is judged after it', async () => {
  const { h, a, b, prescription, allergy, conflict } = await disputed();
  const push = (...groups: ReturnType<typeof h.group>[]) =>
    pushWave(
      h.store,
      groups.map((group) => ({ group, ctx: h.context(a) })),
    );
  const medicine = (reason?: string) =>
    h.group(a, {
      kind: 'prescription_items',
      id: h.newId(),
      op: 'create',
      patch: line(prescription),
      ...(reason && { reason }),
    });
  const settled = conflict().id;
  const [one, two] = await push(h.group(a, ...settle(h, settled)), medicine('It cannot wait.'));
  expect([one, two].map((o) => o?.results[0]?.status)).toEqual(['applied', 'applied']);
  expect(h.row('sync_conflicts', settled)).toMatchObject({ status: 'Resolved', overruled: null });

  const base = h.row('patient_allergies', allergy)?.row_version ?? 0;
  await h.one(b, { kind: 'patient_allergies', id: allergy, base, patch: { substance: 'Metronidazole' } });
  const stale = h.group(a, { kind: 'patient_allergies', id: allergy, base, patch: { substance: 'Latex' } });
  const [parked, held] = await push(stale, medicine());
  expect(parked?.results[0]?.status).toBe('conflict');
  expect(held?.results[0]).toMatchObject({ status: 'refused', code: 'IN_DISPUTE' });
});
