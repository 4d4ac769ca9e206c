import { randomUUID } from 'node:crypto';
import { chanceFrom, may, type Patch, type RecordDef, ROLES, type Role } from '@psa/domain';
import contract from '@psa/domain/clinical/contract.json' with { type: 'json' };
import type { VectorFile } from '@psa/domain/clinical/vectors';
import { PROTOCOL_VERSION } from '@psa/sync';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rowJson } from '../db/sql.ts';
import { PUBLISHED, type Published } from '../routes/published.ts';
import { ADMIN, type Answer, type Ask, type Hospital, one, openHospital, somebody, type Tablet } from '../testing/hospital.ts';
import { type Answers, bodyFor, Checker } from '../testing/walk.ts';
import { OPERATIONS } from './document.ts';
import { type Operation, rolesWho } from './operation.ts';

type Who = Role | 'nobody';
const EVERYBODY: readonly Who[] = [...ROLES, 'nobody'];
/** Tries until a generated row fits what is there; random rows break rules over several rows now and then. */
const TRIES_MAX = 12;

let h: Hospital;
let checker: Checker;
let paths: Record<string, Record<string, { responses: Answers }>>;
const tablets = new Map<Role, Tablet>();
const chance = chanceFrom(20261122);
/** A row of each record, to read and to point to. */
const links: Record<string, string[]> = {};
/** What went wrong, one line each. */
const wrong: string[] = [];
const actor = (role: Role) => ({ user_id: '', facility_id: '', role });

beforeAll(async () => {
  h = await openHospital({ loginsPerMinute: 10_000, registrationsPerHour: 10_000 });
  const document = (await h.call('GET', '/api/openapi.json')).body as {
    components: { schemas: Record<string, object> };
    paths: typeof paths;
  };
  checker = new Checker(document);
  paths = document.paths;
  for (const role of ROLES) tablets.set(role, await h.tablet(role === 'super_admin' ? ADMIN : await h.hire(role)));
  // Somebody else than those who ask: an administrator may change or close this account, or withdraw its device.
  const other = await h.hire('consultant');
  links.users = [other.id];
  links.devices = [(await h.tablet(other)).device];
});
afterAll(() => h.close());

const tokenOf = (who: Who): { token?: string } => (who === 'nobody' ? {} : { token: tablets.get(who)?.token ?? '' });

/** Sends one request and holds the answer against the document. */
async function call(op: Operation, who: Who, path: string, ask: Ask = {}): Promise<Answer> {
  const answer = await h.call(op.method.toUpperCase(), path, { ...ask, ...tokenOf(who) });
  hold(op, who, answer);
  return answer;
}

function hold(op: Operation, who: Who, { status, headers, text, body }: Answer): void {
  const name = `${op.method.toUpperCase()} ${op.path} by ${who}`;
  const say = (problem: string) => wrong.push(`${name}: ${problem}`);
  const problem = checker.problem(
    paths[op.path]?.[op.method]?.responses ?? {},
    status,
    headers.get('content-type') ?? '',
    text,
  );
  if (problem) say(problem);
  const code = (body as { code?: string } | undefined)?.code;
  if (status >= 500 && code !== 'AI_OFF' && code !== 'AI_FAILED') say(`${status} ${text.slice(0, 200)}`);
  if (who === 'nobody') {
    if (op.who === 'anybody' ? status === 401 && code === 'NOT_SIGNED_IN' : status !== 401) say(`${status}, signed out`);
  } else if (op.who !== 'anybody' && !rolesWho(op).includes(who) && status !== 403) say(`${status}, though it is not for them`);
}

const operation = (p: Published, method: Operation['method'], path = p.path): Operation => {
  const op = OPERATIONS.find((o) => o.method === method && o.path === path);
  if (!op) throw new Error(`${method} ${path} is not described`);
  return op;
};

/** A row of a record that everybody may point to, made over REST by whoever may; looked up where nobody may. */
async function settle(p: Published): Promise<string> {
  const post = operation(p, 'post');
  const makers = ROLES.filter((role) => may(actor(role), 'create', p.def));
  let last = '';
  for (let i = 0; i < (makers.length === 0 ? 0 : TRIES_MAX); i++) {
    const role = makers[i % makers.length] as Role;
    const made = await call(post, role, p.path, { body: newBody(p.def, role, i % 3 !== 2) });
    if (made.status === 201) return (made.body as Record<string, { id: string }>)[p.one]?.id ?? '';
    last = `${role}: ${made.status} ${made.text}`;
  }
  if (makers.length > 0) wrong.push(`no ${p.def.title} could be made: ${last}`);
  return (await one<string | undefined>(h.pool, `select id from ${p.def.name} limit 1`)) ?? randomUUID();
}

/** Values that chance does not hit: they depend on other rows. */
const SPECIAL: Readonly<Record<string, Patch>> = {
  mcq_keys: { correct_options: [0] },
  cme_topics: { is_published: true, content: 'Text.' },
  user_assessments: { answers: {}, question_ids: null },
};

