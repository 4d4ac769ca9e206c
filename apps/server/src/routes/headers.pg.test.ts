import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OPERATIONS } from '../openapi/document.ts';
import { type Hospital, openHospital } from '../testing/hospital.ts';

let h: Hospital;
let web: string;
beforeAll(async () => {
  web = mkdtempSync(join(tmpdir(), 'psa-web-'));
  writeFileSync(join(web, 'index.html'), '<!doctype html><title>app</title>');
  h = await openHospital({ trustProxy: 1 }, web);
});
afterAll(async () => {
  await h.close();
  rmSync(web, { recursive: true, force: true });
});

const NOTHING = "default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none'";
const ALWAYS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'x-frame-options': 'SAMEORIGIN',
};

const cspOf = (headers: Headers) => headers.get('content-security-policy')?.replaceAll('; ', ';') ?? '';

test('every route, asked by nobody in particular: nothing in the answer may run, be framed, guessed at or kept', async () => {
  const wrong: string[] = [];
  for (const { method, path } of OPERATIONS) {
    const at = `${method.toUpperCase()} ${path.replace(/\{\w+\}/g, '018f0000-0000-7000-8000-000000000000')}`;
    const [verb, url] = at.split(' ') as [string, string];
    const { headers } = await h.call(verb, url);
    for (const [name, value] of Object.entries(ALWAYS)) if (headers.get(name) !== value) wrong.push(`${at}: ${name}`);
    if (!headers.get('permissions-policy')?.includes('microphone=()')) wrong.push(`${at}: permissions-policy`);
    if (!cspOf(headers).startsWith(NOTHING)) wrong.push(`${at}: ${cspOf(headers)}`);
    if (headers.get('cache-control') !== 'no-store') wrong.push(`${at}: cache-control`);
    if (headers.get('access-control-allow-origin') !== null) wrong.push(`${at}: open to another origin`);
    if (headers.get('set-cookie') !== null) wrong.push(`${at}: sets a cookie`);
    if (headers.get('server') !== null || headers.get('x-powered-by') !== null) wrong.push(`${at}: tells what it runs on`);
  }
  expect(wrong).toEqual([]);
});

test('what is no route is answered under the same policy', async () => {
  for (const path of ['/api/nothing', '/api', '/api?x=1', '/api/%zz']) {
    expect(cspOf((await h.call('GET', path)).headers), path).toBe(NOTHING);
  }
});

test('no page may run a script that is written into it', async () => {
  const csp = cspOf((await h.call('GET', '/patients', { headers: { accept: 'text/html' } })).headers);
  const directives = new Map(
    csp
      .split(';')
      .map((part) => part.split(' '))
      .map(([name = '', ...values]) => [name, values]),
  );
  expect(directives.get('default-src')).toEqual(["'none'"]);
  expect(directives.get('script-src')).toEqual(["'self'"]);
  expect(directives.get('script-src-attr')).toEqual(["'none'"]);
  expect(directives.get('style-src-attr')).toEqual(["'none'"]);
  expect(directives.get('frame-ancestors')).toEqual(["'none'"]);
  expect(directives.get('connect-src')).toEqual(["'self'"]);
  expect(csp).not.toMatch(/unsafe-eval|https?:|\*/);
});

test('the page of the API has one style, known by its hash, and nothing that runs', async () => {
  const { headers, text } = await h.call('GET', '/api/docs');
  expect(cspOf(headers)).toMatch(/;style-src 'sha256-[A-Za-z0-9+/]{43}='$/);
  expect(text).not.toMatch(/<script|\son\w+=|\sstyle=/i);
});

test('whoever came by HTTPS is told to stay there; on plain HTTP that would lock the ward out', async () => {
  const said = async (headers: Record<string, string>) =>
    (await h.call('GET', '/api/health', { headers })).headers.get('strict-transport-security');
  expect(await said({ 'x-forwarded-proto': 'https', 'x-forwarded-for': '10.0.0.1' })).toBe(
    'max-age=31536000; includeSubDomains',
  );
  expect(await said({})).toBeNull();
});
