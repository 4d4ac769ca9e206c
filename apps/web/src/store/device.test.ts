import 'fake-indexeddb/auto';
import { afterEach, expect, test } from 'vitest';
import { openDatabase } from './database.ts';
import { TestHospital } from './testing-hospital.ts';
import { isOpen, names, PASSWORD, registered, signIn, TestTablet, until } from './testing-tablet.ts';

const DOCTOR = 'consultant@ward.test';
const LAB = 'lab@ward.test';
const NURSE = 'nursing@ward.test';
const open: TestTablet[] = [];

async function ward(): Promise<{ hospital: TestHospital; tablet: TestTablet }> {
  const hospital = await TestHospital.open('consultant', 'lab', 'nursing');
  return { hospital, tablet: tabletOf(hospital) };
}
function tabletOf(hospital: TestHospital): TestTablet {
  const tablet = new TestTablet(hospital);
  open.push(tablet);
  return tablet;
}
afterEach(async () => {
  for (const tablet of open.splice(0)) {
    await tablet.close();
    tablet.hospital.close();
  }
});

test('[S11] D17 D18 a patient registered offline is kept, sent when the network returns, and reaches another tablet', async () => {
  const { hospital, tablet } = await ward();
  const a = await tablet.tab();
  await signIn(a, DOCTOR);
  await until(a, () => a.memory.rows.rows('wards').length === 1, 'the first fetch');
  hospital.online = false;
  const { id, wishes } = registered(a, { last_name: 'Offline' });
  await a.save(wishes);
  expect(a.memory.rows.row('patients', id)).toMatchObject({ last_name: 'Offline', row_version: 0 });
  expect(a.sync.get().waiting).toBe(1);
  expect(a.memory.work.rowState('patients', id).unsent).toBe(1);
  hospital.online = true;
  a.syncNow();
  await until(a, () => a.memory.rows.row('patients', id)?.row_version === 1, 'sent and received');
  await until(a, () => a.sync.get().waiting === 0 && a.sync.get().contact === 'good', 'said so');
  const b = await tabletOf(hospital).tab();
  await signIn(b, NURSE);
  await until(b, () => b.memory.rows.row('patients', id) !== undefined, 'on the other tablet');
  expect(b.memory.rows.row('patients', id)).toMatchObject({ last_name: 'Offline', row_version: 1 });
});

test('[S51] what others write arrives by itself', async () => {
  const { hospital, tablet } = await ward();
  const a = await tablet.tab();
  await signIn(a, DOCTOR);
  await until(a, () => a.sync.get().contact === 'good' && a.memory.rows.rows('wards').length === 1, 'the first fetch');
  const id = await hospital.patient({ last_name: 'Poked' });
  await until(a, () => a.memory.rows.row('patients', id) !== undefined, 'the poke');
});

test('[S4] one tablet, two people: what A left unsent is sent in A’s name while B is in', async () => {
  const { hospital, tablet } = await ward();
  const tab = await tablet.tab();
  await signIn(tab, DOCTOR);
  await until(tab, () => tab.memory.rows.rows('wards').length === 1, 'the first fetch');
  hospital.online = false;
  const { id, wishes } = registered(tab, { last_name: 'Left behind' });
  await tab.save(wishes);
  await tab.signOut();
  expect(tab.memory.rows.rows('patients')).toEqual([]);
  hospital.online = true;
  await signIn(tab, LAB);
  await until(tab, () => tab.memory.rows.row('patients', id)?.row_version === 1, 'carried by the second person');
  const author = hospital.accounts.get(DOCTOR)?.actor.user_id;
  expect(tab.memory.rows.row('patients', id)?.created_by).toBe(author);
});

