import { randomUUID } from 'node:crypto';
import { chanceFrom, type Patch, ROLES, type Role } from '@psa/domain';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeAll } from '../db/write.ts';
import { ADMIN, type Hospital, one, openHospital, type Tablet, type Wish } from '../testing/hospital.ts';
import { World } from '../testing/world.ts';

/** The rules of access that people ask for by name, each by REST and by a signed group. docs/access.md has all of them. */
let h: Hospital;
const people = new Map<Role, { id: string; email: string; password: string }>();
const tablets = new Map<Role, Tablet>();
const cseqs = new Map<Tablet, number>();

beforeAll(async () => {
  h = await openHospital({ loginsPerMinute: 10_000 });
  for (const role of ROLES) {
    const person = role === 'super_admin' ? { ...ADMIN, id: h.admin } : await h.hire(role);
    people.set(role, person);
    tablets.set(role, await h.tablet(person));
  }
});
afterAll(() => h.close());

const tabletOf = (role: Role) => tablets.get(role) as Tablet;
const idOf = (role: Role) => people.get(role)?.id ?? '';

/** What became of a request: the status when it was taken, else the code. */
async function rest(who: Role | Tablet, method: string, path: string, body?: unknown): Promise<number | string> {
  const { token } = typeof who === 'string' ? tabletOf(who) : who;
  const answer = await h.call(method, `/api/sync/${path}`, { token, body });
  return answer.status < 300 ? answer.status : ((answer.body as { code: string }).code ?? answer.status);
}

/** What became of a group of one tablet: the status of its first mutation, or the code. */
async function sync(who: Role | Tablet, ...wishes: Wish[]): Promise<string> {
  const tablet = typeof who === 'string' ? tabletOf(who) : who;
  const { reply, text } = await h.push(tablet, [sealed(tablet, ...wishes)]);
  const results = reply.groups?.[0]?.results;
  if (!results) throw new Error(text);
  const told = results.find((r) => r.code !== undefined && r.code !== 'GROUP_REFUSED') ?? results[0];
  return told?.code ?? told?.status ?? '';
}

function sealed(tablet: Tablet, ...wishes: Wish[]) {
  const cseq = (cseqs.get(tablet) ?? 0) + 1;
  cseqs.set(tablet, cseq);
  return h.sealed(tablet, cseq, wishes);
}

/** A row with all that it needs, written by the server. */
async function make(kind: string, values: Patch = {}): Promise<string> {
  const world = new World(chanceFrom(7), {
    users: idOf('consultant'),
    wards: await one<string>(h.pool, 'select id from wards'),
  });
  const id = world.idOf(kind, values);
  const by = { actor: { user_id: h.admin, facility_id: h.facility, role: 'super_admin' }, origin: 'server' } as const;
  await writeAll(h.writer, by, world.wishes);
  return id;
}

const versionOf = (kind: string, id: string) =>
  one<string>(h.pool, `select row_version from ${kind} where id = $1`, [id]).then(Number);
/** An edit of what is stored, as a device that has read it sends it. */
const edit = async (kind: string, id: string, patch: Patch): Promise<Wish> => ({
  kind,
  id,
  op: 'edit',
  patch,
  base: await versionOf(kind, id),
});

