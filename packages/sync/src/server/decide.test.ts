import { PROBLEMS } from '@psa/domain';
import { expect, test } from 'vitest';
import { Hospital } from './testing.ts';
import { isStorable } from './values.ts';

const ward = () => Hospital.open('consultant', 'nursing', 'lab', 'pharmacy');

test('[S22] a create makes a row with every field, version 1, and its system fields from the server', async () => {
  const h = await ward();
  const t = h.tablet();
  const id = await h.patient(t, { phone: '0803', email: null });
  expect(h.row('patients', id)).toMatchObject({
    facility_id: h.facility,
    created_by: t.actor.user_id,
    updated_by: t.actor.user_id,
    created_at: '2026-03-05T10:00:00.000Z',
    deleted: false,
    row_version: 1,
    phone: '0803',
    email: null,
    city: null,
  });
});

test('[S22] a create of an id that exists is judged as an edit with base 0, and never overwrites', async () => {
  const h = await ward();
  const [a, b] = [h.tablet(), h.tablet()];
  const whois = h.whois({ phone: '1' });
  const id = h.newId();
  await h.one(a, { kind: 'patients', id, op: 'create', patch: whois });
  const same = await h.one(b, { kind: 'patients', id, op: 'create', patch: whois });
  expect(same).toMatchObject({ status: 'applied', version: 1 });
  const fills = await h.one(b, { kind: 'patients', id, op: 'create', patch: { ...whois, city: 'Enugu' } });
  expect(fills).toMatchObject({ status: 'merged', version: 2 });
  const other = await h.one(b, { kind: 'patients', id, op: 'create', patch: { ...whois, phone: '2' } });
  expect(other.status).toBe('conflict');
  expect(h.row('patients', id)).toMatchObject({ phone: '1', city: 'Enugu' });
});

test('[S21] a known mid gets the stored answer again, word for word, whatever happened since', async () => {
  const h = await ward();
  const t = h.tablet();
  const id = await h.patient(t);
  const group = h.group(t, { kind: 'patients', id, patch: { phone: '1' } });
  const first = await h.push(group, h.context(t));
  await h.one(t, { kind: 'patients', id, base: 2, patch: { phone: '2' } });
  const commits = h.store.commitLog().length;
  const again = await h.push(group, h.context(t));
  expect(again.results).toEqual(first.results);
  expect(again.effects.writes).toEqual([]);
  expect(h.row('patients', id)?.phone).toBe('2');
  expect(h.store.mutationLog().filter((m) => m.group === group.group)).toHaveLength(1);
  expect(h.store.commitLog().length).toBe(commits + 1);
});

test('[S24] fields that others did not touch merge; the answer says so', async () => {
  const h = await ward();
  const [a, b] = [h.tablet(), h.tablet('nursing')];
  const id = await h.patient(a);
  expect(await h.one(a, { kind: 'patients', id, patch: { phone: '1' } })).toMatchObject({ status: 'applied', version: 2 });
  expect(await h.one(b, { kind: 'patients', id, patch: { city: 'Nsukka' } })).toMatchObject({ status: 'merged', version: 3 });
  expect(h.row('patients', id)).toMatchObject({ phone: '1', city: 'Nsukka', row_version: 3 });
});

test('[S23] the same field changed unseen by another device is a conflict and nothing of the group is applied', async () => {
  const h = await ward();
  const [a, b] = [h.tablet(), h.tablet()];
  const id = await h.patient(a);
  await h.one(a, { kind: 'patients', id, patch: { phone: '1' } });
  const allergy = h.newId();
  const results = await h.send(
    b,
    { kind: 'patients', id, patch: { phone: '2' } },
    {
      kind: 'patient_allergies',
      id: allergy,
      op: 'create',
      patch: { patient_id: id, assertion: 'Allergy', substance: 'Latex', status: 'Active' },
    },
  );
  expect(results.map((r) => r.status)).toEqual(['conflict', 'conflict']);
  expect(h.row('patients', id)).toMatchObject({ phone: '1', row_version: 2 });
  expect(h.row('patient_allergies', allergy)).toBeUndefined();
});

test('[S23] one device never clashes with itself, and equal wishes never clash', async () => {
  const h = await ward();
  const [a, b] = [h.tablet(), h.tablet()];
  const id = await h.patient(a);
  await h.one(a, { kind: 'patients', id, patch: { phone: '1' } });
  expect(await h.one(a, { kind: 'patients', id, patch: { phone: '2' } })).toMatchObject({ status: 'applied', version: 3 });
  expect(await h.one(b, { kind: 'patients', id, patch: { phone: '2' } })).toMatchObject({ status: 'applied', version: 3 });
});