test('[S40] the laboratory never gets the clinical key, and its pulls leave no gap for the doctor', async () => {
  const { hospital, tablet } = await ward();
  const patient = await hospital.patient({ last_name: 'First' });
  const admission = {
    patient_id: patient,
    admission_date: '2026-03-01T08:00:00.000Z',
    admission_type: 'Elective',
    status: 'Active',
  };
  const one = tablet.tab();
  const tab = await one;
  const first = tab.newId();
  await hospital.write('patient_admissions', first, { ...admission, admission_number: 'A1' });
  await signIn(tab, DOCTOR);
  await until(tab, () => tab.memory.rows.row('patient_admissions', first) !== undefined, 'the doctor sees the admission');
  await tab.signOut();
  await signIn(tab, LAB);
  await until(tab, () => tab.memory.rows.rows('patients').length === 1, 'the laboratory sees the patient');
  expect(tab.memory.rows.rows('patient_admissions')).toEqual([]);
  // Something clinical happens while only the laboratory pulls.
  await hospital.write('patient_admissions', first, { bed_number: null, provisional_diagnosis: 'Changed meanwhile' }, 'edit');
  const seen = await hospital.patient({ last_name: 'Second' });
  await until(tab, () => tab.memory.rows.row('patients', seen) !== undefined, 'the laboratory received past it');
  await tab.signOut();
  await signIn(tab, DOCTOR);
  const diagnosis = () => tab.memory.rows.row('patient_admissions', first)?.provisional_diagnosis;
  await until(tab, () => diagnosis() === 'Changed meanwhile', 'the doctor gets what was passed over');
});

test('a wrong password never opens: not online, not offline, and not although the device knows an old one', async () => {
  const { hospital, tablet } = await ward();
  const tab = await tablet.tab();
  hospital.online = false;
  expect(await tab.signIn(DOCTOR, PASSWORD)).toMatchObject({ ok: false, code: 'OFFLINE_UNKNOWN' });
  hospital.online = true;
  expect(await tab.signIn(DOCTOR, 'wrong password')).toMatchObject({ ok: false, code: 'BAD_CREDENTIALS' });
  await signIn(tab, DOCTOR);
  await tab.lock();
  hospital.online = false;
  expect(await tab.signIn(DOCTOR, 'wrong password')).toMatchObject({ ok: false, code: 'BAD_CREDENTIALS' });
  expect(tab.session.get()).toMatchObject({ status: 'closed', known: [{ email: DOCTOR, full_name: 'Test consultant' }] });
  await signIn(tab, ` ${DOCTOR.toUpperCase()} `);
  expect(tab.session.get()).toMatchObject({ status: 'open', signed_in: true });
  await tab.lock();
  hospital.online = true;
  const account = hospital.accounts.get(DOCTOR);
  if (account) account.password = 'changed elsewhere';
  expect(await tab.signIn(DOCTOR, PASSWORD)).toMatchObject({ ok: false, code: 'BAD_CREDENTIALS' });
  await signIn(tab, DOCTOR, 'changed elsewhere');
});

test('a closed account loses its vault; a withdrawn device loses copies and keys, and brings what is unsent', async () => {
  const { hospital, tablet } = await ward();
  const tab = await tablet.tab();
  await signIn(tab, DOCTOR);
  await until(tab, () => tab.memory.rows.rows('wards').length === 1, 'the first fetch');
  hospital.online = false;
  await tab.save(registered(tab, { last_name: 'Unsent' }).wishes);
  await tab.lock();
  hospital.online = true;
  const account = hospital.accounts.get(DOCTOR);
  if (account) account.closed = true;
  expect(await tab.signIn(DOCTOR, PASSWORD)).toMatchObject({ ok: false, code: 'ACCOUNT_CLOSED' });
  hospital.online = false;
  expect(await tab.signIn(DOCTOR, PASSWORD)).toMatchObject({ ok: false, code: 'OFFLINE_UNKNOWN' });
  hospital.online = true;
  const db = await openDatabase({ name: tablet.name, newId: () => '' });
  hospital.revoked.add(String(await db.get('meta', 'device')));
  expect(await tab.signIn(NURSE, PASSWORD)).toMatchObject({ ok: false, code: 'DEVICE_REVOKED' });
  expect([await db.count('pages'), await db.count('delta'), await db.count('outbox')]).toEqual([0, 0, 0]);
  expect(hospital.store.quarantined()).toMatchObject([{ code: 'DEVICE_REVOKED' }]);
  db.close();
});

