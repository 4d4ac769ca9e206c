import {
  type Actor,
  fieldProblems,
  isInstant,
  type Json,
  may,
  type Patch,
  ProblemError,
  RECORD_LIST,
  type RecordDef,
  SYSTEM_FIELDS,
  UUID,
  valueSchema,
} from '@psa/domain';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { auditEntry } from '../auth/audit.ts';
import type { ListWish } from '../db/rows.ts';
import { writeOne } from '../db/write.ts';
import { idOf } from './input.ts';
import { originOf, type Services, sessionOf, signedIn } from './services.ts';

const PAGE_ROWS = 100;
const PAGE_ROWS_MAX = 500;
const JSON_TYPE = 'application/json; charset=utf-8';

/** Path of a record under /api/sync: `patient_admissions` → `patient-admissions`. */
export const pathOf = (def: RecordDef): string => def.name.replaceAll('_', '-');

/** One of them, as the key of an answer: `patient_allergies` → `patient_allergy`. */
export const singular = (def: RecordDef): string =>
  def.name.endsWith('ies') ? `${def.name.slice(0, -3)}y` : def.name.slice(0, -1);

/**
 * REST for every record, from its declaration: list, read, create, change, retract. Rights are `may()`'s, writes go the one way
 * in. What is written here reaches devices like any other change.
 */
export function recordRoutes(app: FastifyInstance, s: Services): void {
  const onRequest = signedIn(s);
  for (const def of RECORD_LIST) {
    const path = `/api/sync/${pathOf(def)}`;
    app.get(path, { onRequest }, async (request, reply) => reply.type(JSON_TYPE).send(await list(s, def, request)));
    app.get(`${path}/:id`, { onRequest }, async (request, reply) => reply.type(JSON_TYPE).send(await one(s, def, request)));
    app.post(path, { onRequest }, async (request, reply) =>
      reply
        .code(201)
        .type(JSON_TYPE)
        .send(await create(s, def, request)),
    );
    for (const method of ['PATCH', 'PUT'] as const) {
      app.route({
        method,
        url: `${path}/:id`,
        onRequest,
        handler: async (request, reply) => reply.type(JSON_TYPE).send(await edit(s, def, request)),
      });
    }
    app.delete(`${path}/:id`, { onRequest }, async (request) => retract(s, def, request));
  }
}

/** Rows whose reading is written down: what says something about a patient. */
const isAudited = (def: RecordDef): boolean => def.scope === 'identity' || def.scope === 'clinical' || def.scope === 'row';

async function list(s: Services, def: RecordDef, request: FastifyRequest): Promise<string> {
  const { actor, device_id } = sessionOf(request);
  if (!may(actor, 'read', def)) throw new ProblemError('NOT_YOURS');
  const wish = listWish(def, request.query as Readonly<Record<string, unknown>>);
  const { texts, next } = await s.rows.list(actor.facility_id, def.name, wish);
  if (isAudited(def)) {
    const { patient_id } = wish.where;
    const entry = auditEntry('list', s.now(), originOf(request), {
      user_id: actor.user_id,
      device_id,
      table_name: def.name,
      record_id: typeof patient_id === 'string' ? patient_id : null,
      new_values: { ...wish.where, rows: texts.length },
    });
    await s.audit.add(actor.facility_id, entry);
  }
  return `{"${def.name}":[${texts.join(',')}],"next_cursor":${JSON.stringify(next)}}`;
}

async function one(s: Services, def: RecordDef, request: FastifyRequest): Promise<string> {
  const { actor, device_id } = sessionOf(request);
  if (!may(actor, 'read', def)) throw new ProblemError('NOT_YOURS');
  const id = idOf(request.params);
  const text = await s.rows.present(actor.facility_id, def.name, id);
  if (text === undefined) throw new ProblemError('NOT_FOUND');
  if (isAudited(def)) {
    const about = { user_id: actor.user_id, device_id, table_name: def.name, record_id: id };
    await s.audit.add(actor.facility_id, auditEntry('read', s.now(), originOf(request), about));
  }
  return text;
}

async function create(s: Services, def: RecordDef, request: FastifyRequest): Promise<string> {
  const { actor } = sessionOf(request);
  const { id: given, base, patch } = bodyOf(def, request.body);
  if (base !== undefined) throw new ProblemError('INVALID', { fields: { row_version: 'A new record has none.' } });
  if (!may(actor, 'create', def)) throw new ProblemError('NOT_YOURS');
  const id = given ?? s.newId();
  // The one way in would read a second create as an edit; somebody who names an id that is taken should hear so.
  if (given !== undefined && (await s.rows.text(actor.facility_id, def.name, given)) !== undefined) {
    throw new ProblemError('TAKEN', { fields: { id: 'A record with this id exists already.' } });
  }
  return answer(s, def, actor, id, await write(s, request, { kind: def.name, id, op: 'create', patch }));
}

async function edit(s: Services, def: RecordDef, request: FastifyRequest): Promise<string> {
  const { actor } = sessionOf(request);
  const id = idOf(request.params);
  const { id: named, base, patch } = bodyOf(def, request.body);
  if (named !== undefined && named !== id) throw new ProblemError('INVALID', { fields: { id: 'Not the id of the address.' } });
  if (!may(actor, 'read', def)) throw new ProblemError('NOT_YOURS');
  return answer(s, def, actor, id, await write(s, request, { kind: def.name, id, op: 'edit', patch, base }));
}

