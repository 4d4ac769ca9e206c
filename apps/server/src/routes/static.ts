import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { problemBody } from './problems.ts';

/** Vite puts a hash of the content into these names: they never change. */
const HASHED = /[/\\]assets[/\\]/;

/** Answers what no route knows: the app's start page for a navigation, a problem for everything else. */
export function webApp(app: FastifyInstance, webDir: string | undefined): void {
  const built = webDir !== undefined && existsSync(join(webDir, 'index.html'));
  if (built) {
    void app.register(fastifyStatic, {
      root: webDir,
      preCompressed: true,
      // The address without a path is answered below: the library does not find the compressed page behind it.
      index: false,
      wildcard: false,
      cacheControl: false,
      setHeaders: (reply, path) => {
        reply.header('cache-control', HASHED.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    });
  }
  app.setNotFoundHandler((request: FastifyRequest, reply: FastifyReply) => {
    if (built && isNavigation(request)) return reply.sendFile('index.html');
    return reply.code(404).send(problemBody('NOT_FOUND'));
  });
}

/** The address itself, or a browser opening a page of ours by its address; never an API path, a file or a script asking for something. */
function isNavigation(request: FastifyRequest): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  const path = request.url.split('?', 1)[0] ?? '';
  // A monitor or a proxy asks for it without saying that it wants a page.
  if (path === '/') return true;
  if (path === '/api' || path.startsWith('/api/')) return false;
  if (/\.[a-z0-9]{1,8}$/i.test(path)) return false;
  return (request.headers.accept ?? '').includes('text/html');
}
