import { type ClientRequest, type IncomingMessage, request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import { isIP } from 'node:net';
import { ProblemError } from '@psa/domain';
import { checkedLookup, endpointUrl, ForbiddenAddress } from './address.ts';

/** How long, in ms, and how much, in bytes, an answer may take. */
export interface ProviderLimits {
  /** Until the line, encryption included, stands. */
  connectMs: number;
  /** From then until the first byte: without streaming, the whole answer is made in that time. */
  firstByteMs: number;
  /** Between two pieces of a streamed answer. */
  idleMs: number;
  totalMs: number;
  answerBytes: number;
}

export const PROVIDER_LIMITS: ProviderLimits = {
  connectMs: 10_000,
  firstByteMs: 90_000,
  idleMs: 30_000,
  totalMs: 180_000,
  answerBytes: 1024 * 1024,
};

/** Whom to ask. */
export interface Provider {
  endpoint: string;
  /** Null: it wants none (a model on the hospital's own machine). */
  key: string | null;
}

const failed = (say: string, cause?: unknown) => new ProblemError('AI_FAILED', { say, cause });

/** What a status of the provider means to a person here. Its own words are not passed on: they may repeat what was sent. */
function statusSays(status: number): string {
  if (status === 401 || status === 403) return 'The language model refused the key. An administrator should check it.';
  if (status === 404) return 'The address or the model is not known there. An administrator should check the settings.';
  if (status === 400 || status === 413 || status === 422) return 'The language model did not accept the request.';
  if (status === 429) return 'The language model is busy, or what was paid for is used up. Please try again later.';
  if (status >= 300 && status < 400)
    return 'The address leads elsewhere, which is not followed. An administrator should correct it.';
  return 'The language model failed. Please try again later.';
}

/** The answer as it comes. Each piece restarts the clock of silence. */
export interface Answer {
  /** Whether it comes as server-sent events. */
  streamed: boolean;
  pieces: AsyncIterable<Buffer>;
}

/**
 * Sends a chat completion request and waits for the beginning of the answer. Redirects are not followed. Rejects with AI_FAILED; when `signal` ends
 * it, the line is cut at once.
 */
export async function askProvider(
  provider: Provider,
  body: string,
  limits: ProviderLimits,
  signal: AbortSignal,
): Promise<Answer> {
  const url = endpointUrl(provider.endpoint);
  const encrypted = url.protocol === 'https:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const send = encrypted ? secureRequest : plainRequest;
  const sent = send({
    host,
    port: url.port === '' ? (encrypted ? 443 : 80) : Number(url.port),
    path: `${url.pathname.replace(/\/$/, '')}/chat/completions`,
    method: 'POST',
    agent: false,
    signal,
    lookup: checkedLookup(encrypted),
    ...(encrypted && isIP(host) === 0 ? { servername: host } : {}),
    headers: {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      accept: 'application/json, text/event-stream',
      'accept-encoding': 'identity',
      'user-agent': 'plastic-surgeon-assistant',
      ...(provider.key === null ? {} : { authorization: `Bearer ${provider.key}` }),
    },
  });
  const clock = new Clock(sent, limits);
  try {
    const response = await begun(sent, body, encrypted, clock);
    const status = response.statusCode ?? 0;
    if (status !== 200) {
      response.destroy();
      throw failed(statusSays(status));
    }
    const streamed = /^text\/event-stream\b/i.test(response.headers['content-type'] ?? '');
    return { streamed, pieces: piecesOf(response, clock, limits) };
  } catch (error) {
    clock.stop();
    throw told(clock.failure ?? error);
  }
}

/** The whole answer as text. */
export async function readWhole(answer: Answer): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of answer.pieces) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

/** Resolves with the head of the answer. */
function begun(sent: ClientRequest, body: string, encrypted: boolean, clock: Clock): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    sent.on('error', reject);
    sent.on('response', resolve);
    sent.on('socket', (socket) => socket.once(encrypted ? 'secureConnect' : 'connect', () => clock.connected()));
    sent.end(body);
  });
}

async function* piecesOf(response: IncomingMessage, clock: Clock, limits: ProviderLimits): AsyncGenerator<Buffer> {
  let bytes = 0;
  try {
    clock.piece();
    for await (const piece of response as AsyncIterable<Buffer>) {
      clock.piece();
      bytes += piece.length;
      if (bytes > limits.answerBytes) throw failed('The answer of the language model is too long.');
      yield piece;
    }
  } catch (error) {
    throw told(clock.failure ?? error);
  } finally {
    clock.stop();
    response.destroy();
  }
}

/** Cuts the line when something takes too long. */
class Clock {
  readonly #sent: ClientRequest;
  readonly #limits: ProviderLimits;
  readonly #total: NodeJS.Timeout;
  #step: NodeJS.Timeout;
  /** What took too long, when something did. */
  failure: ProblemError | undefined;

  constructor(sent: ClientRequest, limits: ProviderLimits) {
    this.#sent = sent;
    this.#limits = limits;
    this.#total = this.#after(limits.totalMs, 'The language model took too long.');
    this.#step = this.#after(limits.connectMs, 'The language model could not be reached in time.');
  }

  connected(): void {
    this.#next(this.#limits.firstByteMs, 'The language model did not answer in time.');
  }

  piece(): void {
    this.#next(this.#limits.idleMs, 'The language model stopped in the middle of its answer.');
  }

  stop(): void {
    clearTimeout(this.#total);
    clearTimeout(this.#step);
  }

  #next(ms: number, say: string): void {
    clearTimeout(this.#step);
    this.#step = this.#after(ms, say);
  }

  #after(ms: number, say: string): NodeJS.Timeout {
    return setTimeout(() => {
      this.failure = failed(say);
      this.#sent.destroy(this.failure);
    }, ms);
  }
}

/** Any failure of the line as a problem of the catalogue. */
function told(error: unknown): Error {
  if (error instanceof ProblemError) return error;
  if (error instanceof ForbiddenAddress) return failed(error.message, error);
  const { code, name } = (error ?? {}) as { code?: string; name?: string };
  if (name === 'AbortError') return failed('The question was withdrawn.', error);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return failed('The address of the language model cannot be found.', error);
  if (code === 'ECONNREFUSED') return failed('Nothing answers at the address of the language model.', error);
  if (code !== undefined && /CERT|SELF_SIGNED|TLS|SSL/.test(code)) {
    return failed('The language model could not prove who it is (its certificate).', error);
  }
  return failed('The line to the language model broke.', error);
}
