import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Hospital, one, openHospital, somebody } from '../testing/hospital.ts';

let h: Hospital;
let doctor: string;
beforeAll(async () => {
  h = await openHospital();
  doctor = await h.tokenOf('consultant');
  const put = (patch: object) => h.call('POST', '/api/sync/patients', { token: doctor, body: somebody({ ...patch }) });
  await put({ last_name: 'Ọkáfọ̀', first_name: 'Ngozi', phone: '+234 803 123 4567' });
  await put({ last_name: 'Okafo', first_name: 'Uche' });
});
afterAll(() => h.close());

const search = (query: string, token: string | undefined = doctor) =>
  h.call('GET', `/api/search/patients${query}`, { ...(token === undefined ? {} : { token }) });

test('whoever may read patients finds them by what is written through the API', async () => {
  const { status, body } = await search('?q=ngozi%20okafo&limit=5');
  expect([status, body]).toMatchObject([200, { patients: [{ last_name: 'Ọkáfọ̀' }], exact: 1, more: false }]);
  expect((await search('?q=okafo&limit=1')).body).toMatchObject({ exact: 1, more: true });
  expect((await search('?q=%2B2348031234567')).body).toMatchObject({ patients: [{ first_name: 'Ngozi' }] });
  for (const role of ['lab', 'super_admin'] as const) {
    expect((await search('?q=okafro', await h.tokenOf(role))).body).toMatchObject({ patients: [{}, {}], exact: 0 });
  }
  expect((await search('?q=')).body).toEqual({ patients: [], exact: 0, more: false });
});

test('a search is written down with the number of rows, and without what was typed', async () => {
  const marker = 'qqbesonders';
  await search(`?q=${marker}`);
  await search('?q=okafo');
  const { rows } = await h.pool.query(
    "select user_id, table_name, record_id, new_values from audit_logs where action = 'search' order by at, id",
  );
  expect(rows.map((r) => r.new_values.rows)).toContain(2);
  expect(rows.every((r) => r.user_id !== null && r.table_name === 'patients' && r.record_id === null)).toBe(true);
  const leaks = "select count(*) from audit_logs a where a::text like '%' || $1 || '%' or a::text like '%okafo%'";
  expect(await one<number>(h.pool, `${leaks} and action = 'search'`, [marker])).toBe(0);
});

test('what cannot be searched for is refused with the field', async () => {
  for (const [query, field] of [
    ['', 'q'],
    ['?q=a&q=b', 'q'],
    ['?q=%00', 'q'],
    [`?q=${'x'.repeat(101)}`, 'q'],
    [`?q=${'x'.repeat(10_000)}`, 'q'],
    ['?q=x&limit=0', 'limit'],
    ['?q=x&limit=51', 'limit'],
    ['?q=x&limit=1e1', 'limit'],
    ['?q=x&facility=1', 'facility'],
  ]) {
    const { status, body } = await search(query ?? '');
    expect([query?.slice(0, 20), status, body]).toMatchObject([
      query?.slice(0, 20),
      400,
      { code: 'INVALID', fields: { [field ?? '']: expect.any(String) } },
    ]);
  }
  expect((await h.call('GET', '/api/search/patients?q=okafo')).status).toBe(401);
});
