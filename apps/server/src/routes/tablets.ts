import { ProblemError } from '@psa/domain';
import { type HandInReply, type HandInRequest, handIn, handInRequestSchema, NO_EFFECTS, PROTOCOL_VERSION } from '@psa/sync';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { auditEntry } from '../auth/audit.ts';
import { heldOf, heldOfAll, openEntry, outboxOf } from '../auth/unsent.ts';
import { writeOne } from '../db/write.ts';
import { take, uuid } from './input.ts';
import { refuse } from './refuse.ts';
import { originOf, type Services, sessionOf, signedIn, signedInAnyDevice } from './services.ts';

/** More than any outbox that was ever seen; what is left is released by asking again. */
const RELEASED_AT_ONCE_MAX = 200;

const deviceBody = z.strictObject({ device: uuid });

/** Tablets that are lost, left or taken out of use: work that somebody carries for them, and the news that they are empty. */
export function tabletRoutes(app: FastifyInstance, s: Services): void {
  // A withdrawn device brings what it has not sent before it forgets it.
  app.post('/api/sync/hand-in', { onRequest: signedInAnyDevice(s) }, async (request): Promise<HandInReply> => {
    const body = take(handInRequestSchema, request.body);
    const { actor, device_id } = sessionOf(request);
    const { state, key } = await outboxOf(s.db, actor.facility_id, body.device);
    const opened = body.entries.map((entry) => openEntry(key, entry));
    const from = { device: body.device, schema: body.schema, withdrawn: state === 'revoked' || state === 'wiped' };
    const signed = opened.filter((group) => group !== null);
    const answers = await handIn(s.store, s.end.env, carrierOf(request), from, signed);
    const about = {
      user_id: actor.user_id,
      device_id,
      table_name: 'devices',
      record_id: body.device,
      new_values: { groups: signed.length, unreadable: opened.length - signed.length },
    };
    await s.audit.add(actor.facility_id, auditEntry('hand_in', s.now(), originOf(request), about));
    return { groups: inOrder(body, opened, answers) };
  });

  // Said by the emptied device itself, or by whoever is signed in there and has no device any more.
  app.post('/api/sync/wiped', { onRequest: signedInAnyDevice(s) }, async (request) => {
    const { device } = take(deviceBody, request.body);
    const { actor, device_id } = sessionOf(request);
    if (device_id !== null && device_id !== device) await refuse(s, request, { name: 'devices' }, 'edit', device);
    const { state } = await outboxOf(s.db, actor.facility_id, device);
    if (state === 'active') throw new ProblemError('CONFLICT', { say: 'This device was not withdrawn.' });
    if (state !== 'wiped') {
      const by = { actor, origin: 'server', from: originOf(request) } as const;
      await writeOne(s, by, { kind: 'devices', id: device, op: 'edit', patch: { state: 'wiped' } });
      s.sessions.forget();
    }
    return { message: 'The device is empty.' };
  });

  const onRequest = signedIn(s);
  app.get('/api/sync/hand-in', { onRequest }, async (request) => {
    await administrator(s, request, 'list');
    return { held: await heldOfAll(s.db, sessionOf(request).actor.facility_id) };
  });

  app.post('/api/sync/hand-in/release', { onRequest }, async (request): Promise<HandInReply> => {
    await administrator(s, request, 'edit');
    const { device } = take(deviceBody, request.body);
    const { actor, device_id } = sessionOf(request);
    await outboxOf(s.db, actor.facility_id, device);
    const held = await heldOf(s.db, actor.facility_id, device);
    const groups = held.groups.slice(0, RELEASED_AT_ONCE_MAX);
    const from = { device, schema: PROTOCOL_VERSION, withdrawn: false };
    const answers = await handIn(s.store, s.end.env, carrierOf(request), from, groups);
    await close(s, actor.facility_id, held.mids.filter(settledIn(answers)));
    const about = { user_id: actor.user_id, device_id, table_name: 'devices', record_id: device };
    const entry = auditEntry('release', s.now(), originOf(request), { ...about, new_values: { groups: groups.length } });
    await s.audit.add(actor.facility_id, entry);
    return { groups: answers };
  });
}

async function administrator(s: Services, request: FastifyRequest, op: 'list' | 'edit'): Promise<void> {
  if (sessionOf(request).actor.role !== 'super_admin') await refuse(s, request, { name: 'devices' }, op);
}

/** Whoever brings the work; what they bring is judged with the rights of those who wrote it. */
function carrierOf(request: FastifyRequest) {
  const { address, agent } = originOf(request);
  return { actor: sessionOf(request).actor, address, user_agent: agent };
}

/** One answer per entry of the request; an entry that could not be opened has none. */
function inOrder(
  body: HandInRequest,
  opened: readonly (object | null)[],
  answers: readonly HandInReply['groups'][number][],
): HandInReply['groups'] {
  const left = [...answers];
  return body.entries.map(({ cseq }, i) => (opened[i] ? left.shift() : undefined) ?? { cseq, group: null, results: [] });
}

/** What was refused or waits stays held, with its new reason. */
function settledIn(answers: HandInReply['groups']): (mid: string) => boolean {
  const settled = answers.flatMap(({ results }) =>
    results.filter(({ status }) => status !== 'refused' && status !== 'deferred'),
  );
  const mids = new Set(settled.map(({ mid }) => mid));
  return (mid) => mids.has(mid);
}

/** What was released is judged now and no longer waits. */
async function close(s: Services, facility: string, mids: readonly string[]): Promise<void> {
  const need = { mids: [...mids], rows: [], among: [], quarantined: [] };
  const closed = mids.map((mid) => ({ mid, state: 'judged' as const }));
  if (mids.length > 0) await s.store.transact(facility, need, () => ({ ...NO_EFFECTS, closed, results: [], wants: [] }));
}
