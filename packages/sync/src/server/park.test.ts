import { expect, test } from 'vitest';
import { settlement } from '../device/groups.ts';
import { Hospital, type Tablet } from './testing.ts';

const ward = () => Hospital.open('consultant', 'nursing', 'lab');
const latex = (patient: string) => ({ patient_id: patient, assertion: 'Allergy', substance: 'Latex', status: 'Active' });

/** A patient whose phone two tablets changed apart; the second group also holds an allergy. */
async function clash(h: Hospital, a: Tablet, b: Tablet) {
  const id = await h.patient(a);
  await h.one(a, { kind: 'patients', id, patch: { phone: '1' } });
  const allergy = h.newId();
  const results = await h.send(
    b,
    { kind: 'patient_allergies', id: allergy, op: 'create', patch: latex(id) },
    { kind: 'patients', id, patch: { phone: '2' } },
  );
  const [conflict] = h.conflicts();
  if (!conflict) throw new Error('no conflict');
  return { id, allergy, results, conflict };
}

/** Sends the settlement that the device end builds. */
const settle = (h: Hospital, t: Tablet, c: Awaited<ReturnType<typeof clash>>, choice: Parameters<typeof settlement>[1]) =>
  h.send(t, ...settlement(c.conflict, choice, { row_version: h.row('patients', c.id)?.row_version ?? 0, deleted: false }));

test('[S26] a conflict holds both values, authors, times, the device and the rest of the group', async () => {
  const h = await ward();
  const [a, b] = [h.tablet(), h.tablet('nursing')];
  const { id, results, conflict, allergy } = await clash(h, a, b);
  expect(results.map((r) => [r.status, r.conflict_id])).toEqual([
    ['conflict', conflict.id],
    ['conflict', conflict.id],
  ]);
  expect(conflict).toMatchObject({
    scope: 'identity',
    kind: 'patients',
    record_id: id,
    op: 'edit',
    fields: ['phone'],
    base_version: 1,
    mine: { phone: '2' },
    theirs: { phone: '1' },
    device_id: b.device,
    author_id: b.actor.user_id,
    written_at: '2026-03-01T08:00:00.000Z',
    theirs_by: a.actor.user_id,
    theirs_at: '2026-03-05T10:00:00.000Z',
    mutation_id: results[1]?.mid,
    status: 'Open',
    group_rest: [{ mid: results[0]?.mid, kind: 'patient_allergies', id: allergy, op: 'create' }],
  });
});

test('[S26] what waits beside a clash is shown to nobody who is not sent such rows', async () => {
  const h = await ward();
  const [a, b] = [h.tablet(), h.tablet()];
  const id = await h.patient(a);
  await h.one(a, { kind: 'patients', id, patch: { phone: '1' } });
  const order = { patient_id: id, investigation_type: 'Haematology', test_name: 'Hb', status: 'Ordered' };
  const clashing = { kind: 'patients', id, patch: { phone: '2' } };
  await h.send(b, clashing, { kind: 'lab_investigations', id: h.newId(), op: 'create', patch: order });
  // Later the same tablet saves the same field beside something that the laboratory is not sent: it does not join what that reads.
  const round = { patient_id: id, seen_at: '2026-03-01T08:00:00.000Z', round_grade: 'Consultant', examination: 'Graft pink.' };
  await h.send(b, { ...clashing, patch: { phone: '3' } }, { kind: 'ward_rounds', id: h.newId(), op: 'create', patch: round });
  const kept = h.conflicts().map((c) => [c.scope, (c.group_rest as { kind: string }[]).map(({ kind }) => kind)]);
  expect(kept).toEqual([
    ['orders', ['lab_investigations']],
    ['clinical', ['ward_rounds']],
  ]);
});

test('[S26] a conflict is written in the transaction that answers', async () => {
  const h = await ward();
  const { results } = await clash(h, h.tablet(), h.tablet());
  const commit = h.store.commitLog().find((c) => c.effects.mutations.some((m) => m.mutation.mid === results[0]?.mid));
  expect(commit?.effects.writes.map((w) => w.kind)).toEqual(['sync_conflicts']);
});

