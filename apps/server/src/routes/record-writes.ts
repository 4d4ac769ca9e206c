import {
  type Actor,
  type AnyRow,
  type Json,
  may,
  type Patch,
  ProblemError,
  problemsOf,
  type RecordDef,
  UUID,
  valueSchema,
} from '@psa/domain';
import type { RowWrite } from '@psa/sync';
import type { FastifyRequest } from 'fastify';
import { reaches, reachOf } from '../db/lists.ts';
import { type Wish, writeAll } from '../db/write.ts';
import { type Body, type Home, readBody } from './body.ts';
import { idOf, reasonOf } from './input.ts';
import { type Published, publishedAs } from './published.ts';
import { noteReading } from './reading.ts';
import { refuse } from './refuse.ts';
import { originOf, type Services, sessionOf } from './services.ts';
import { timeZoneOf } from './time-zone.ts';

/** One prescription with all its drugs is a dozen; a group may hold a hundred. */
export const ITEMS_MAX = 50;

/** A row that a body is about: what is stored of it, and what to wish. */
interface Target {
  id: string;
  stored?: AnyRow;
  wish?: Wish;
}

/**
 * POST: makes a row, or changes the one that the body names by id or key [D7: only fields that it carries]. What was retracted is not
 * posted to again in silence [D19]. Saying the same twice changes nothing.
 * @returns the answer as JSON text.
 */
export async function post(s: Services, p: Published, request: FastifyRequest): Promise<string> {
  const { actor } = sessionOf(request);
  const whole = request.body as Readonly<Record<string, Json>> | null | undefined;
  if (!may(actor, 'create', p.def) && !may(actor, 'read', p.def)) await refuse(s, request, p.def, 'create', idIn(whole));
  const { items } = p;
  if (items && typeof whole === 'object' && whole !== null && Object.hasOwn(whole, p.one)) {
    return postWithItems(s, p, items, request, whole);
  }
  const target = await targetOf(s, p, request, await readBody(p, whole, homeOf(s, actor)));
  const written = await write(s, request, target.wish ? [target.wish] : []);
  const text = await textOf(s, p.def, actor, target, written);
  if (written.length === 0) await noteReading(s, request, p.def, target.id, text);
  return `{"${p.one}":${text}}`;
}

async function postWithItems(
  s: Services,
  p: Published,
  { kind, link, key, same }: NonNullable<Published['items']>,
  request: FastifyRequest,
  whole: Readonly<Record<string, Json>>,
): Promise<string> {
  const { actor } = sessionOf(request);
  const { [p.one]: head, [key]: list = [], ...rest } = whole;
  const fields: Record<string, string> = Object.fromEntries(
    Object.keys(rest).map((name) => [name, 'This field is not known.']),
  );
  if (!Array.isArray(list)) fields[key] = 'A list.';
  else if (list.length > ITEMS_MAX) fields[key] = `At most ${ITEMS_MAX}.`;
  if (Object.keys(fields).length > 0) throw new ProblemError('INVALID', { fields });
  const home = homeOf(s, actor);
  const target = await targetOf(s, p, request, await readBody(p, head, home));
  const inside = publishedAs(kind);
  const of: Patch = { ...target.stored, ...target.wish?.patch };
  const shared = Object.fromEntries(same.filter((name) => Object.hasOwn(of, name)).map((name) => [name, of[name] ?? null]));
  const targets: Target[] = [];
  for (const [i, item] of (list as Json[]).entries()) {
    const at = `${key}.${i}.`;
    const body = await beside(at, () => readBody(inside, item, home));
    const given: Patch = { ...shared, [link]: target.id };
    for (const [name, value] of Object.entries(given)) {
      if ((body.patch[name] ?? value) !== value) throw new ProblemError('INVALID', { fields: { [at + name]: 'Of another.' } });
    }
    const linked = { ...body, patch: { ...body.patch, ...given } };
    targets.push(await beside(at, async () => checked(inside.def, await targetOf(s, inside, request, linked))));
  }
  const ids = targets.map(({ id }) => id);
  if (new Set(ids).size < ids.length) throw new ProblemError('INVALID', { fields: { [key]: 'The same id twice.' } });
  const written = await write(
    s,
    request,
    [target, ...targets].flatMap(({ wish }) => wish ?? []),
  );
  const rows = await Promise.all(targets.map((one) => textOf(s, inside.def, actor, one, written)));
  const text = await textOf(s, p.def, actor, target, written);
  // Items alone may have been written: the head is shown all the same.
  if (!written.some(({ after }) => after.id === target.id)) await noteReading(s, request, p.def, target.id, text);
  return `{"${p.one}":${text},"${key}":[${rows.join(',')}]}`;
}

