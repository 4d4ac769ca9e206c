import { randomUUID } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import {
  brokenChecks,
  chanceFrom,
  type Json,
  mergeRuleOf,
  type Patch,
  RECORD_LIST,
  type RecordDef,
  ROLES,
  type Role,
  recordOf,
  SCOPES,
} from '@psa/domain';
import type { PullReply } from '@psa/sync';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Wish, writeAll } from '../db/write.ts';
import { grantedByPage } from '../testing/access-page.ts';
import { ADMIN, type Hospital, openHospital, type Tablet } from '../testing/hospital.ts';
import { listen } from '../testing/live-line.ts';
import { World } from '../testing/world.ts';
import { PUBLISHED } from './published.ts';

/** Whose a marked row is: the hospital's, one other person's, that of the person with a role, another hospital's. */
type Whose = 'here' | 'other' | `mine_${Role}` | 'away';
const MARK = /Zq\.([a-z_]+)\.([a-z_]+)/g;
/** Shorter fields are left as they are. */
const MARK_CHARACTERS = 60;
const page = grantedByPage();
const kinds = RECORD_LIST.filter(
  (def) => !def.chained && !['facilities', 'users', 'devices', 'ai_settings', 'sync_conflicts'].includes(def.name),
);
const isOwn = (def: RecordDef) => def.access.own !== undefined;

let h: Hospital;
const tablets = new Map<Role, Tablet>();
const people = new Map<Role, string>();
let secrets: string[];
/** What live lines carried, by role. */
let carried: ReadonlyMap<Role, string>;
/** Ids of the marked rows, by record. */
const ids = new Map<string, string[]>();
let patients: string[];

/** The row with the mark in every text that may hold it. */
function marked(def: RecordDef, patch: Patch, whose: Whose): Patch {
  const out = { ...patch };
  for (const [name, field] of Object.entries(def.fields)) {
    const rule = mergeRuleOf(def, name);
    const isText = (field.kind === 'text' || field.kind === 'note') && (field.max ?? 100) >= MARK_CHARACTERS && !field.pattern;
    if (!isText || field.stamp || (rule === 'server' && !field.required && def.merge !== 'server')) continue;
    const next = { ...out, [name]: `Zq.${def.name}.${whose}` };
    const row = Object.fromEntries(Object.keys(def.fields).map((f): [string, Json] => [f, next[f] ?? null]));
    if (brokenChecks(def, row).length === 0) Object.assign(out, next);
  }
  return out;
}

/** A world with every record, marked, in one facility. */
async function plant(facility: string, owner: string, colleague: string, whose: Whose, only = kinds): Promise<void> {
  const world = new World(chanceFrom(whose.length), { users: colleague, facilities: facility });
  for (const def of only) world.idOf(def.name, def.access.own ? { [def.access.own.field]: owner } : {});
  const wishes = world.wishes.map((wish): Wish => {
    const def = recordOf(wish.kind) as RecordDef;
    ids.set(wish.kind, [...(ids.get(wish.kind) ?? []), wish.id]);
    return { ...wish, patch: marked(def, wish.patch ?? {}, isOwn(def) && whose === 'here' ? 'other' : whose) };
  });
  const by = { actor: { user_id: owner, facility_id: facility, role: 'super_admin' }, origin: 'server' } as const;
  await writeAll(h.writer, by, wishes);
  await writeAll(
    h.writer,
    by,
    [...SCOPES, `user:${owner}`].map((scope) => conflictIn(scope, owner, whose)),
  );
}

/** A conflict over values of a scope. */
function conflictIn(scope: string, author: string, whose: Whose): Wish {
  const value = `Zq.conflict_${scope.startsWith('user:') ? 'person' : scope}.${whose}`;
  const id = randomUUID();
  ids.set('sync_conflicts', [...(ids.get('sync_conflicts') ?? []), id]);
  return {
    ...{ kind: 'sync_conflicts', id, op: 'create' },
    patch: {
      ...{
        scope,
        kind: 'patients',
        record_id: ids.get('patients')?.[0] ?? randomUUID(),
        op: 'edit',
        fields: ['city'],
        base_version: 1,
      },
      ...{ theirs: { city: value }, mine: { city: value }, group_rest: [], severity: 'low', status: 'Open' },
      ...{ mutation_id: randomUUID(), device_id: randomUUID(), author_id: author, written_at: new Date().toISOString() },
    },
  };
}

