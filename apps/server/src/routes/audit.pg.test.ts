import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Look, TrailEntry } from '../audit/trail.ts';
import { verifyAudit } from '../audit/verify.ts';
import { auditOnly } from '../db/effects.ts';
import { ADMIN, type Hospital, one, openHospital, somebody } from '../testing/hospital.ts';

let h: Hospital;
let admin: string;
let doctor: string;

beforeAll(async () => {
  h = await openHospital();
  admin = await h.signIn(ADMIN);
  doctor = await h.tokenOf('consultant');
});
afterAll(() => h.close());

const get = (path: string, token = admin) => h.call('GET', `/api/${path}`, { token });

async function newPatient(): Promise<string> {
  const { body, text } = await h.call('POST', '/api/sync/patients', { token: doctor, body: somebody() });
  const { patient } = body as { patient?: { id: string } };
  if (!patient) throw new Error(text);
  return patient.id;
}

type Found = { entries: TrailEntry[]; next_cursor: string | null };
async function search(query: string, token = admin): Promise<Found> {
  const { status, body, text } = await get(`audit?${query}`, token);
  if (status !== 200) throw new Error(text);
  return body as Found;
}

async function looks(patient: string, token = doctor): Promise<Look[]> {
  const { body, text } = await get(`audit/patients/${patient}`, token);
  const found = body as { looks?: Look[] };
  if (!found.looks) throw new Error(text);
  return found.looks;
}

