import { randomUUID } from 'node:crypto';
import { type Actor, fileScopes, type Patch, scopesOf } from '@psa/domain';
import { digestOf } from '@psa/sync';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Desk, openDesk } from '../testing/desk.ts';
import { archiveDue, archiveWishes, hourAt } from './archive.ts';
import { Database } from './database.ts';

let desk: Desk;
let db: Database;
let doctor: Actor;

beforeAll(async () => {
  desk = await openDesk();
  db = new Database(desk.server);
  doctor = await desk.person('senior_registrar');
});

afterAll(() => desk.close());

const NOW = new Date().toISOString();
const TODAY = NOW.slice(0, 10);
const day = (days: number) => new Date(Date.parse(NOW) + days * 86_400_000).toISOString().slice(0, 10);

/** As if so many days had gone by: what was written until now is old. */
const night = (rowsMax?: number) =>
  archiveDue(db, {
    facility: desk.facility,
    since: new Date(Date.now() + 60_000),
    today: TODAY,
    ...(rowsMax !== undefined && { rowsMax }),
  });
const archived = async (): Promise<string[]> =>
  (await desk.sql.query<{ id: string }>('select patient_id as id from archived_patients order by archived_at')).rows.map(
    (r) => r.id,
  );

const note = (patient_id: string): { kind: string; patch: Patch } => ({
  kind: 'vital_signs',
  patch: { patient_id, observed_at: NOW, pulse: 80 },
});
const admission = (patient_id: string, more: Patch = {}): { kind: string; patch: Patch } => ({
  kind: 'patient_admissions',
  patch: {
    patient_id,
    admission_number: randomUUID(),
    admission_date: NOW,
    admission_type: 'Elective',
    status: 'Active',
    ...more,
  },
});
const ENDED = { status: 'Discharged', discharge_date: NOW };

describe('[S70] who goes to the archive', () => {
  const keeps: [string, (patient_id: string) => { kind: string; patch: Patch }][] = [
    ['a stay that is open', (p) => admission(p)],
    [
      'an appointment to come',
      (p) => ({
        kind: 'clinic_appointments',
        patch: { patient_id: p, clinic: 'Hand', appointment_date: day(20), status: 'Booked' },
      }),
    ],
    [
      'an order without a result',
      (p) => ({
        kind: 'lab_investigations',
        patch: { patient_id: p, investigation_type: 'Haematology', test_name: 'Haemoglobin', status: 'Ordered' },
      }),
    ],
    ['a task', (p) => ({ kind: 'tasks', patch: { patient_id: p, title: 'Call the family', status: 'Open' } })],
  ];

  test.each(keeps)('not with %s', async (_what, wish) => {
    const id = await desk.patient(doctor);
    await desk.done(doctor, wish(id));
    await night();
    expect(await archived()).not.toContain(id);
  });

  test('nor with an open conflict about what is theirs', async () => {
    const id = await desk.patient(doctor);
    const stay = await desk.done(doctor, admission(id, ENDED));
    await desk.sql.query(
      `insert into sync_conflicts (facility_id, scope, kind, record_id, op, fields, theirs, mine, group_rest, severity, status, mutation_id,
         device_id, author_id, written_at)
       values ($1, 'clinical', 'patient_admissions', $2, 'edit', '{bed_number}', '{}', '{}', '[]', 'low', 'Open', $3, 'd', $4, now())`,
      [desk.facility, stay, randomUUID(), doctor.user_id],
    );
    await night();
    expect(await archived()).not.toContain(id);
  });

  test('whoever has left, whose appointment is over, and about whom nobody wrote since', async () => {
    const [left, over, lately] = [await desk.patient(doctor), await desk.patient(doctor), await desk.patient(doctor)];
    await desk.done(doctor, admission(left, ENDED), note(left));
    await desk.done(doctor, bookedOnce(over));
    const since = new Date();
    await desk.done(doctor, note(lately));
    await archiveDue(db, { facility: desk.facility, since, today: TODAY });
    expect(await archived()).toEqual(expect.arrayContaining([left, over]));
    expect(await archived()).not.toContain(lately);
  });

  const bookedOnce = (patient_id: string) => ({
    kind: 'clinic_appointments',
    patch: { patient_id, clinic: 'Hand', appointment_date: day(-3), status: 'Booked' },
  });

  test('a night takes as many as it may, and the next goes on', async () => {
    await night();
    const waiting = [await desk.patient(doctor), await desk.patient(doctor), await desk.patient(doctor)];
    const here = async () => (await archived()).filter((id) => waiting.includes(id)).length;
    expect(await night(2)).toEqual({ patients: 2, rows: 2 });
    expect(await here()).toBe(2);
    expect(await night(2)).toEqual({ patients: 1, rows: 1 });
    expect(await night(2)).toEqual({ patients: 0, rows: 0 });
  });

  test('each hospital says after how long; its night is by its own clock', async () => {
    await desk.sql.query('update facilities set archive_after_days = 30 where id = $1', [desk.facility]);
    const now = new Date('2026-06-01T02:30:00Z');
    expect(await archiveWishes(db, now)).toEqual([
      { facility: desk.facility, since: new Date('2026-05-02T02:30:00Z'), hour: 3, today: '2026-06-01' },
    ]);
    expect(hourAt('Pacific/Auckland', now)).toEqual({ hour: 14, today: '2026-06-01' });
    expect(hourAt('America/New_York', now)).toEqual({ hour: 22, today: '2026-05-31' });
  });
});