describe('clinical authority', () => {
  test('house officers cannot approve', async () => {
    const id = await make('treatment_plans');
    for (const role of ROLES.filter((r) => r !== 'consultant')) {
      expect(await rest(role, 'PATCH', `treatment-plans/${id}`, { approved: true }), role).toBe('NOT_YOURS');
      expect(await rest(role, 'PUT', `treatment-plans/${id}`, { approved: true, plan_name: 'x' }), role).toBe('NOT_YOURS');
      expect(await sync(role, await edit('treatment_plans', id, { approved: true })), role).toBe('NOT_YOURS');
    }
    const { patient_id } = (await h.pool.query('select patient_id from treatment_plans where id = $1', [id])).rows[0] as Patch;
    const approved = { patient_id: patient_id ?? '', plan_name: 'x', diagnosis: 'x', status: 'Draft', approved: true };
    expect(await rest('house_officer', 'POST', 'treatment-plans', approved)).toBe('NOT_YOURS');
    expect(await sync('house_officer', { kind: 'treatment_plans', id: randomUUID(), patch: approved })).toBe('NOT_YOURS');
    expect(await rest('house_officer', 'PATCH', `treatment-plans/${id}`, { status: 'Active' })).toBe('NOT_YOURS');
    expect(await versionOf('treatment_plans', id)).toBe(1);
    expect(await rest('consultant', 'PATCH', `treatment-plans/${id}`, { approved: true, status: 'Active' })).toBe(200);
    // Nor do they take it away.
    expect(await rest('house_officer', 'PATCH', `treatment-plans/${id}`, { approved: false })).toBe('NOT_YOURS');
  });

  test('a nurse moves a bed but does not change the diagnosis', async () => {
    const id = await make('patient_admissions');
    expect(await rest('nursing', 'PATCH', `patient-admissions/${id}`, { bed_number: 'N1' })).toBe(200);
    expect(await sync('nursing', await edit('patient_admissions', id, { bed_number: 'N2' }))).toBe('applied');
    const both = { bed_number: 'N3', provisional_diagnosis: 'x' };
    expect(await rest('nursing', 'PATCH', `patient-admissions/${id}`, both)).toBe('NOT_YOURS');
    expect(await rest('nursing', 'PUT', `patient-admissions/${id}`, { provisional_diagnosis: 'x' })).toBe('NOT_YOURS');
    expect(await sync('nursing', await edit('patient_admissions', id, both))).toBe('NOT_YOURS');
    const stay = await h.pool.query('select bed_number, provisional_diagnosis from patient_admissions where id = $1', [id]);
    expect(stay.rows).toEqual([{ bed_number: 'N2', provisional_diagnosis: null }]);
  });

  test('pharmacy dispenses but does not prescribe', async () => {
    const id = await make('prescription_items');
    const { prescription_id, patient_id } = (await h.pool.query('select * from prescription_items where id = $1', [id]))
      .rows[0];
    const drug = { prescription_id, patient_id, medication_name: 'x', dosage: '1 g', route: 'oral', frequency: 'once' };
    expect(await rest('pharmacy', 'POST', 'prescription-items', drug)).toBe('NOT_YOURS');
    expect(await sync('pharmacy', { kind: 'prescription_items', id: randomUUID(), patch: drug })).toBe('NOT_YOURS');
    expect(await rest('pharmacy', 'POST', 'prescriptions', { patient_id, items: [] })).not.toBe(201);
    expect(await rest('pharmacy', 'POST', 'prescriptions', { prescription: { patient_id, status: 'Active' }, items: [] })).toBe(
      'NOT_YOURS',
    );
    expect(await rest('pharmacy', 'PATCH', `prescription-items/${id}`, { dosage: '9 g' })).toBe('NOT_YOURS');
    expect(await rest('consultant', 'PATCH', `prescription-items/${id}`, { dispensed: true, quantity_dispensed: 3 })).toBe(
      'NOT_YOURS',
    );
    expect(await sync('pharmacy', await edit('prescription_items', id, { dispensed: true, quantity_dispensed: 3 }))).toBe(
      'applied',
    );
    expect(await one(h.pool, 'select dispensed_by from prescription_items where id = $1', [id])).toBe(idOf('pharmacy'));
  });

  test('the laboratory enters results, reads no narrative, and does not verify what it entered itself', async () => {
    const id = await make('lab_investigations');
    const result = { result_date: '2026-11-20T08:00:00.000Z', results: 'Hb 9 g/dL', status: 'Completed' };
    expect(await rest('consultant', 'PATCH', `labs/${id}`, result)).toBe('NOT_YOURS');
    expect(await rest('lab', 'PATCH', `labs/${id}`, { ...result, is_verified: true })).toBe('NOT_YOURS');
    expect(await sync('lab', await edit('lab_investigations', id, result))).toBe('applied');
    expect(await sync('lab', await edit('lab_investigations', id, { is_verified: true }))).toBe('NOT_YOURS');
    expect(await rest('house_officer', 'PATCH', `labs/${id}`, { is_verified: true })).toBe('NOT_YOURS');
    const second = await h.tablet(await h.hire('lab'));
    expect(await rest(second, 'PATCH', `labs/${id}`, { is_verified: true })).toBe(200);
    expect(await rest('house_officer', 'DELETE', `labs/${id}`)).toBe('NOT_YOURS');
    for (const path of ['patient-admissions', 'ward-rounds', 'operation-notes', 'nursing-notes', 'prescriptions']) {
      expect(await rest('lab', 'GET', path), path).toBe('NOT_YOURS');
    }
    expect(await rest('lab', 'PATCH', `labs/${id}`, { clinical_details: 'x' })).toBe('NOT_YOURS');
  });

  test('a signed checklist phase stays', async () => {
    const id = await make('surgical_checklists');
    const answers = {
      ...{ patient_identity_confirmed: true, consent_confirmed: true, site_marked: true, anaesthesia_check: true },
      ...{ pulse_oximeter: true, equipment_issues_check: true, allergies_checked: true, known_allergy: false },
      ...{ difficult_airway: 'No', blood_loss_risk: 'No', sign_in_completed: true },
    };
    expect(await sync('anaesthetist', await edit('surgical_checklists', id, answers))).toBe('applied');
    for (const role of ['anaesthetist', 'consultant', 'nursing'] as const) {
      for (const change of [{ site_marked: false }, { sign_in_completed: false }] as Patch[]) {
        expect(await rest(role, 'PATCH', `surgical-checklists/${id}`, change), role).toBe('LOCKED');
        expect(await sync(role, await edit('surgical_checklists', id, change)), role).toBe('LOCKED');
      }
      const forged = { sign_in_completed_by: idOf('consultant') };
      expect(await rest(role, 'PATCH', `surgical-checklists/${id}`, forged), role).toBe('SERVER_ONLY');
    }
    expect(await versionOf('surgical_checklists', id)).toBe(2);
  });

  test('a house officer does not retract what a senior has signed', async () => {
    const id = await make('clinical_documents', { is_final: true });
    expect(await rest('house_officer', 'DELETE', `clinical-documents/${id}`)).toBe('NOT_YOURS');
    expect(await sync('medical_officer', { kind: 'clinical_documents', id, op: 'retract', base: 1 })).toBe('NOT_YOURS');
  });
});

