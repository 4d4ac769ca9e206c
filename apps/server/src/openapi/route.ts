import type { FastifyInstance } from 'fastify';
import { policyOfPage } from '../routes/headers.ts';
import { openApi } from './document.ts';
import { docsPage } from './page.ts';
import { STYLE } from './style.ts';

/** GET /api/openapi.json and the same to be read, GET /api/docs. Nothing of the unit is in them, so nobody needs to sign in. */
export function openApiRoutes(app: FastifyInstance, version: string): void {
  let made: { json: string; html: string } | undefined;
  const get = () => {
    made ??= { json: JSON.stringify(openApi(version)), html: docsPage(version) };
    return made;
  };
  app.get('/api/openapi.json', async (_request, reply) => reply.type('application/json; charset=utf-8').send(get().json));
  const policy = policyOfPage(STYLE);
  app.get('/api/docs', async (_request, reply) =>
    reply.header('content-security-policy', policy).type('text/html; charset=utf-8').send(get().html),
  );
}