function newBody(def: RecordDef, role: Role, few: boolean): Patch {
  const own = def.access.own?.field;
  const mine =
    own === undefined || def.fields[own]?.merge === 'server' ? {} : { [own]: String(tablets.get(role)?.reply.user.id) };
  const special = def.name === 'patients' ? somebody() : SPECIAL[def.name];
  return { ...bodyFor(def, chance, links, few), ...special, ...mine };
}

describe.sequential('every operation is called by every role, and the answer is what the document says', () => {
  test('there is a row of every record', async () => {
    for (const p of PUBLISHED) links[p.def.name] ??= [await settle(p)];
    expect(wrong.splice(0)).toEqual([]);
  });

  test.each(PUBLISHED.map((p) => [p.def.name, p] as const))('%s', async (_, p) => {
    const { def } = p;
    const id = links[def.name]?.[0] ?? randomUUID();
    const at = `${p.path}/${p.by ? (links[def.fields[p.by.field]?.to ?? '']?.[0] ?? '') : id}`;
    const ops = {
      list: operation(p, 'get'),
      read: operation(p, 'get', `${p.path}/{id}`),
      post: operation(p, 'post'),
      patch: operation(p, 'patch', `${p.path}/{id}`),
      put: operation(p, 'put', `${p.path}/{id}`),
      retract: operation(p, 'delete', `${p.path}/{id}`),
    };
    await Promise.all(
      EVERYBODY.map(async (who) => {
        const role = who === 'nobody' ? 'consultant' : who;
        const listed = await call(ops.list, who, `${p.path}?limit=2`);
        if (who !== 'nobody' && rolesWho(ops.list).includes(who)) {
          if (listed.status !== 200) wrong.push(`${def.name} is not listed to ${who}: ${listed.status}`);
          const { next_since } = listed.body as { next_since: string | null };
          if (next_since !== null) await call(ops.list, who, `${p.path}?since=${next_since}`);
        }
        const filter = ops.list.parameters?.find(({ name }) => def.fields[name]?.kind === 'choice');
        if (filter)
          await call(
            ops.list,
            who,
            `${p.path}?${filter.name}=${encodeURIComponent(def.fields[filter.name]?.choices?.[0] ?? '')}`,
          );
        await call(ops.read, who, at);
        await call(ops.post, who, p.path, { body: newBody(def, role, false) });
        const pointing = Object.keys(def.fields).find((name) => def.fields[name]?.kind === 'link');
        if (pointing) await call(ops.post, who, p.path, { body: { ...newBody(def, role, true), [pointing]: randomUUID() } });
        await call(ops.patch, who, `${p.path}/${id}`, { body: anyOne(newBody(def, role, false)) });
        await call(ops.retract, who, `${p.path}/${randomUUID()}`);
      }),
    );
    // What was read may be sent back whole: it asks for nothing.
    for (const who of EVERYBODY) {
      const found = await h.pool.query<{ row: Patch }>(`select ${rowJson(def)} as row from ${def.name} t where t.id = $1`, [
        id,
      ]);
      const row = found.rows[0]?.row ?? {};
      const { status, text } = await call(ops.put, who, `${p.path}/${id}`, { body: row });
      const mayChange = who !== 'nobody' && row.deleted === false && !def.access.own && rolesWho(ops.put).includes(who);
      if (mayChange && status !== 200) wrong.push(`what ${who} read of ${def.name} could not be sent back: ${text}`);
    }
    expect(wrong.splice(0)).toEqual([]);
  });

  test.each(
    OPERATIONS.filter((op) => !PUBLISHED.some((p) => op.path === p.path || op.path === `${p.path}/{id}`)).map(
      (op) => [op.method, op.path, op] as const,
    ),
  )('%s %s', async (_method, _path, op) => {
    for (const who of EVERYBODY) await callOther(op, who);
    expect(wrong.splice(0)).toEqual([]);
  });
});

const anyOne = (body: Patch): Patch => {
  const names = Object.keys(body);
  const name = names.length === 0 ? undefined : chance.pick(names);
  return name === undefined ? {} : { [name]: body[name] ?? null };
};

const sync = (tablet: Tablet) => ({
  device: tablet.device,
  epoch: tablet.reply.device?.epoch ?? null,
  schema: PROTOCOL_VERSION,
  sent_at: new Date().toISOString(),
  outbox_depth: 0,
  oldest_pending_at: null,
});