beforeAll(async () => {
  h = await openHospital({ loginsPerMinute: 10_000 });
  for (const role of ROLES) {
    const person = role === 'super_admin' ? { ...ADMIN, id: h.admin } : await h.hire(role);
    people.set(role, person.id);
    tablets.set(role, await h.tablet(person));
  }
  const away = randomUUID();
  const [theirs, colleague] = [randomUUID(), randomUUID()];
  await h.pool.query(
    "insert into facilities (id, facility_id, name, short_name, country, time_zone) values ($1, $1, 'Zq.facilities.away', 'O', 'N', 'UTC')",
    [away],
  );
  await h.pool.query(
    `insert into users (id, facility_id, email, full_name, role, is_approved, is_active)
     values ($1, $3, 'away@ward.example', 'Zq.users.away', 'consultant', true, true),
       ($2, $3, 'colleague@ward.example', 'Zq.users.away', 'nursing', true, true)`,
    [theirs, colleague, away],
  );
  await plant(h.facility, (await h.hire('consultant')).id, h.admin, 'here');
  await plant(away, theirs, colleague, 'away');
  const notices = [recordOf('notifications') as RecordDef];
  for (const [role, person] of people) await plant(h.facility, person, h.admin, `mine_${role}`, notices);
  patients = ids.get('patients') ?? [];
  secrets = await secretsOf();
  carried = await listened();
});
afterAll(() => h.close());

/** What never leaves: hashes of passwords and keys of other devices, as they would be printed. */
async function secretsOf(): Promise<string[]> {
  const { rows: hashes } = await h.pool.query<{ v: string }>('select password_hash as v from user_credentials');
  const { rows: keys } = await h.pool.query<{ v: Buffer }>('select key as v from device_keys');
  return [...hashes.map(({ v }) => v), ...keys.flatMap(({ v }) => [v.toString('base64'), v.toString('hex')])];
}

/** Rows that change in one commit here: few enough to be carried. */
const TOGETHER = 20;

/** What live lines carried to each role while every row of the hospital changed, a few at a time. */
async function listened(): Promise<Map<Role, string>> {
  const lines = await Promise.all(ROLES.map((role) => listen(h.base, tablets.get(role)?.token ?? '')));
  await Promise.all(lines.map((line) => line.next()));
  const { rows } = await h.pool.query<{ kind: string; id: string }>(
    'select kind, id from sync_entity where facility_id = $1 order by seq',
    [h.facility],
  );
  for (let from = 0; from < rows.length; from += TOGETHER) {
    const some = rows.slice(from, from + TOGETHER);
    // The log as if they had all been changed just now, whatever rules there are for that.
    await h.pool.query(
      `with head as (update sync_head set seq = seq + 1 where facility_id = $1 returning seq),
         changed as (update sync_entity e set seq = head.seq from head where e.facility_id = $1
           and (e.kind, e.id) in (select * from unnest($2::text[], $3::uuid[])))
       select pg_notify('sync', $1 || ':' || seq) from head`,
      [h.facility, some.map(({ kind }) => kind), some.map(({ id }) => id)],
    );
    for (const line of await Promise.all(lines.map((one) => one.next()))) expect(line).toHaveProperty('page');
  }
  for (const line of lines) line.cut();
  return new Map(ROLES.map((role, i) => [role, lines[i]?.text() ?? '']));
}

