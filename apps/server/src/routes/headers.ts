import helmet, { type FastifyHelmetOptions } from '@fastify/helmet';
import fastify, { type FastifyInstance } from 'fastify';

const POLICY: FastifyHelmetOptions = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:', 'blob:'],
      fontSrc: ["'self'"],
      connectSrc: ["'self'"],
      workerSrc: ["'self'"],
      manifestSrc: ["'self'"],
      objectSrc: ["'none'"],
      baseUri: ["'self'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
  },
  strictTransportSecurity: false,
  referrerPolicy: { policy: 'no-referrer' },
  crossOriginResourcePolicy: { policy: 'same-origin' },
};

/** What helmet says to a request: it is the same for all, so it is asked once. */
async function fixedHeaders(): Promise<Record<string, string>> {
  const asked = fastify();
  await asked.register(helmet, POLICY);
  asked.get('/', async () => '');
  const { headers } = await asked.inject('/');
  await asked.close();
  const own = ['content-type', 'content-length', 'date', 'connection'];
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (own.includes(name) ? [] : [[name, String(value)]])),
  );
}

/**
 * Headers of every answer: only our own scripts run, nothing is framed, nothing of /api is kept by a cache, and no other
 * origin may ask (no CORS headers at all). HTTPS is not forced from here: on a ward's own network the server may speak plain
 * HTTP on loopback, and whoever puts TLS before it sets HSTS there.
 */
export function secureHeaders(app: FastifyInstance): void {
  const everywhere: Record<string, string> = {};
  const api: Record<string, string> = { 'cache-control': 'no-store' };
  void app.register(async () => {
    const fixed = await fixedHeaders();
    Object.assign(everywhere, fixed);
    Object.assign(api, fixed);
  });
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(request.url.startsWith('/api') ? api : everywhere);
    done();
  });
}
