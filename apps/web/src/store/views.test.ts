import 'fake-indexeddb/auto';
import { afterEach, expect, test } from 'vitest';
import { openDatabase } from './database.ts';
import type { Device } from './device.ts';
import { TestHospital } from './testing-hospital.ts';
import { registered, signIn, TestTablet, until } from './testing-tablet.ts';

const DOCTOR = 'consultant@ward.test';
const NURSE = 'nursing@ward.test';
const QUARTER_MS = 15 * 60 * 1000;
const open: TestTablet[] = [];

afterEach(async () => {
  for (const tablet of open.splice(0)) {
    await tablet.close();
    tablet.hospital.close();
  }
});

async function ward(): Promise<{ hospital: TestHospital; tablet: TestTablet; tab: Device; patient: string }> {
  const hospital = await TestHospital.open('consultant', 'nursing');
  const tablet = new TestTablet(hospital);
  open.push(tablet);
  const patient = await hospital.patient();
  const tab = await tablet.tab();
  await signIn(tab, DOCTOR);
  await until(tab, () => tab.memory.rows.row('patients', patient) !== undefined, 'the patient');
  await until(tab, () => tab.sync.get().contact === 'good', 'contact');
  return { hospital, tablet, tab, patient };
}

const reads = (hospital: TestHospital, patient: string) =>
  hospital.store.auditLog().filter((e) => e.action === 'read' && e.record_id === patient);
/** Groups in the outbox, whatever they say. */
async function stored(tablet: TestTablet, where: 'outbox' | 'attention' = 'outbox'): Promise<number> {
  const db = await openDatabase({ name: tablet.name, newId: () => '' });
  const count = await db.count(where);
  db.close();
  return count;
}

test('who opened a record is told to the audit, with the time on this device', async () => {
  const { hospital, tab, patient } = await ward();
  const pushed = hospital.answered('/api/sync/push');
  await tab.viewed(patient);
  await pushed;
  const [read] = reads(hospital, patient);
  expect(read).toMatchObject({ table_name: 'patients', user_id: hospital.accounts.get(DOCTOR)?.actor.user_id });
  const { viewed_at } = (read?.new_values ?? {}) as { viewed_at?: string };
  expect(Math.abs(Date.parse(viewed_at ?? '') - Date.now())).toBeLessThan(60_000);
});

test('once for a person, a patient and a quarter of an hour; after a new start of the app as well', async () => {
  const { hospital, tablet, tab, patient } = await ward();
  const other = await hospital.patient();
  await until(tab, () => tab.memory.rows.row('patients', other) !== undefined, 'the other patient');
  hospital.online = false;
  const start = Date.now();
  let now = start;
  tablet.now = () => now;
  await Promise.all([tab.viewed(patient), tab.viewed(patient)]);
  now = start + QUARTER_MS - 1;
  await tab.viewed(patient);
  expect(await stored(tablet)).toBe(1);
  await tab.viewed(other);
  expect(await stored(tablet)).toBe(2);
  // Another tab, with a memory of its own.
  const second = await tablet.tab();
  await until(second, () => second.session.get().status === 'open', 'the second tab');
  await second.viewed(patient);
  expect(await stored(tablet)).toBe(2);
  now = start + 2 * QUARTER_MS;
  await second.viewed(patient);
  expect(await stored(tablet)).toBe(3);
  // A clock that was put back by a day hides nothing.
  now = start - 24 * 60 * 60 * 1000;
  await second.viewed(other);
  expect(await stored(tablet)).toBe(4);
});

test('without a network it is kept, sent later in its order, and shown to nobody as work that waits', async () => {
  const { hospital, tablet, tab, patient } = await ward();
  hospital.online = false;
  await tab.viewed(patient);
  const { id, wishes } = registered(tab, { last_name: 'After' });
  await tab.save(wishes);
  expect(await stored(tablet)).toBe(2);
  expect(tab.sync.get().waiting).toBe(1);
  expect(tab.memory.rows.rows('record_views')).toEqual([]);
  expect(tab.memory.work.rowState('patients', patient)).toMatchObject({ unsent: 0 });
  hospital.online = true;
  tab.syncNow();
  await until(tab, () => tab.memory.rows.row('patients', id)?.row_version === 1, 'sent and received');
  const told = hospital.store.auditLog().filter((e) => [patient, id].includes(e.record_id ?? '') && e.device_id !== null);
  expect(told.map((e) => [e.action, e.record_id])).toEqual([
    ['read', patient],
    ['create', id],
  ]);
  expect(tab.memory.work.attention.get()).toEqual({ conflicts: [], refused: [] });
});

test('whoever comes in next is told of by themselves; what the server refuses troubles nobody', async () => {
  const { hospital, tablet, tab, patient } = await ward();
  // Both are known to this tablet.
  await tab.lock();
  await signIn(tab, NURSE);
  await tab.lock();
  await signIn(tab, DOCTOR);
  hospital.online = false;
  await tab.viewed(patient);
  await tab.lock();
  await signIn(tab, NURSE);
  await until(tab, () => tab.memory.rows.row('patients', patient) !== undefined, 'the patient');
  await tab.viewed(patient);
  expect(await stored(tablet)).toBe(2);
  hospital.store.beforeCommit = ({ effects }) => {
    if (effects.writes.some((w) => w.kind === 'record_views')) throw Object.assign(new Error('planted'), { code: '22P05' });
  };
  hospital.online = true;
  const pushed = hospital.answered('/api/sync/push');
  tab.syncNow();
  await pushed;
  await until(tab, () => tab.sync.get().contact === 'good', 'contact');
  expect(await stored(tablet, 'attention')).toBe(2);
  expect(tab.memory.work.attention.get()).toEqual({ conflicts: [], refused: [] });
});

test('of a patient registered here and not yet sent, and while nobody is in, nothing is told', async () => {
  const { hospital, tablet, tab, patient } = await ward();
  hospital.online = false;
  const { id, wishes } = registered(tab, { last_name: 'New' });
  await tab.save(wishes);
  await tab.viewed(id);
  expect(await stored(tablet)).toBe(1);
  await tab.lock();
  await tab.viewed(patient);
  expect(await stored(tablet)).toBe(1);
});
