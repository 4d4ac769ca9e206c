import { ProblemError } from '@psa/domain';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { auditEntry } from '../auth/audit.ts';
import type { Holder } from '../auth/factors.ts';
import { siteOf } from '../auth/passkeys.ts';
import { RateLimit } from '../auth/rate.ts';
import { accountOfId, confirmPassword } from '../auth/sign-in.ts';
import { idOf, line, take } from './input.ts';
import { refuse } from './refuse.ts';
import { originOf, type Services, sessionOf, signedIn } from './services.ts';

const password = z.string({ error: 'Your password.' }).max(200);
const confirmed = z.strictObject({ password });
const totpBody = z.strictObject({ token: z.string().max(1000), code: line(40) });
const passkeyBody = z.strictObject({ name: line(100).min(1), passkey: z.record(z.string(), z.json()) });
const MINUTE_MS = 60_000;
const TRIES_PER_MINUTE = 60;

/**
 * One's own second factors. Setting one up, taking one away and new recovery codes ask the password once more: an open tablet alone
 * must not be enough to take over an account.
 */
export function factorRoutes(app: FastifyInstance, s: Services): void {
  const onRequest = signedIn(s);
  const tries = new RateLimit(s.config.loginsPerMinute ?? TRIES_PER_MINUTE, MINUTE_MS, s.now);

  const holderOf = async (request: FastifyRequest): Promise<Holder> => {
    const { actor } = sessionOf(request);
    const { email } = await accountOfId(s.db, actor.facility_id, actor.user_id);
    return { facility: actor.facility_id, user: actor.user_id, role: actor.role, email };
  };
  const confirm = async (request: FastifyRequest): Promise<Holder> => {
    tries.take(request.ip);
    const body = take(confirmed, request.body);
    const { actor } = sessionOf(request);
    await confirmPassword(s, actor.facility_id, actor.user_id, body.password, 'password');
    return holderOf(request);
  };
  const siteIn = (request: FastifyRequest) => siteOf(originOf(request).host ?? '');

  app.get('/api/second-factors', { onRequest }, async (request) => s.factors.list(await holderOf(request)));

  app.post('/api/second-factors/totp', { onRequest }, async (request) => s.factors.offer(await confirm(request)));

  app.post('/api/second-factors/totp/confirm', { onRequest }, async (request) => {
    tries.take(request.ip);
    const { token, code } = take(totpBody, request.body);
    await s.factors.setUp(await holderOf(request), token, code);
    await note(s, request, 'second_factor', { added: 'totp' });
    return { message: 'From now on, signing in asks for a code of this app.' };
  });

  app.post('/api/second-factors/passkeys', { onRequest }, async (request) =>
    s.factors.askPasskey(await confirm(request), siteIn(request)),
  );

  app.post('/api/second-factors/passkeys/confirm', { onRequest }, async (request) => {
    tries.take(request.ip);
    const { name, passkey } = take(passkeyBody, request.body);
    await s.factors.addPasskey(await holderOf(request), siteIn(request), name, passkey);
    await note(s, request, 'second_factor', { added: 'passkey' });
    return { message: 'From now on, signing in asks for a passkey or a code.' };
  });

  app.post('/api/second-factors/:id/remove', { onRequest }, async (request) => {
    const id = idOf(request.params);
    await s.factors.remove(await confirm(request), id);
    await note(s, request, 'second_factor', { removed: id });
    return { message: 'Removed.' };
  });

  app.post('/api/second-factors/recovery-codes', { onRequest }, async (request) => {
    const codes = await s.factors.recoveryCodes(await confirm(request));
    await note(s, request, 'second_factor', { recovery_codes: codes.length });
    return { codes };
  });

  app.post('/api/users/:id/remove-second-factors', { onRequest }, async (request) => {
    const { actor } = sessionOf(request);
    const user = idOf(request.params);
    if (actor.role !== 'super_admin') await refuse(s, request, { name: 'users' }, 'edit', user);
    if ((await s.rows.text(actor.facility_id, 'users', user)) === undefined) throw new ProblemError('NOT_FOUND');
    const removed = await s.factors.removeAll({ facility: actor.facility_id, user });
    await note(s, request, 'second_factor', { removed }, user);
    return { message: 'Removed. Tell the person to set up a new one.', removed };
  });
}

/** Notes what was changed of whose second factors. */
async function note(
  s: Services,
  request: FastifyRequest,
  action: string,
  what: Readonly<Record<string, string | number>>,
  whose?: string,
): Promise<void> {
  const { actor, device_id } = sessionOf(request);
  const about = { user_id: actor.user_id, device_id, table_name: 'users', record_id: whose ?? actor.user_id };
  await s.audit.add(actor.facility_id, auditEntry(action, s.now(), originOf(request), { ...about, new_values: { ...what } }));
}
