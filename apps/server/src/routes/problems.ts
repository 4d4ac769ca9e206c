import type { Socket } from 'node:net';
import { type FieldProblems, fieldProblems, PROBLEMS, type ProblemCode, ProblemError } from '@psa/domain';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { SecondFactorNeeded } from '../auth/factors.ts';
import { WaitProblem } from '../auth/wait.ts';

/** The body of every refusal. */
export function problemBody(code: ProblemCode, say?: string, fields?: FieldProblems) {
  return { error: say ?? PROBLEMS[code].say, code, fields: fields ?? {} };
}

/** Node's and PostgreSQL's words for "the database is not there (any more)". */
const NO_DATABASE = /^(ECONNREFUSED|ECONNRESET|ENOTFOUND|ETIMEDOUT|EPIPE|08...|57P0.|53...)$/;
const LOST = /Connection terminated|timeout exceeded when trying to connect|not queryable|Cannot use a pool after/;

/** Turns anything thrown into a problem of the catalogue. Only what a client did not cause is a 5xx. */
function asProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof z.ZodError) return new ProblemError('INVALID', { fields: fieldProblems(error), cause: error });
  const { code, statusCode, message } = (error ?? {}) as Partial<FastifyError>;
  if (statusCode === 413) return new ProblemError('TOO_LARGE', { cause: error });
  if (typeof code === 'string') {
    if (NO_DATABASE.test(code)) return new ProblemError('UNAVAILABLE', { cause: error });
    // Class 22: a value PostgreSQL cannot hold. Schemas stop these earlier; this is the net below them.
    if (/^22...$/.test(code)) return new ProblemError('BAD_REQUEST', { cause: error });
  }
  if (typeof message === 'string' && LOST.test(message)) return new ProblemError('UNAVAILABLE', { cause: error });
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
    return new ProblemError('BAD_REQUEST', { cause: error });
  }
  return new ProblemError('INTERNAL', { cause: error });
}

/** Answers every thrown error as `{error, code, fields}`; our own faults are logged, and told to nobody else. */
export function handleProblems(app: FastifyInstance): void {
  app.setErrorHandler((error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const problem = asProblem(error);
    if (problem.status >= 500)
      request.log.error({ err: problem.cause ?? problem, url: request.routeOptions.url }, problem.code);
    if (problem instanceof WaitProblem) reply.header('retry-after', String(Math.ceil(problem.waitMs / 1000)));
    const body = problemBody(problem.code, problem.message, problem.fields);
    return reply.code(problem.status).send(problem instanceof SecondFactorNeeded ? { ...body, second: problem.asked } : body);
  });
}

/** Answers what never became a request (no HTTP, broken chunks, headers beyond any measure) in our shape too, and ends the line. */
export function refuseLine(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const code = error.code === 'HPE_HEADER_OVERFLOW' ? 'TOO_LARGE' : 'BAD_REQUEST';
  const body = JSON.stringify(problemBody(code));
  const head = [
    `HTTP/1.1 ${PROBLEMS[code].status} Refused`,
    'content-type: application/json; charset=utf-8',
    'cache-control: no-store',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
