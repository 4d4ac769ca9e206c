import { fieldProblems, ProblemError, REPORT_INPUT, UUID } from '@psa/domain';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';

/** One screen or one push; photographs travel by their own way. */
export const BODY_BYTES_MAX = 1024 * 1024;
/** No message of ours is nested deeper than a dozen; a deeper one is an attack on recursive readers. */
const JSON_DEPTH_MAX = 32;

/** How deep brackets nest in a JSON text, strings not counted. Stops counting above `most`. */
export function jsonDepth(text: string, most: number): number {
  let depth = 0;
  let deepest = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x22) {
      // To the closing quote: escapes are two characters, whatever they say.
      for (i++; i < text.length && text.charCodeAt(i) !== 0x22; i++) if (text.charCodeAt(i) === 0x5c) i++;
    } else if (c === 0x7b || c === 0x5b) {
      if (++depth > deepest) deepest = depth;
      if (deepest > most) return deepest;
    } else if (c === 0x7d || c === 0x5d) depth--;
  }
  return deepest;
}

/** Reads bodies: JSON only, not too deep, and no key that would reach an object's prototype. */
export function readJsonBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, text, done) => {
    // A DELETE or POST without a body may still carry the header.
    if (text === '') return done(null, undefined);
    if (jsonDepth(text, JSON_DEPTH_MAX) > JSON_DEPTH_MAX) {
      return done(new ProblemError('BAD_REQUEST', { say: 'The request is nested too deeply.' }));
    }
    return parse(request, text, done);
  });
}

/** One line of text as a person types it: no control characters, no half characters, which PostgreSQL could not keep. */
export const line = (max: number) =>
  z
    .string({ error: 'This must be text.' })
    .max(max, { error: `At most ${max} characters.` })
    .refine((s) => !/\p{Cc}|\p{Surrogate}/u.test(s), { error: 'This contains characters that cannot be stored.' });

export const uuid = z.string({ error: 'An id.' }).regex(UUID, { error: 'An id, in lower case.' });

/** What a schema makes of a value. Throws INVALID with a sentence for each field. */
export function take<T>(schema: z.ZodType<T>, value: unknown): T {
  if (value === undefined || value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new ProblemError('BAD_REQUEST', { say: 'The request needs a JSON object.' });
  }
  const parsed = schema.safeParse(value, REPORT_INPUT);
  if (parsed.success) return parsed.data;
  throw new ProblemError('INVALID', { fields: fieldProblems(parsed.error) });
}

const REASON_MAX = 1000;

/** Why something is retracted, or written although what it rests on is in dispute: `?reason=`. */
export function reasonOf(query: unknown): string | undefined {
  const { reason } = query as { reason?: unknown };
  if (reason === undefined) return undefined;
  if (typeof reason === 'string' && reason.length <= REASON_MAX) return reason;
  throw new ProblemError('INVALID', { fields: { reason: `At most ${REASON_MAX} characters.` } });
}

/** An id from the path. What is no id names nothing. */
export function idOf(params: unknown): string {
  const { id } = params as { id?: unknown };
  if (typeof id === 'string' && UUID.test(id)) return id;
  throw new ProblemError('NOT_FOUND');
}