/** What is wrong with one item by itself, told before the group is judged: only here is its place known. */
function checked(def: RecordDef, target: Target): Target {
  const { wish } = target;
  const fields = wish && problemsOf(def, wish.op === 'create' ? 'create' : 'edit', wish.patch ?? {});
  if (fields) throw new ProblemError('INVALID', { fields });
  return target;
}

/** Puts the problems of a part beside their place in the whole. */
async function beside<T>(at: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const fields = Object.fromEntries(Object.entries(error.fields).map(([name, say]) => [at + name, say]));
    throw new ProblemError(error.code, { say: error.message, fields, cause: error });
  }
}

/** PUT and PATCH: change the fields that the body carries, and no other [D7]. @returns the answer as JSON text. */
export async function change(s: Services, p: Published, request: FastifyRequest): Promise<string> {
  const { actor } = sessionOf(request);
  const { def } = p;
  const id = idOf(request.params);
  const { id: named, base, patch } = await readBody(p, request.body, homeOf(s, actor));
  if (named !== undefined && named !== id) throw new ProblemError('INVALID', { fields: { id: 'Not the id of the address.' } });
  if (!may(actor, 'read', def) || !mightEdit(actor, def)) await refuse(s, request, def, 'edit', id);
  const stored = await s.rows.row(actor.facility_id, def.name, id);
  // Whose it is was not asked by `may`; to others it is as if it were not there.
  const reach = reachOf(def, actor);
  if (reach.length > 0 && !(stored && reaches(reach, stored))) {
    if (!may(actor, 'edit', def, Object.keys(patch))) await refuse(s, request, def, 'edit', id);
    throw new ProblemError('NOT_FOUND');
  }
  const wanted = stored && !stored.deleted ? differing(stored, carried(p, patch)) : patch;
  // A row that was read may be sent back whole by whoever may change something of it.
  if (stored && Object.keys(wanted).length < Object.keys(patch).length && Object.keys(wanted).length === 0) {
    const text = JSON.stringify(stored);
    await noteReading(s, request, def, id, text);
    return `{"${p.one}":${text}}`;
  }
  const wish: Wish = { kind: def.name, id, op: 'edit', patch: wanted, ...(base === undefined ? {} : { base }) };
  const written = await write(s, request, [wish]);
  const text = await textOf(s, def, actor, { id }, written);
  if (written.length === 0) await noteReading(s, request, def, id, text);
  return `{"${p.one}":${text}}`;
}

/** The fields whose values are not what is stored. */
const differing = (stored: AnyRow, patch: Patch): Patch =>
  Object.fromEntries(Object.entries(patch).filter(([name, value]) => JSON.stringify(stored[name]) !== JSON.stringify(value)));

/** Whether there is a row and a field of such a record that this person may change. */
export function mightEdit({ role }: Pick<Actor, 'role'>, { access }: RecordDef): boolean {
  return access.edit.includes(role) || access.edit_only?.[role] !== undefined || access.self !== undefined;
}

/** What a body wishes: a new row, or the change of one that it names and that is there. */
async function targetOf(s: Services, p: Published, request: FastifyRequest, body: Body): Promise<Target> {
  const { id: given, base, patch } = body;
  const { actor } = sessionOf(request);
  const { def } = p;
  const stored = await named(s, p, actor, given, patch);
  if (!stored) {
    if (!may(actor, 'create', def)) await refuse(s, request, def, 'create', given);
    if (base !== undefined) throw new ProblemError('INVALID', { fields: { row_version: 'A new record has none.' } });
    const id = given ?? s.newId();
    return { id, wish: { kind: def.name, id, op: 'create', patch: { ...patch, ...absent(p, patch) } } };
  }
  const { id } = stored;
  if (stored.deleted) {
    const say = 'The record with this id was retracted. Give a new record an id of its own.';
    throw new ProblemError('TAKEN', { say, fields: { id: say } });
  }
  if (!may(actor, 'read', def)) await refuse(s, request, def, 'edit', id);
  const wanted = differing(stored, carried(p, patch));
  if (Object.keys(wanted).length === 0) return { id, stored };
  return { id, stored, wish: { kind: def.name, id, op: 'edit', patch: wanted, ...(base === undefined ? {} : { base }) } };
}

