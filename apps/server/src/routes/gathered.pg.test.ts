import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Hospital, openHospital, somebody } from '../testing/hospital.ts';

let h: Hospital;
let token: string;
beforeAll(async () => {
  h = await openHospital();
  token = await h.tokenOf('consultant');
});
afterAll(() => h.close());

const read = (kind: string, id: string, as = token) => h.call('GET', `/api/sync/${kind}/${id}`, { token: as });

async function newPatient(): Promise<string> {
  const made = await h.call('POST', '/api/sync/patients', { token, body: somebody() });
  expect(made.status, made.text).toBe(201);
  return (made.body as { patient: { id: string } }).patient.id;
}

/** A patient of another hospital. */
async function stranger(): Promise<string> {
  const [facility, id] = [randomUUID(), randomUUID()];
  await h.pool.query(
    `insert into facilities (id, facility_id, name, short_name, country, time_zone) values ($1, $1, 'O', 'O', 'Nigeria', 'Africa/Lagos')`,
    [facility],
  );
  await h.pool.query(
    `insert into patients (id, facility_id, hospital_number, first_name, last_name, gender, date_of_birth, date_of_birth_precision)
     values ($1, $2, 'O/1', 'A', 'B', 'Female', '1990-01-01', 'Exact')`,
    [id, facility],
  );
  return id;
}

test('readings at once give everyone their own row: not what is missing, retracted or of another hospital; each is written down', async () => {
  const there = await Promise.all(Array.from({ length: 20 }, newPatient));
  const retracted = await newPatient();
  await h.call('DELETE', `/api/sync/patients/${retracted}`, { token });
  const away = [retracted, randomUUID(), await stranger(), 'no-id'];
  const asked = [...there, ...away, ...there];
  const answers = await Promise.all(asked.map((id) => read('patients', id)));
  expect(answers.map(({ status, body }) => [status, (body as { id?: string }).id])).toEqual(
    asked.map((id) => (away.includes(id) ? [404, undefined] : [200, id])),
  );
  const { rows } = await h.pool.query<{ id: string; n: number }>(
    `select record_id as id, count(*)::int as n from audit_logs where action = 'read' and record_id = any($1::text[]) group by 1`,
    [asked],
  );
  expect(new Map(rows.map(({ id, n }) => [id, n]))).toEqual(new Map(there.map((id) => [id, 2])));
});

test('who may see a row is asked of each reader, though they share a statement', async () => {
  const [one, other] = await Promise.all([h.hire('nursing'), h.hire('pharmacy')]);
  const id = randomUUID();
  await h.pool.query(
    `insert into notifications (id, facility_id, user_id, kind, message) values ($1, $2, $3, 'Other', 'For one person')`,
    [id, h.facility, one.id],
  );
  const [own, others] = [await h.signIn(one), await h.signIn(other)];
  const asked = [others, own, others, own];
  const answers = await Promise.all(asked.map((as) => read('notifications', id, as)));
  expect(answers.map(({ status }) => status)).toEqual([404, 200, 404, 200]);
});

test('a reading sees what was written before it was asked for', async () => {
  const id = await newPatient();
  const city = () => `City ${randomUUID()}`;
  const rounds = await Promise.all(
    Array.from({ length: 5 }, async () => {
      const mine = await newPatient();
      const wished = city();
      // Others read all the while.
      const [changed] = await Promise.all([
        h.call('PATCH', `/api/sync/patients/${mine}`, { token, body: { city: wished } }),
        ...Array.from({ length: 10 }, () => read('patients', id)),
      ]);
      expect(changed?.status, changed?.text).toBe(200);
      const [after] = await Promise.all([read('patients', mine), read('patients', id)]);
      const found = after?.body as { city?: unknown } | undefined;
      return [found?.city, wished];
    }),
  );
  for (const [found, wished] of rounds) expect(found).toBe(wished);
});
