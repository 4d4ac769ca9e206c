import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Actor } from '@psa/domain';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DOSSIER_KINDS } from '../db/dossier.ts';
import { writeAll } from '../db/write.ts';
import { DOCTOR, type Hospital, one, openHospital, somebody } from '../testing/hospital.ts';
import { breachDraft } from './breach.ts';
import { makePack } from './make-pack.ts';
import { TAKEN_OUT } from './pack.ts';
import { dueRecords } from './retention.ts';

let h: Hospital;
let folder: string;
let actor: Actor;
const [ada, other] = [randomUUID(), randomUUID()];
const NUMBER = 'H-PRIVACY-1';
beforeAll(async () => {
  h = await openHospital();
  folder = mkdtempSync(join(tmpdir(), 'psa-privacy-'));
  actor = { user_id: h.admin, facility_id: h.facility, role: 'super_admin' };
  const vital = (id: string, remarks: string) => ({
    ...{ patient_id: id, observed_at: '2026-11-22T09:30:00.000Z', temperature: 38.5 },
    remarks,
  });
  const kin = { emergency_contact_name: 'Chike Kinsman', emergency_contact_phone: '+2348031112222' };
  await writeAll(h.writer, { actor, origin: 'server' }, [
    {
      kind: 'patients',
      id: ada,
      op: 'create',
      patch: somebody({ hospital_number: NUMBER, occupation: '<b>tailor</b>', ...kin }),
    },
    { kind: 'vital_signs', id: randomUUID(), op: 'create', patch: vital(ada, 'Shivering') },
    { kind: 'patients', id: other, op: 'create', patch: somebody({ hospital_number: 'H-PRIVACY-2', last_name: 'Zubairu' }) },
    { kind: 'vital_signs', id: randomUUID(), op: 'create', patch: vital(other, 'Coughing') },
  ]);
});
afterAll(async () => {
  await h.close();
  rmSync(folder, { recursive: true, force: true });
});

test('a dossier reaches what hangs on other rows of the patient, and nobody else’s affairs', () => {
  for (const kind of ['vital_signs', 'prescriptions', 'prescription_items', 'surgical_checklists', 'treatment_plan_steps'])
    expect(DOSSIER_KINDS).toContain(kind);
  for (const kind of [
    'users',
    'notifications',
    'record_views',
    'user_assessments',
    'audit_logs',
    'mdt_meetings',
    'stock_movements',
  ])
    expect(DOSSIER_KINDS).not.toContain(kind);
});

test('the pack holds all of this patient and nothing of another, says who looked, and leaves other people out', async () => {
  await h.call('GET', `/api/sync/patients/${ada}`, { token: await h.signIn(DOCTOR) });
  const wish = { hospitalNumber: NUMBER, folder: join(folder, 'out'), now: new Date() };
  const made = await makePack(h.db, h.writer.store, actor, { ...wish, thirdPersons: false });
  const [page, data] = [readFileSync(made?.page ?? '', 'utf8'), readFileSync(made?.data ?? '', 'utf8')];
  expect(made?.entries).toBe(2);
  for (const text of [page, data]) {
    expect(text).toContain('Shivering');
    expect(text).toContain('Consultant (trial)');
    expect(text).not.toMatch(/Coughing|Zubairu|Kinsman|8031112222/);
    expect(text).toContain(TAKEN_OUT);
  }
  expect(page).toContain('&lt;b&gt;tailor&lt;/b&gt;');
  expect(page).not.toMatch(/<script|<b>|https?:/);
  expect(statSync(made?.page ?? '').mode & 0o777).toBe(0o600);
  // It was an export, and counts as a look.
  expect(
    await one<number>(h.pool, "select count(*)::int from audit_logs where action = 'export' and record_id = $1", [ada]),
  ).toBe(1);
  const whole = await makePack(h.db, h.writer.store, actor, { ...wish, thirdPersons: true });
  expect(readFileSync(whole?.data ?? '', 'utf8')).toContain('Kinsman');
  expect(
    await makePack(h.db, h.writer.store, actor, { ...wish, hospitalNumber: 'NOBODY', thirdPersons: false }),
  ).toBeUndefined();
});

test('what is past its time is reported, and stays', async () => {
  const before = await one<number>(h.pool, 'select count(*)::int from patients');
  expect(await dueRecords(h.db, h.facility, '2030-01-01')).toEqual([]);
  const due = await dueRecords(h.db, h.facility, '2099-01-01');
  expect(due.map((one) => one.hospital_number).sort()).toEqual([NUMBER, 'H-PRIVACY-2']);
  expect(due[0]?.since?.slice(0, 4)).toBe(String(Number(due[0]?.last_contact.slice(0, 4)) + 10));
  expect(await one<number>(h.pool, 'select count(*)::int from patients')).toBe(before);
});

test('a breach is drafted from what the trail holds: how many, who, where; without a patient’s name, and as a draft', async () => {
  const [from, to] = [new Date(Date.now() - 3_600_000).toISOString(), new Date(Date.now() + 3_600_000).toISOString()];
  const wish = { from, to, awareAt: '2026-03-01T09:00:00.000Z' };
  const draft = await breachDraft(h.db, h.facility, { ...wish, user: DOCTOR.email });
  expect(draft).toMatch(/^# DRAFT/);
  expect(draft).toContain('2026-03-04T09:00:00.000Z');
  expect(draft).toContain('| Consultant (trial) | consultant |');
  expect(draft).toContain('- Patients named by them: 1');
  expect(draft).toContain('TO BE WRITTEN BY A PERSON');
  expect(draft).not.toMatch(/Obi|Zubairu|H-PRIVACY/);
  expect(await breachDraft(h.db, h.facility, { ...wish, user: 'nobody@unth.edu.ng' })).toContain('- Entries: 0');
});
