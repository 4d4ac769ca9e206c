import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeAll } from '../db/write.ts';
import { type Hospital, openHospital, somebody } from '../testing/hospital.ts';

let h: Hospital;
let token: string;
beforeAll(async () => {
  h = await openHospital();
  token = await h.tokenOf('consultant');
});
afterAll(() => h.close());

const post = (path: string, body: object) => h.call('POST', `/api/sync/${path}`, { token, body });
const get = (path: string) => h.call('GET', `/api/sync/${path}`, { token });
const patch = (path: string, body: object) => h.call('PATCH', `/api/sync/${path}`, { token, body });

interface Patient {
  id: string;
  row_version: number;
  [field: string]: unknown;
}
async function newPatient(change = {}): Promise<Patient> {
  const made = await post('patients', somebody(change));
  expect(made.status, made.text).toBe(201);
  return (made.body as { patient: Patient }).patient;
}

describe('lists', () => {
  test('are cut into pages without a gap or a double', async () => {
    const city = `City ${randomUUID()}`;
    const last_name = `N${randomUUID().slice(0, 8)}`;
    const ids = new Set<string>();
    for (let i = 0; i < 5; i++) ids.add((await newPatient({ city, last_name })).id);
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body } = await get(`patients?last_name=${last_name}&limit=2${cursor ? `&cursor=${cursor}` : ''}`);
      const page = body as { patients: Patient[]; next_cursor: string | null };
      expect(page.patients.length).toBeLessThanOrEqual(2);
      seen.push(...page.patients.map((p) => p.id));
      cursor = page.next_cursor;
    }
    expect(seen).toHaveLength(5);
    expect(new Set(seen)).toEqual(ids);
    expect(seen).toEqual([...seen].sort().reverse());
  });

  test('[D19] since tells retractions too', async () => {
    const { id } = await newPatient();
    const since = String(((await get(`patients/${id}`)).body as Patient).updated_at);
    await h.call('DELETE', `/api/sync/patients/${id}`, { token });
    const { body } = await get(`patients?since=${since}`);
    expect((body as { patients: Patient[] }).patients).toContainEqual(expect.objectContaining({ id, deleted: true }));
    expect((await get('patients')).text).not.toContain(id);
  });

  interface Page {
    patients: Patient[];
    next_cursor: string | null;
    next_since: string;
  }
  const page = async (query: string) => {
    const answer = await get(`patients?${query}`);
    expect(answer.status, answer.text).toBe(200);
    return answer.body as Page;
  };

  test('next_since tells every change after it, retractions included, in the order of commits', async () => {
    const [kept, gone] = [await newPatient(), await newPatient()];
    const { next_since } = await page('limit=1');
    expect(await page(`since=${next_since}`)).toEqual({ patients: [], next_cursor: null, next_since });
    await h.call('DELETE', `/api/sync/patients/${gone.id}`, { token });
    const made = await newPatient();
    await patch(`patients/${kept.id}`, { city: 'Awka' });
    const news = await page(`since=${next_since}`);
    expect(news.patients.map(({ id, deleted }) => [id, deleted])).toEqual([
      [gone.id, true],
      [made.id, false],
      [kept.id, false],
    ]);
    expect(await page(`since=${news.next_since}`)).toMatchObject({ patients: [], next_since: news.next_since });
  });

  test('changes come in pages that never end inside a commit', async () => {
    const { next_since } = await page('limit=1');
    const last_name = `N${randomUUID().slice(0, 8)}`;
    const actor = { user_id: h.admin, facility_id: h.facility, role: 'super_admin' as const };
    const commit = (rows: number) =>
      writeAll(
        h.writer,
        { actor, origin: 'server' },
        Array.from({ length: rows }, () => ({
          kind: 'patients',
          id: h.writer.newId(),
          op: 'create' as const,
          patch: somebody({ last_name }),
        })),
      );
    for (const rows of [1, 3, 1]) await commit(rows);
    await newPatient();
    const sizes: number[] = [];
    let [since, cursor]: [string, string | null] = [next_since, ''];
    while (cursor !== null) {
      const got = await page(`since=${since}&last_name=${last_name}&limit=2${cursor ? `&cursor=${cursor}` : ''}`);
      sizes.push(got.patients.length);
      [since, cursor] = [next_since, got.next_cursor];
    }
    // The second page would end within the commit of three; the limit gives way.
    expect(sizes).toEqual([4, 1]);
  });

  test('[D19] a change that commits late is not skipped', async () => {
    const early = await newPatient();
    const late = await h.pool.connect();
    try {
      await late.query('begin');
      await late.query("update patients set city = 'Late' where id = $1", [early.id]);
      const between = await newPatient();
      const { next_since } = await page('limit=1');
      await late.query('commit');
      expect((await page(`since=${next_since}`)).patients.map(({ id }) => id)).toEqual([early.id]);
      const moment = await page(`since=${String(between.updated_at)}&limit=500`);
      expect(moment.patients.map(({ id }) => id)).toContain(early.id);
    } finally {
      late.release();
    }
  });

  test('what a list is followed by is what its first page could see', async () => {
    for (let i = 0; i < 3; i++) await newPatient();
    const first = await page('limit=2');
    const { id } = await newPatient();
    const second = await page(`limit=2&cursor=${first.next_cursor}`);
    expect(second.next_since).toBe(first.next_since);
    expect((await page(`since=${second.next_since}`)).patients.map((p) => p.id)).toEqual([id]);
  });

  test('numbers of another life of the server are told from ours', async () => {
    const { next_since } = await page('limit=1');
    const [seq] = next_since.split('.');
    for (const token of [`${seq}.${randomUUID()}`, next_since.replace(String(seq), '999999')]) {
      const answer = await get(`patients?since=${token}`);
      expect([answer.status, (answer.body as { code: string }).code]).toEqual([409, 'EPOCH_CHANGED']);
    }
  });

  test('of one patient are filtered by the link', async () => {
    const [one, other] = [await newPatient(), await newPatient()];
    for (const { id } of [one, other])
      await post('patient-allergies', { patient_id: id, assertion: 'Allergy', substance: 'Latex', status: 'Active' });
    const { body } = await get(`patient-allergies?patient_id=${one.id}&status=Active`);
    expect((body as { patient_allergies: Patient[] }).patient_allergies.map((r) => r.patient_id)).toEqual([one.id]);
  });

  test.each([
    'limit=0',
    'limit=501',
    'limit=x',
    'cursor=x',
    'since=yesterday',
    'since=2026-13-01',
    'since=2026-02-30',
    'city=x',
    'limit=1&limit=2',
    'constructor=x',
    '__proto__=x',
    'gender=male',
  ])('?%s is refused beside its name', async (query) => {
    const { status, body } = await get(`patients?${query}`);
    expect({ status, body }).toMatchObject({ status: 400, body: { code: 'INVALID', fields: expect.any(Object) } });
  });

  test('long answers travel compressed when the client can read it', async () => {
    for (let i = 0; i < 4; i++) await newPatient({ address: 'x'.repeat(400) });
    const response = await fetch(`${h.base}/api/sync/patients`, { headers: { authorization: `Bearer ${token}` } });
    expect(response.headers.get('content-encoding')).toBe('gzip');
    expect(await response.json()).toMatchObject({ patients: expect.any(Array) });
    const page = await h.pull(await h.tablet(await h.hire('consultant')));
    expect(page.headers.get('content-encoding')).toBe('gzip');
    expect(page.body).toHaveProperty('rows.patients');
    const plain = await h.call('GET', '/api/sync/patients', { token, headers: { 'accept-encoding': 'identity' } });
    expect(plain.headers.get('content-encoding')).toBeNull();
  });
});