test('[S24] the fields of a group clash together and never mix two authors', async () => {
  const h = await ward();
  const [a, b] = [h.tablet(), h.tablet()];
  const id = await h.patient(a);
  await h.one(a, { kind: 'patients', id, patch: { emergency_contact_name: 'One' } });
  const result = await h.one(b, { kind: 'patients', id, patch: { emergency_contact_phone: '2', city: 'Awka' } });
  expect(result.status).toBe('conflict');
  const [conflict] = h.conflicts();
  expect(conflict).toMatchObject({
    fields: ['emergency_contact_name', 'emergency_contact_phone'],
    mine: { emergency_contact_phone: '2' },
    theirs: { emergency_contact_name: 'One', emergency_contact_phone: null },
    severity: 'low',
    group_rest: [{ op: 'edit', patch: { city: 'Awka' } }],
  });
  expect(h.row('patients', id)).toMatchObject({ emergency_contact_phone: null, city: null });
});

test('[S24] a held value conflicts with high severity', async () => {
  const h = await ward();
  const [a, b] = [h.tablet(), h.tablet()];
  const id = await h.patient(a);
  await h.one(a, { kind: 'patients', id, patch: { blood_group: 'O+' } });
  await h.one(b, { kind: 'patients', id, patch: { genotype: 'AS' } });
  expect(h.conflicts()).toMatchObject([{ fields: ['blood_group', 'genotype'], severity: 'high' }]);
});

test('[S24] append fields are never changed after creation', async () => {
  const h = await ward();
  const t = h.tablet();
  const [one, two] = [await h.patient(t), await h.patient(t)];
  const id = h.newId();
  const patch = { patient_id: one, assertion: 'Allergy', substance: 'Latex', status: 'Active' };
  await h.one(t, { kind: 'patient_allergies', id, op: 'create', patch });
  const moved = await h.one(t, { kind: 'patient_allergies', id, patch: { patient_id: two } });
  expect(moved).toMatchObject({ status: 'refused', code: 'APPEND_ONLY', fields: { patient_id: PROBLEMS.APPEND_ONLY.say } });
  expect(await h.one(t, { kind: 'patient_allergies', id, patch: { patient_id: one } })).toMatchObject({
    status: 'applied',
    version: 1,
  });
});

test('[S24] server fields and records are refused from devices', async () => {
  const h = await ward();
  const t = h.tablet('super_admin');
  const user = { kind: 'users', id: t.actor.user_id, patch: { phone: '1' } };
  expect(await h.one(t, user)).toMatchObject({ status: 'refused', code: 'SERVER_ONLY' });
  expect(await h.rest(t, user)).toMatchObject([{ status: 'applied', version: 2 }]);
  expect(await h.rest(h.tablet(), user)).toMatchObject([{ status: 'refused', code: 'NOT_YOURS' }]);
  const stay = await admitted(h);
  const written = { kind: 'patient_admissions', id: stay, patch: { ai_summary: 'x' } };
  expect(await h.one(h.tablet(), written)).toMatchObject({
    code: 'SERVER_ONLY',
    fields: { ai_summary: PROBLEMS.SERVER_ONLY.say },
  });
  expect(await h.rest(h.tablet(), written)).toMatchObject([{ code: 'SERVER_ONLY' }]);
  expect(await h.server(h.tablet(), written)).toMatchObject([{ status: 'applied' }]);
  for (const kind of ['sync_conflicts', 'audit_logs', 'devices', 'facilities']) {
    expect(await h.one(t, { kind, op: 'retract' })).toMatchObject({ status: 'refused', code: 'SERVER_ONLY' });
  }
});

test('[S24] a step of a state must be declared: unseen it is a conflict, seen it is refused', async () => {
  const h = await ward();
  const [a, b] = [h.tablet(), h.tablet()];
  const stay = await admitted(h, a);
  const left = { status: 'Discharged', discharge_date: '2026-03-04T08:00:00.000Z' };
  expect(await h.one(a, { kind: 'patient_admissions', id: stay, patch: left })).toMatchObject({ status: 'applied' });
  const died = { status: 'Deceased', discharge_date: '2026-03-03T08:00:00.000Z' };
  expect(await h.one(b, { kind: 'patient_admissions', id: stay, base: 1, patch: died })).toMatchObject({ status: 'conflict' });
  expect(h.conflicts()).toMatchObject([{ fields: ['discharge_date', 'status'], mine: died, theirs: left }]);
  const seen = await h.one(b, { kind: 'patient_admissions', id: stay, base: 2, patch: { status: 'Deceased' } });
  expect(seen).toMatchObject({ status: 'refused', code: 'ILLEGAL_STEP', fields: { status: PROBLEMS.ILLEGAL_STEP.say } });
});