describe('accounts', () => {
  test('nobody edits another’s assessment', async () => {
    const id = await make('user_assessments', { user_id: idOf('house_officer') });
    for (const role of ROLES.filter((r) => r !== 'house_officer')) {
      for (const method of ['PATCH', 'PUT']) {
        expect(await rest(role, method, `user-assessments/${id}`, { status: 'Abandoned' }), role).toBe('NOT_FOUND');
      }
      expect(await rest(role, 'DELETE', `user-assessments/${id}`), role).toBe('NOT_YOURS');
      expect(await rest(role, 'GET', `user-assessments/${id}`), role).toBe('NOT_FOUND');
      expect(await sync(role, await edit('user_assessments', id, { status: 'Abandoned' })), role).toBe('NOT_YOURS');
    }
    expect(await versionOf('user_assessments', id)).toBe(1);
    expect(await rest('house_officer', 'PATCH', `user-assessments/${id}`, { status: 'Abandoned' })).toBe(200);
  });

  test('nobody raises their own role', async () => {
    for (const role of ROLES) {
      const id = idOf(role);
      const raised = role === 'super_admin' ? 'consultant' : 'super_admin';
      for (const method of ['PATCH', 'PUT']) {
        expect(await rest(role, method, `users/${id}`, { role: raised }), role).toBe('NOT_YOURS');
        expect(await rest(role, method, `users/${id}`, { phone: '1', role: raised }), role).toBe('NOT_YOURS');
      }
      expect(await rest(role, 'POST', 'users', { id, role: raised }), role).toBe('NOT_YOURS');
      expect(await sync(role, await edit('users', id, { role: raised })), role).toBe('SERVER_ONLY');
      expect(await one(h.pool, 'select role from users where id = $1', [id])).toBe(role);
    }
  });

  test('the last super_admin cannot be removed, by whatever way, nor by two at once', async () => {
    const admins = "select count(*)::int from users where role = 'super_admin' and is_active and is_approved and not deleted";
    const call = (token: string, path: string, body: object) => h.call('PATCH', path, { token, body });
    const { token } = tabletOf('super_admin');
    for (const [path, body] of [
      [`/api/users/${h.admin}/status`, { is_active: false }],
      [`/api/users/${h.admin}/approve`, { is_approved: false }],
      [`/api/sync/users/${h.admin}`, { is_active: false }],
      [`/api/sync/users/${h.admin}`, { is_approved: false }],
    ] as const) {
      expect(await call(token, path, body), path).toMatchObject({ status: 409, body: { code: 'LAST_ADMIN' } });
    }
    const base = await versionOf('users', h.admin);
    const wishes: readonly Wish[] = [
      { kind: 'users', id: h.admin, op: 'edit', base, patch: { is_active: false } },
      { kind: 'users', id: h.admin, op: 'retract', base },
    ];
    for (const wish of wishes) expect(await sync('super_admin', wish)).toBe('SERVER_ONLY');
    const second = await h.hire('super_admin');
    const theirs = await h.signIn(second);
    // Each takes the role of the other.
    const both = await Promise.all([
      call(token, `/api/sync/users/${second.id}`, { role: 'nursing' }),
      call(theirs, `/api/sync/users/${h.admin}`, { role: 'nursing' }),
    ]);
    expect(await one(h.pool, admins)).toBe(1);
    expect(both.map(({ status }) => status).sort()).not.toEqual([200, 200]);
    await h.pool.query("update users set role = 'super_admin' where id = $1", [h.admin]);
  });
});