async function retract(s: Services, def: RecordDef, request: FastifyRequest): Promise<{ message: string }> {
  const { actor } = sessionOf(request);
  if (!may(actor, 'retract', def)) throw new ProblemError('NOT_YOURS');
  const id = idOf(request.params);
  const { reason } = request.query as { reason?: unknown };
  if (reason !== undefined && (typeof reason !== 'string' || reason.length > 1000)) {
    throw new ProblemError('INVALID', { fields: { reason: 'At most 1000 characters.' } });
  }
  await write(s, request, { kind: def.name, id, op: 'retract', reason });
  return { message: `${def.title} retracted.` };
}

async function write(s: Services, request: FastifyRequest, wish: Parameters<typeof writeOne>[2]) {
  const { actor } = sessionOf(request);
  const row = await writeOne(s, { actor, origin: 'rest', from: originOf(request) }, wish);
  // Rights may have changed with it: at once for this process, by notice for the others.
  if (wish.kind === 'users' || wish.kind === 'devices') s.sessions.forget();
  return row;
}

/** The row after a write; as it stands when the write changed nothing. */
async function answer(s: Services, def: RecordDef, actor: Actor, id: string, written: object | null): Promise<string> {
  const text = written ? JSON.stringify(written) : await s.rows.text(actor.facility_id, def.name, id);
  return `{"${singular(def)}":${text}}`;
}

/** Sentences by name; without a prototype, as clients choose the names. */
const noFields = (): Record<string, string> => Object.create(null) as Record<string, string>;

/** What a body carries: declared fields, beside them `id` and, as the version that was read, `row_version`. */
function bodyOf(def: RecordDef, body: unknown): { id?: string; base?: number; patch: Patch } {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new ProblemError('BAD_REQUEST', { say: 'The request needs a JSON object.' });
  }
  const { id, row_version, ...patch } = body as Record<string, Json>;
  const fields = noFields();
  if (id !== undefined && (typeof id !== 'string' || !UUID.test(id))) fields.id = 'An id, in lower case.';
  if (row_version !== undefined && (!Number.isSafeInteger(row_version) || Number(row_version) < 1)) {
    fields.row_version = 'A whole number from 1.';
  }
  for (const name of SYSTEM_FIELDS) if (Object.hasOwn(patch, name)) fields[name] = 'Only the server writes this.';
  for (const name of Object.keys(patch)) if (!Object.hasOwn(def.fields, name)) fields[name] ??= 'This field is not known.';
  if (Object.keys(fields).length > 0) throw new ProblemError('INVALID', { fields });
  return { id: id as string | undefined, base: row_version as number | undefined, patch };
}

/** Fields a list may be filtered by: indexed ones, links and choices. */
function mayFilter(def: RecordDef, name: string): boolean {
  const field = Object.hasOwn(def.fields, name) ? def.fields[name] : undefined;
  const indexed: readonly string[] = def.indexed ?? [];
  return field !== undefined && (indexed.includes(name) || field.kind === 'link' || field.kind === 'choice');
}

/** The wish of a list from its query; a word that means nothing here is refused rather than overlooked. */
function listWish(def: RecordDef, query: Readonly<Record<string, unknown>>): ListWish {
  const fields = noFields();
  const wish: ListWish = { where: {}, since: null, before: null, limit: PAGE_ROWS };
  const where: Record<string, Json> = {};
  for (const [name, value] of Object.entries(query)) {
    if (typeof value !== 'string') fields[name] = 'Give this once.';
    else if (name === 'limit') {
      wish.limit = Number(value);
      if (!/^\d{1,3}$/.test(value) || wish.limit < 1 || wish.limit > PAGE_ROWS_MAX)
        fields.limit = `From 1 to ${PAGE_ROWS_MAX}.`;
    } else if (name === 'cursor') {
      wish.before = value;
      if (!UUID.test(value)) fields.cursor = 'The next_cursor of the page before.';
    } else if (name === 'since') {
      wish.since = sinceOf(value);
      if (wish.since === null) fields.since = 'A date, or a date and time, like 2026-11-22T09:30:00.000Z.';
    } else if (!mayFilter(def, name)) fields[name] = 'This list cannot be filtered by this.';
    else {
      const field = def.fields[name] as RecordDef['fields'][string];
      const parsed = valueSchema(field).safeParse(value);
      if (parsed.success) where[name] = parsed.data;
      else fields[name] = fieldProblems(parsed.error)._ ?? 'This is not a value of this field.';
    }
  }
  if (Object.keys(fields).length > 0) throw new ProblemError('INVALID', { fields });
  return { ...wish, where };
}

/** A moment as clients write it: a day, or an ISO instant with any precision. Null when it is neither. */
function sinceOf(text: string): string | null {
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?Z)?$/.test(text)) return null;
  const ms = Date.parse(text);
  const canonical = Number.isFinite(ms) ? new Date(ms).toISOString() : '';
  return isInstant(canonical) && canonical.startsWith(text.slice(0, 10)) ? canonical : null;
}