/** What each operation beside the records is asked with. */
const BODIES: Readonly<Record<string, (tablet: Tablet) => object>> = {
  'post /api/sync/hand-in': (t) => ({ device: t.device, schema: 1, entries: [{ cseq: 1, k: 'x', iv: 'x', d: 'x' }] }),
  'post /api/sync/hand-in/release': (t) => ({ device: t.device }),
  'post /api/sync/wiped': (t) => ({ device: t.device }),
  'post /api/login': () => ({ email: `nobody.${randomUUID()}@unth.edu.ng`, password: 'not the password' }),
  'post /api/auth/login': (t) => ({
    email: String(t.reply.user.email),
    password: 'correct horse staple',
    device: { id: t.device, name: 'A tablet', schema: PROTOCOL_VERSION },
  }),
  'post /api/register': () => ({
    email: `a.${randomUUID()}@unth.edu.ng`,
    password: 'correct horse staple',
    full_name: 'A B',
    role: 'nursing',
  }),
  'post /api/user/password': () => ({ old_password: 'not the password', new_password: 'another horse staple' }),
  'post /api/emergency': () => ({ patient_id: links.patients?.[0], reason: 'Somebody collapsed' }),
  'post /api/second-factors/totp': () => ({ password: 'not the password' }),
  'post /api/second-factors/totp/confirm': () => ({ token: 'none', code: '123456' }),
  'post /api/second-factors/passkeys/confirm': () => ({ name: 'A key', passkey: {} }),
  'post /api/second-factors/recovery-codes': () => ({ password: 'not the password' }),
  'patch /api/users/{id}/approve': () => ({ is_approved: true }),
  'patch /api/users/{id}/status': () => ({ is_active: true }),
  'post /api/sync/push': (t) => ({ ...sync(t), groups: [] }),
  'post /api/sync/pull': (t) => ({ ...sync(t), cursor: 0, held: t.reply.device?.scopes ?? [], digest: true }),
  'post /api/ai/chat': () => ({ messages: [{ role: 'user', content: 'Hello' }] }),
  'post /api/ai/settings': () => ({ endpoint: 'http://127.0.0.1:9/v1', model: 'a-model', is_enabled: false }),
};
const QUERIES: Readonly<Record<string, (tablet: Tablet) => string>> = {
  'get /api/sync/snapshot': ({ device }) => `?device=${device}&scope=ref&min_head=0`,
  'get /api/search/patients': () => '?q=Ada&limit=5',
};
/** A clinical rule is asked with the first of its test vectors that has a result. */
const vectors = contract.calculators as unknown as VectorFile['calculators'];
function ruleBody(op: Operation): object | undefined {
  const rule = /^\/api\/calculators\/(\w+)$/.exec(op.path)?.[1];
  return vectors[rule ?? '']?.vectors.find(({ expected }) => !('error' in expected))?.input as object | undefined;
}
/** Last of all: they end sessions. */
const ENDS = /\/logout$/;

async function callOther(op: Operation, who: Who): Promise<void> {
  const key = `${op.method} ${op.path}`;
  const tablet = tablets.get(who === 'nobody' ? 'consultant' : who) as Tablet;
  const body =
    BODIES[key.replace('/api/auth/register', '/api/register')]?.(tablet) ?? ruleBody(op) ?? (op.body ? {} : undefined);
  const path = `${op.path.replace('{id}', (op.path.includes('/patients/') ? links.patients : links.users)?.[0] ?? '')}${QUERIES[key]?.(tablet) ?? ''}`;
  if (op.done.type === 'text/event-stream') return callStream(op, who, path);
  if (ENDS.test(op.path) && who !== 'nobody') {
    const token = (
      await h.tablet({
        email: String(tablet.reply.user.email),
        password: who === 'super_admin' ? ADMIN.password : 'correct horse staple',
      })
    ).token;
    hold(op, who, await h.call('POST', path, { token }));
    return;
  }
  const { status } = await call(op, who, path, body === undefined ? {} : { body });
  if (ruleBody(op) === undefined || who === 'nobody') return;
  if (status !== 200) wrong.push(`${op.path} computes nothing of its own test vector`);
  await call(op, who, path, { body: {} });
}

/** A stream does not end by itself: its head is enough. */
async function callStream(op: Operation, who: Who, path: string): Promise<void> {
  const stop = new AbortController();
  const { token } = tokenOf(who);
  const response = await fetch(h.base + path, {
    signal: stop.signal,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });
  const text = response.ok ? '' : await response.text();
  stop.abort();
  hold(op, who, { status: response.status, headers: response.headers, text, body: text === '' ? undefined : JSON.parse(text) });
}

test('a wrong answer is found', () => {
  const answers: Answers = { 200: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Message' } } } } };
  expect(checker.problem(answers, 200, 'application/json; charset=utf-8', '{"message":"Done."}')).toBeUndefined();
  expect(checker.problem(answers, 200, 'application/json', '{"message":7}')).toContain('must be string');
  expect(checker.problem(answers, 200, 'application/json', '{"message":"Done.","token":"x"}')).toContain('additional');
  expect(checker.problem(answers, 200, 'text/html', '{}')).toContain('text/html');
  expect(checker.problem(answers, 404, 'application/json', '{}')).toContain('404 is not described');
});
