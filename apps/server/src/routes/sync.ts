import { Readable } from 'node:stream';
import { mayHoldScope, ProblemError } from '@psa/domain';
import { grants, pullRequestSchema, pushRequestSchema } from '@psa/sync';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { auditEntry } from '../auth/audit.ts';
import { Contacts } from '../auth/contacts.ts';
import { traced } from '../db/traced.ts';
import { callerOf } from './caller.ts';
import { line, take, uuid } from './input.ts';
import { refuse } from './refuse.ts';
import { originOf, type Services, sessionOf, signedIn, signedInAnyDevice } from './services.ts';
import { frame, Snapshots } from './snapshots.ts';

const count = z
  .string()
  .regex(/^\d{1,15}$/, { error: 'A whole number.' })
  .transform(Number);
const snapshotQuery = z.strictObject({
  device: uuid,
  scope: line(60),
  min_head: count,
  snapshot: uuid.optional(),
  from: count.optional(),
});

const JSON_TYPE = 'application/json; charset=utf-8';

/** Push, pull and snapshot: the protocol of docs/sync.md over HTTP. */
export function syncRoutes(app: FastifyInstance, s: Services): void {
  const contacts = new Contacts(s.db, s.now, (error) => app.log.warn({ err: error }, 'a contact could not be noted'));
  app.addHook('onClose', () => contacts.settled());

  app.post('/api/sync/push', { onRequest: signedIn(s) }, async (request) => {
    const body = take(pushRequestSchema, request.body);
    const caller = callerOf(request);
    const taken = s.metrics?.pushSeconds.startTimer();
    const reply = await traced('push', { groups: body.groups.length }, () => s.end.push(caller, body));
    taken?.();
    for (const { results } of reply.groups) for (const { status } of results) s.metrics?.pushed.inc({ status });
    contacts.note({ ...body, facility: caller.actor.facility_id, user: caller.actor.user_id });
    const parked = reply.groups.some(({ results }) => results.some(({ status }) => status === 'conflict'));
    if (parked) s.climbs.soon(caller.actor.facility_id);
    // A needless look costs one statement.
    if (body.groups.some((group) => group.body.includes('"patients"'))) s.matches.soon(caller.actor.facility_id);
    return reply;
  });

  // A withdrawn device may ask: the answer is how it learns that it must forget.
  app.post('/api/sync/pull', { onRequest: signedInAnyDevice(s) }, async (request, reply) => {
    const body = take(pullRequestSchema, request.body);
    const caller = callerOf(request);
    const taken = s.metrics?.pullSeconds.startTimer();
    const { head, page } = await traced('pull', {}, () =>
      s.end.pullBy(caller, body, (...asked) => s.store.pullPrinted(...asked)),
    );
    contacts.note({ ...body, facility: caller.actor.facility_id, user: caller.actor.user_id });
    taken?.();
    if (body.cursor !== null) s.metrics?.pullCommits.observe(Math.max(0, head.next - body.cursor));
    // The rows travel as PostgreSQL printed them.
    const archived = page && page.archived.length > 0 ? `,"archived":${JSON.stringify(page.archived)}` : '';
    const rest = `,"gone":${page?.gone ?? '[]'}${archived},${JSON.stringify(head).slice(1)}`;
    const parts = ['{"rows":', ...(page?.rows ?? ['{}']), rest];
    return reply.type(JSON_TYPE).send(Buffer.concat(parts.map((part) => Buffer.from(part))));
  });

  const snapshots = new Snapshots(s.snapshotsFrom, s.newId);
  app.get('/api/sync/snapshot', { onRequest: signedIn(s) }, async (request, reply) => {
    const query = take(snapshotQuery, request.query);
    const caller = callerOf(request);
    if (query.device !== caller.device)
      throw new ProblemError('BAD_REQUEST', { say: 'This session belongs to another device.' });
    if (caller.device_state !== 'active') throw new ProblemError('DEVICE_REVOKED');
    const { actor } = sessionOf(request);
    const { scope } = query;
    if (!mayHoldScope(grants(actor, []).granted, scope)) await refuse(s, request, null, 'copy', null, { scope });
    const { header, pages } = await snapshots.get({
      facility: actor.facility_id,
      scope,
      minHead: query.min_head,
      begun: query.snapshot,
    });
    const about = { user_id: actor.user_id, device_id: caller.device, new_values: { scope, head: header.head } };
    await s.audit.add(actor.facility_id, auditEntry('copy', s.now(), originOf(request), about));
    // Page numbers of one snapshot mean nothing in another: that one is sent from its start.
    const from = header.snapshot === query.snapshot ? (query.from ?? 0) : 0;
    const frames = [Buffer.from(JSON.stringify(header)), ...pages.slice(from)].flatMap(frame);
    const length = frames.reduce((sum, part) => sum + part.byteLength, 0);
    return reply
      .type('application/octet-stream')
      .header('content-length', String(length))
      .send(Readable.from(frames, { objectMode: false }));
  });
}
