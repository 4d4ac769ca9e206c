import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fastify from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { webApp } from './static.ts';

const PAGE = '<!doctype html><title>The app</title>';
const folder = mkdtempSync(join(tmpdir(), 'psa-static-'));
const app = fastify();
beforeAll(async () => {
  writeFileSync(join(folder, 'index.html'), PAGE);
  writeFileSync(join(folder, 'index.html.gz'), gzipSync(PAGE));
  webApp(app, folder);
  await app.ready();
});
afterAll(async () => {
  await app.close();
  rmSync(folder, { recursive: true });
});

test.each([
  ['/', '*/*', 'gzip'],
  ['/', 'text/html', 'gzip'],
  ['/', '*/*', 'identity'],
  ['/', undefined, undefined],
  ['/patients/42', 'text/html', 'gzip'],
])('the page is there for %s, accepting %s and %s', async (url, accept, encoding) => {
  const headers = { ...(accept ? { accept } : {}), ...(encoding ? { 'accept-encoding': encoding } : {}) };
  const answer = await app.inject({ url, headers });
  expect(answer.statusCode).toBe(200);
  expect(answer.headers['content-type']).toMatch(/^text\/html/);
  expect(answer.headers['content-encoding']).toBe(encoding === 'gzip' ? 'gzip' : undefined);
});

test.each(['/api', '/api/nothing', '/nothing.js', '/patients/42'])(
  'nothing is there for a script that asks for %s',
  async (url) => {
    const answer = await app.inject({ url, headers: { accept: '*/*', 'accept-encoding': 'gzip' } });
    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toMatchObject({ code: 'NOT_FOUND' });
  },
);
