import type { FastifyRequest } from 'fastify';
import pg from 'pg';

/**
 * What the log tells of a request: the pattern of its route, never the path, as paths, queries and bodies hold what people typed. Which row
 * was asked for, and by whom, is in the audit trail.
 */
export const toldOfRequest = ({ method, routeOptions, ip }: FastifyRequest) => ({
  method,
  route: routeOptions.url ?? 'none',
  remoteAddress: ip,
});

/** Classes of PostgreSQL's errors whose message names no value: connection, transaction state, sign-in, rollback, resources, operator, system. */
const PLAIN_CLASS = /^(08|25|28|40|53|55|57|58|XX)/;
/** pg's own words for a lost connection. */
const LOST = /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/;
const CODE = /^[A-Z0-9_]{2,50}$/;

interface ToldOfError {
  type: string;
  code?: string;
  message: string;
  /** Where, without what. */
  stack: string;
  table?: string;
  column?: string;
  constraint?: string;
  [more: string]: unknown;
}

function messageOf(error: Error & { code?: unknown; syscall?: unknown }): string {
  const plain =
    error instanceof pg.DatabaseError
      ? PLAIN_CLASS.test(error.code ?? '')
      : typeof error.syscall === 'string' || LOST.test(error.message);
  return plain ? error.message : '(not told: it may hold what was entered)';
}

/**
 * What the log tells of an error: its kind, code and place. PostgreSQL quotes values in messages, details and context, JSON.parse quotes the
 * text: such words are left out.
 */
export function toldOfError(error: unknown): ToldOfError {
  if (!(error instanceof Error)) return { type: typeof error, message: '', stack: '' };
  const { code } = error as { code?: unknown };
  const stack = (error.stack ?? '').split('\n').filter((line) => /^ {4}at /.test(line));
  const told: ToldOfError = { type: error.constructor.name, message: messageOf(error), stack: stack.join('\n') };
  if (typeof code === 'string' && CODE.test(code)) told.code = code;
  if (error instanceof pg.DatabaseError) {
    const { table, column, constraint } = error;
    Object.assign(told, { table, column, constraint });
  }
  return told;
}
