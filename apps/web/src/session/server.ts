import { type FieldProblems, type Json, PROBLEMS, type ProblemCode, ProblemError } from '@psa/domain';
import type { DeviceGrant, LoginReply, LoginRequest } from '@psa/sync';

export type Fetch = (input: string, init?: RequestInit) => Promise<Response>;

/** One call gets so long before it counts as unanswered (docs/sync.md, S50). */
const TIMEOUT_MS = 30_000;

/** What the server said to a sign-in; `unreachable` when nothing came that proves anything. */
export type LoginAnswer =
  | { is: 'in'; reply: LoginReply & { device: DeviceGrant } }
  | { is: 'refused'; code: string; say: string }
  | { is: 'unreachable' };

interface Refusal {
  error?: unknown;
  code?: unknown;
  fields?: unknown;
}

/** The few calls that are not synchronisation. */
export class Server {
  readonly #fetch: Fetch;
  readonly #base: string;
  constructor(fetch: Fetch, base = '') {
    this.#fetch = fetch;
    this.#base = base;
  }

  async login(request: LoginRequest): Promise<LoginAnswer> {
    const answer = await this.#send('POST', '/api/login', null, request as unknown as Json).catch(() => null);
    // A captive portal answers too, with a page of its own: only JSON of the right shape counts.
    if (!answer || answer.status >= 500) return { is: 'unreachable' };
    const body = answer.body as (Partial<LoginReply> & Refusal) | null;
    if (answer.ok) {
      const whole = body?.token && body.user && body.device;
      return whole ? { is: 'in', reply: body as unknown as LoginReply & { device: DeviceGrant } } : { is: 'unreachable' };
    }
    if (typeof body?.code !== 'string' || typeof body.error !== 'string') return { is: 'unreachable' };
    return { is: 'refused', code: body.code, say: body.error };
  }

  /** Ends a session. @returns whether the server has it from now on: also when it was ended before. */
  async logout(token: string): Promise<boolean> {
    const answer = await this.#send('POST', '/api/logout', token).catch(() => null);
    return answer !== null && (answer.ok || answer.status === 401 || answer.status === 403);
  }

  /** Any call of the API. Rejects with the server's own problem, or UNAVAILABLE when it could not be reached. */
  async call(method: 'GET' | 'POST' | 'PATCH', path: string, token: string | null, body?: Json): Promise<Json> {
    const answer = await this.#send(method, path, token, body).catch((cause: unknown) => {
      throw new ProblemError('UNAVAILABLE', { say: 'This needs the network, and the server could not be reached.', cause });
    });
    if (answer.ok) return answer.body;
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
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await response.text();
    const json = text === '' ? null : (JSON.parse(text) as Json);
    return { ok: response.ok, status: response.status, body: json };
  }
}
