import type { FastifyInstance } from 'fastify';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** From what nobody notices to what everybody does. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Commits of one page. */
const COMMITS = [0, 1, 5, 20, 100, 500, 2_500, 10_000];

const NO_ROUTE = 'none';

/**
 * What this process counts of its own work, for Prometheus. Labels are route patterns, methods, statuses and kinds of outcome: never an
 * id, a name or anything that was entered.
 */
export class Metrics {
  readonly registry = new Registry();
  readonly #of = { registers: [this.registry] };
  readonly requests = new Counter({
    name: 'psa_requests_total',
    help: 'Requests answered, by route and status.',
    labelNames: ['method', 'route', 'status'] as const,
    ...this.#of,
  });
  readonly requestSeconds = new Histogram({
    name: 'psa_request_seconds',
    help: 'From the head of a request to the end of its answer. Without live streams, which last for hours.',
    labelNames: ['method', 'route'] as const,
    buckets: SECONDS,
    ...this.#of,
  });
  readonly pushSeconds = new Histogram({
    name: 'psa_push_seconds',
    help: 'Pushes, until what they brought was durable.',
    buckets: SECONDS,
    ...this.#of,
  });
  readonly pushed = new Counter({
    name: 'psa_pushed_mutations_total',
    help: 'Mutations that devices sent, by outcome.',
    labelNames: ['status'] as const,
    ...this.#of,
  });
  readonly pullSeconds = new Histogram({ name: 'psa_pull_seconds', help: 'Pulls.', buckets: SECONDS, ...this.#of });
  readonly pullCommits = new Histogram({
    name: 'psa_pull_commits',
    help: 'By how many commits a pull brought a device forward.',
    buckets: COMMITS,
    ...this.#of,
  });
  readonly snapshots = new Counter({
    name: 'psa_snapshots_made_total',
    help: 'Snapshots of scopes that were made, by the database they were read from.',
    labelNames: ['from'] as const,
    ...this.#of,
  });
  readonly live = new Gauge({ name: 'psa_live_streams', help: 'Open live streams.', ...this.#of });

  /** Adds what Node tells of the process: CPU, memory, garbage collection, event-loop lag. Keeps a timer until `stop`. */
  watchProcess(): void {
    collectDefaultMetrics({ register: this.registry });
  }

  stop(): void {
    this.registry.clear();
  }
}

/** Counts and times every request of an app. */
export function watchRequests(app: FastifyInstance, metrics: Metrics): void {
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? NO_ROUTE;
    const { method } = request;
    metrics.requests.inc({ method, route, status: reply.statusCode });
    metrics.requestSeconds.observe({ method, route }, reply.elapsedTime / 1_000);
    done();
  });
}
