import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { TRACED, type Traced } from '../db/traced.ts';

/** Where spans go and how many: the variables of OpenTelemetry that count here. */
export interface TraceSettings {
  /** The whole address, with `/v1/traces`. */
  url: string;
  headers: Readonly<Record<string, string>>;
  service: string;
  /** The share of requests that is traced, 0 to 1. */
  share: number;
}

/** Spans that wait to be sent; what comes beyond is dropped and counted. */
const WAITING_MAX = 2_048;
const SENT_TOGETHER_MAX = 512;
const SEND_MS = 5_000;
/** A collector that does not answer is not waited for. */
const ANSWER_MS_MAX = 5_000;
/** It stays open for hours and says nothing of what was done. */
const NOT_TRACED: ReadonlySet<string> = new Set(['/api/sync/live']);

/** The kinds and states of the protocol (opentelemetry.io, OTLP 1.x). */
const KIND = { inside: 1, server: 2 } as const;
const FAILED = 2;

interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  began: number;
  ended: number;
  attributes: Record<string, string | number>;
  failed: boolean;
}

const hex = (bytes: number): string => randomBytes(bytes).toString('hex');
const nowMs = (): number => performance.timeOrigin + performance.now();
/** Nanoseconds since 1970 as text: more than a double holds. */
const nanos = (ms: number): string => `${BigInt(Math.round(ms * 1_000)) * 1_000n}`;
const value = (v: string | number) => (typeof v === 'number' ? { intValue: String(v) } : { stringValue: v });
const attributesOf = (all: Record<string, string | number>) =>
  Object.entries(all).map(([key, v]) => ({ key, value: value(v) }));

/**
 * Spans of requests, pushes, pulls and transactions, sent to a collector as OTLP over HTTP in JSON. A span says which route (its pattern), method
 * and status, how much and how long: never an address, an id, a name, or words of an error.
 */
export class Traces {
  readonly #settings: TraceSettings;
  readonly #about: Record<string, string>;
  /** What is being done here. */
  readonly #within = new AsyncLocalStorage<Traced>();
  readonly #requests = new WeakMap<FastifyRequest, Traced>();
  readonly #works = new WeakMap<Traced, Span>();
  readonly #timer: NodeJS.Timeout;
  readonly #note: (line: string) => void;
  #waiting: Span[] = [];
  #dropped = 0;
  #sending: Promise<void> = Promise.resolve();
  #complained = false;

  /** @param note told once when the collector cannot be reached, and once when it can again. */
  constructor(settings: TraceSettings, version: string, note: (line: string) => void) {
    this.#settings = settings;
    this.#note = note;
    this.#about = { 'service.name': settings.service, 'service.version': version };
    TRACED.start.bindStore(this.#within, (work) => this.#beginWork(work));
    TRACED.subscribe(this.#heard);
    this.#timer = setInterval(() => void this.flush(), SEND_MS).unref();
  }

  /** Traces the requests of the API. */
  watch(app: FastifyInstance): void {
    app.addHook('onRequest', (request, _reply, done) => {
      this.#beginRequest(request);
      this.#go(request, done);
    });
    // A body that arrived meanwhile goes on where the connection was, not where this request was.
    app.addHook('preValidation', (request, _reply, done) => {
      this.#go(request, done);
    });
    app.addHook('onResponse', (request, reply, done) => {
      const span = this.#spanOf(this.#requests.get(request));
      if (span) {
        span.attributes['http.response.status_code'] = reply.statusCode;
        this.#end(span, reply.statusCode >= 500);
      }
      done();
    });
  }

  /** Sends what waits. Resolves when it was sent or given up. */
  flush(): Promise<void> {
    this.#sending = this.#sending.then(async () => {
      while (this.#waiting.length > 0) await this.#send(this.#waiting.splice(0, SENT_TOGETHER_MAX));
    });
    return this.#sending;
  }

  /** Listens no more, and sends what waits. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    TRACED.unsubscribe(this.#heard);
    TRACED.start.unbindStore(this.#within);
    await this.flush();
  }

  readonly #heard = {
    start: () => undefined,
    end: () => undefined,
    asyncStart: () => undefined,
    asyncEnd: (work: Traced & { error?: unknown }) => {
      const span = this.#works.get(work);
      if (!span) return;
      for (const [what, n] of Object.entries(work.counts)) span.attributes[`psa.${what}`] = n;
      this.#end(span, work.error !== undefined);
    },
    error: () => undefined,
  };

  #spanOf(work: Traced | undefined): Span | undefined {
    return work && this.#works.get(work);
  }

  /** What a request does is done within it, if it is traced. */
  #go(request: FastifyRequest, done: () => void): void {
    const work = this.#requests.get(request);
    if (work) this.#within.run(work, done);
    else done();
  }

  #beginRequest(request: FastifyRequest): void {
    const route = request.routeOptions.url;
    if (!route?.startsWith('/api/') || NOT_TRACED.has(route) || Math.random() >= this.#settings.share) return;
    const [, traceId, parentSpanId] =
      /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}$/.exec(String(request.headers.traceparent)) ?? [];
    const { method } = request;
    const span = begin(`${method} ${route}`, KIND.server, traceId === undefined ? {} : { traceId, parentSpanId });
    Object.assign(span.attributes, { 'http.request.method': method, 'http.route': route });
    const work: Traced = { name: 'request', counts: {} };
    this.#works.set(work, span);
    this.#requests.set(request, work);
  }

  #beginWork(work: Traced): Traced {
    const parent = this.#spanOf(this.#within.getStore());
    // What the server does by itself, at night or after a start, is not a request's; that of one left out is left out.
    if (!parent) return work;
    const span = begin(work.name, KIND.inside, { traceId: parent.traceId, parentSpanId: parent.spanId });
    this.#works.set(work, span);
    return work;
  }

  #end(span: Span, failed: boolean): void {
    span.ended = nowMs();
    span.failed = failed;
    if (this.#waiting.length < WAITING_MAX) this.#waiting.push(span);
    else this.#dropped++;
  }

  async #send(spans: readonly Span[]): Promise<void> {
    const scopeSpans = [{ scope: { name: 'psa', version: this.#about['service.version'] }, spans: spans.map(shown) }];
    const body = JSON.stringify({ resourceSpans: [{ resource: { attributes: attributesOf(this.#about) }, scopeSpans }] });
    const { url, headers } = this.#settings;
    const sent = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body,
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    }).then(
      async (answer) => {
        await answer.arrayBuffer();
        return answer.ok;
      },
      () => false,
    );
    if (!sent) this.#dropped += spans.length;
    if (sent === this.#complained)
      this.#note(
        sent ? `Traces are taken again; ${this.#dropped} spans were lost` : 'The collector of traces does not take them',
      );
    this.#complained = !sent;
  }
}

function begin(name: string, kind: number, in_: { traceId?: string | undefined; parentSpanId?: string | undefined }): Span {
  const { traceId = hex(16), parentSpanId } = in_;
  const parent = parentSpanId === undefined ? {} : { parentSpanId };
  return { traceId, spanId: hex(8), ...parent, name, kind, began: nowMs(), ended: 0, attributes: {}, failed: false };
}

const shown = ({ began, ended, attributes, failed, ...span }: Span) => ({
  ...span,
  startTimeUnixNano: nanos(began),
  endTimeUnixNano: nanos(ended),
  attributes: attributesOf(attributes),
  ...(failed ? { status: { code: FAILED } } : {}),
});