test('[S25] a row with an unseen change is not retracted; a seen one is', async () => {
  const h = await ward();
  const [a, b] = [h.tablet(), h.tablet()];
  const id = await h.patient(a);
  await h.one(a, { kind: 'patients', id, patch: { phone: '1' } });
  expect(await h.one(b, { kind: 'patients', id, op: 'retract', base: 1 })).toMatchObject({ status: 'conflict' });
  expect(h.conflicts()).toMatchObject([
    { op: 'retract', fields: ['deleted'], mine: { deleted: true }, theirs: { deleted: false, phone: '1' }, severity: 'high' },
  ]);
  expect(h.row('patients', id)?.deleted).toBe(false);
  expect(await h.one(b, { kind: 'patients', id, op: 'retract', base: 2, reason: 'entered twice' })).toMatchObject({
    version: 3,
  });
  expect(h.row('patients', id)?.deleted).toBe(true);
  expect(h.store.auditLog().at(-1)).toMatchObject({
    action: 'retract',
    new_values: { deleted: true, reason: 'entered twice' },
  });
  expect(await h.one(a, { kind: 'patients', id, op: 'retract', base: 2 })).toMatchObject({ status: 'applied', version: 3 });
});

test('[S25] editing a retracted row is a conflict, never a resurrection; restoring is an op of its own', async () => {
  const h = await ward();
  const [a, b] = [h.tablet(), h.tablet()];
  const id = await h.patient(a, { phone: '1' });
  await h.one(a, { kind: 'patients', id, op: 'retract' });
  expect(await h.one(b, { kind: 'patients', id, patch: { phone: '2' } })).toMatchObject({ status: 'conflict' });
  expect(await h.one(a, { kind: 'patients', id, base: 2, patch: { phone: '3' } })).toMatchObject({ status: 'conflict' });
  expect(await h.one(b, { kind: 'patients', id, patch: { phone: '1' } })).toMatchObject({ status: 'applied', version: 2 });
  expect(h.row('patients', id)).toMatchObject({ deleted: true, phone: '1', row_version: 2 });
  expect(await h.one(h.tablet('nursing'), { kind: 'patients', id, op: 'restore', base: 2 })).toMatchObject({
    code: 'NOT_YOURS',
  });
  expect(await h.one(b, { kind: 'patients', id, op: 'restore', base: 2 })).toMatchObject({ status: 'applied', version: 3 });
  expect(h.row('patients', id)).toMatchObject({ deleted: false, phone: '1' });
});

test('[S31] a version for each mutation that changed the row, also within one group', async () => {
  const h = await ward();
  const t = h.tablet();
  const id = h.newId();
  const results = await h.send(
    t,
    { kind: 'patients', id, op: 'create', patch: h.whois() },
    { kind: 'patients', id, base: 0, patch: { phone: '1' } },
    { kind: 'patients', id, base: 0, patch: { phone: '1' } },
    { kind: 'patients', id, base: 0, patch: { phone: '2' } },
  );
  expect(results.map((r) => r.version)).toEqual([1, 2, 2, 3]);
  expect(h.row('patients', id)).toMatchObject({ phone: '2', row_version: 3 });
  const actions = h.store.auditLog().filter((a) => a.record_id === id);
  expect(actions.map((a) => [a.action, a.old_values, a.action === 'create' ? null : a.new_values])).toEqual([
    ['create', null, null],
    ['edit', { phone: null }, { phone: '1' }],
    ['edit', { phone: '1' }, { phone: '2' }],
  ]);
});

test('rights are asked for the fields that would change', async () => {
  const h = await ward();
  const stay = await admitted(h);
  const bed = h.newId();
  await h.server(h.tablet('super_admin'), {
    kind: 'wards',
    id: bed,
    op: 'create',
    patch: { name: 'Burns', code: 'BU', is_active: true },
  });
  const nurse = h.tablet('nursing');
  expect(await h.one(nurse, { kind: 'patient_admissions', id: stay, patch: { ward_id: bed } })).toMatchObject({ version: 2 });
  const note = { kind: 'patient_admissions', id: stay, base: 2, patch: { ward_id: bed, family_history: 'x' } };
  expect(await h.one(nurse, note)).toMatchObject({ status: 'refused', code: 'NOT_YOURS' });
  expect(await h.one(nurse, { ...note, op: 'retract', patch: {} })).toMatchObject({ code: 'NOT_YOURS' });
  expect(await h.one(h.tablet('lab'), { kind: 'patients', op: 'create', patch: h.whois() })).toMatchObject({
    code: 'NOT_YOURS',
  });
  const elsewhere = { ...h.tablet(), actor: { ...h.tablet().actor, facility_id: h.newId() } };
  expect(await h.one(elsewhere, { kind: 'patient_admissions', id: stay, patch: { bed_number: '1' } })).toMatchObject({
    code: 'NOT_YOURS',
  });
});

