import { fieldProblems, ProblemError, RECORDS, type RecordDef, valueSchema } from '@psa/domain';
import { type LoginRequest, loginRequestSchema, registerRequestSchema } from '@psa/sync';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { auditEntry } from '../auth/audit.ts';
import { changePassword } from '../auth/change-password.ts';
import { RateLimit } from '../auth/rate.ts';
import { register } from '../auth/register.ts';
import { signIn } from '../auth/sign-in.ts';
import { line, take } from './input.ts';
import { originOf, type Services, sessionOf, signedIn, signedInAnyDevice } from './services.ts';

const MINUTE_MS = 60_000;
const LOGINS_PER_MINUTE = 300;
const REGISTRATIONS_PER_HOUR = 60;

/** The wire's shape, and beyond it what cannot be kept: control characters and half characters. */
const loginBody: z.ZodType<LoginRequest> = loginRequestSchema.extend({
  email: line(255).min(1, { error: 'Your e-mail address.' }),
  device: loginRequestSchema.shape.device
    .unwrap()
    .extend({ name: line(100).min(1) })
    .optional(),
});
const registerBody = registerRequestSchema.extend({
  email: line(255),
  full_name: line(255),
  department: line(100).nullish(),
  specialization: line(100).nullish(),
  license_number: line(50).nullish(),
  phone: line(20).nullish(),
});
const passwordBody = z.strictObject({ old_password: z.string().max(200), new_password: z.string().max(200) });
const users = RECORDS.users as unknown as RecordDef;

/** Signing in and out, asking for an account, one's own account and password. */
export function loginRoutes(app: FastifyInstance, s: Services): void {
  const logins = new RateLimit(s.config.loginsPerMinute ?? LOGINS_PER_MINUTE, MINUTE_MS, s.now);
  const registrations = new RateLimit(s.config.registrationsPerHour ?? REGISTRATIONS_PER_HOUR, 60 * MINUTE_MS, s.now);

  for (const url of ['/api/login', '/api/auth/login']) {
    app.post(url, async (request) => {
      logins.take(request.ip);
      return signIn(s, take(loginBody, request.body), originOf(request));
    });
  }

  for (const url of ['/api/register', '/api/auth/register']) {
    app.post(url, async (request, reply) => {
      registrations.take(request.ip);
      const body = take(registerBody, request.body);
      const email = valueSchema(users.fields.email as RecordDef['fields'][string]).safeParse(body.email.trim().toLowerCase());
      if (!email.success)
        throw new ProblemError('INVALID', { fields: { email: fieldProblems(email.error)._ ?? 'An e-mail address.' } });
      return reply.code(201).send(await register(s, { ...body, email: String(email.data) }, originOf(request)));
    });
  }

  for (const url of ['/api/logout', '/api/auth/logout']) {
    // A withdrawn device may still end its session.
    app.post(url, { onRequest: signedInAnyDevice(s) }, async (request) => {
      const { id, actor, device_id } = sessionOf(request);
      await s.sessions.end(actor.facility_id, id);
      const entry = auditEntry('logout', s.now(), originOf(request), { user_id: actor.user_id, device_id });
      await s.audit.add(actor.facility_id, entry);
      return { message: 'Signed out.' };
    });
  }

  for (const url of ['/api/user', '/api/auth/me']) {
    app.get(url, { onRequest: signedIn(s) }, async (request, reply) => {
      const { actor } = sessionOf(request);
      const text = await s.rows.text(actor.facility_id, 'users', actor.user_id);
      return reply.type('application/json; charset=utf-8').send(`{"user":${text}}`);
    });
  }

  app.post('/api/user/password', { onRequest: signedIn(s) }, async (request) => {
    logins.take(request.ip);
    const body = take(passwordBody, request.body);
    await changePassword(s, sessionOf(request), body, originOf(request));
    return { message: 'Your password is changed. Other devices must sign in again.' };
  });
}