test('a change that changes nothing shows the row, and is written down as a reading', async () => {
  const id = await make('patients');
  const reads = () =>
    one<number>(h.pool, "select count(*)::int from audit_logs where action = 'read' and record_id = $1 and user_id = $2", [
      id,
      idOf('house_officer'),
    ]);
  const { last_name } = (await h.pool.query('select last_name from patients where id = $1', [id])).rows[0];
  expect(await rest('house_officer', 'PATCH', `patients/${id}`, {})).toBe(200);
  expect(await rest('house_officer', 'PUT', `patients/${id}`, { last_name })).toBe(200);
  expect(await rest('house_officer', 'POST', 'patients', { id, last_name })).toBe(201);
  expect(await reads()).toBe(3);
  expect(await versionOf('patients', id)).toBe(1);
});

describe('rights that change on the way', () => {
  test('a group signed before a demotion is judged with today’s rights', async () => {
    const demoted = await h.hire('consultant');
    const tablet = await h.tablet(demoted);
    const id = await make('treatment_plans');
    const before = sealed(tablet, await edit('treatment_plans', id, { approved: true }));
    const demotion = { token: await h.signIn(ADMIN), body: { role: 'house_officer' } };
    expect((await h.call('PATCH', `/api/sync/users/${demoted.id}`, demotion)).status).toBe(200);
    const { reply } = await h.push(tablet, [before]);
    expect(reply.groups[0]?.results[0]).toMatchObject({ status: 'refused', code: 'NOT_YOURS' });
    expect(await rest(tablet, 'PATCH', `treatment-plans/${id}`, { approved: true })).toBe('NOT_YOURS');
    expect(await versionOf('treatment_plans', id)).toBe(1);
  });

  test('a role that changes between two pushes counts for the second, and takes the scopes with it', async () => {
    const moved = await h.hire('nursing');
    const tablet = await h.tablet(moved);
    const patient_id = await make('patients');
    const note = (): Wish => ({
      ...{ kind: 'nursing_notes', id: randomUUID() },
      patch: { patient_id, written_at: '2026-11-20T08:00:00.000Z', kind: 'General', content: 'Slept.' },
    });
    expect(await sync(tablet, note())).toBe('applied');
    await h.call('PATCH', `/api/sync/users/${moved.id}`, { token: await h.signIn(ADMIN), body: { role: 'pharmacy' } });
    expect(await sync(tablet, note())).toBe('NOT_YOURS');
    expect((await h.pull(tablet)).body).toMatchObject({ revoked: expect.arrayContaining(['clinical', 'orders']) });
    expect(await rest(tablet, 'GET', 'nursing-notes')).toBe('NOT_YOURS');
  });

  test('a closed account neither reads nor writes with a session that was open', async () => {
    const leaver = await h.hire('consultant');
    const tablet = await h.tablet(leaver);
    const id = await make('patients');
    const group = sealed(tablet, await edit('patients', id, { city: 'Enugu' }));
    await h.call('PATCH', `/api/users/${leaver.id}/status`, { token: await h.signIn(ADMIN), body: { is_active: false } });
    expect(await rest(tablet, 'GET', 'patients')).toBe('SESSION_ENDED');
    expect(await rest(tablet, 'PATCH', `patients/${id}`, { city: 'Enugu' })).toBe('SESSION_ENDED');
    expect((await h.push(tablet, [group])).status).toBe(401);
    expect(await versionOf('patients', id)).toBe(1);
  });

  test('a withdrawn device neither reads nor writes, whoever signs in on it', async () => {
    const tablet = await h.tablet(await h.hire('consultant'));
    const id = await make('patients');
    const group = sealed(tablet, await edit('patients', id, { city: 'Enugu' }));
    const admin = await h.signIn(ADMIN);
    await h.call('PATCH', `/api/sync/devices/${tablet.device}`, {
      token: admin,
      body: { state: 'revoked', state_reason: 'Lost' },
    });
    expect(await rest(tablet, 'GET', 'patients')).toBe('DEVICE_REVOKED');
    expect(await h.push(tablet, [group])).toMatchObject({ status: 403, body: { code: 'DEVICE_REVOKED' } });
    await expect(h.tablet(ADMIN, tablet.device)).rejects.toThrow('DEVICE_REVOKED');
    expect(await versionOf('patients', id)).toBe(1);
  });
});