test('signing out ends the session on the server, at the next contact when there is no network now', async () => {
  const { hospital, tablet } = await ward();
  const tab = await tablet.tab();
  await signIn(tab, DOCTOR);
  expect(hospital.sessions.size).toBe(1);
  hospital.online = false;
  await tab.signOut();
  await signIn(tab, DOCTOR);
  expect(tab.session.get()).toMatchObject({ status: 'open', signed_in: false });
  await tab.lock();
  hospital.online = true;
  const [old] = hospital.sessions.keys();
  const ended = hospital.answered('/api/logout');
  await signIn(tab, NURSE);
  await ended;
  expect([...hospital.sessions.keys()]).not.toContain(old);
  expect(hospital.sessions.size).toBe(1);
});

test('[S50] a session that ended on the server keeps everything and asks for the password', async () => {
  const { hospital, tablet } = await ward();
  const tab = await tablet.tab();
  await signIn(tab, DOCTOR);
  await until(tab, () => tab.memory.rows.rows('wards').length === 1, 'the first fetch');
  hospital.sessions.clear();
  const { id, wishes } = registered(tab, { last_name: 'Kept' });
  await tab.save(wishes);
  await until(tab, () => tab.sync.get().contact === 'signed_out', 'the refusal');
  expect(tab.session.get()).toMatchObject({ status: 'open', signed_in: false });
  expect(tab.memory.rows.row('patients', id)?.last_name).toBe('Kept');
  await signIn(tab, DOCTOR);
  await until(tab, () => tab.memory.rows.row('patients', id)?.row_version === 1, 'sent after the password');
  expect(tab.session.get()).toMatchObject({ signed_in: true });
});

test('[S50] a question that the server refuses because the session was ended elsewhere brings the sign-in at once', async () => {
  const { hospital, tablet } = await ward();
  // No live line tells of it.
  hospital.deaf.add('/api/sync/live');
  const tab = await tablet.tab();
  await signIn(tab, DOCTOR);
  await until(tab, () => tab.sync.get().contact === 'good' && !tab.sync.get().sending, 'the first fetch');
  hospital.sessions.clear();
  await expect(tab.call('GET', '/api/sessions')).rejects.toThrow();
  await until(tab, () => tab.sync.get().contact === 'signed_out', 'the password is asked for');
  await signIn(tab, DOCTOR);
  expect(tab.session.get()).toMatchObject({ signed_in: true });
});

test('locking empties every tab; a second tab needs no password while the first is open', async () => {
  const { hospital, tablet } = await ward();
  await hospital.patient({ last_name: 'Shared' });
  const one = await tablet.tab();
  await signIn(one, DOCTOR);
  await until(one, () => names(one.memory.rows.rows('patients')).includes('Shared'), 'the first fetch');
  const two = await tablet.tab();
  await until(two, () => isOpen(two.session.get()), 'the second tab is let in');
  expect(names(two.memory.rows.rows('patients'))).toEqual(['Shared']);
  const { id, wishes } = registered(two, { last_name: 'From the second' });
  await two.save(wishes);
  await until(one, () => one.memory.rows.row('patients', id)?.row_version === 1, 'the first tab sends and shows it');
  await until(two, () => two.memory.rows.row('patients', id)?.row_version === 1, 'the second tab hears of it');
  await one.lock();
  await until(two, () => two.session.get().status === 'closed', 'the second tab locks');
  for (const tab of [one, two]) {
    expect(tab.memory.rows.rows('patients')).toEqual([]);
    await expect(tab.save(wishes)).rejects.toMatchObject({ code: 'NOT_SIGNED_IN' });
  }
});

test('[S6] a refused group is in attention, is mended, and leaves it', async () => {
  const { hospital, tablet } = await ward();
  const taken = await hospital.patient({ hospital_number: 'TAKEN-1' });
  const tab = await tablet.tab();
  await signIn(tab, DOCTOR);
  await until(tab, () => tab.memory.rows.row('patients', taken) !== undefined, 'the first fetch');
  const { id, wishes } = registered(tab, { last_name: 'Twice', hospital_number: 'TAKEN-1' });
  await tab.save(wishes);
  const refused = () => tab.memory.work.attention.get().refused;
  await until(tab, () => refused().length === 1, 'the refusal');
  const [entry] = refused();
  const [wrong] = entry?.group.mutations ?? [];
  if (!entry || !wrong) throw new Error('nothing was refused');
  expect(tab.memory.work.rowState('patients', id).refused).toBe(1);
  expect(tab.memory.rows.row('patients', id)).toBeUndefined();
  const again = { ...registered(tab, {}).wishes[0], kind: 'patients', id, op: 'create' as const, base: 0, repairs: wrong.mid };
  await tab.save([{ ...again, patch: { ...wrong.patch, hospital_number: 'FREE-1' } }], { group: entry.group.group });
  await until(tab, () => tab.memory.rows.row('patients', id)?.row_version === 1, 'the mended one is sent');
  expect(refused()).toEqual([]);
});

