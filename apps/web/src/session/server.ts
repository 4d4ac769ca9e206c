import { type FieldProblems, type Json, PROBLEMS, type ProblemCode, ProblemError } from '@psa/domain';
import type { DeviceGrant, LoginReply, LoginRequest, SecondFactorAsked } from '@psa/sync';

export type Fetch = (input: string, init?: RequestInit) => Promise<Response>;

/** One call gets so long before it counts as unanswered (docs/sync.md, S50). */
const TIMEOUT_MS = 30_000;

/** What the server said to a sign-in; `unreachable` when nothing came that proves anything. */
export type LoginAnswer<R = LoginReply> =
  | { is: 'in'; reply: R }
  /** `second`: the password was right, and this can be shown beside it. */
  | { is: 'refused'; code: string; say: string; second?: SecondFactorAsked }
  | { is: 'unreachable' };

interface Refusal {
  error?: unknown;
  code?: unknown;
  fields?: unknown;
  second?: SecondFactorAsked;
}

/** A PIN opens in seconds or not at all: a server that is slower than this counts as out of reach. */
const KNOWS_MS = 3000;

/** The few calls that are not synchronisation. */
export class Server {
  readonly #fetch: Fetch;
  readonly #base: string;
  constructor(fetch: Fetch, base = '') {
    this.#fetch = fetch;
    this.#base = base;
  }

  login(
    request: LoginRequest & Pick<Required<LoginRequest>, 'device'>,
  ): Promise<LoginAnswer<LoginReply & { device: DeviceGrant }>>;
  login(request: LoginRequest): Promise<LoginAnswer>;
  async login(request: LoginRequest): Promise<LoginAnswer> {
    const answer = await this.#send('POST', '/api/login', null, request as unknown as Json).catch(() => null);
    // A captive portal answers too, with a page of its own: only JSON of the right shape counts.
    if (!answer || answer.status >= 500) return { is: 'unreachable' };
    const body = answer.body as (Partial<LoginReply> & Refusal) | null;
    if (answer.ok) {
      const whole = body?.token && body.user && (body.device || !request.device);
      return whole ? { is: 'in', reply: body as unknown as LoginReply } : { is: 'unreachable' };
    }
    if (typeof body?.code !== 'string' || typeof body.error !== 'string') return { is: 'unreachable' };
    const { code, error: say, second } = body;
    return { is: 'refused', code, say, ...(second ? { second } : {}) };
  }

  /** Whether a session still stands, if the server can say so within seconds. */
  async knows(
    token: string | null,
  ): Promise<{ is: 'in' } | { is: 'unreachable' } | { is: 'refused'; code: string; say: string }> {
    const answer = await this.#send('GET', '/api/user', token, undefined, KNOWS_MS).catch(() => null);
    const body = answer?.body as ({ user?: unknown } & Refusal) | null | undefined;
    if (answer?.ok && body?.user) return { is: 'in' };
    if (!answer || answer.status >= 500 || typeof body?.code !== 'string') return { is: 'unreachable' };
    return { is: 'refused', code: body.code, say: typeof body.error === 'string' ? body.error : '' };
  }

  /** Ends a session. @returns whether the server has it from now on: also when it was ended before. */
  async logout(token: string): Promise<boolean> {
    const answer = await this.#send('POST', '/api/logout', token).catch(() => null);
    return answer !== null && (answer.ok || answer.status === 401 || answer.status === 403);
  }

  /**
   * Any call of the API. Rejects with the server's own problem, or UNAVAILABLE when it could not be reached; `onEnded` when the token
   * counts no longer: a synchronisation notes that, and the app asks for the password.
   */
  async call(
    method: 'GET' | 'POST' | 'PATCH',
    path: string,
    token: string | null,
    body?: Json,
    onEnded?: () => void,
  ): Promise<Json> {
    const answer = await this.#send(method, path, token, body).catch((cause: unknown) => {
      throw new ProblemError('UNAVAILABLE', { say: 'This needs the network, and the server could not be reached.', cause });
    });
    if (answer.ok) return answer.body;
    if (answer.status === 401 && token !== null) onEnded?.();
    const refusal = answer.body as Refusal | null;
    const known = typeof refusal?.code === 'string' && Object.hasOwn(PROBLEMS, refusal.code);
    if (!known) throw new ProblemError(answer.status === 401 ? 'NOT_SIGNED_IN' : 'UNAVAILABLE');
    throw new ProblemError(refusal.code as ProblemCode, {
      ...(typeof refusal.error === 'string' ? { say: refusal.error } : {}),
      fields: (refusal.fields ?? {}) as FieldProblems,
    });
  }

  async #send(
    method: string,
    path: string,
    token: string | null,
    body?: Json,
    timeoutMs = TIMEOUT_MS,
  ): Promise<{ ok: boolean; status: number; body: Json }> {
    const response = await this.#fetch(this.#base + path, {
      method,
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      cache: 'no-store',
      credentials: 'omit',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await response.text();
    const json = text === '' ? null : (JSON.parse(text) as Json);
    return { ok: response.ok, status: response.status, body: json };
  }
}
