import { createHmac, createSecretKey, randomBytes, randomUUID } from 'node:crypto';
import { type Patch, type Role, uuidv7 } from '@psa/domain';
import { type LoginReply, PROTOCOL_VERSION, type PushReply } from '@psa/sync';
import type { Pool } from 'pg';
import { type AppDeps, buildApp } from '../app.ts';
import { Passwords } from '../auth/passwords.ts';
import { Database } from '../db/database.ts';
import { createPool } from '../db/pool.ts';
import { seed } from '../db/seed.ts';
import { PgServerStore } from '../db/store.ts';
import { writeOne } from '../db/write.ts';
import { Secrets } from '../keys/secrets.ts';
import type { AppConfig } from '../routes/services.ts';
import { openDatabase } from './database.ts';

export const ADMIN = { email: 'admin@unth.edu.ng', password: 'Admin@123' };
export const DOCTOR = { email: 'doctor@unth.edu.ng', password: 'Doctor@123' };
export const PASSWORD = 'correct horse staple';

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** The JSON body; undefined when it is none. */
  body: unknown;
}

export interface Ask {
  token?: string;
  body?: unknown;
  /** Sent as it is instead of `body`. */
  raw?: string | Buffer;
  headers?: Record<string, string>;
}

/** One signed-in browser that keeps a copy. */
export interface Tablet {
  device: string;
  reply: LoginReply;
  token: string;
}

