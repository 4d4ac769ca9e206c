import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Hospital, openHospital } from '../testing/hospital.ts';

const GUIDE = readFileSync(new URL('../../../../docs/guide/client.md', import.meta.url), 'utf8');

let h: Hospital;
beforeAll(async () => {
  h = await openHospital();
});
afterAll(() => h.close());

/** The worked examples: a request, and the status and answer that stand below it. */
const examples = [...GUIDE.matchAll(/```http\n([A-Z]+) (\S+)\n([\s\S]*?)```\s+```json\n(\d{3})\n([\s\S]*?)```/g)].map(
  ([, method = '', path = '', body = '', status = '', answer = '']) => ({
    method,
    path,
    body: body.trim() === '' ? undefined : (JSON.parse(body) as unknown),
    status: Number(status),
    answer: JSON.parse(answer) as unknown,
  }),
);

/** `…` stands for any text, or for nothing more to come; what the page leaves out may be anything. */
function shownAs(shown: unknown): unknown {
  if (shown === '…') return expect.toSatisfy((value) => value === null || (typeof value === 'string' && value !== ''));
  if (Array.isArray(shown)) return shown.map(shownAs);
  if (typeof shown !== 'object' || shown === null) return shown;
  return expect.objectContaining(Object.fromEntries(Object.entries(shown).map(([name, value]) => [name, shownAs(value)])));
}

test('the page on writing a client shows what a server answers, example by example', async () => {
  expect(examples.length).toBe(GUIDE.match(/```http/g)?.length);
  expect(examples.length).toBeGreaterThan(8);
  let token: string | undefined;
  for (const { method, path, body, status, answer } of examples) {
    const given = await h.call(method, path, { ...(token && { token }), ...(body !== undefined && { body }) });
    expect({ path, status: given.status, body: given.body }).toEqual({ path, status, body: shownAs(answer) });
    if (path === '/api/login') token = (given.body as { token: string }).token;
  }
});