test('[S26] a later clash of the same device on the same row joins its open conflict; of another device it does not', async () => {
  const h = await ward();
  const [a, b, c] = [h.tablet(), h.tablet(), h.tablet()];
  const { id, conflict } = await clash(h, a, b);
  await h.one(a, { kind: 'patients', id, base: 2, patch: { city: 'Awka' } });
  const later = await h.one(b, { kind: 'patients', id, base: 1, patch: { phone: '3', city: 'Enugu', occupation: 'Baker' } });
  expect(later.conflict_id).toBe(conflict.id);
  expect(h.conflicts()).toHaveLength(1);
  const joined = h.conflicts()[0];
  expect(joined).toMatchObject({
    fields: ['phone', 'city'],
    mine: { phone: '3', city: 'Enugu' },
    theirs: { phone: '1', city: 'Awka' },
    row_version: 2,
  });
  expect(joined?.group_rest).toMatchObject([{ kind: 'patient_allergies' }, { patch: { occupation: 'Baker' } }]);
  await h.one(c, { kind: 'patients', id, base: 1, patch: { phone: '4' } });
  expect(h.conflicts()).toHaveLength(2);
  // Another person at the same tablet has not seen what is parked: their values are not put together.
  const nurse = { device: b.device, actor: h.tablet('nursing').actor };
  await h.one(nurse, { kind: 'patients', id, base: 1, patch: { phone: '5' } });
  expect(h.conflicts().map((x) => x.mine)).toEqual([{ phone: '3', city: 'Enugu' }, { phone: '4' }, { phone: '5' }]);
});

test('[S26] each row that clashed has a conflict; what did not clash waits with the first, once', async () => {
  const h = await ward();
  const [a, b] = [h.tablet(), h.tablet()];
  const [one, two] = [await h.patient(a), await h.patient(a)];
  for (const id of [one, two]) await h.one(a, { kind: 'patients', id, patch: { phone: '1' } });
  const results = await h.send(
    b,
    { kind: 'patients', id: one, patch: { phone: '2' } },
    { kind: 'patients', op: 'create', patch: h.whois() },
    { kind: 'patients', id: two, patch: { phone: '2' } },
    { kind: 'patients', id: two, patch: { city: 'Awka' } },
  );
  const [first, second] = h.conflicts();
  expect(results.map((r) => r.conflict_id)).toEqual([first?.id, first?.id, second?.id, second?.id]);
  expect([first?.group_rest, second?.group_rest]).toEqual([[expect.anything()], [expect.anything()]]);
  expect(second).toMatchObject({ record_id: two, group_rest: [{ patch: { city: 'Awka' } }] });
});

test.each([
  ['mine', { take: 'mine' } as const, '2'],
  ['theirs', { take: 'theirs' } as const, '1'],
  ['other', { take: 'other', values: { phone: '9' } } as const, '9'],
])('[S27] settling with %s closes the conflict and releases the rest', async (resolution, choice, phone) => {
  const h = await ward();
  const [a, b] = [h.tablet(), h.tablet()];
  const c = await clash(h, a, b);
  const results = await settle(h, a, c, choice);
  expect(results.map((r) => r.status)).toEqual(['applied', 'applied']);
  expect(h.row('patients', c.id)?.phone).toBe(phone);
  expect(h.row('patient_allergies', c.allergy)).toMatchObject({ substance: 'Latex' });
  expect(h.conflicts()).toEqual([]);
  expect(h.conflicts('Resolved')).toMatchObject([
    { id: c.conflict.id, resolution, resolved_by: a.actor.user_id, resolved_at: '2026-03-05T10:00:00.000Z' },
  ]);
  expect(h.store.auditLog().filter((e) => e.action === 'settle')).toMatchObject([
    { table_name: 'sync_conflicts', record_id: c.conflict.id, old_values: { status: 'Open' } },
  ]);
});

test('[S27] whoever may edit the row may settle, nobody else', async () => {
  const h = await ward();
  const c = await clash(h, h.tablet(), h.tablet());
  expect((await settle(h, h.tablet('lab'), c, { take: 'theirs' }))[0]).toMatchObject({ code: 'NOT_YOURS' });
  expect((await settle(h, h.tablet('nursing'), c, { take: 'theirs' }))[0]).toMatchObject({ status: 'applied' });
});

test('[S27] two settlers race like any two edits', async () => {
  const h = await Hospital.open('consultant', 'senior_registrar', 'nursing');
  const c = await clash(h, h.tablet(), h.tablet());
  const mine = settlement(c.conflict, { take: 'mine' }, { row_version: 2, deleted: false }, () => false);
  const other = settlement(
    c.conflict,
    { take: 'other', values: { phone: '7' } },
    { row_version: 2, deleted: false },
    () => false,
  );
  expect(await h.send(h.tablet(), ...mine)).toMatchObject([{ status: 'applied' }]);
  expect(await h.send(h.tablet('nursing'), ...other)).toMatchObject([{ status: 'conflict' }]);
  expect(h.row('patients', c.id)?.phone).toBe('2');
  expect(h.conflicts()).toMatchObject([{ mine: { phone: '7' }, theirs: { phone: '2' } }]);
});

