import 'fake-indexeddb/auto';
import { afterEach, expect, test } from 'vitest';
import type { HandInAnswer } from './api.ts';
import { openDatabase } from './database.ts';
import type { Device } from './device.ts';
import { TestHospital } from './testing-hospital.ts';
import { isOpen, names, PASSWORD, registered, signIn, TestTablet, until } from './testing-tablet.ts';

const DOCTOR = 'consultant@ward.test';
const NURSE = 'nursing@ward.test';
const HOUR = 3_600_000;
const PIN = '739154';

const ends: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function ward() {
  const hospital = await TestHospital.open('consultant', 'nursing');
  ends.push(() => hospital.close());
  const tablet = (): TestTablet => {
    const made = new TestTablet(hospital);
    ends.push(() => made.close());
    return made;
  };
  return { hospital, tablet };
}

const fetched = (tab: Device) => until(tab, () => tab.memory.rows.rows('wards').length === 1, 'the first fetch');
const idOf = async (tablet: TestTablet): Promise<string> => {
  const db = await openDatabase({ name: tablet.name, newId: () => '' });
  ends.push(() => db.close());
  return String(await db.get('meta', 'device'));
};
const counts = async (tablet: TestTablet): Promise<Record<string, number>> => {
  const db = await openDatabase({ name: tablet.name, newId: () => '' });
  ends.push(() => db.close());
  const stores = ['pages', 'delta', 'outbox', 'acked', 'attention', 'drafts'] as const;
  return Object.fromEntries(await Promise.all(stores.map(async (name) => [name, await db.count(name)])));
};
/** Somebody works on the tablet, and one save was not sent when the network went. */
async function withUnsent(hospital: TestHospital, tablet: TestTablet, last_name: string) {
  const tab = await tablet.tab();
  await signIn(tab, DOCTOR);
  await fetched(tab);
  const before = await idOf(tablet);
  hospital.online = false;
  const { id, wishes } = registered(tab, { last_name });
  await tab.save(wishes);
  return { tab, before, id };
}
const EMPTY = { pages: 0, delta: 0, outbox: 0, acked: 0, attention: 0, drafts: 0 };

async function handIn(tab: Device, text: string): Promise<HandInAnswer[]> {
  const answers: HandInAnswer[] = [];
  await tab.api.desk().handIn(text, (part) => answers.push(...part));
  return answers;
}
const statuses = (answers: readonly HandInAnswer[]) => answers.map(({ results }) => results.map(({ status }) => status).join());
const author = (hospital: TestHospital, email: string) => hospital.accounts.get(email)?.actor.user_id;

test('[S60] unsent work leaves a locked tablet in a sealed file, and somebody else hands it in on another; it counts once', async () => {
  const { hospital, tablet } = await ward();
  const broken = await tablet().tab();
  await signIn(broken, DOCTOR);
  await fetched(broken);
  hospital.online = false;
  const { id, wishes } = registered(broken, { last_name: 'Carried' });
  await broken.save(wishes);
  await broken.lock();
  const file = await broken.api.desk().unsentFile();
  expect(file).toMatchObject({ saves: 1, name: expect.stringMatching(/^unsent-[0-9a-f]{4}-\d{8}-\d{4}\.psa$/) });
  expect(file.text).not.toMatch(/Carried|patients|mutations/);

  hospital.online = true;
  const other = await tablet().tab();
  await signIn(other, NURSE);
  expect(statuses(await handIn(other, file.text))).toEqual(['applied']);
  await until(other, () => other.memory.rows.row('patients', id) !== undefined, 'it reaches the ward');
  expect(other.memory.rows.row('patients', id)?.created_by).toBe(author(hospital, DOCTOR));
  expect(statuses(await handIn(other, file.text))).toEqual(['applied']);

  // [S5] The tablet itself had kept it, and hears what became of it.
  await signIn(broken, DOCTOR);
  await until(broken, () => broken.memory.rows.row('patients', id)?.row_version === 1, 'sent once more, and known');
  expect(broken.sync.get().waiting).toBe(0);
});

