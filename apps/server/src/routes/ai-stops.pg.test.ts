import { once } from 'node:events';
import { request } from 'node:http';
import type { Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN, type Hospital, one, openHospital } from '../testing/hospital.ts';
import { echo, openStandIn } from '../testing/stand-in-model.ts';

let model: Awaited<ReturnType<typeof openStandIn>>;
beforeAll(async () => {
  model = await openStandIn();
});
afterAll(() => model.close());
afterEach(() => model.behave(echo()));

const QUESTION = { messages: [{ role: 'user', content: 'x' }] };

/** A hospital with a language model, and its administrator's token. */
async function open(): Promise<{ h: Hospital; token: string }> {
  const h = await openHospital();
  const token = await h.signIn(ADMIN);
  const { status } = await h.call('POST', '/api/ai/settings', { token, body: { endpoint: model.endpoint, model: 'm' } });
  expect(status).toBe(200);
  return { h, token };
}

describe('the server stops while a model is thinking', () => {
  test.each([
    ['about a question', '/api/ai/chat', QUESTION],
    ['about the test of the connection', '/api/ai/settings/test', undefined],
  ])('%s', async (_, path, body) => {
    const { h, token } = await open();
    const asked = new Promise<void>((done) => model.behave(() => done()));
    const waiting = h.call('POST', path, { token, ...(body === undefined ? {} : { body }) });
    await asked;
    const [answer] = await Promise.all([waiting, h.close()]);
    expect(answer).toMatchObject({ status: 502, body: { code: 'AI_FAILED' } });
  });
});

test('whoever hung up before the question was put together asks nothing', async () => {
  const { h, token } = await open();
  const owner = await h.pool.connect();
  try {
    // The settings cannot be read until the table is let go.
    await owner.query('begin; lock table ai_settings in access exclusive mode');
    const before = model.heard.length;
    const connected = once(h.app.server, 'connection') as Promise<[Socket]>;
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const sent = request(`${h.base}/api/ai/chat`, { method: 'POST', headers, agent: false });
    sent.on('error', () => undefined);
    sent.end(JSON.stringify(QUESTION));
    const [socket] = await connected;
    const waits = "select count(*)::int from pg_locks where relation = 'ai_settings'::regclass and not granted";
    await expect.poll(() => one(h.pool, waits), { timeout: 20_000 }).toBe(1);
    const closed = once(socket, 'close');
    sent.destroy();
    await closed;
    await owner.query('rollback');
    const outcome = "select new_values->>'outcome' from audit_logs where action = 'ai_chat_end'";
    await expect.poll(() => one(h.pool, outcome), { timeout: 20_000 }).toBe('withdrawn');
    expect(model.heard).toHaveLength(before);
  } finally {
    owner.release(true);
    await h.close();
  }
});