describe('a search of the trail', () => {
  test('is for the administrator alone, and is an entry itself', async () => {
    for (const role of ['consultant', 'nursing', 'lab', 'pharmacy'] as const) {
      expect((await get('audit', await h.tokenOf(role))).status).toBe(403);
    }
    expect((await h.call('GET', '/api/audit')).status).toBe(401);
    const record = randomUUID();
    expect((await search(`record_id=${record}`)).entries).toEqual([]);
    expect((await search('action=audit')).entries[0]).toMatchObject({
      table_name: 'audit_logs',
      new_values: { record_id: record, rows: 0 },
    });
  });

  test('finds by person, record, row, action and time, newest first, page after page', async () => {
    const id = await newPatient();
    for (let i = 1; i <= 5; i++) {
      await h.call('PATCH', `/api/sync/patients/${id}`, { token: doctor, body: { phone: `080${i}` } });
    }
    const { entries } = await search(`record_id=${id}`);
    expect(entries.map((e) => e.action)).toEqual(['edit', 'edit', 'edit', 'edit', 'edit', 'create']);
    const [last] = entries;
    expect(last).toMatchObject({
      user_role: 'consultant',
      user_name: 'A consultant',
      table_name: 'patients',
      fields: ['phone'],
      old_values: { phone: '0804' },
      new_values: { phone: '0805' },
      hidden: false,
      ip_address: '127.0.0.1',
    });
    expect(last?.hash).toMatch(/^[0-9a-f]{64}$/);
    const ns = (found: Found) => found.entries.map((e) => e.n);
    const pages: number[][] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: Found = await search(`record_id=${id}&limit=4${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
      pages.push(ns(page));
      cursor = page.next_cursor;
    }
    expect(pages.map((p) => p.length)).toEqual([4, 2]);
    expect(pages.flat()).toEqual(entries.map((e) => e.n));
    const also = `record_id=${id}&user_id=${last?.user_id}&table_name=patients&action=edit`;
    expect(ns(await search(also))).toEqual(entries.slice(0, 5).map((e) => e.n));
    expect((await search(`record_id=${id}&user_id=${randomUUID()}`)).entries).toEqual([]);
    const times = entries.map((e) => e.at);
    const middle = entries[3]?.at ?? '';
    expect(ns(await search(`record_id=${id}&from=${middle}`))).toEqual(
      entries.filter((_, i) => (times[i] ?? '') >= middle).map((e) => e.n),
    );
    expect(ns(await search(`record_id=${id}&to=${middle}`))).toEqual(
      entries.filter((_, i) => (times[i] ?? '') < middle).map((e) => e.n),
    );
  });

  test('entries of one moment are told apart between pages', async () => {
    const record = randomUUID();
    const at = new Date().toISOString();
    const entry = { action: 'look', user_id: null, table_name: 'x', record_id: record, old_values: null, new_values: null };
    const rest = { device_id: null, mutation_id: null, ip_address: null, user_agent: null, at };
    const step = auditOnly(
      h.facility,
      Array.from({ length: 7 }, () => ({ ...entry, ...rest })),
    );
    await h.pool.query({ text: step.sql.text, values: step.values });
    const first = await search(`record_id=${record}&limit=3`);
    const second = await search(`record_id=${record}&limit=200&cursor=${encodeURIComponent(first.next_cursor ?? '')}`);
    const all = [...first.entries, ...second.entries].map((e) => e.n);
    expect(all).toHaveLength(7);
    expect(all).toEqual([...new Set(all)].sort((a, b) => b - a));
  });

  test('shows values only of what the reader may read; of the rest who, what, when and which fields', async () => {
    const id = await newPatient();
    const made = await h.call('POST', '/api/sync/patient-admissions', {
      token: doctor,
      body: {
        patient_id: id,
        admission_number: `A-${id.slice(-8)}`,
        admission_date: '2026-11-20T10:00:00.000Z',
        admission_type: 'Emergency',
        status: 'Active',
        presenting_complaint: 'Burn of the hand',
      },
    });
    expect([made.status, made.text]).toEqual([201, expect.any(String)]);
    const [entry] = (await search('table_name=patient_admissions&action=create')).entries;
    expect(entry).toMatchObject({ hidden: true, old_values: null, new_values: null, user_role: 'consultant' });
    expect(entry?.fields).toContain('presenting_complaint');
    expect((await get('audit?table_name=patient_admissions')).text).not.toContain('Burn of the hand');
    // What the administrator may read is shown.
    expect((await search(`record_id=${id}&action=create`)).entries[0]?.new_values).toMatchObject({ first_name: 'Ada' });
  });

  test('has no other door', async () => {
    expect((await get('sync/audit-logs')).status).toBe(404);
    expect((await get(`sync/audit-logs/${randomUUID()}`)).status).toBe(404);
  });

  test.each([
    ['user_id=x', 'user_id'],
    ['from=yesterday', 'from'],
    ['limit=0', 'limit'],
    ['limit=201', 'limit'],
    ['cursor=abc', 'cursor'],
    [`cursor=${encodeURIComponent('2026-99-99T00:00:00.000Z~1')}`, 'cursor'],
    ['who=me', 'who'],
  ])('refuses %s by name', async (query, field) => {
    const { status, body } = await get(`audit?${query}`);
    expect(status).toBe(400);
    expect(Object.keys((body as { fields: object }).fields)).toEqual([field]);
  });
});

describe('who has looked at a patient', () => {
  test('names readings of the patient and of what belongs to it, without values', async () => {
    const id = await newPatient();
    const nurse = await h.tokenOf('nursing');
    await get(`sync/patients/${id}`, nurse);
    await get(`sync/patient-allergies?patient_id=${id}`, doctor);
    const allergy = await h.call('POST', '/api/sync/patient-allergies', {
      token: doctor,
      body: { patient_id: id, assertion: 'Allergy', substance: 'latex', status: 'Active' },
    });
    const { patient_allergy } = allergy.body as { patient_allergy: { id: string } };
    await get(`sync/patient-allergies/${patient_allergy.id}`, nurse);
    const found = await looks(id);
    expect(found.map((l) => [l.user_role, l.action, l.table_name])).toEqual([
      ['nursing', 'read', 'patient_allergies'],
      ['consultant', 'list', 'patient_allergies'],
      ['nursing', 'read', 'patients'],
    ]);
    expect(Object.keys(found[0] ?? {}).sort()).toEqual(
      ['action', 'at', 'device_name', 'n', 'table_name', 'user_id', 'user_name', 'user_role'].sort(),
    );
    // That somebody asked who looked is in the trail, but is no look at the record.
    expect((await search(`record_id=${id}&action=audit`)).entries).toHaveLength(1);
    expect(await looks(id)).toHaveLength(3);
  });

  test('names whoever was shown a prescription by posting it again, and the checklist of an operation', async () => {
    const id = await newPatient();
    const made = async (path: string, key: string, body: object) => {
      const answer = await h.call('POST', `/api/sync/${path}`, { token: doctor, body });
      expect(answer.status, answer.text).toBe(201);
      return (answer.body as Record<string, { id: string }>)[key]?.id ?? '';
    };
    const item = { id: randomUUID(), medication_name: 'Ceftriaxone', dosage: '1 g', route: 'IV', frequency: 'once daily' };
    const prescription = { id: randomUUID(), patient_id: id };
    await made('prescriptions', 'prescription', { prescription, items: [item] });
    const surgery = { patient_id: id, procedure_name: 'Graft', scheduled_date: '2026-12-03', scheduled_time: '09:00' };
    const booking = await made('surgeries', 'surgery', surgery);
    const pharmacy = await h.tokenOf('pharmacy');
    const again = { prescription: { id: prescription.id }, items: [{ id: item.id }] };
    expect((await h.call('POST', '/api/sync/prescriptions', { token: pharmacy, body: again })).status).toBe(201);
    // There is none yet: only that somebody asked is known.
    expect((await get(`sync/surgical-checklists/${booking}`, doctor)).body).toEqual({ checklist: null });
    await made('surgical-checklists', 'checklist', { surgery_booking_id: booking });
    expect((await get(`sync/surgical-checklists/${booking}`, doctor)).body).toMatchObject({ checklist: { patient_id: id } });
    expect((await looks(id)).map((l) => [l.user_role, l.action, l.table_name])).toEqual([
      ['consultant', 'read', 'surgical_checklists'],
      ['pharmacy', 'read', 'prescriptions'],
    ]);
    expect((await search('table_name=surgical_checklists&action=list')).entries).toMatchObject([
      { new_values: { surgery_booking_id: booking, rows: 0 } },
    ]);
  });

  test('has what a tablet tells later, with its own time and name', async () => {
    const id = await newPatient();
    const nurse = await h.hire('nursing');
    const tablet = await h.tablet(nurse);
    const patch = { patient_id: id, viewed_at: '2026-11-20T03:12:00.000Z' };
    const { reply } = await h.push(tablet, [h.sealed(tablet, 1, [{ kind: 'record_views', id: randomUUID(), patch }])]);
    expect(reply.groups[0]?.results).toEqual([expect.objectContaining({ status: 'applied' })]);
    expect(await looks(id)).toMatchObject([
      { at: '2026-11-20T03:12:00.000Z', user_id: nurse.id, action: 'read', table_name: 'patients', device_name: 'A tablet' },
    ]);
    // Nothing of it travels to a device.
    expect((await h.pull(tablet)).text).not.toContain('record_views');
  });

  test('that a device fetched a copy is told once for each part of it', async () => {
    const nurse = await h.hire('nursing');
    const { device, token } = await h.tablet(nurse);
    expect((await h.call('GET', `/api/sync/snapshot?device=${device}&scope=identity&min_head=0`, { token })).status).toBe(200);
    expect((await search(`action=copy&user_id=${nurse.id}`)).entries).toMatchObject([
      { device_id: device, device_name: 'A tablet', new_values: { scope: 'identity' } },
    ]);
  });

  test('is not for other hospitals and names nothing that is not there', async () => {
    const far = randomUUID();
    await h.pool.query(
      `insert into facilities (id, facility_id, name, short_name, country, time_zone) values ($1, $1, 'Far', 'F', 'Nigeria', 'Africa/Lagos')`,
      [far],
    );
    const there = randomUUID();
    await h.pool.query(
      `insert into patients (id, facility_id, hospital_number, first_name, last_name, gender, date_of_birth_precision)
       values ($1, $2, 'X1', 'A', 'B', 'Female', 'Unknown')`,
      [there, far],
    );
    for (const id of [there, randomUUID()]) expect((await get(`audit/patients/${id}`, doctor)).status).toBe(404);
    expect((await get('audit/patients/x', doctor)).status).toBe(404);
  });
});

describe('a long trail', () => {
  test('is searched by an index, whatever is asked', async () => {
    // A hundred thousand entries of another facility, made without the chain: only how they are found matters.
    await h.pool.query(`
      begin;
      alter table audit_logs disable trigger user;
      insert into audit_logs (facility_id, action, table_name, record_id, at, n, prev_hash, entry_hash)
        select '${h.facility}', case when i % 1000 = 0 then 'login' else 'read' end, case when i % 5000 = 0 then 'wards' else 'patients' end,
          (i % 900)::text, now() + i * interval '1 millisecond', 10000000 + i, '', '' from generate_series(1, 100000) i;
      alter table audit_logs enable trigger user;
      commit;
      analyze audit_logs`);
    const client = await h.pool.connect();
    const plan = async (where: string) => {
      const { rows } = await client.query(
        `explain (analyze, buffers, format json) select * from audit_logs a where a.facility_id = $1 and ${where} order by a.at desc, a.n desc limit 51`,
        [h.facility],
      );
      const top = rows[0]['QUERY PLAN'][0].Plan as Record<string, number>;
      return (top['Shared Hit Blocks'] ?? 0) + (top['Shared Read Blocks'] ?? 0);
    };
    const table = await one<number>(
      h.pool,
      `select sum(pg_relation_size(inhrelid) / 8192)::int from pg_inherits where inhparent = 'audit_logs'::regclass`,
    );
    for (const where of [
      'true',
      "action = 'login'",
      "table_name = 'wards'",
      "record_id = '17'",
      `user_id = '${h.admin}'`,
      "action = 'read' and table_name = 'patients'",
      "at < now() + interval '20 seconds'",
    ]) {
      expect(await plan(where), where).toBeLessThan(table / 4);
    }
    client.release();
  });
});

test('the trail of a day of work is whole', async () => {
  const fresh = await openHospital();
  try {
    const token = await fresh.tokenOf('consultant');
    const ids = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const { body } = await fresh.call('POST', '/api/sync/patients', { token, body: somebody() });
        return (body as { patient: { id: string } }).patient.id;
      }),
    );
    await Promise.all(ids.flatMap((id) => [1, 2, 3].map(() => fresh.call('GET', `/api/sync/patients/${id}`, { token }))));
    const [report] = await verifyAudit(fresh.pool);
    expect(report?.findings).toEqual([]);
    expect(report?.entries).toBe(await one(fresh.pool, 'select count(*)::int from audit_logs'));
    expect(report?.entries).toBeGreaterThan(80);
  } finally {
    await fresh.close();
  }
});