/** Everything a person with this role can ask of the server, as one text. */
async function everything(role: Role): Promise<string> {
  const tablet = tablets.get(role) as Tablet;
  const { token } = tablet;
  const get = async (path: string) => (await h.call('GET', path, { token })).text;
  const asks = PUBLISHED.flatMap(({ def, path, by }) => {
    const own = def.access.own?.field;
    const filters = Object.keys(def.fields).filter((f) => def.fields[f]?.to === 'patients' || f === own || f === 'record_id');
    return [
      `${path}?limit=500`,
      `${path}?limit=500&since=2020-01-01`,
      ...filters.flatMap((f) => [...patients, ...people.values()].map((id) => `${path}?limit=500&${f}=${id}`)),
      ...(by ? (ids.get(def.fields[by.field]?.to ?? '') ?? []) : (ids.get(def.name) ?? [])).map((id) => `${path}/${id}`),
    ];
  });
  const others = [
    `/api/search/patients?q=Zq&limit=50`,
    ...patients.flatMap((id) => [`/api/audit/patients/${id}`, `/api/patients/${id}/admission-summary`]),
    '/api/audit?limit=200',
    '/api/users',
    '/api/user',
    '/api/ai/settings',
    '/api/ai/settings/full',
  ];
  const answers = await Promise.all([...asks, ...others].map(get));
  const scopes = [...SCOPES, ...[...people.values()].map((id) => `user:${id}`)];
  for (let cursor = 0, more = true; more; ) {
    const { text, body } = await h.pull(tablet, { cursor, held: scopes });
    answers.push(text);
    ({ next: cursor, more } = body as PullReply);
  }
  answers.push(...(await Promise.all(scopes.map((scope) => snapshot(tablet, scope)))), carried.get(role) ?? '');
  return answers.join('\n');
}

/** The rows of a snapshot as text; the refusal when there is none. */
async function snapshot({ device, token }: Tablet, scope: string): Promise<string> {
  const url = `${h.base}/api/sync/snapshot?device=${device}&scope=${scope}&min_head=0`;
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  const bytes = Buffer.from(await response.arrayBuffer());
  if (!response.ok) return bytes.toString();
  const frames: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 4 + bytes.readUInt32BE(at))
    frames.push(bytes.subarray(at + 4, at + 4 + bytes.readUInt32BE(at)));
  return frames
    .slice(1)
    .map((frame) => gunzipSync(frame).toString())
    .join('\n');
}

/** Whether this role may be shown a mark. */
function isFor(role: Role, kind: string, whose: string): boolean {
  if (whose === 'away') return false;
  const conflict = /^conflict_(.+)$/.exec(kind);
  if (conflict?.[1] === 'person') return whose === `mine_${role}`;
  if (conflict) return tablets.get(role)?.reply.device?.scopes.includes(conflict[1] ?? '') === true;
  const def = recordOf(kind);
  if (def === undefined || !page.get(kind)?.[role].read) return false;
  return isOwn(def) ? whose === `mine_${role}` : true;
}

describe('whatever is asked, nobody is shown what is not for them', () => {
  test.each(ROLES)('%s', async (role) => {
    const text = await everything(role);
    const seen = new Set(text.match(MARK));
    const leaks = [...seen].filter((mark) => {
      const [, kind = '', whose = ''] = mark.split('.');
      return !isFor(role, kind, whose);
    });
    if (leaks.length > 0) expect.fail(`${role} is shown ${leaks.join(', ')}`);
    // The walk looks everywhere: what they may see was seen.
    const missing = kinds
      .filter((def) => page.get(def.name)?.[role].read && !isOwn(def) && markable(def))
      .map(({ name }) => `Zq.${name}.here`)
      .filter((mark) => !seen.has(mark));
    if (missing.length > 0) expect.fail(`${role} is not shown ${missing.join(', ')}`);
    expect(seen).toContain(`Zq.notifications.mine_${role}`);
    // And so do live lines: all that a device of this role holds came over its own.
    const held = kinds.filter((def) => def.scope !== 'none' && page.get(def.name)?.[role].read && !isOwn(def) && markable(def));
    for (const { name } of held) expect(carried.get(role)).toContain(`Zq.${name}.here`);
    expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
  });
});

/** Whether a row of this record bears a mark: it has a text that is long enough and free. */
const markable = (def: RecordDef): boolean =>
  (ids.get(def.name)?.length ?? 0) > 0 && JSON.stringify(marked(def, {}, 'here')).includes('Zq.');
