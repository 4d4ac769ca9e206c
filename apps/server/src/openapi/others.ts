import { type ProblemCode, RECORDS, type RecordDef, ROLES } from '@psa/domain';
import { loginRequestSchema, pullRequestSchema, pushRequestSchema, registerRequestSchema } from '@psa/sync';
import { LISTED_FOR } from '../routes/users.ts';
import type { Operation, Parameter } from './operation.ts';
import { flag, from, ID, list, MOMENT, object, orNull, ref, rowSchema, type Schema, text, whole } from './schema.ts';
import { secondAsked } from './signing-in.ts';

const users = RECORDS.users as unknown as RecordDef;
const user = rowSchema(users).properties as Record<string, Schema>;
const message: Operation['done'] = { status: 200, schema: ref('Message') };
const ADMIN = ['super_admin'] as const;
const userId: Parameter = { name: 'id', in: 'path', about: 'The id of the person.', schema: ID };

/** The same operation under two paths. */
const both = (op: Operation, second: string): Operation[] => [op, { ...op, path: second }];

const login: Operation = {
  method: 'post',
  path: '/api/login',
  tag: 'Signing in',
  summary: 'Sign in',
  about:
    'The token goes into the header `Authorization: Bearer …` of later requests. A browser that keeps a copy names itself as `device`.',
  who: 'anybody',
  body: from(loginRequestSchema),
  done: {
    status: 200,
    schema: object(
      {
        token: text(),
        expires_at: MOMENT,
        message: text(),
        user: ref('User'),
        device: object({
          id: ID,
          state: text({ enum: ['active', 'drain', 'revoked'] }),
          epoch: ID,
          lease_hours: whole(),
          scopes: list(text()),
          keys: object({ outbox: text(), author: text(), scopes: { type: 'object', additionalProperties: text() } }),
        }),
      },
      ['device'],
    ),
  },
  problems: [
    'INVALID',
    'WRONG_CODE',
    'AWAITING_APPROVAL',
    'ACCOUNT_CLOSED',
    'NOT_YOURS',
    'LOCKED_OUT',
    'TOO_MANY',
    'DEVICE_REVOKED',
  ],
  also: {
    401: {
      about: 'BAD_CREDENTIALS; SECOND_FACTOR with what this person can show, to be sent as `second`.',
      schema: secondAsked,
    },
  },
};

const register: Operation = {
  method: 'post',
  path: '/api/register',
  tag: 'Signing in',
  summary: 'Ask for an account',
  about: 'An administrator approves it. The answer is the same when the e-mail is known.',
  who: 'anybody',
  body: from(registerRequestSchema),
  done: {
    status: 201,
    schema: object({
      user: object(
        {
          email: text(),
          full_name: text(),
          role: text({ enum: [...ROLES] }),
          department: orNull(text()),
          specialization: orNull(text()),
          license_number: orNull(text()),
          phone: orNull(text()),
          is_approved: flag(),
        },
        ['department', 'specialization', 'license_number', 'phone'],
      ),
      message: text(),
    }),
  },
  problems: ['INVALID', 'NOT_YOURS', 'TOO_MANY'],
};

const account: Operation[] = [
  ...both(login, '/api/auth/login'),
  ...both(register, '/api/auth/register'),
  ...both(
    {
      method: 'post',
      path: '/api/logout',
      tag: 'Signing in',
      summary: 'End this session',
      who: 'signed in',
      done: message,
      problems: [],
    },
    '/api/auth/logout',
  ),
  ...both(
    {
      method: 'get',
      path: '/api/user',
      tag: 'Signing in',
      summary: 'Who I am',
      who: 'signed in',
      done: { status: 200, schema: object({ user: ref('User') }) },
      problems: [],
    },
    '/api/auth/me',
  ),
  {
    method: 'post',
    path: '/api/user/password',
    tag: 'Signing in',
    summary: 'Change my password',
    about: 'The other sessions end.',
    who: 'signed in',
    body: object({ old_password: text({ maxLength: 200 }), new_password: text({ maxLength: 200 }) }),
    done: message,
    problems: ['INVALID', 'LOCKED_OUT', 'TOO_MANY'],
  },
];

const people: Operation[] = [
  {
    method: 'get',
    path: '/api/users',
    tag: 'Accounts',
    summary: 'All accounts',
    who: LISTED_FOR,
    done: { status: 200, schema: list(ref('User')) },
    problems: [],
  },
  ...(['approve', 'status'] as const).map((what): Operation => {
    const field = what === 'approve' ? 'is_approved' : 'is_active';
    return {
      method: 'patch',
      path: `/api/users/{id}/${what}`,
      tag: 'Accounts',
      summary: what === 'approve' ? 'Approve an account' : 'Open or close an account',
      about: 'Whoever loses access is out at once. The last administrator stays.',
      who: ADMIN,
      parameters: [userId],
      body: object({ [field]: flag(user[field]) }),
      done: message,
      problems: ['INVALID', 'NOT_FOUND', 'LAST_ADMIN', 'CONFLICT', 'CONSTRAINT', 'NOT_YOURS'],
    };
  }),
];

