import { gzip } from 'node:zlib';
import type { FastifyInstance } from 'fastify';

/** Below this a packet is a packet. */
const LEAST_BYTES = 1_400;
const GZIP_LEVEL = 4;

/**
 * Long JSON answers travel as gzip where the client asks for it: on a ward's network the bytes are what is dear. Off the main thread.
 * Others become bytes here, once: Node would otherwise count and write a long text several times.
 */
export function compressAnswers(app: FastifyInstance): void {
  app.addHook('onSend', (request, reply, payload: unknown, done) => {
    if (!(typeof payload === 'string' || Buffer.isBuffer(payload)) || payload.length < LEAST_BYTES) return done(null, payload);
    if (reply.hasHeader('content-encoding')) return done(null, payload);
    if (!String(reply.getHeader('content-type') ?? '').startsWith('application/json')) return done(null, payload);
    reply.header('vary', 'accept-encoding');
    if (!/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) {
      return done(null, typeof payload === 'string' ? Buffer.from(payload) : payload);
    }
    reply.header('content-encoding', 'gzip').removeHeader('content-length');
    return gzip(payload, { level: GZIP_LEVEL }, done);
  });
}