test('[S27] a settlement that kept the present value is not undone unseen', async () => {
  const h = await Hospital.open('consultant', 'nursing');
  const c = await clash(h, h.tablet(), h.tablet());
  const present = { row_version: 2, deleted: false };
  await h.send(h.tablet(), ...settlement(c.conflict, { take: 'theirs' }, present, () => false));
  const second = await h.send(h.tablet('nursing'), ...settlement(c.conflict, { take: 'mine' }, present, () => false));
  expect(second).toMatchObject([{ status: 'conflict' }]);
  expect(h.row('patients', c.id)?.phone).toBe('1');
});

test('[S27] an author’s edit of a retracted row is let in by restoring it', async () => {
  const h = await ward();
  const [a, b] = [h.tablet(), h.tablet()];
  const id = await h.patient(a);
  await h.one(a, { kind: 'patients', id, op: 'retract' });
  await h.one(b, { kind: 'patients', id, patch: { phone: '2' } });
  const [conflict] = h.conflicts();
  if (!conflict) throw new Error('no conflict');
  expect(conflict).toMatchObject({ fields: ['deleted'], mine: { phone: '2' }, theirs: { deleted: true, phone: null } });
  const wishes = settlement(conflict, { take: 'mine' }, { row_version: 2, deleted: true });
  expect((await h.send(a, ...wishes)).map((r) => r.version)).toEqual([3, 4]);
  expect(h.row('patients', id)).toMatchObject({ deleted: false, phone: '2' });
  expect(h.conflicts('Resolved')).toMatchObject([{ resolution: 'mine' }]);
});

test('[S27] a conflict is settled once', async () => {
  const h = await ward();
  const t = h.tablet();
  const c = await clash(h, t, h.tablet());
  const present = () => ({ row_version: h.row('patients', c.id)?.row_version ?? 0, deleted: false });
  for (const values of [{ phone: '8' }, { phone: '9' }]) {
    const wishes = settlement(c.conflict, { take: 'other', values }, present(), () => false);
    expect(await h.send(t, ...wishes)).toMatchObject([{ status: 'applied' }]);
  }
  expect(h.row('patients', c.id)?.phone).toBe('9');
  expect(h.conflicts('Resolved')).toMatchObject([{ row_version: 2 }]);
});

test('[S6] a mend that clashes is parked; what it mended is closed and not named again', async () => {
  const h = await ward();
  const [a, b] = [h.tablet(), h.tablet()];
  const id = await h.patient(a);
  const bad = await h.send(
    b,
    { kind: 'patients', id, patch: { phone: '2' } },
    { kind: 'patients', op: 'create', patch: { ...h.whois(), gender: 'x' } },
  );
  await h.one(a, { kind: 'patients', id, patch: { phone: '1' } });
  const [one = '', two = ''] = bad.map((r) => r.mid);
  const mended = await h.send(
    b,
    { kind: 'patients', id, patch: { phone: '2' }, repairs: one },
    { kind: 'patients', op: 'create', patch: h.whois(), repairs: two },
  );
  expect(mended.map((r) => r.status)).toEqual(['conflict', 'conflict']);
  expect([one, two].map((mid) => h.quarantine().get(mid))).toEqual(['repaired', 'repaired']);
  expect(JSON.stringify(h.conflicts()[0]?.group_rest)).not.toContain('repairs');
});

test('[S27] a conflict about another record is not settled by the way', async () => {
  const h = await ward();
  const c = await clash(h, h.tablet(), h.tablet());
  const t = h.tablet();
  const other = await h.patient(t);
  const result = await h.one(t, { kind: 'patients', id: other, patch: { phone: '5' }, resolves: c.conflict.id });
  expect(result).toMatchObject({ status: 'refused', code: 'INVALID' });
  expect(h.conflicts()).toHaveLength(1);
});

test('[S28] what points to a record that waits in a conflict waits too, and comes when it is released', async () => {
  const h = await ward();
  const [a, b] = [h.tablet(), h.tablet()];
  const id = await h.patient(a);
  await h.one(a, { kind: 'patients', id, patch: { phone: '1' } });
  const newborn = h.newId();
  await h.send(
    b,
    { kind: 'patients', id, patch: { phone: '2' } },
    { kind: 'patients', id: newborn, op: 'create', patch: h.whois() },
  );
  const child = h.group(b, { kind: 'patient_allergies', op: 'create', patch: latex(newborn) });
  expect((await h.push(child, h.context(b))).results).toMatchObject([{ status: 'deferred', code: 'PARENT_REFUSED' }]);
  const [conflict] = h.conflicts();
  if (!conflict) throw new Error('no conflict');
  await h.send(a, ...settlement(conflict, { take: 'theirs' }, { row_version: 2, deleted: false }));
  expect((await h.push(child, h.context(b))).results).toMatchObject([{ status: 'applied', version: 1 }]);
  expect([...h.quarantine().values()]).toEqual(['judged', 'judged']);
});