test('[S23] what a route wrote is unseen by every tablet until it is pulled', async () => {
  const h = await ward();
  const t = h.tablet();
  const id = await h.patient(t);
  await h.rest(t, { kind: 'patients', id, patch: { phone: '1' } });
  expect(await h.one(t, { kind: 'patients', id, base: 1, patch: { phone: '2' } })).toMatchObject({ status: 'conflict' });
});

test('every rule that a row breaks is told at once', async () => {
  const h = await ward();
  const t = h.tablet();
  const stay = await admitted(h, t);
  const patch = { bed_number: '4', status: 'Discharged', discharge_date: '2026-02-01T08:00:00.000Z' };
  const result = await h.one(t, { kind: 'patient_admissions', id: stay, patch });
  expect([result.code, Object.keys(result.fields ?? {}).sort()]).toEqual(['CONSTRAINT', ['bed_number', 'discharge_date']]);
});

test('nobody makes a row of another facility, not even the server in somebody’s name', async () => {
  const h = await ward();
  const patch = { name: 'Other', short_name: 'O', country: 'Nigeria', time_zone: 'Africa/Lagos' };
  const result = await h.server(h.tablet('super_admin'), { kind: 'facilities', op: 'create', patch });
  expect(result).toMatchObject([{ code: 'NOT_YOURS' }]);
});

test('parents are written before their children, in whatever order a group names them', async () => {
  const h = await ward();
  const t = h.tablet();
  const id = h.newId();
  const child = { patient_id: id, assertion: 'Allergy', substance: 'Latex', status: 'Active' };
  const group = h.group(
    t,
    { kind: 'patient_allergies', op: 'create', patch: child },
    { kind: 'patients', id, op: 'create', patch: h.whois() },
  );
  const { results, effects } = await h.push(group, h.context(t));
  expect(results.map((r) => r.status)).toEqual(['applied', 'applied']);
  expect(effects.writes.map((w) => w.kind)).toEqual(['patients', 'patient_allergies']);
});

test.each([
  ['an unknown kind', { kind: 'nothings', op: 'create' as const }, 'kind'],
  ['an unknown field', { kind: 'patients', patch: { colour: 'red' } }, 'colour'],
  ['a field that every object inherits', { kind: 'patients', patch: { constructor: 'x' } }, 'constructor'],
  ['a system field', { kind: 'patients', patch: { facility_id: 'x' } }, 'facility_id'],
  ['a missing field', { kind: 'patients', op: 'create' as const, patch: {} }, 'hospital_number'],
  ['a wrong value', { kind: 'patients', patch: { gender: 'male' } }, 'gender'],
  ['a required field emptied', { kind: 'patients', patch: { gender: null } }, 'gender'],
  ['characters that cannot be stored', { kind: 'patients', patch: { phone: 'a\0b' } }, 'phone'],
  ['half a character', { kind: 'patients', patch: { city: '\ud83d' } }, 'city'],
  ['such characters in a reason', { kind: 'patients', op: 'retract' as const, reason: '\0' }, 'reason'],
  ['a retraction with values', { kind: 'patients', op: 'retract' as const, patch: { phone: '1' } }, '_'],
  ['a withdrawal of nothing', { kind: 'patients', op: 'withdraw' as const }, 'repairs'],
])('%s is refused, kept and told beside the field', async (_, wish, field) => {
  const h = await ward();
  const t = h.tablet();
  const id = await h.patient(t);
  const result = await h.one(t, { id: 'patch' in wish && 'op' in wish ? h.newId() : id, ...wish });
  expect(result).toMatchObject({ status: 'refused', code: 'INVALID' });
  expect(Object.keys(result.fields ?? {})).toContain(field);
  expect(h.quarantine().get(result.mid)).toBe('open');
  const kept: unknown[] = [];
  JSON.stringify([h.store.quarantineLog(), h.store.mutationLog(), h.store.auditLog()], (_key, v) => {
    kept.push(v);
    return v;
  });
  expect(kept.filter((v) => typeof v === 'string' && !isStorable(v))).toEqual([]);
});

async function admitted(h: Hospital, t = h.tablet()): Promise<string> {
  const patient = await h.patient(t);
  const id = h.newId();
  const patch = {
    patient_id: patient,
    admission_number: `A${id.slice(-6)}`,
    admission_date: '2026-03-01T08:00:00.000Z',
    admission_type: 'Elective',
    status: 'Active',
  };
  const result = await h.one(t, { kind: 'patient_admissions', id, op: 'create', patch });
  expect(result.status).toBe('applied');
  return id;
}
