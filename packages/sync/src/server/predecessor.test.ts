import { expect, test } from 'vitest';
import { Hospital } from './testing.ts';

/** Faults of the program in use today, by the number they have in its review. */

test('D7: what a write does not carry is never erased', async () => {
  const h = await Hospital.open('consultant');
  const t = h.tablet();
  const id = await h.patient(t, { phone: '1', city: 'Enugu', chronic_conditions: 'Asthma' });
  const before = h.row('patients', id);
  await h.one(t, { kind: 'patients', id, patch: { phone: '2' } });
  await h.rest(t, { kind: 'patients', id, patch: { email: 'ada@example.ng' } });
  const after = h.row('patients', id);
  expect({ ...after, updated_at: null }).toEqual({
    ...before,
    phone: '2',
    email: 'ada@example.ng',
    row_version: 3,
    updated_at: null,
  });
  // Posting the same record again with fewer fields takes nothing away either.
  const names = ['hospital_number', 'first_name', 'last_name', 'gender', 'date_of_birth_precision'];
  const fewer = Object.fromEntries(names.map((name) => [name, after?.[name]]));
  const patch = JSON.parse(JSON.stringify(fewer));
  expect(await h.one(t, { kind: 'patients', id, op: 'create', patch })).toMatchObject({ status: 'applied', version: 3 });
  expect(h.row('patients', id)).toEqual(after);
});

test('D13: allergies are never overwritten by an empty list', async () => {
  const h = await Hospital.open('consultant', 'nursing');
  const [a, b] = [h.tablet(), h.tablet('nursing')];
  const id = await h.patient(a, { allergies: 'Penicillin' });
  await h.one(a, { kind: 'patients', id, patch: { allergies: 'Penicillin, latex' } });
  // The second form was opened before and sends its empty box.
  expect(await h.one(b, { kind: 'patients', id, patch: { allergies: null } })).toMatchObject({ status: 'conflict' });
  expect(await h.one(b, { kind: 'patients', id, patch: { allergies: '' } })).toMatchObject({ status: 'refused' });
  expect(h.row('patients', id)?.allergies).toBe('Penicillin, latex');
  expect(h.conflicts()).toMatchObject([{ severity: 'high', mine: { allergies: null } }]);
  // Entered one by one, each allergy is a row of its own: nothing that arrives can replace the list.
  const one = { patient_id: id, assertion: 'Allergy', substance: 'Penicillin', status: 'Active' };
  await h.one(a, { kind: 'patient_allergies', op: 'create', patch: one });
  await h.one(b, { kind: 'patient_allergies', op: 'create', patch: { ...one, substance: 'Latex' } });
  expect(h.rows('patient_allergies').map((r) => r.substance)).toEqual(['Penicillin', 'Latex']);
});

test('D19: the later write does not win unseen, and a retraction reaches every device', async () => {
  const h = await Hospital.open('consultant');
  const [a, b] = [h.tablet(), h.tablet()];
  const id = await h.patient(a, { phone: '0' });
  await h.one(a, { kind: 'patients', id, patch: { phone: '1' } });
  expect(await h.one(b, { kind: 'patients', id, patch: { phone: '2' } })).toMatchObject({ status: 'conflict' });
  expect(h.row('patients', id)?.phone).toBe('1');
  const cursor = await h.store.head(h.facility);
  await h.one(a, { kind: 'patients', id, op: 'retract', base: 2 });
  const page = await h.store.pull(h.facility, cursor, ['identity'], 100);
  expect(page.gone).toEqual([['patients', id, 'D', 3]]);
});

test('D19: posting to a retracted id is neither lost nor a resurrection', async () => {
  const h = await Hospital.open('consultant');
  const [a, b] = [h.tablet(), h.tablet()];
  const id = await h.patient(a);
  await h.one(a, { kind: 'patients', id, op: 'retract' });
  const result = await h.one(b, { kind: 'patients', id, op: 'create', patch: h.whois({ phone: '5' }) });
  expect(result.status).toBe('conflict');
  expect(h.row('patients', id)?.deleted).toBe(true);
  expect(h.conflicts()).toMatchObject([{ id: result.conflict_id, op: 'create', fields: ['deleted'], mine: { phone: '5' } }]);
});

test('D20: what was not taken is said so for each write, and an old write is judged like any other', async () => {
  const h = await Hospital.open('consultant');
  const t = h.tablet();
  const id = await h.patient(t);
  const results = [
    await h.one(t, { kind: 'patients', id, patch: { phone: '1' }, at: '2019-01-01T00:00:00.000Z' }),
    await h.one(t, { kind: 'patients', id, base: 2, patch: { gender: 'x' } }),
  ];
  expect(results.map((r) => r.status)).toEqual(['applied', 'refused']);
  expect(h.quarantine().get(results[1]?.mid ?? '')).toBe('open');
});
