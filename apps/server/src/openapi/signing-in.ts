import type { Operation, Parameter } from './operation.ts';
import { flag, ID, list, MOMENT, object, orNull, ref, type Schema, text, whole } from './schema.ts';

const ADMIN = ['super_admin'] as const;
const message: Operation['done'] = { status: 200, schema: ref('Message') };
const counted = (name: string): Operation['done'] => ({ status: 200, schema: object({ message: text(), [name]: whole() }) });
const idIn = (about: string): Parameter => ({ name: 'id', in: 'path', about, schema: ID });
const password = object({ password: text({ maxLength: 200 }) });
/** As WebAuthn writes it in JSON: the browser reads it. */
const webAuthn: Schema = { type: 'object', description: 'As WebAuthn (level 3) writes it in JSON.' };

/** What goes with the refusal SECOND_FACTOR. */
export const secondAsked: Schema = object(
  {
    error: text(),
    code: text({ enum: ['SECOND_FACTOR', 'BAD_CREDENTIALS'] }),
    fields: { type: 'object' },
    second: object(
      {
        totp: flag(),
        recovery: flag(),
        passkey: webAuthn,
        setup: object({ secret: text(), uri: text(), token: text() }),
      },
      ['totp', 'recovery', 'passkey', 'setup'],
    ),
  },
  ['second'],
);

/** Sessions and second factors. */
export const signingInOperations: readonly Operation[] = [
  {
    method: 'get',
    path: '/api/sessions',
    tag: 'Signing in',
    summary: 'Where I am signed in',
    who: 'signed in',
    done: {
      status: 200,
      schema: object({
        sessions: list(
          object({
            id: ID,
            current: flag(),
            created_at: MOMENT,
            last_seen_at: MOMENT,
            expires_at: MOMENT,
            device_id: orNull(ID),
            device_name: orNull(text()),
            ip_address: orNull(text()),
            user_agent: orNull(text()),
            second_factor: orNull(text({ enum: ['totp', 'passkey', 'recovery'] })),
          }),
        ),
      }),
    },
    problems: [],
  },
  {
    method: 'post',
    path: '/api/sessions/{id}/end',
    tag: 'Signing in',
    summary: 'End one of my sessions',
    about: 'It is refused from its next request on.',
    who: 'signed in',
    parameters: [idIn('The id of the session.')],
    done: message,
    problems: ['NOT_FOUND'],
  },
  {
    method: 'post',
    path: '/api/sessions/end-others',
    tag: 'Signing in',
    summary: 'End all my sessions but this one',
    who: 'signed in',
    done: counted('ended'),
    problems: [],
  },
  {
    method: 'post',
    path: '/api/users/{id}/sign-out',
    tag: 'Accounts',
    summary: 'Sign a person out everywhere',
    who: ADMIN,
    parameters: [idIn('The id of the person.')],
    done: counted('ended'),
    problems: ['NOT_FOUND'],
  },
  {
    method: 'get',
    path: '/api/second-factors',
    tag: 'Signing in',
    summary: 'My second factors',
    who: 'signed in',
    done: {
      status: 200,
      schema: object({
        factors: list(
          object({
            id: ID,
            kind: text({ enum: ['totp', 'passkey'] }),
            name: text(),
            created_at: MOMENT,
            last_used_at: orNull(MOMENT),
          }),
        ),
        recovery_codes_left: whole(),
        required: flag(),
      }),
    },
    problems: [],
  },
  {
    method: 'post',
    path: '/api/second-factors/totp',
    tag: 'Signing in',
    summary: 'A secret for an authenticator app',
    about: 'Nothing is kept until its first code is sent back with the token.',
    who: 'signed in',
    body: password,
    done: { status: 200, schema: object({ secret: text(), uri: text(), token: text() }) },
    problems: ['INVALID', 'LOCKED_OUT', 'TOO_MANY'],
  },
  {
    method: 'post',
    path: '/api/second-factors/totp/confirm',
    tag: 'Signing in',
    summary: 'Keep the secret of an authenticator app',
    who: 'signed in',
    body: object({ token: text({ maxLength: 1000 }), code: text({ maxLength: 40 }) }),
    done: message,
    problems: ['INVALID', 'WRONG_CODE', 'TAKEN', 'TOO_MANY'],
  },
  {
    method: 'post',
    path: '/api/second-factors/passkeys',
    tag: 'Signing in',
    summary: 'Ask for a passkey to be made',
    about: 'Only where the server was asked by a name, not by an address.',
    who: 'signed in',
    body: password,
    done: { status: 200, schema: webAuthn },
    problems: ['INVALID', 'LOCKED_OUT', 'TOO_MANY'],
  },
  {
    method: 'post',
    path: '/api/second-factors/passkeys/confirm',
    tag: 'Signing in',
    summary: 'Keep a passkey that was made',
    who: 'signed in',
    body: object({ name: text({ minLength: 1, maxLength: 100 }), passkey: webAuthn }),
    done: message,
    problems: ['INVALID', 'WRONG_CODE', 'TAKEN', 'TOO_MANY'],
  },
  {
    method: 'post',
    path: '/api/second-factors/{id}/remove',
    tag: 'Signing in',
    summary: 'Remove one of my second factors',
    who: 'signed in',
    parameters: [idIn('The id of the factor.')],
    body: password,
    done: message,
    problems: ['INVALID', 'NOT_FOUND', 'NOT_YOURS', 'LOCKED_OUT', 'TOO_MANY'],
  },
  {
    method: 'post',
    path: '/api/second-factors/recovery-codes',
    tag: 'Signing in',
    summary: 'New recovery codes',
    about: 'Told once. Codes of before open nothing any more.',
    who: 'signed in',
    body: password,
    done: { status: 200, schema: object({ codes: list(text()) }) },
    problems: ['INVALID', 'LOCKED_OUT', 'TOO_MANY'],
  },
  {
    method: 'post',
    path: '/api/users/{id}/remove-second-factors',
    tag: 'Accounts',
    summary: 'Remove the second factors of a person who lost them',
    who: ADMIN,
    parameters: [idIn('The id of the person.')],
    done: counted('removed'),
    problems: ['NOT_FOUND'],
  },
];
