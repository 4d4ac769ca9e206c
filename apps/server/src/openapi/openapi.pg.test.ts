import { createSecretKey, randomBytes } from 'node:crypto';
import { may, PROBLEMS, ROLES } from '@psa/domain';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildApp } from '../app.ts';
import { createPool } from '../db/pool.ts';
import { Secrets } from '../keys/secrets.ts';
import { PUBLISHED } from '../routes/published.ts';
import { type Hospital, openHospital } from '../testing/hospital.ts';
import { OPERATIONS, openApi } from './document.ts';
import { idOf } from './operation.ts';
import { docsPage } from './page.ts';

let h: Hospital;
beforeAll(async () => {
  h = await openHospital();
});
afterAll(() => h.close());

/** Every route below /api that Fastify has, as `METHOD /path/{parameter}`. */
async function routesOfServer(): Promise<string[]> {
  const routes = new Set<string>();
  const pool = createPool({ connectionString: h.serverUrl, max: 1 });
  const app = buildApp({
    pool,
    client: { connectionString: h.serverUrl },
    config: { version: 'test', secrets: Secrets.of(createSecretKey(randomBytes(32))) },
  });
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) {
      if (one !== 'HEAD' && one !== 'OPTIONS' && url.startsWith('/api')) routes.add(`${one} ${url.replace(/:(\w+)/g, '{$1}')}`);
    }
  });
  try {
    await app.ready();
  } finally {
    await app.close();
    await pool.end();
  }
  return [...routes].sort();
}

test('the document has every route of the server, and no other', async () => {
  const described = OPERATIONS.map((op) => `${op.method.toUpperCase()} ${op.path}`).sort();
  expect(described).toEqual(await routesOfServer());
});

describe('GET /api/openapi.json', () => {
  test('is OpenAPI 3.1 for anybody, with a name of its own for each operation', async () => {
    const { status, body, headers } = await h.call('GET', '/api/openapi.json');
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
    expect(body).toEqual(JSON.parse(JSON.stringify(openApi('test'))));
    expect(body).toMatchObject({ openapi: '3.1.0', info: { version: 'test' } });
    const ids = OPERATIONS.map(idOf);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('every schema that is named is there', async () => {
    const text = JSON.stringify(openApi('test'));
    const schemas = (openApi('test').components as { schemas: object }).schemas;
    const named = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name ?? '');
    expect(named.filter((name) => !Object.hasOwn(schemas, name))).toEqual([]);
  });

  test('says of each record what the declaration says', () => {
    const { paths } = openApi('test') as { paths: Record<string, Record<string, { 'x-roles': string[] }>> };
    for (const { def, path } of PUBLISHED) {
      const roles = ROLES.filter((role) => may({ user_id: '', facility_id: '', role }, 'read', def));
      expect(paths[path]?.get?.['x-roles'], def.name).toEqual(roles);
    }
    const schemas = (openApi('test').components as { schemas: Record<string, { properties: Record<string, unknown> }> })
      .schemas;
    expect(schemas.Patient?.properties.first_name).toEqual({
      title: 'First name',
      type: 'string',
      minLength: 1,
      maxLength: 100,
    });
    expect(schemas.Patient?.properties.blood_group).toMatchObject({ anyOf: [{ enum: expect.any(Array) }, { type: 'null' }] });
    expect(schemas.LabNew?.properties).not.toHaveProperty('ordered_by');
  });
});

describe('GET /api/docs', () => {
  test('is a page for anybody that needs no script and asks nothing from elsewhere', async () => {
    const { status, text, headers } = await h.call('GET', '/api/docs');
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(text === docsPage('test')).toBe(true);
    expect(text.match(/<(script|img|link|iframe)|\s(on[a-z]+|src)=|url\(|href="(?!#|\/api\/)/gi)).toBeNull();
    const codes = [...OPERATIONS.map((op) => op.path), ...Object.keys(PROBLEMS)];
    expect(codes.filter((code) => !text.includes(`<code>${code}</code>`))).toEqual([]);
  });

  test('every link leads somewhere', () => {
    const page = docsPage('test');
    const ids = new Set([...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id));
    const links = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
    expect(links.filter((id) => !ids.has(id))).toEqual([]);
    expect(new Set([...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id)).size).toBe([...page.matchAll(/\sid="/g)].length);
  });
});
