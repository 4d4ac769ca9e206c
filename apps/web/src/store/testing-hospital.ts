import {
  type Actor,
  type AnyRow,
  type Json,
  PROBLEMS,
  type ProblemCode,
  ProblemError,
  type Role,
  scopesOf,
  uuidv7,
} from '@psa/domain';
import {
  type Caller,
  type HandInRequest,
  handIn,
  MemoryServerStore,
  type PullRequest,
  type PushRequest,
  pushGroup,
  ServerEnd,
  type SnapshotRequest,
} from '@psa/sync';
import { fromBase64, sealKeyOf, sign, signKeyOf, toBase64, unsealJson } from '../session/crypto.ts';
import { packRows } from './gzip.ts';

const random = (count: number): Uint8Array => crypto.getRandomValues(new Uint8Array(count));
const newId = (): string => uuidv7(Date.now(), random);

interface Account {
  actor: Actor;
  password: string;
  closed: boolean;
}

/** A store whose quarantine can be looked into. */
class TestStore extends MemoryServerStore {
  quarantined() {
    return [...this.state.quarantine.values()];
  }
}

/** A whole server for tests of the web app: the real server end over the memory store, reached through `fetch`. */
export class TestHospital {
  readonly facility = newId();
  readonly store = new TestStore({ epoch: newId() });
  readonly end: ServerEnd;
  readonly accounts = new Map<string, Account>();
  readonly sessions = new Map<string, { email: string; device: string }>();
  readonly revoked = new Set<string>();
  readonly draining = new Set<string>();
  readonly wiped = new Set<string>();
  leaseHours = 72;
  readonly #waiting: { path: string; done(): void }[] = [];
  /** Paths that fail as if the network went just then. */
  readonly deaf = new Set<string>();
  /** Without a network every call fails as fetch does. */
  online = true;
  readonly #keys = new Map<string, string>();
  readonly #streams = new Map<ReadableStreamDefaultController<Uint8Array>, true>();