/** Sends one request and reads the whole answer. */
export async function ask(
  base: string,
  method: string,
  path: string,
  { token, body, raw, headers }: Ask = {},
): Promise<Answer> {
  const content = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const response = await fetch(base + path, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(content === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(content === undefined ? {} : { body: content }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: parsed(text) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * A seeded hospital of its own on real PostgreSQL, and its server on a free port. `clock.ahead` moves the server's clock (ms).
 */
export async function openHospital(
  config: Partial<AppConfig> = {},
  webDir?: string,
  watch: Pick<AppDeps, 'metrics' | 'traces' | 'log'> = {},
) {
  const database = await openDatabase();
  // The owner's, for what a test plants or looks up by hand; the server has its own, as the role that it works as.
  const pool = createPool({ connectionString: database.url, max: 10 });
  await seed(pool);
  const serverPool = createPool({ connectionString: database.serverUrl, max: 10 });
  const db = new Database(serverPool);
  const clock = { ahead: 0 };
  const now = () => Date.now() + clock.ahead;
  const app = buildApp({
    pool: serverPool,
    client: { connectionString: database.serverUrl },
    config: { version: 'test', secrets: Secrets.of(createSecretKey(randomBytes(32))), ...config },
    now,
    ...watch,
    ...(webDir === undefined ? {} : { webDir }),
  });
  const base = await app.listen({ host: '127.0.0.1', port: 0 });
  const facility = await one<string>(pool, 'select id from facilities');
  const admin = await one<string>(pool, "select id from users where role = 'super_admin'");
  const writer = { store: new PgServerStore(db), now, newId: () => uuidv7(now(), randomBytes) };
  const people = new Map<Role, { id: string; email: string; password: string }>();
  const hash = await new Passwords().hash(PASSWORD);

  const call = (method: string, path: string, wish?: Ask) => ask(base, method, path, wish);

  /** Makes an approved person; the password is PASSWORD unless a hash is given. */
  async function hire(role: Role, options: { email?: string; hash?: string | null; patch?: Patch } = {}) {
    const id = writer.newId();
    const email = options.email ?? `${role}.${id.slice(-6)}@unth.edu.ng`;
    const patch = { email, full_name: `A ${role}`, role, is_approved: true, is_active: true, ...options.patch };
    const actor = { user_id: admin, facility_id: facility, role: 'super_admin' as const };
    await writeOne(writer, { actor, origin: 'server' }, { kind: 'users', id, op: 'create', patch });
    if (options.hash !== null) {
      await pool.query('insert into user_credentials (facility_id, user_id, password_hash) values ($1, $2, $3)', [
        facility,
        id,
        options.hash ?? hash,
      ]);
    }
    return { id, email, password: PASSWORD };
  }

  async function signIn(who: { email: string; password: string }): Promise<string> {
    const { status, body, text } = await call('POST', '/api/login', { body: { email: who.email, password: who.password } });
    if (status !== 200) throw new Error(`sign-in of ${who.email}: ${status} ${text}`);
    return (body as LoginReply).token;
  }

  /** The token of somebody with this role, hired when there is nobody yet. */
  async function tokenOf(role: Role): Promise<string> {
    const person = people.get(role) ?? (await hire(role));
    people.set(role, person);
    return signIn(person);
  }

  async function tablet(who: { email: string; password: string }, device: string = randomUUID()): Promise<Tablet> {
    const claim = { id: device, name: 'A tablet', schema: PROTOCOL_VERSION };
    const { status, body, text } = await call('POST', '/api/login', {
      body: { email: who.email, password: who.password, device: claim },
    });
    if (status !== 200) throw new Error(`sign-in of ${who.email}: ${status} ${text}`);
    const reply = body as LoginReply;
    return { device, reply, token: reply.token };
  }

  /** A group as a device signs it: `author` is whoever holds the key of `by`. */
  function sealed(by: Tablet, cseq: number, mutations: readonly Wish[], author = String(by.reply.user.id)) {
    const at = new Date(now()).toISOString();
    const whole = mutations.map((m) => ({ mid: writer.newId(), op: 'create', base: 0, patch: {}, at, ...m }));
    const epoch = by.reply.device?.epoch ?? null;
    const body = JSON.stringify({ group: writer.newId(), device: by.device, author, epoch, mutations: whole });
    const key = Buffer.from(by.reply.device?.keys.author ?? '', 'base64');
    return { cseq, body, sig: createHmac('sha256', key).update(body).digest('base64') };
  }

  /** Pushes sealed groups, carried by the tablet's present session. */
  async function push(by: Tablet, groups: readonly object[], change: object = {}): Promise<Answer & { reply: PushReply }> {
    const request = {
      device: by.device,
      epoch: by.reply.device?.epoch ?? null,
      schema: PROTOCOL_VERSION,
      sent_at: new Date(now()).toISOString(),
      outbox_depth: groups.length,
      oldest_pending_at: null,
      groups,
      ...change,
    };
    const answer = await call('POST', '/api/sync/push', { token: by.token, body: request });
    return { ...answer, reply: answer.body as PushReply };
  }

  /** A pull request of a tablet. */
  function pull(by: Tablet, change: object = {}): Promise<Answer> {
    const request = {
      device: by.device,
      epoch: by.reply.device?.epoch ?? null,
      schema: PROTOCOL_VERSION,
      sent_at: new Date(now()).toISOString(),
      cursor: 0,
      held: by.reply.device?.scopes ?? [],
      ...change,
    };
    return call('POST', '/api/sync/pull', { token: by.token, body: request });
  }

  const close = async () => {
    await app.close();
    await serverPool.end();
    await pool.end();
    await database.drop();
  };
  return {
    app,
    base,
    url: database.url,
    serverUrl: database.serverUrl,
    pool,
    serverPool,
    db,
    facility,
    admin,
    clock,
    writer,
    call,
    hire,
    signIn,
    tokenOf,
    tablet,
    sealed,
    push,
    pull,
    close,
  };
}

export type Hospital = Awaited<ReturnType<typeof openHospital>>;

/** A mutation as a test names it; mid, base and time are added. */
export interface Wish {
  kind: string;
  id: string;
  op?: string;
  base?: number;
  patch?: Patch;
  mid?: string;
}

/** The first column of the first row. */
export async function one<T>(pool: Pool, text: string, values: readonly unknown[] = []): Promise<T> {
  const { rows } = await pool.query<Record<string, T>>(text, [...values]);
  return Object.values(rows[0] ?? {})[0] as T;
}

/** A patient that every rule accepts. */
export const somebody = (change: Patch = {}): Patch => ({
  hospital_number: `H-${randomBytes(5).toString('hex')}`,
  first_name: 'Ada',
  last_name: 'Obi',
  gender: 'Female',
  date_of_birth: '1990-05-01',
  date_of_birth_precision: 'Exact',
  ...change,
});