const rows: Schema = { type: 'object', additionalProperties: { type: 'array', items: { type: 'object' } } };
const digest: Schema = { type: 'object', additionalProperties: object({ count: whole(), sum: whole() }) };
const result = object(
  {
    mid: ID,
    status: text({ enum: ['applied', 'merged', 'conflict', 'deferred', 'refused'] }),
    version: whole(),
    conflict_id: ID,
    code: text(),
    say: text(),
    fields: { type: 'object', additionalProperties: text() },
  },
  ['version', 'conflict_id', 'code', 'say', 'fields'],
);
/** The answer to groups that were sent, one by one. */
export const pushedGroups = list(object({ cseq: whole(), group: orNull(ID), results: list(result) }));
/** A session that was opened without a device cannot sync. */
const DEVICE: readonly ProblemCode[] = ['INVALID', 'NOT_YOURS'];

const sync: Operation[] = [
  {
    method: 'post',
    path: '/api/sync/push',
    tag: 'Devices',
    summary: 'Send what was saved on a device',
    about: 'docs/sync.md, S20 to S31. Each group is answered by itself.',
    who: 'signed in',
    body: from(pushRequestSchema),
    done: {
      status: 200,
      schema: object({
        epoch: ID,
        server_time: MOMENT,
        head: whole(),
        groups: pushedGroups,
      }),
    },
    problems: [...DEVICE, 'EPOCH_CHANGED'],
  },
  {
    method: 'post',
    path: '/api/sync/pull',
    tag: 'Devices',
    summary: 'Changes after a cursor',
    about: 'docs/sync.md, S42 to S48 and S70 to S73.',
    who: 'signed in',
    body: from(pullRequestSchema),
    done: {
      status: 200,
      schema: object(
        {
          epoch: ID,
          restored_to: orNull(MOMENT),
          server_time: MOMENT,
          rows,
          gone: list({
            type: 'array',
            prefixItems: [text(), ID, text({ enum: ['D', 'X'] }), whole(), text()],
            minItems: 4,
            items: false,
          }),
          archived: list(ID),
          next: whole(),
          more: flag(),
          granted: list(text()),
          revoked: list(text()),
          device_state: text({ enum: ['active', 'drain', 'revoked'] }),
          digest,
        },
        ['archived', 'digest'],
      ),
    },
    problems: [...DEVICE, 'APP_TOO_OLD'],
  },
  {
    method: 'get',
    path: '/api/sync/snapshot',
    tag: 'Devices',
    summary: 'All rows of a scope',
    about:
      'docs/sync.md, S45. Frames: four bytes of length, big-endian, then the bytes; the first frame is the header as JSON, the others are pages.',
    who: 'signed in',
    parameters: [
      { name: 'device', in: 'query', required: true, about: 'The device of the session.', schema: ID },
      { name: 'scope', in: 'query', required: true, about: 'One of the granted scopes.', schema: text({ maxLength: 60 }) },
      {
        name: 'min_head',
        in: 'query',
        required: true,
        about: 'An older snapshot would leave a gap.',
        schema: whole({ minimum: 0 }),
      },
      { name: 'snapshot', in: 'query', about: 'The snapshot to go on with.', schema: ID },
      { name: 'from', in: 'query', about: 'The first page that is missing.', schema: whole({ minimum: 0 }) },
    ],
    done: { status: 200, type: 'application/octet-stream' },
    problems: DEVICE,
  },
  {
    method: 'get',
    path: '/api/sync/live',
    tag: 'Devices',
    summary: 'Be told when something moved',
    about:
      'Server-sent events `moved` {"seq": n}, the present number first, and, for a device that names the protocol it speaks, `page` with the change itself where it is small (docs/sync.md, S51 and S53). The stream ends with its session.',
    who: 'signed in',
    parameters: [
      {
        name: 'schema',
        in: 'query',
        about: 'The version of the protocol: changes are to be carried.',
        schema: whole({ minimum: 0 }),
      },
    ],
    done: { status: 200, type: 'text/event-stream' },
    problems: [],
  },
];

const health = object({
  status: text({ enum: ['healthy', 'unhealthy'] }),
  database: text({ enum: ['connected', 'disconnected'] }),
  migrated: flag(),
  writable: flag(),
  version: text(),
  timestamp: MOMENT,
});

const server: Operation[] = [
  {
    method: 'get',
    path: '/api/health',
    tag: 'The server',
    summary: 'Whether an entry could be kept now',
    about: 'The same body with 503 when it could not.',
    who: 'anybody',
    done: { status: 200, schema: health },
    problems: [],
  },
  {
    method: 'get',
    path: '/api/trial',
    tag: 'The server',
    summary: 'What can be tried on this machine',
    who: 'anybody',
    done: {
      status: 200,
      schema: object({
        accounts: list({ type: 'object' }),
        demo_available: flag(),
        demo_loading: orNull(object({ done: whole(), of: whole() })),
      }),
    },
    problems: [],
  },
  {
    method: 'post',
    path: '/api/trial/demo',
    tag: 'The server',
    summary: 'Fill the demonstration ward',
    about: 'Only into a new installation.',
    who: 'signed in',
    done: { status: 200, schema: { type: 'object' } },
    problems: ['CONFLICT'],
  },
  {
    method: 'get',
    path: '/api/openapi.json',
    tag: 'The server',
    summary: 'This description, OpenAPI 3.1',
    who: 'anybody',
    done: { status: 200, schema: { type: 'object' } },
    problems: [],
  },
  {
    method: 'get',
    path: '/api/docs',
    tag: 'The server',
    summary: 'This description, to be read',
    who: 'anybody',
    done: { status: 200, type: 'text/html' },
    problems: [],
  },
];

/** Everything that is no record, once. */
export const otherOperations: readonly Operation[] = [...account, ...people, ...sync, ...server];