  constructor() {
    this.end = new ServerEnd(this.store, {
      now: () => new Date().toISOString(),
      newId,
      authorOf: async (device, author, body, sig) => {
        const key = await signKeyOf(this.#key(device, `author:${author}`));
        const account = [...this.accounts.values()].find((a) => a.actor.user_id === author);
        return account && (await sign(key, body)) === sig ? account.actor : { code: 'BAD_SIGNATURE' };
      },
      compress: (text) => packRows(JSON.parse(text) as AnyRow[]),
      report: (what, error) => {
        throw new Error(what, { cause: error });
      },
    });
  }

  /** A hospital with one ward and these people; everybody's password is `right password`. */
  static async open(...roles: Role[]): Promise<TestHospital> {
    const h = new TestHospital();
    await h.write('facilities', h.facility, {
      name: 'Test hospital',
      short_name: 'TH',
      country: 'Nigeria',
      time_zone: 'Africa/Lagos',
    });
    for (const role of roles) await h.employ(`${role}@ward.test`, role);
    await h.write('wards', newId(), { name: 'Ward 1', code: 'W1', is_active: true });
    return h;
  }

  async employ(email: string, role: Role): Promise<void> {
    const user_id = newId();
    await this.write('users', user_id, { email, full_name: `Test ${role}`, role, is_approved: true, is_active: true });
    this.accounts.set(email, {
      actor: { user_id, facility_id: this.facility, role },
      password: 'right password',
      closed: false,
    });
  }

  /** Writes a row as the server itself; a new one when it is not there. */
  async write(
    kind: string,
    id: string,
    patch: Record<string, Json>,
    op: 'create' | 'edit' | 'retract' = 'create',
  ): Promise<void> {
    const actor: Actor = { user_id: this.facility, facility_id: this.facility, role: 'super_admin' };
    const at = new Date().toISOString();
    const mutation = { mid: newId(), kind, id, op, base: 0, patch, at };
    const outcome = await pushGroup(
      this.store,
      { group: newId(), device: newId(), author: actor.user_id, epoch: null, mutations: [mutation] },
      {
        actor,
        origin: 'server',
        device: null,
        cseq: null,
        now: at,
        clock_offset_ms: 0,
        schema: 1,
        newId,
        address: null,
        user_agent: null,
        baseIsCurrent: true,
      },
    );
    const refused = outcome.results.find((r) => r.status !== 'applied');
    if (refused) throw new Error(`${kind}: ${refused.code} ${refused.say} ${JSON.stringify(refused.fields)}`);
    await this.poke();
  }

  async patient(patch: Record<string, Json> = {}): Promise<string> {
    const id = newId();
    const given = { hospital_number: `H-${id.slice(-6)}`, first_name: 'Test', last_name: 'Patient', gender: 'Female' };
    await this.write('patients', id, { ...given, date_of_birth_precision: 'Unknown', ...patch });
    return id;
  }

  /** Tells every open live stream that the facility has moved. */
  async poke(): Promise<void> {
    const seq = await this.store.head(this.facility);
    const text = new TextEncoder().encode(`event: moved\ndata: {"seq":${seq}}\n\n`);
    for (const stream of this.#streams.keys()) stream.enqueue(text);
  }

  /** Resolves when a call of this path was answered. */
  answered(path: string): Promise<void> {
    return new Promise((done) => this.#waiting.push({ path, done }));
  }

  /** Ends all streams: the server goes home. */
  close(): void {
    for (const stream of this.#streams.keys()) stream.close();
    this.#streams.clear();
  }

  readonly fetch = async (input: string, init: RequestInit = {}): Promise<Response> => {
    if (!this.online) throw new TypeError('fetch failed');
    const url = new URL(input, 'http://test.invalid');
    if (this.deaf.has(url.pathname)) throw new TypeError('fetch failed');
    try {
      const answer = await this.#answer(url, init);
      for (const { path, done } of this.#waiting) if (path === url.pathname) done();
      return answer;
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      return Response.json({ error: error.message, code: error.code }, { status: error.status });
    }
  };

  async #answer(url: URL, init: RequestInit): Promise<Response> {
    const body: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : null;
    if (url.pathname === '/api/login') return Response.json(await this.#login(body as LoginBody));
    const token = new Headers(init.headers).get('authorization')?.slice('Bearer '.length) ?? '';
    if (url.pathname === '/api/logout') {
      this.sessions.delete(token);
      return Response.json({ message: 'Signed out.' });
    }
    const caller = this.#caller(token);
    switch (url.pathname) {
      case '/api/sync/push':
        return await this.#push(caller, body as PushRequest);
      case '/api/sync/pull':
        return Response.json(await this.end.pull(caller, body as PullRequest));
      case '/api/sync/snapshot':
        return await this.#snapshot(caller, url.searchParams);
      case '/api/user':
        if (this.revoked.has(caller.device)) throw new ProblemError('DEVICE_REVOKED');
        if (this.accounts.get(String(this.sessions.get(token)?.email))?.closed) throw new ProblemError('ACCOUNT_CLOSED');
        return Response.json({ user: { id: caller.actor.user_id } });
      case '/api/user/password':
        return this.#newPassword(token, body as { old_password: string; new_password: string });
      case '/api/sync/hand-in':
        return await this.#handIn(caller, body as HandInRequest);
      case '/api/sync/wiped':
        this.wiped.add((body as { device: string }).device);
        return Response.json({ message: 'The device is empty.' });
      case '/api/sync/live':
        return this.#live(init.signal ?? null);
      default:
        throw new ProblemError('NOT_FOUND');
    }
  }

  async #login({ email, password, device }: LoginBody): Promise<unknown> {
    const account = this.accounts.get(email);
    if (!account || account.password !== password) throw new ProblemError('BAD_CREDENTIALS');
    if (account.closed) throw new ProblemError('ACCOUNT_CLOSED');
    if (device && this.revoked.has(device.id)) throw new ProblemError('DEVICE_REVOKED');
    const { actor } = account;
    const token = toBase64(random(24));
    this.sessions.set(token, { email, device: device?.id ?? '' });
    const expires_at = new Date(Date.now() + 24 * 3600 * 1000).toISOString();
    if (!device) return { token, expires_at, message: 'Welcome.', user: { id: actor.user_id } };
    const scopes = [...scopesOf(actor.role)];
    const keys = {
      outbox: this.#key(device.id, 'outbox'),
      scopes: Object.fromEntries(scopes.map((scope) => [scope, this.#key(device.id, `scope:${scope}`)])),
      author: this.#key(device.id, `author:${actor.user_id}`),
    };
    const { epoch } = await this.store.epoch(this.facility);
    const user = {
      ...emptyUser,
      id: actor.user_id,
      facility_id: actor.facility_id,
      role: actor.role,
      email,
      full_name: `Test ${actor.role}`,
    };
    const lease_hours = this.leaseHours;
    return {
      ...{ token, expires_at, message: 'Welcome.', user },
      device: { id: device.id, state: 'active', epoch, lease_hours, scopes, keys },
    };
  }

  #caller(token: string): Caller {
    const session = this.sessions.get(token);
    const account = session && this.accounts.get(session.email);
    if (!session || !account)
      throw new ProblemError('SESSION_ENDED' satisfies ProblemCode, { say: PROBLEMS.SESSION_ENDED.say });
    const drains = this.draining.has(session.device) ? 'drain' : 'active';
    const device_state = this.revoked.has(session.device) ? 'revoked' : drains;
    return { actor: account.actor, device: session.device, device_state, address: null, user_agent: null };
  }

  #newPassword(token: string, { old_password, new_password }: { old_password: string; new_password: string }): Response {
    const account = this.accounts.get(this.sessions.get(token)?.email ?? '');
    if (account?.password !== old_password) throw new ProblemError('INVALID', { fields: { old_password: 'Wrong.' } });
    account.password = new_password;
    return Response.json({ message: 'Changed.' });
  }

  /** Opens the entries as the server does; what it cannot open has no results. */
  async #handIn({ actor }: Caller, { device, schema, entries }: HandInRequest): Promise<Response> {
    const key = await sealKeyOf(this.#key(device, 'outbox'));
    const groups = await Promise.all(
      entries.map(async ({ cseq, k, iv, d }) => {
        const sealed = { k, iv: fromBase64(iv), d: fromBase64(d).buffer };
        const text = await unsealJson<{ body: string; sig: string }>(
          new Map([[key.kid, key.key]]),
          ['outbox', cseq],
          sealed,
        ).catch(() => null);
        return text && { cseq, body: text.body, sig: text.sig };
      }),
    );
    const from = { device, schema, withdrawn: this.revoked.has(device) };
    const carrier = { actor, address: null, user_agent: null };
    const answers = await handIn(
      this.store,
      this.end.env,
      carrier,
      from,
      groups.filter((g) => g !== null),
    );
    const left = [...answers];
    return Response.json({
      groups: entries.map(({ cseq }, i) => (groups[i] ? left.shift() : { cseq, group: null, results: [] })),
    });
  }

  async #push(caller: Caller, request: PushRequest): Promise<Response> {
    const reply = await this.end.push(caller, request);
    await this.poke();
    return Response.json(reply);
  }

  async #snapshot(caller: Caller, query: URLSearchParams): Promise<Response> {
    const request: SnapshotRequest = {
      device: query.get('device') ?? '',
      scope: query.get('scope') ?? '',
      min_head: Number(query.get('min_head')),
      ...(query.has('snapshot') ? { snapshot: query.get('snapshot') ?? '', from: Number(query.get('from')) } : {}),
    };
    const { header, pages } = await this.end.snapshot(caller, request);
    const frames = [new TextEncoder().encode(JSON.stringify(header)), ...pages.map((p) => p.bytes)];
    return new Response(new Blob(frames.flatMap((f) => [lengthOf(f), f as Uint8Array<ArrayBuffer>])));
  }

  #live(signal: AbortSignal | null): Response {
    let mine: ReadableStreamDefaultController<Uint8Array>;
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => {
        mine = controller;
        this.#streams.set(controller, true);
      },
      cancel: () => {
        this.#streams.delete(mine);
      },
    });
    signal?.addEventListener('abort', () => {
      if (this.#streams.delete(mine)) mine.error(new Error('aborted'));
    });
    return new Response(stream, { headers: { 'content-type': 'text/event-stream' } });
  }

  /** The same at every sign-in, as the server keeps them. */
  #key(device: string, purpose: string): string {
    const name = `${device}/${purpose}`;
    const key = this.#keys.get(name) ?? toBase64(random(32));
    this.#keys.set(name, key);
    return key;
  }
}

interface LoginBody {
  email: string;
  password: string;
  device?: { id: string };
}

function lengthOf(frame: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, frame.length);
  return bytes;
}

const emptyUser = {
  created_by: null,
  updated_by: null,
  created_at: '2026-01-01T00:00:00.000Z',
  updated_at: '2026-01-01T00:00:00.000Z',
  deleted: false,
  row_version: 1,
  department: null,
  specialization: null,
  license_number: null,
  phone: null,
  is_approved: true,
  is_active: true,
};
