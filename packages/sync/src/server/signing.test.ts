import { expect, test } from 'vitest';
import { Hospital, type Tablet } from './testing.ts';

/** Who signed, what stays as it was signed, and what only some may write. */
const ward = () => Hospital.open('consultant', 'house_officer', 'nursing');

const AT = '2026-03-01T08:00:00.000Z';
const NOW = '2026-03-05T10:00:00.000Z';
const letter = (patient_id: string) => ({ patient_id, kind: 'Referral', title: 'To the hand clinic', content: 'Please see.' });

async function draft(h: Hospital, t: Tablet): Promise<string> {
  const id = h.newId();
  const result = await h.one(t, { kind: 'clinical_documents', id, op: 'create', patch: letter(await h.patient(t)) });
  expect(result.status).toBe('applied');
  return id;
}

test('[S32] whoever signs is named by the server, at the moment of the author', async () => {
  const h = await ward();
  const house = h.tablet('house_officer');
  const id = await draft(h, house);
  expect(h.row('clinical_documents', id)).toMatchObject({ finalised_by: null, finalised_at: null });
  const boss = h.tablet();
  await h.one(boss, { kind: 'clinical_documents', id, patch: { is_final: true }, at: AT });
  expect(h.row('clinical_documents', id)).toMatchObject({
    is_final: true,
    finalised_by: boss.actor.user_id,
    finalised_at: AT,
    row_version: 2,
  });
});

test('[S32] a device whose clock runs ahead dates nothing in the future', async () => {
  const h = await ward();
  const id = await draft(h, h.tablet());
  await h.one(h.tablet(), { kind: 'clinical_documents', id, patch: { is_final: true }, at: '2031-01-01T00:00:00.000Z' });
  expect(h.row('clinical_documents', id)?.finalised_at).toBe(NOW);
});

test('[S32] the author of an entry is stamped at its creation; a sender that names somebody is refused', async () => {
  const h = await ward();
  const nurse = h.tablet('nursing');
  const patient_id = await h.patient(nurse);
  const id = h.newId();
  const set = { patient_id, observed_at: AT, pulse: 80 };
  await h.one(nurse, { kind: 'vital_signs', id, op: 'create', patch: set });
  expect(h.row('vital_signs', id)?.recorded_by).toBe(nurse.actor.user_id);
  const forged = { ...set, recorded_by: h.tablet().actor.user_id };
  for (const send of [h.one.bind(h), (t: Tablet, w: Parameters<Hospital['one']>[1]) => h.rest(t, w).then(([r]) => r)]) {
    const result = await send(nurse, { kind: 'vital_signs', id: h.newId(), op: 'create', patch: forged });
    expect(result).toMatchObject({ status: 'refused', code: 'SERVER_ONLY', fields: { recorded_by: expect.any(String) } });
  }
  expect(h.rows('vital_signs')).toHaveLength(1);
});

test('[S33] a final document cannot be changed, not even by somebody who had not seen it signed', async () => {
  const h = await ward();
  const [boss, house] = [h.tablet(), h.tablet('house_officer')];
  const id = await draft(h, house);
  await h.one(boss, { kind: 'clinical_documents', id, patch: { is_final: true } });
  const late = await h.one(house, { kind: 'clinical_documents', id, base: 1, patch: { content: 'Something else.' } });
  expect(late).toMatchObject({ status: 'refused', code: 'LOCKED', fields: { content: expect.stringContaining('amendment') } });
  const unsigned = await h.one(boss, { kind: 'clinical_documents', id, base: 2, patch: { is_final: false } });
  expect(unsigned).toMatchObject({ status: 'refused', code: 'LOCKED' });
  expect(h.row('clinical_documents', id)).toMatchObject({ content: 'Please see.', is_final: true, row_version: 2 });
  expect(h.conflicts()).toEqual([]);
});

test('[S33] a house officer drafts and does not finalise, in one step or in two', async () => {
  const h = await ward();
  const house = h.tablet('house_officer');
  const patient = await h.patient(house);
  const patch = { ...letter(patient), is_final: true };
  const refused = { status: 'refused', code: 'NOT_YOURS' };
  expect(await h.one(house, { kind: 'clinical_documents', op: 'create', patch })).toMatchObject(refused);
  const id = await draft(h, house);
  expect(await h.one(house, { kind: 'clinical_documents', id, patch: { is_final: true } })).toMatchObject(refused);
  expect(h.rows('clinical_documents').map((row) => row.is_final)).toEqual([null]);
});

test('[S33] a notice is marked as read by the person it is for, and changed by nobody', async () => {
  const h = await ward();
  const [nurse, boss] = [h.tablet('nursing'), h.tablet()];
  const id = h.newId();
  const patch = { user_id: nurse.actor.user_id, kind: 'Task', message: 'Dressing due' };
  await h.server(boss, { kind: 'notifications', id, op: 'create', patch });
  expect(await h.one(boss, { kind: 'notifications', id, patch: { read_at: AT } })).toMatchObject({ code: 'NOT_YOURS' });
  expect(await h.one(nurse, { kind: 'notifications', id, patch: { message: 'x' } })).toMatchObject({ code: 'SERVER_ONLY' });
  expect(await h.one(nurse, { kind: 'notifications', id, patch: { read_at: AT } })).toMatchObject({ status: 'applied' });
});

test('[S40] a notice travels in the scope of its person only', async () => {
  const h = await ward();
  const nurse = h.tablet('nursing');
  const patch = { user_id: nurse.actor.user_id, kind: 'Task', message: 'Dressing due' };
  await h.server(h.tablet(), { kind: 'notifications', op: 'create', patch });
  const all = ['ref', 'identity', 'clinical', `user:${h.tablet().actor.user_id}`];
  expect((await h.store.pull(h.facility, 0, all, 100)).rows.notifications).toBeUndefined();
  const mine = await h.store.pull(h.facility, 0, [`user:${nurse.actor.user_id}`], 100);
  expect(mine.rows.notifications).toHaveLength(1);
});
