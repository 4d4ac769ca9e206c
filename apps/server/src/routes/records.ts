import { type Actor, type AnyRow, may, ProblemError, type RecordDef } from '@psa/domain';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { auditEntry } from '../auth/audit.ts';
import { reaches, reachOf } from '../db/lists.ts';
import { writeAll } from '../db/write.ts';
import { idOf, reasonOf } from './input.ts';
import { type Asked, isCounted, listWish, tokenText } from './list-wish.ts';
import { PUBLISHED, type Published, publishedAs } from './published.ts';
import { questionsOf } from './questions.ts';
import { isAudited, noteReading } from './reading.ts';
import { change, post } from './record-writes.ts';
import { refuse } from './refuse.ts';
import { originOf, type Services, sessionOf, signedIn } from './services.ts';

const JSON_TYPE = 'application/json; charset=utf-8';

/**
 * REST for every record, from its declaration: list, read, create, change, retract. Rights are `may()`'s, writes go the one way
 * in. What is written here reaches devices like any other change.
 */
export function recordRoutes(app: FastifyInstance, s: Services): void {
  const onRequest = signedIn(s);
  for (const p of PUBLISHED) {
    const { path } = p;
    app.get(path, { onRequest }, async (request, reply) => reply.type(JSON_TYPE).send(await list(s, p, request)));
    app.get(`${path}/:id`, { onRequest }, async (request, reply) =>
      reply.type(JSON_TYPE).send(await (p.by ? by(s, p, p.by, request) : one(s, p, request))),
    );
    app.post(path, { onRequest }, async (request, reply) =>
      reply
        .code(201)
        .type(JSON_TYPE)
        .send(await post(s, p, request)),
    );
    for (const method of ['PATCH', 'PUT'] as const) {
      app.route({
        method,
        url: `${path}/:id`,
        onRequest,
        handler: async (request, reply) => reply.type(JSON_TYPE).send(await change(s, p, request)),
      });
    }
    app.delete(`${path}/:id`, { onRequest }, async (request) => retract(s, p.def, request));
  }
}

async function list(s: Services, p: Published, request: FastifyRequest): Promise<string> {
  const { actor } = sessionOf(request);
  if (!may(actor, 'read', p.def)) await refuse(s, request, p.def, 'list');
  const asked = listWish(p, actor, request.query as Readonly<Record<string, unknown>>);
  const { texts, cursor, since } = await page(s, p, actor, asked);
  await noteList(s, p, request, asked.wish.where, texts.length);
  const rows = await withItems(s, p, actor, texts);
  return `{"${p.many}":[${rows.join(',')}],"next_cursor":${JSON.stringify(cursor)},"next_since":${JSON.stringify(since)}}`;
}

interface ListPage {
  texts: string[];
  cursor: string | null;
  since: string | null;
}

async function page(s: Services, { def }: Published, actor: Actor, { wish, token, first }: Asked): Promise<ListPage> {
  const facility = actor.facility_id;
  if (!token) {
    const { texts, next, head, epoch } = await s.rows.list(facility, def.name, wish);
    // What the first page could see is what later changes are counted from.
    const since = wish.after === null ? (isCounted(def) ? tokenText(head, epoch) : null) : first;
    return { texts, cursor: next === null ? null : since === null ? next : `${next}~${since}`, since };
  }
  const { texts, next, more, head, epoch } = await s.rows.changes(facility, def.name, { ...wish, seq: token.seq });
  if (epoch !== token.epoch || token.seq > head) {
    throw new ProblemError('EPOCH_CHANGED', { say: 'The server was restored from a backup; read the list from its start.' });
  }
  const since = tokenText(next, epoch);
  return { texts, cursor: more ? since : null, since };
}

/** The rows with the rows that travel inside them, as far as the reader may see those. */
async function withItems(
  s: Services,
  { items }: Published,
  actor: Actor,
  texts: readonly string[],
): Promise<readonly string[]> {
  if (!items || texts.length === 0 || !may(actor, 'read', publishedAs(items.kind).def)) return texts;
  const ids = texts.map((text) => (JSON.parse(text) as AnyRow).id);
  const inside = new Map<string, string[]>(ids.map((id) => [id, []]));
  for (const { to, row } of await s.rows.pointing(actor.facility_id, items.kind, items.link, ids)) inside.get(to)?.push(row);
  return texts.map((text, i) => `${text.slice(0, -1)},"${items.key}":[${(inside.get(ids[i] ?? '') ?? []).join(',')}]}`);
}

async function one(s: Services, p: Published, request: FastifyRequest): Promise<string> {
  const { actor } = sessionOf(request);
  const { def } = p;
  const id = idOf(request.params);
  if (!may(actor, 'read', def)) await refuse(s, request, def, 'read', id);
  const text = await s.rows.present(actor.facility_id, def.name, id);
  const reach = reachOf(def, actor);
  if (text === undefined || (reach.length > 0 && !reaches(reach, JSON.parse(text)))) throw new ProblemError('NOT_FOUND');
  await noteReading(s, request, def, id, text);
  return (await withItems(s, p, actor, [text]))[0] ?? text;
}

/** What belongs to another row: the one checklist of an operation (null when there is none), the questions of a lesson. */
async function by(s: Services, p: Published, { field, answer }: NonNullable<Published['by']>, request: FastifyRequest) {
  const { actor } = sessionOf(request);
  const of = idOf(request.params);
  if (!may(actor, 'read', p.def)) await refuse(s, request, p.def, 'read', of);
  if (answer === 'questions') return `{"${p.many}":${await questionsOf(s, actor, of)}}`;
  const where = { [field]: of };
  const wish = { where, reach: reachOf(p.def, actor), since: null, after: null, limit: 1 };
  const { texts } = await s.rows.list(actor.facility_id, p.def.name, wish);
  const [text] = texts;
  if (text === undefined) await noteList(s, p, request, where, 0);
  else await noteReading(s, request, p.def, (JSON.parse(text) as AnyRow).id, text);
  return `{"${p.one}":${text ?? 'null'}}`;
}

async function noteList(
  s: Services,
  { def }: Published,
  request: FastifyRequest,
  where: Asked['wish']['where'],
  rows: number,
): Promise<void> {
  if (!isAudited(def)) return;
  const { actor, device_id } = sessionOf(request);
  const { patient_id } = where;
  const entry = auditEntry('list', s.now(), originOf(request), {
    user_id: actor.user_id,
    device_id,
    table_name: def.name,
    record_id: typeof patient_id === 'string' ? patient_id : null,
    new_values: { ...where, rows },
  });
  await s.audit.add(actor.facility_id, entry);
}

async function retract(s: Services, def: RecordDef, request: FastifyRequest): Promise<{ message: string }> {
  const { actor } = sessionOf(request);
  const id = idOf(request.params);
  if (!may(actor, 'retract', def)) await refuse(s, request, def, 'retract', id);
  const reason = reasonOf(request.query);
  const by = { actor, origin: 'rest', from: originOf(request) } as const;
  await writeAll(s, by, [{ kind: def.name, id, op: 'retract', ...(reason === undefined ? {} : { reason }) }]);
  s.sessions.forget();
  return { message: `${def.title} retracted.` };
}