/** What a body says of a row that is there: an empty state means that the client says nothing about it. */
const carried = ({ absent: given = {} }: Published, patch: Patch): Patch =>
  Object.fromEntries(Object.entries(patch).filter(([name, value]) => value !== null || !Object.hasOwn(given, name)));

/** The row that a body names by its id, or by the fields of its key. What the caller may not see is not there. */
async function named(
  s: Services,
  p: Published,
  actor: Actor,
  id: string | undefined,
  patch: Patch,
): Promise<AnyRow | undefined> {
  const { def, key } = p;
  const reach = reachOf(def, actor);
  const byId = id === undefined ? undefined : await s.rows.row(actor.facility_id, def.name, id);
  if (byId) return reaches(reach, byId) ? byId : undefined;
  if (!key || !isKey(def, key, patch)) return undefined;
  const where = Object.fromEntries(key.map((field) => [field, patch[field] ?? null]));
  const { texts } = await s.rows.list(actor.facility_id, def.name, { where, reach, since: null, after: null, limit: 1 });
  return texts[0] === undefined ? undefined : (JSON.parse(texts[0]) as AnyRow);
}

/** Whether a body names a row by its key. A value that the field cannot have names none, and is refused as that of a new row. */
const isKey = (def: RecordDef, key: readonly string[], patch: Patch): boolean =>
  key.every((name) => {
    const field = def.fields[name];
    return field !== undefined && valueSchema(field).safeParse(patch[name]).success;
  });
/** The id that a body gives, when it is one. */
const idIn = (body: Readonly<Record<string, Json>> | null | undefined): string | null =>
  typeof body?.id === 'string' && UUID.test(body.id) ? body.id : null;

/** What a new row gets where the client named nothing. */
const absent = ({ absent: given = {} }: Published, patch: Patch): Patch =>
  Object.fromEntries(Object.entries(given).filter(([name]) => (patch[name] ?? null) === null));

async function write(s: Services, request: FastifyRequest, wishes: readonly Wish[]): Promise<readonly RowWrite[]> {
  if (wishes.length === 0) return [];
  const { actor } = sessionOf(request);
  const by = { actor, origin: 'rest', from: originOf(request) } as const;
  // Beside a version that was read, the others count as read just now.
  const versioned = wishes.some(({ base }) => base !== undefined);
  const reason = reasonOf(request.query);
  const based = versioned ? await withBases(s, actor, wishes) : wishes;
  const { writes } = await writeAll(s, by, reason === undefined ? based : based.map((wish) => ({ ...wish, reason })));
  if (wishes.some(({ kind }) => kind === 'patients')) s.matches.soon(actor.facility_id);
  // Rights may have changed with it: at once for this process, by notice for the others.
  if (wishes.some(({ kind }) => kind === 'users' || kind === 'devices')) s.sessions.forget();
  return writes;
}

async function withBases(s: Services, actor: Actor, wishes: readonly Wish[]): Promise<Wish[]> {
  return Promise.all(
    wishes.map(async (wish) => {
      if (wish.base !== undefined || wish.op === 'create') return { ...wish, base: wish.base ?? 0 };
      return { ...wish, base: (await s.rows.row(actor.facility_id, wish.kind, wish.id))?.row_version ?? 0 };
    }),
  );
}

/** The row after a write; as it stands when nothing was changed. */
async function textOf(
  s: Services,
  def: RecordDef,
  actor: Actor,
  { id, stored }: Target,
  written: readonly RowWrite[],
): Promise<string> {
  const after = written.find((write) => write.kind === def.name && write.after.id === id)?.after;
  if (after ? !isCompleted(def, after) : stored) return JSON.stringify(after ?? stored);
  return (await s.rows.text(actor.facility_id, def.name, id)) ?? 'null';
}

/** Whether PostgreSQL fills fields of such a row by itself (a score, the patient of a step): then only it knows the row. */
const isCompleted = (def: RecordDef, row: AnyRow): boolean =>
  Object.entries(def.fields).some(
    ([name, field]) => (field.merge === 'server' && !field.stamp) || (field.from !== undefined && row[name] === null),
  );

/** What a body is read by: the caller's facility. */
const homeOf = (s: Services, actor: Actor): Home => ({
  facility: actor.facility_id,
  timeZone: () => timeZoneOf(s.rows, actor.facility_id),
});
