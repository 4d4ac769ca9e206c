import { type Json, PROBLEMS, type ProblemCode, ROLES, type Role } from '@psa/domain';
import type { Schema } from './schema.ts';

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

export interface Parameter {
  name: string;
  in: 'path' | 'query';
  about: string;
  schema: Schema;
  required?: boolean;
}

/** One method of one path, as the document and the walk over it know it. */
export interface Operation {
  method: Method;
  /** With `{names}`, as OpenAPI writes paths. */
  path: string;
  /** Chapter of the page. */
  tag: string;
  summary: string;
  about?: string;
  /** Who may: roles, everybody who is signed in, or anybody at all. */
  who: readonly Role[] | 'signed in' | 'anybody';
  parameters?: readonly Parameter[];
  body?: Schema;
  /** The answer when all is well. */
  done: { status: number; schema?: Schema; type?: string; about?: string };
  /** Refusals beside those of every request. */
  problems: readonly ProblemCode[];
  /** Answers of a shape of their own, by status. */
  also?: Readonly<Record<number, { about: string; schema: Schema }>>;
}

/** What any request may meet. */
const ALWAYS: readonly ProblemCode[] = ['BAD_REQUEST', 'INTERNAL', 'UNAVAILABLE'];
/** What any request with a token may meet. */
const SIGNED_IN: readonly ProblemCode[] = [
  'NOT_SIGNED_IN',
  'SESSION_ENDED',
  'ACCOUNT_CLOSED',
  'AWAITING_APPROVAL',
  'DEVICE_REVOKED',
];

/** All refusals of an operation, by status. */
function problemsOf(op: Operation): Map<number, ProblemCode[]> {
  const limited = op.who !== 'anybody' && op.who !== 'signed in' && op.who.length < ROLES.length;
  const codes = new Set<ProblemCode>([
    ...ALWAYS,
    ...(op.who === 'anybody' ? [] : SIGNED_IN),
    ...(limited ? (['NOT_YOURS'] as const) : []),
    ...(op.body ? (['TOO_LARGE'] as const) : []),
    ...op.problems,
  ]);
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of codes) byStatus.set(PROBLEMS[code].status, [...(byStatus.get(PROBLEMS[code].status) ?? []), code]);
  return new Map([...byStatus].sort(([a], [b]) => a - b));
}

/** The roles that may, of all. */
export const rolesWho = (op: Operation): readonly Role[] =>
  op.who === 'anybody' || op.who === 'signed in' ? ROLES : ROLES.filter((role) => op.who.includes(role));

/** A name for the operation that a generated client may call its function by. */
export const idOf = (op: Operation): string =>
  `${op.method}_${op.path
    .replace(/^\/api\//, '')
    .replace(/\{(\w+)\}/g, 'by_$1')
    .replace(/[^a-z0-9]+/gi, '_')}`;

const problemSchema = (codes: readonly ProblemCode[]): Json => ({
  allOf: [{ $ref: '#/components/schemas/Problem' }, { properties: { code: { enum: [...codes] } } }],
});

/** The operation as OpenAPI 3.1 writes it. */
export function written(op: Operation): { [key: string]: Json } {
  const { done } = op;
  const type = done.type ?? 'application/json';
  const responses: { [status: string]: Json } = {
    [String(done.status)]: {
      description: done.about ?? 'Done.',
      ...(done.schema || done.type ? { content: { [type]: { schema: done.schema ?? {} } } } : {}),
    },
  };
  for (const [status, codes] of problemsOf(op)) {
    responses[String(status)] = {
      description: codes.map((code) => `${code}: ${PROBLEMS[code].say}`).join('\n'),
      content: { 'application/json': { schema: problemSchema(codes) } },
    };
  }
  for (const [status, { about, schema }] of Object.entries(op.also ?? {}))
    responses[status] = { description: about, content: { 'application/json': { schema } } };
  return {
    operationId: idOf(op),
    tags: [op.tag],
    summary: op.summary,
    ...(op.about === undefined ? {} : { description: op.about }),
    ...(op.who === 'anybody' ? { security: [] } : {}),
    'x-roles': [...rolesWho(op)],
    parameters: (op.parameters ?? []).map((p) => ({
      name: p.name,
      in: p.in,
      description: p.about,
      required: p.in === 'path' || p.required === true,
      schema: p.schema,
    })),
    ...(op.body ? { requestBody: { required: true, content: { 'application/json': { schema: op.body } } } } : {}),
    responses,
  };
}