test('[S61] what is no file of ours, or was spoilt, is refused in words; the outbox stays as it is', async () => {
  const { hospital, tablet } = await ward();
  const { tab } = await withUnsent(hospital, tablet(), 'Kept');
  const { text } = await tab.api.desk().unsentFile();
  for (const wrong of ['', '[]', 'null', '{"what":"x"}', text.slice(0, -20), text.replace('"version": 1', '"version": 2')]) {
    await expect(handIn(tab, wrong)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  }
  await expect(handIn(tab, text)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  hospital.online = true;
  const spoilt = text.replace(/"d": "..../, '"d": "AAAA');
  expect(statuses(await handIn(tab, spoilt))).toEqual(['']);
});

test('[S62] a revoked tablet drops its copies, brings what is unsent, forgets everybody, and is a new device', async () => {
  const { hospital, tablet } = await ward();
  const lost = tablet();
  const { tab, before, id } = await withUnsent(hospital, lost, 'Unsent');
  hospital.revoked.add(before);
  hospital.online = true;
  tab.syncNow();
  await until(tab, () => tab.session.get().status === 'closed', 'nobody is in any more');
  await until(tab, () => hospital.wiped.has(before), 'it says that it is empty');
  expect(tab.session.get()).toMatchObject({ known: [], unsent: 0, ended: expect.stringContaining('withdrawn') });
  expect(await counts(lost)).toEqual(EMPTY);
  // Kept raw on the server, judged by nobody yet.
  const held = hospital.store.quarantined();
  expect(held).toMatchObject([{ code: 'DEVICE_REVOKED' }]);
  expect(JSON.stringify(held[0]?.payload)).toContain(id);
  expect(await idOf(lost)).not.toBe(before);
  await signIn(tab, DOCTOR);
  expect(tab.session.get()).toMatchObject({ status: 'open' });
});

test('[S62] a tablet that learns of it at the sign-in brings its work with the password of whoever stands there', async () => {
  const { hospital, tablet } = await ward();
  const lost = tablet();
  const { tab, before } = await withUnsent(hospital, lost, 'Unsent');
  await tab.lock();
  hospital.revoked.add(before);
  hospital.online = true;
  expect(await tab.signIn(NURSE, PASSWORD)).toMatchObject({ ok: false, code: 'DEVICE_REVOKED' });
  expect(await counts(lost)).toEqual(EMPTY);
  expect(hospital.wiped.has(before)).toBe(true);
  expect(hospital.store.quarantined()).toMatchObject([{ code: 'DEVICE_REVOKED' }]);
});

test('[S62] what a revoked tablet cannot bring stays on it, sealed and without keys, and goes at the next try', async () => {
  const { hospital, tablet } = await ward();
  const lost = tablet();
  const { tab, before } = await withUnsent(hospital, lost, 'Unsent');
  await tab.lock();
  hospital.revoked.add(before);
  hospital.online = true;
  hospital.deaf.add('/api/sync/hand-in');
  expect(await tab.signIn(NURSE, PASSWORD)).toMatchObject({
    code: 'DEVICE_REVOKED',
    say: expect.stringContaining('kept here'),
  });
  expect(await counts(lost)).toEqual({ ...EMPTY, outbox: 1 });
  expect(tab.session.get()).toMatchObject({ known: [], unsent: 1 });
  expect([await idOf(lost), hospital.wiped.size]).toEqual([before, 0]);
  hospital.deaf.clear();
  expect(await tab.signIn(NURSE, PASSWORD)).toMatchObject({ code: 'DEVICE_REVOKED' });
  expect(await counts(lost)).toEqual(EMPTY);
  expect(hospital.store.quarantined()).toMatchObject([{ code: 'DEVICE_REVOKED' }]);
});

test('[S62] a tablet that drains sends first, then empties itself', async () => {
  const { hospital, tablet } = await ward();
  const old = tablet();
  const { tab, before, id } = await withUnsent(hospital, old, 'Last one');
  hospital.draining.add(before);
  hospital.online = true;
  tab.syncNow();
  await until(tab, () => hospital.wiped.has(before) && tab.session.get().status === 'closed', 'sent and emptied');
  expect(await counts(old)).toEqual(EMPTY);
  const other = await tablet().tab();
  await signIn(other, NURSE);
  await until(other, () => other.memory.rows.row('patients', id) !== undefined, 'the work is on the server');
});

test('[S64] after the lease nothing opens without the server, wherever the clock is set; unsent work is kept and sent', async () => {
  const { hospital, tablet } = await ward();
  const left = tablet();
  const tab = await left.tab();
  let ahead = 0;
  left.now = () => Date.now() + ahead;
  await signIn(tab, DOCTOR);
  await fetched(tab);
  hospital.online = false;
  const { id, wishes } = registered(tab, { last_name: 'Kept' });
  await tab.save(wishes);
  await tab.lock();
  ahead = 71 * HOUR;
  await signIn(tab, DOCTOR);
  await tab.lock();
  // Set back, as if by whoever found it; then one more hour passes.
  ahead = -500 * HOUR;
  await signIn(tab, DOCTOR);
  await tab.lock();
  ahead = -498 * HOUR;
  expect(await tab.signIn(DOCTOR, PASSWORD)).toMatchObject({
    ok: false,
    code: 'LEASE_OVER',
    say: expect.stringContaining('3 days'),
  });
  expect(await tab.signIn(DOCTOR, 'wrong password')).toMatchObject({ ok: false, code: 'BAD_CREDENTIALS' });
  expect(tab.session.get()).toMatchObject({ status: 'closed', unsent: 1, known: [{ email: DOCTOR }] });
  hospital.online = true;
  await signIn(tab, DOCTOR);
  await until(tab, () => tab.memory.rows.row('patients', id)?.row_version === 1, 'it is sent');
});

test('[S64] the hours are the hospital’s', async () => {
  const { hospital, tablet } = await ward();
  hospital.leaseHours = 1;
  const left = tablet();
  const tab = await left.tab();
  await signIn(tab, DOCTOR);
  await tab.lock();
  hospital.online = false;
  left.now = () => Date.now() + HOUR;
  expect(await tab.signIn(DOCTOR, PASSWORD)).toMatchObject({ code: 'LEASE_OVER', say: expect.stringContaining('1 hour') });
});

test('two people switch by PIN; a session that ended asks for the password, a closed account is out', async () => {
  const { hospital, tablet } = await ward();
  const tab = await tablet().tab();
  for (const email of [DOCTOR, NURSE]) {
    await signIn(tab, email);
    await tab.api.desk().setPin(PASSWORD, PIN);
    await tab.lock();
  }
  await expect(async () => tab.api.desk().setPin(PASSWORD, PIN)).rejects.toMatchObject({ code: 'NOT_SIGNED_IN' });
  const withPin = (email: string, pin = PIN) => tab.api.session.withPin(email, pin);
  expect(await withPin(DOCTOR, '111112')).toMatchObject({ code: 'WRONG_PIN', say: expect.stringContaining('4 tries') });
  expect(await withPin(DOCTOR)).toEqual({ ok: true });
  expect(tab.session.get()).toMatchObject({ status: 'open', signed_in: true, user: { email: DOCTOR } });
  await tab.lock();
  expect(await withPin(NURSE)).toEqual({ ok: true });
  await tab.lock();

  // Without a network the tablet's own word counts, as it does for the password.
  hospital.online = false;
  expect(await withPin(DOCTOR)).toEqual({ ok: true });
  await tab.signOut();
  hospital.online = true;
  expect(await withPin(DOCTOR)).toMatchObject({ code: 'USE_PASSWORD' });
  const nurse = hospital.accounts.get(NURSE);
  if (nurse) nurse.closed = true;
  expect(await withPin(NURSE)).toMatchObject({ code: 'ACCOUNT_CLOSED' });
  hospital.sessions.clear();
  expect(await withPin(NURSE)).toMatchObject({ code: 'USE_PASSWORD' });
  expect(tab.session.get()).toMatchObject({ known: [{ email: DOCTOR }] });
  expect(tab.session.get().status).toBe('closed');
});

test('[rotation] a password changed here opens this tablet at once, without the network; the old one and the PIN do not', async () => {
  const { hospital, tablet } = await ward();
  const tab = await tablet().tab();
  await signIn(tab, DOCTOR);
  await fetched(tab);
  await tab.api.desk().setPin(PASSWORD, PIN);
  await expect(tab.api.desk().changePassword('not mine', 'something new')).rejects.toMatchObject({ code: 'INVALID' });
  await tab.api.desk().changePassword(PASSWORD, 'something new');
  hospital.online = false;
  const { wishes } = registered(tab, { last_name: 'Written after' });
  await tab.save(wishes);
  // The vault is written again with its new key: signing out would fail with the old one.
  await tab.signOut();
  expect(await tab.signIn(DOCTOR, PASSWORD)).toMatchObject({ code: 'BAD_CREDENTIALS' });
  expect(await tab.api.session.withPin(DOCTOR, PIN)).toMatchObject({ code: 'USE_PASSWORD' });
  await signIn(tab, DOCTOR, 'something new');
  expect(isOpen(tab.session.get())).toBe(true);
  expect(names(tab.memory.rows.rows('patients'))).toEqual(['Written after']);
});

test('how safe the work is: what is held, sent, waiting and why, the last contact, the storage', async () => {
  const { hospital, tablet } = await ward();
  const tab = await tablet().tab();
  await signIn(tab, DOCTOR);
  await fetched(tab);
  const { id, wishes } = registered(tab, { last_name: 'Sent' });
  await tab.save(wishes);
  await until(tab, () => tab.memory.rows.row('patients', id)?.row_version === 1, 'sent');
  hospital.online = false;
  await tab.save(registered(tab, { last_name: 'Waits' }).wishes);
  const safety = await tab.api.desk().safety();
  expect(safety).toMatchObject({
    sent: { saves: 1, last_at: expect.any(String) },
    waiting: [{ kind: 'patients', author: author(hospital, DOCTOR), why: 'waiting' }],
    contact_at: expect.any(String),
    lease_hours: 72,
    storage: { used: 2_000_000, room: 98_000_000 },
    persisted: true,
    compared: null,
  });
  expect(safety.kinds).toContainEqual({ kind: 'patients', rows: 2 });
  expect(safety.held).toContain('clinical');
});
