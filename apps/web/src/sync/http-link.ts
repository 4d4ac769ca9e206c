import {
  type Link,
  LinkError,
  type PullReply,
  type PullRequest,
  type PushReply,
  type PushRequest,
  type SnapshotHeader,
  type SnapshotRequest,
  type SnapshotStream,
} from '@psa/sync';
import { chunksOf, framesOf } from './frames.ts';

/** Silence for so long is no answer (docs/sync.md, S50). */
const TIMEOUT_MS = 30_000;

export interface HttpLinkEnv {
  fetch(input: string, init?: RequestInit): Promise<Response>;
  /** Origin of the server; empty for the page's own. */
  base: string;
  /** The session's token, or null when nobody's is on hand. */
  token(): string | null;
  timeoutMs?: number;
}

const REASONS: Readonly<Record<number, LinkError['reason']>> = {
  401: 'signed_out',
  403: 'forbidden',
  409: 'epoch',
  413: 'too_large',
  426: 'too_old',
  429: 'busy',
  503: 'busy',
};

/** The way to the server over HTTP. What is not a JSON answer of ours counts as no answer: a portal or a proxy may speak too. */
export class HttpLink implements Link {
  readonly #env: HttpLinkEnv;
  constructor(env: HttpLinkEnv) {
    this.#env = env;
  }

  async push(request: PushRequest): Promise<PushReply> {
    const reply = await this.#post<PushReply>('/api/sync/push', request);
    if (!Array.isArray(reply.groups) || typeof reply.epoch !== 'string')
      throw new LinkError('unreachable', 'An unknown answer.');
    return reply;
  }

  async pull(request: PullRequest): Promise<PullReply> {
    const reply = await this.#post<PullReply>('/api/sync/pull', request);
    if (!Array.isArray(reply.granted) || typeof reply.epoch !== 'string')
      throw new LinkError('unreachable', 'An unknown answer.');
    return reply;
  }

  async snapshot(request: SnapshotRequest): Promise<SnapshotStream> {
    const silence = new Silence(this.#env.timeoutMs ?? TIMEOUT_MS);
    const query = new URLSearchParams(Object.entries(request).flatMap(([k, v]) => (v === undefined ? [] : [[k, String(v)]])));
    const response = await this.#ask(`/api/sync/snapshot?${query}`, { method: 'GET', signal: silence.signal });
    if (!response.body) throw new LinkError('unreachable', 'An empty snapshot.');
    const frames = framesOf(silence.heardIn(chunksOf(response.body)));
    const first = await next(frames);
    const header = first && headerOf(first);
    if (!header) throw new LinkError('unreachable', 'A snapshot without a header.');
    return { header, pages: pagesOf(frames, header, request) };
  }

  async #post<T>(path: string, request: object): Promise<T> {
    const response = await this.#ask(path, {
      method: 'POST',
      body: JSON.stringify(request),
      signal: AbortSignal.timeout(this.#env.timeoutMs ?? TIMEOUT_MS),
    });
    const reply: unknown = await response.json().catch(() => null);
    if (typeof reply !== 'object' || reply === null) throw new LinkError('unreachable', 'The answer could not be read.');
    return reply as T;
  }

  async #ask(path: string, init: RequestInit): Promise<Response> {
    const token = this.#env.token();
    if (token === null) throw new LinkError('signed_out', 'Nobody is signed in.');
    const headers = {
      authorization: `Bearer ${token}`,
      ...(init.method === 'POST' ? { 'content-type': 'application/json' } : {}),
    };
    const response = await this.#env
      .fetch(this.#env.base + path, { ...init, headers, cache: 'no-store', credentials: 'omit' })
      .catch(() => {
        throw new LinkError('unreachable', 'The server could not be reached.');
      });
    if (response.ok) return response;
    const problem = (await response.json().catch(() => null)) as { code?: unknown; error?: unknown } | null;
    // Only our own server may say that a session has ended or a device was withdrawn.
    const ours = typeof problem?.code === 'string';
    const reason = (ours ? REASONS[response.status] : undefined) ?? 'unreachable';
    throw new LinkError(
      reason,
      typeof problem?.error === 'string' ? problem.error : `Status ${response.status}.`,
      waitOf(response),
    );
  }
}

function waitOf(response: Response): number | null {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
}

function headerOf(frame: Uint8Array): SnapshotHeader | null {
  try {
    const header = JSON.parse(new TextDecoder().decode(frame)) as SnapshotHeader;
    return Array.isArray(header.pages) && typeof header.head === 'number' ? header : null;
  } catch {
    return null;
  }
}

async function next(frames: AsyncGenerator<Uint8Array>): Promise<Uint8Array | null> {
  try {
    const { done, value } = await frames.next();
    return done ? null : value;
  } catch {
    throw new LinkError('unreachable', 'The line was cut.');
  }
}

/** Pages in the order announced, from the one asked for when the server goes on with the same snapshot. */
async function* pagesOf(
  frames: AsyncGenerator<Uint8Array>,
  header: SnapshotHeader,
  request: SnapshotRequest,
): AsyncGenerator<{ n: number; bytes: Uint8Array }> {
  const from = header.snapshot === request.snapshot ? (request.from ?? 0) : 0;
  try {
    for (const { n } of header.pages) {
      if (n < from) continue;
      const bytes = await next(frames);
      if (bytes === null) return;
      yield { n, bytes };
    }
  } finally {
    await frames.return(undefined);
  }
}

/** Ends a transfer that has been silent for too long. */
class Silence {
  readonly #controller = new AbortController();
  readonly #ms: number;
  #timer: ReturnType<typeof setTimeout>;
  constructor(ms: number) {
    this.#ms = ms;
    this.#timer = this.#start();
  }
  get signal(): AbortSignal {
    return this.#controller.signal;
  }
  #start(): ReturnType<typeof setTimeout> {
    return setTimeout(() => this.#controller.abort(), this.#ms);
  }
  async *heardIn<T>(source: AsyncIterable<T>): AsyncGenerator<T> {
    try {
      for await (const item of source) {
        clearTimeout(this.#timer);
        yield item;
        // Sealing and storing a page is not the line's silence.
        this.#timer = this.#start();
      }
    } finally {
      clearTimeout(this.#timer);
    }
  }
}