describe('[S70, S71] the way there and back', () => {
  let id: string;
  let stay: string;
  const scopes = scopesOf('senior_registrar');
  const head = () => desk.store.head(desk.facility);
  const kindsIn = async (scope: string) =>
    (await desk.store.snapshot(desk.facility, scope)).kinds.flatMap(({ kind, rows }) =>
      rows.some((row) => row.id === id || row.patient_id === id) ? kind : [],
    );

  beforeAll(async () => {
    await night();
    id = await desk.patient(doctor);
    stay = await desk.done(doctor, admission(id, ENDED), note(id), {
      kind: 'patient_allergies',
      patch: { patient_id: id, assertion: 'Allergy', substance: 'Penicillin', status: 'Active' },
    });
    await desk.done(doctor, {
      kind: 'body_measurements',
      patch: { patient_id: id, measured_at: NOW, weight: 61, weight_basis: 'Measured' },
    });
  });

  test('[S73] all that is theirs goes in one commit; each row is told as gone from where it was', async () => {
    const before = await head();
    expect(await night()).toEqual({ patients: 1, rows: 5 });
    expect(await head()).toBe(before + 1);
    const page = await desk.store.pull(desk.facility, before, scopes, 100);
    expect(page.archived).toEqual([id]);
    expect(Object.keys(page.rows).sort()).toEqual(['patient_allergies', 'patients']);
    const left = page.gone.map(([kind, , op, version, scope]) => `${kind} ${op} ${version} ${scope}`).sort();
    expect(left).toEqual([
      'body_measurements X 1 medicines',
      'patient_admissions X 1 clinical',
      'patient_allergies X 1 identity',
      'patients X 1 identity',
      'vital_signs X 1 clinical',
    ]);
  });

  test('a snapshot, and the checksums, have each row in the one scope it lies in', async () => {
    expect(await kindsIn('clinical')).toEqual([]);
    expect(await kindsIn('identity')).toEqual([]);
    expect(await kindsIn('known')).toEqual(['patients', 'patient_allergies']);
    expect((await kindsIn(`clinical/${id}`)).sort()).toEqual(['patient_admissions', 'vital_signs']);
    expect(await kindsIn(`medicines/${id}`)).toEqual(['body_measurements']);
    const pages = await desk.store.snapshotPages(desk.facility, `clinical/${id}`, 500);
    expect(pages.pages.map(({ kind, count }) => `${kind} ${count}`).sort()).toEqual(['patient_admissions 1', 'vital_signs 1']);
    for (const held of [scopes, [...scopes, ...fileScopes(scopes, id)]]) {
      const counted = new Map<string, { row_version: number; id: string }[]>();
      for (const scope of held)
        for (const { kind, rows } of (await desk.store.snapshot(desk.facility, scope)).kinds)
          counted.set(kind, [...(counted.get(kind) ?? []), ...rows]);
      const own = Object.fromEntries([...counted].map(([kind, rows]) => [kind, digestOf(rows as never)]));
      expect((await desk.store.digest(desk.facility, held)).kinds).toEqual(own);
    }
  });

  test('the first write about them brings all of it back, in its own commit', async () => {
    const before = await head();
    await desk.done(doctor, note(id));
    expect(await head()).toBe(before + 1);
    expect(await archived()).not.toContain(id);
    const page = await desk.store.pull(desk.facility, before, [...scopes, ...fileScopes(scopes, id)], 100);
    expect(page.archived).toEqual([]);
    expect(Object.values(page.rows).flat()).toHaveLength(6);
    expect(page.gone.filter(([, , op]) => op === 'X')).toHaveLength(5);
    expect((await kindsIn('clinical')).sort()).toEqual(['patient_admissions', 'vital_signs']);
    expect(await kindsIn(`clinical/${id}`)).toEqual([]);
  });

  test('so does a retraction, and a conflict about what is theirs', async () => {
    await night();
    expect(await archived()).toContain(id);
    const before = await head();
    await desk.done(doctor, { kind: 'patient_admissions', id: stay, op: 'retract' });
    const page = await desk.store.pull(desk.facility, before, scopes, 100);
    expect(page.gone.filter(([, , op]) => op === 'D')).toEqual([['patient_admissions', stay, 'D', 2]]);
    expect(page.rows.patients).toMatchObject([{ id }]);
    await night();
    await desk.sql.query(
      `insert into sync_conflicts (facility_id, scope, kind, record_id, op, fields, theirs, mine, group_rest, severity, status, mutation_id,
         device_id, author_id, written_at)
       values ($1, 'identity', 'patients', $2, 'edit', '{phone}', '{}', '{}', '[]', 'low', 'Open', $3, 'd', $4, now())`,
      [desk.facility, id, randomUUID(), doctor.user_id],
    );
    expect(await archived()).not.toContain(id);
  });

  test('the server can move nobody of another hospital', async () => {
    const other = randomUUID();
    for (const text of ['select archive_begin($1)', 'select archive_patient($1, $1)'])
      await expect(db.of(desk.facility).query(text, [other])).rejects.toMatchObject({ code: '42501' });
    await expect(db.of(desk.facility).query('delete from archived_patients')).rejects.toMatchObject({ code: '42501' });
  });
});
