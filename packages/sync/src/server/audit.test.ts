import { expect, test } from 'vitest';
import { Hospital } from './testing.ts';

const ward = () => Hospital.open('consultant', 'nursing', 'lab', 'pharmacy');

/** What the audit says, without what every entry of a test shares. */
const said = (h: Hospital, id?: string) =>
  h.store
    .auditLog()
    .filter((e) => id === undefined || e.record_id === id)
    .map(({ action, table_name, old_values, new_values }) => ({ action, table_name, old_values, new_values }));

test('every change of a row is told with what was there and what came, and nothing else of the row', async () => {
  const h = await ward();
  const t = h.tablet();
  const id = await h.patient(t, { phone: '1' });
  await h.one(t, { kind: 'patients', id, base: 1, patch: { phone: '2', gender: 'Female' } });
  await h.one(t, { kind: 'patients', id, base: 2, op: 'retract', reason: 'Twice.' });
  await h.one(t, { kind: 'patients', id, base: 3, op: 'restore' });
  // Wishing what is there changes nothing, and is no news.
  await h.one(t, { kind: 'patients', id, base: 4, patch: { phone: '2' } });
  const patients = { table_name: 'patients' };
  expect(said(h, id)).toEqual([
    { ...patients, action: 'create', old_values: null, new_values: expect.objectContaining({ phone: '1', gender: 'Female' }) },
    { ...patients, action: 'edit', old_values: { phone: '1' }, new_values: { phone: '2' } },
    { ...patients, action: 'retract', old_values: { deleted: false }, new_values: { deleted: true, reason: 'Twice.' } },
    { ...patients, action: 'restore', old_values: { deleted: true }, new_values: { deleted: false } },
  ]);
});

test('each entry says who, with which device, from where, when, and by which mutation', async () => {
  const h = await ward();
  const t = h.tablet('nursing');
  const group = h.group(t, { kind: 'patients', op: 'create', patch: h.whois() });
  await h.push(group, h.context(t, { address: '10.0.0.7', user_agent: 'A tablet\u0000' }));
  expect(h.store.auditLog().at(-1)).toMatchObject({
    user_id: t.actor.user_id,
    device_id: t.device,
    ip_address: '10.0.0.7',
    user_agent: expect.stringMatching(/^A tablet/),
    at: '2026-03-05T10:00:00.000Z',
    mutation_id: group.mutations[0]?.mid,
  });
});

test('a refusal is told without any value: neither what was wished nor what is there', async () => {
  const h = await ward();
  const [t, lab] = [h.tablet(), h.tablet('lab')];
  const id = await h.patient(t, { phone: '0803secret' });
  const group = h.group(
    lab,
    { kind: 'patients', id, base: 1, patch: { phone: '0805wished' } },
    { kind: 'patients', op: 'create', patch: h.whois({ first_name: 'Wished' }) },
  );
  await h.push(group, h.context(lab));
  const refusals = h.store.auditLog().filter((e) => e.action === 'refuse');
  expect(refusals.map((e) => e.mutation_id)).toEqual(group.mutations.map((m) => m.mid));
  expect(refusals[0]).toMatchObject({
    table_name: 'patients',
    record_id: id,
    old_values: null,
    new_values: { op: 'edit', code: 'NOT_YOURS', fields: {} },
  });
  expect(JSON.stringify(refusals)).not.toMatch(/0803secret|0805wished|Wished/);
});

test('[S29] what made the judge fail is audited as refused', async () => {
  const h = await ward();
  const t = h.tablet();
  h.store.beforeCommit = ({ effects }) => {
    if (effects.writes.length > 0) throw Object.assign(new Error('planted'), { code: '22P05' });
  };
  const group = h.group(t, { kind: 'patients', op: 'create', patch: h.whois() });
  await h.push(group, h.context(t));
  expect(h.store.auditLog().at(-1)).toMatchObject({
    action: 'refuse',
    mutation_id: group.mutations[0]?.mid,
    new_values: { op: 'create', code: 'CRASH' },
  });
});

test('[S26, S27] a conflict and its settling are told beside the change they end in', async () => {
  const h = await ward();
  const [a, b] = [h.tablet(), h.tablet('nursing')];
  const id = await h.patient(a);
  await h.one(a, { kind: 'patients', id, base: 1, patch: { phone: '1' } });
  await h.one(b, { kind: 'patients', id, base: 1, patch: { phone: '2' } });
  const conflict = h.conflicts()[0]?.id ?? '';
  await h.one(a, { kind: 'patients', id, base: 2, patch: { phone: '2' }, resolves: conflict });
  expect(said(h).slice(-3)).toEqual([
    expect.objectContaining({ action: 'create', table_name: 'sync_conflicts' }),
    { action: 'edit', table_name: 'patients', old_values: { phone: '1' }, new_values: { phone: '2' } },
    expect.objectContaining({ action: 'settle', table_name: 'sync_conflicts' }),
  ]);
});

test('that a record was opened on a device is told as a reading of it, by whoever opened it, when they did', async () => {
  const h = await ward();
  const [t, pharmacist] = [h.tablet(), h.tablet('pharmacy')];
  const id = await h.patient(t);
  const patch = { patient_id: id, viewed_at: '2026-03-01T07:55:00.000Z' };
  const group = h.group(pharmacist, { kind: 'record_views', op: 'create', patch });
  expect((await h.push(group, h.context(pharmacist))).results).toMatchObject([{ status: 'applied' }]);
  expect(h.store.auditLog().at(-1)).toMatchObject({
    action: 'read',
    table_name: 'patients',
    record_id: id,
    user_id: pharmacist.actor.user_id,
    device_id: pharmacist.device,
    old_values: null,
    new_values: { viewed_at: '2026-03-01T07:55:00.000Z' },
  });
  const [view] = h.rows('record_views');
  const changed = await h.one(pharmacist, {
    kind: 'record_views',
    id: view?.id ?? '',
    patch: { viewed_at: '2026-03-02T07:55:00.000Z' },
  });
  expect(changed).toMatchObject({ status: 'refused' });
});