test('[S46] a role that no longer gets a scope loses its pages and keys as soon as the device hears of it', async () => {
  const { hospital, tablet } = await ward();
  const patient = await hospital.patient();
  const tab = await tablet.tab();
  const admission = tab.newId();
  await hospital.write('patient_admissions', admission, {
    patient_id: patient,
    admission_number: 'A1',
    admission_date: '2026-03-01T08:00:00.000Z',
    admission_type: 'Elective',
    status: 'Active',
  });
  await signIn(tab, DOCTOR);
  await until(tab, () => tab.memory.rows.row('patient_admissions', admission) !== undefined, 'the first fetch');
  const account = hospital.accounts.get(DOCTOR);
  if (account) account.actor = { ...account.actor, role: 'pharmacy' };
  // Learnt while in: by the next pull.
  tab.syncNow();
  await until(tab, () => tab.memory.rows.rows('patient_admissions').length === 0, 'dropped at once');
  await tab.lock();
  const db = await openDatabase({ name: tablet.name, newId: () => '' });
  const scopes = new Set((await db.getAllKeys('pages')).map(([scope]) => scope));
  expect([...scopes].sort()).toEqual(['identity', 'ref']);
  db.close();
  hospital.online = false;
  await signIn(tab, DOCTOR);
  expect(tab.memory.rows.rows('patient_admissions')).toEqual([]);
  expect(tab.memory.rows.rows('patients')).toHaveLength(1);
});

test('when the tab that talks is closed, another one goes on', async () => {
  const { hospital, tablet } = await ward();
  const one = await tablet.tab();
  await signIn(one, DOCTOR);
  await until(one, () => one.memory.rows.rows('wards').length === 1, 'the first fetch');
  const two = await tablet.tab();
  await until(two, () => isOpen(two.session.get()), 'the second tab is let in');
  await one.stop();
  const { id, wishes } = registered(two, { last_name: 'Carried on' });
  await two.save(wishes);
  await until(two, () => two.memory.rows.row('patients', id)?.row_version === 1, 'the second tab sends');
  const other = await hospital.patient({ last_name: 'Received' });
  await until(two, () => two.memory.rows.row('patients', other) !== undefined, 'and receives');
});

test('a damaged page is fetched again by itself, and what was unsent is still there', async () => {
  const { hospital, tablet } = await ward();
  const patient = await hospital.patient({ last_name: 'Whole' });
  const tab = await tablet.tab();
  await signIn(tab, DOCTOR);
  await until(tab, () => tab.memory.rows.row('patients', patient) !== undefined, 'the first fetch');
  hospital.online = false;
  const { id, wishes } = registered(tab, { last_name: 'Unsent' });
  await tab.save(wishes);
  await tab.lock();
  const db = await openDatabase({ name: tablet.name, newId: () => '' });
  for (const key of await db.getAllKeys('pages')) {
    const page = await db.get('pages', key);
    if (!page || key[0] !== 'identity') continue;
    new Uint8Array(page.s.d).fill(0, 0, 8);
    await db.put('pages', page, key);
  }
  db.close();
  await signIn(tab, DOCTOR);
  expect(names(tab.memory.rows.rows('patients'))).toEqual(['Unsent']);
  hospital.online = true;
  tab.syncNow();
  await until(tab, () => names(tab.memory.rows.rows('patients')).join() === 'Unsent,Whole', 'fetched again');
  await until(tab, () => tab.memory.rows.row('patients', id)?.row_version === 1, 'and the unsent one is sent');
});
