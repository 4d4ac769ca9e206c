import { createHash, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Figures } from './figures.ts';
import type { Metrics } from './metrics.ts';

export interface MetricsPlace {
  host: string;
  /** 0: any free one. */
  port: number;
  /** Asked for as a bearer token; without one only this machine may be listened on (config.ts). */
  token?: string;
}

/** Whoever scrapes sends no body and few headers. */
const REQUEST_MS_MAX = 10_000;

const digest = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest();

/** Compared by digest: neither length nor beginning of the token shows in the time it takes. */
const holds = (request: IncomingMessage, token: string): boolean =>
  timingSafeEqual(digest(request.headers.authorization ?? ''), digest(`Bearer ${token}`));

/**
 * `GET /metrics` on a listener of its own, apart from what the hospital's network reaches. Rejects when the port is taken.
 * @returns the port, and how to end it.
 */
export async function serveMetrics(
  metrics: Metrics,
  figures: Figures,
  { host, port, token }: MetricsPlace,
): Promise<{ port: number; close(): Promise<void> }> {
  const answer = async (request: IncomingMessage, reply: ServerResponse): Promise<void> => {
    const say = (status: number, text: string) => reply.writeHead(status, { 'content-type': 'text/plain' }).end(text);
    if (request.url?.split('?')[0] !== '/metrics' || request.method !== 'GET') return void say(404, 'GET /metrics\n');
    if (token !== undefined && !holds(request, token)) {
      reply.setHeader('www-authenticate', 'Bearer');
      return void say(401, 'METRICS_TOKEN is asked for as a bearer token.\n');
    }
    await figures.update();
    const text = await metrics.registry.metrics();
    reply.writeHead(200, { 'content-type': metrics.registry.contentType }).end(text);
  };
  const server = createServer({ requestTimeout: REQUEST_MS_MAX }, (request, reply) => {
    answer(request, reply).catch(() => reply.destroy());
  });
  server.listen(port, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
