import { randomUUID } from 'node:crypto';
import net from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN, type Ask, type Hospital, one, openHospital, somebody, type Tablet } from '../testing/hospital.ts';

let h: Hospital;
let doctor: string;
let admin: string;
let tablet: Tablet;
beforeAll(async () => {
  h = await openHospital();
  doctor = await h.tokenOf('consultant');
  admin = await h.signIn(ADMIN);
  tablet = await h.tablet(await h.hire('consultant'));
});
afterAll(() => h.close());

/** What must be the same after any refusal: nothing may be partly written. */
const everything = () =>
  one<string>(
    h.pool,
    `select concat_ws('/', (select seq from sync_head limit 1), (select count(*) from patients), (select count(*) from users),
      (select count(*) from sync_mutation), (select count(*) from sync_quarantine), (select count(*) from devices))`,
  );

const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const lone = String.fromCharCode(0xd800);
const login = { email: ADMIN.email, password: ADMIN.password };

interface Case {
  name: string;
  path: string;
  ask: Ask;
  status: number;
  code: string;
  field?: string;
  method?: string;
  as?: 'doctor' | 'admin' | 'tablet';
}
const BODIES: readonly Case[] = [
  { name: 'no body', path: '/api/login', ask: {}, status: 400, code: 'BAD_REQUEST' },
  { name: 'broken JSON', path: '/api/login', ask: { raw: '{"email":' }, status: 400, code: 'BAD_REQUEST' },
  { name: 'a list', path: '/api/login', ask: { raw: '[]' }, status: 400, code: 'BAD_REQUEST' },
  { name: 'null', path: '/api/login', ask: { raw: 'null' }, status: 400, code: 'BAD_REQUEST' },
  { name: 'a number', path: '/api/login', ask: { raw: '1e999' }, status: 400, code: 'BAD_REQUEST' },
  {
    name: 'a form',
    path: '/api/login',
    ask: { raw: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    status: 400,
    code: 'BAD_REQUEST',
  },
  {
    name: 'no type',
    path: '/api/login',
    ask: { raw: '{}', headers: { 'content-type': 'text/plain' } },
    status: 400,
    code: 'BAD_REQUEST',
  },
  {
    name: 'bytes that are no UTF-8',
    path: '/api/login',
    ask: { raw: Buffer.from([0xff, 0xfe, 0x00]) },
    status: 400,
    code: 'BAD_REQUEST',
  },
  { name: 'very deep', path: '/api/login', ask: { raw: nested(200_000) }, status: 400, code: 'BAD_REQUEST' },
  {
    name: 'over a megabyte',
    path: '/api/login',
    ask: { raw: `{"email":"${'x'.repeat(1_100_000)}"}` },
    status: 413,
    code: 'TOO_LARGE',
  },
  { name: '__proto__', path: '/api/login', ask: { raw: '{"__proto__":{"admin":true}}' }, status: 400, code: 'BAD_REQUEST' },
  {
    name: 'constructor.prototype',
    path: '/api/login',
    ask: { raw: '{"constructor":{"prototype":{"a":1}}}' },
    status: 400,
    code: 'BAD_REQUEST',
  },
  {
    name: 'an unknown field',
    path: '/api/login',
    ask: { body: { ...login, admin: true } },
    status: 400,
    code: 'INVALID',
    field: 'admin',
  },
  {
    name: 'a missing password',
    path: '/api/login',
    ask: { body: { email: 'x' } },
    status: 400,
    code: 'INVALID',
    field: 'password',
  },
  {
    name: 'an object as password',
    path: '/api/login',
    ask: { body: { email: 'x', password: { $ne: null } } },
    status: 400,
    code: 'INVALID',
    field: 'password',
  },
  {
    name: 'NUL in the address',
    path: '/api/login',
    ask: { body: { email: 'a\0@b.c', password: 'x' } },
    status: 400,
    code: 'INVALID',
    field: 'email',
  },
  {
    name: 'half a character',
    path: '/api/login',
    ask: { raw: `{"email":"\\ud800","password":"x"}` },
    status: 400,
    code: 'INVALID',
    field: 'email',
  },
  {
    name: 'a device that is no id',
    path: '/api/login',
    ask: { body: { ...login, device: { id: 'x', name: 'x', schema: 1 } } },
    status: 400,
    code: 'INVALID',
    field: 'device.id',
  },
  {
    name: 'NUL in the name of the device',
    path: '/api/login',
    ask: { body: { ...login, device: { id: randomUUID(), name: '\0', schema: 1 } } },
    status: 400,
    code: 'INVALID',
    field: 'device.name',
  },
  {
    name: 'NUL in a name',
    path: '/api/sync/patients',
    as: 'doctor',
    ask: { body: somebody({ first_name: 'A\0' }) },
    status: 400,
    code: 'INVALID',
    field: 'first_name',
  },
  {
    name: 'NUL in a link by which other rows are looked up',
    path: '/api/sync/duty-roster',
    as: 'doctor',
    ask: { body: { user_id: '\0' } },
    status: 400,
    code: 'INVALID',
    field: 'user_id',
  },
  {
    name: 'half a character in a name',
    path: '/api/sync/patients',
    as: 'doctor',
    ask: { body: somebody({ first_name: lone }) },
    status: 400,
    code: 'INVALID',
    field: 'first_name',
  },
  {
    name: 'a number as a name',
    path: '/api/sync/patients',
    as: 'doctor',
    ask: { body: somebody({ first_name: 7 }) },
    status: 400,
    code: 'INVALID',
    field: 'first_name',
  },
  {
    name: 'an enum in another case',
    path: '/api/sync/patients',
    as: 'doctor',
    ask: { body: somebody({ gender: 'female' }) },
    status: 400,
    code: 'INVALID',
    field: 'gender',
  },
  {
    name: 'a day that is none',
    path: '/api/sync/patients',
    as: 'doctor',
    ask: { body: somebody({ date_of_birth: '1990-02-30' }) },
    status: 400,
    code: 'INVALID',
    field: 'date_of_birth',
  },
  {
    name: 'a required field as null',
    path: '/api/sync/patients',
    as: 'doctor',
    ask: { body: somebody({ last_name: null }) },
    status: 400,
    code: 'INVALID',
    field: 'last_name',
  },
  {
    name: 'a field nobody knows',
    path: '/api/sync/patients',
    as: 'doctor',
    ask: { body: somebody({ 'drop table': 'x' }) },
    status: 400,
    code: 'INVALID',
    field: 'drop table',
  },
  {
    name: 'toString as a field',
    path: '/api/sync/patients',
    as: 'doctor',
    ask: { body: somebody({ toString: 'x' }) },
    status: 400,
    code: 'INVALID',
    field: 'toString',
  },
  {
    name: 'a column of the server',
    path: '/api/sync/patients',
    as: 'doctor',
    ask: { body: somebody({ facility_id: randomUUID() }) },
    status: 400,
    code: 'INVALID',
    field: 'facility_id',
  },
  {
    name: 'an id that is none',
    path: '/api/sync/patients',
    as: 'doctor',
    ask: { body: somebody({ id: "1' or '1'='1" }) },
    status: 400,
    code: 'INVALID',
    field: 'id',
  },
  {
    name: 'a version that is none',
    method: 'PATCH',
    path: `/api/sync/patients/${randomUUID()}`,
    as: 'doctor',
    ask: { body: { city: 'x', row_version: 1.5 } },
    status: 400,
    code: 'INVALID',
    field: 'row_version',
  },
  {
    name: 'a text too long',
    path: '/api/sync/patients',
    as: 'doctor',
    ask: { body: somebody({ phone: '0'.repeat(21) }) },
    status: 400,
    code: 'INVALID',
    field: 'phone',
  },
  {
    name: 'yes as approval',
    method: 'PATCH',
    path: `/api/users/${randomUUID()}/approve`,
    as: 'admin',
    ask: { body: { is_approved: 'yes' } },
    status: 400,
    code: 'INVALID',
    field: 'is_approved',
  },
  {
    name: 'a push of nothing known',
    path: '/api/sync/push',
    as: 'tablet',
    ask: { body: { groups: [] } },
    status: 400,
    code: 'INVALID',
    field: 'device',
  },
  {
    name: 'a push with a deep list',
    path: '/api/sync/push',
    as: 'tablet',
    ask: { raw: `{"groups":${nested(100)}}` },
    status: 400,
    code: 'BAD_REQUEST',
  },
  {
    name: 'a pull from before the beginning',
    path: '/api/sync/pull',
    as: 'tablet',
    ask: { body: { cursor: -1 } },
    status: 400,
    code: 'INVALID',
    field: 'cursor',
  },
  {
    name: 'a snapshot of nothing',
    method: 'GET',
    path: '/api/sync/snapshot',
    as: 'tablet',
    ask: {},
    status: 400,
    code: 'INVALID',
    field: 'scope',
  },
  {
    name: 'a snapshot from a fraction',
    method: 'GET',
    path: `/api/sync/snapshot?device=${randomUUID()}&scope=ref&min_head=1.5`,
    as: 'tablet',
    ask: {},
    status: 400,
    code: 'INVALID',
    field: 'min_head',
  },
  {
    name: 'an id that is none in the path',
    method: 'GET',
    path: '/api/sync/patients/1%00',
    as: 'doctor',
    ask: {},
    status: 404,
    code: 'NOT_FOUND',
  },
  {
    name: 'a path that cannot be decoded',
    method: 'GET',
    path: '/api/sync/patients/%ff',
    as: 'doctor',
    ask: {},
    status: 400,
    code: 'BAD_REQUEST',
  },
  { name: 'an unknown path', method: 'GET', path: '/api/nothing', ask: {}, status: 404, code: 'NOT_FOUND' },
  { name: 'an unknown method', method: 'DELETE', path: '/api/login', ask: {}, status: 404, code: 'NOT_FOUND' },
];

const tokenFor = (as: Case['as']) =>
  as === 'doctor' ? doctor : as === 'admin' ? admin : as === 'tablet' ? tablet.token : undefined;

describe('what a client may send wrong', () => {
  test.each(BODIES)('$name → $status $code', async ({ path, ask, status, code, field, method, as }) => {
    const before = await everything();
    const answer = await h.call(method ?? 'POST', path, { ...ask, token: tokenFor(as) });
    expect({ status: answer.status, body: answer.body }).toMatchObject({
      status,
      body: { code, error: expect.any(String), fields: expect.any(Object) },
    });
    if (field !== undefined) {
      const { fields } = answer.body as { fields: Record<string, string> };
      expect(Object.hasOwn(fields, field), Object.keys(fields).join()).toBe(true);
    }
    expect(answer.text).not.toMatch(/\bat .+:\d+:\d+|node_modules|select |insert /i);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await everything()).toBe(before);
  });

  test('a line that is no HTTP is ended', async () => {
    const { port, hostname } = new URL(h.base);
    const said = await new Promise<string>((resolve, reject) => {
      const socket = net.connect(Number(port), hostname, () => socket.end('NONSENSE\0\r\n\r\n'));
      let text = '';
      socket.on('data', (part) => {
        text += part.toString();
      });
      socket.on('close', () => resolve(text));
      socket.on('error', reject);
    });
    expect(said).toMatch(/^HTTP\/1\.1 400/);
    expect(said).not.toContain('    at ');
  });
});
