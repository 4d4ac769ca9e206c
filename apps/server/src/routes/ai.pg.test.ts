import { createSecretKey } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Secrets } from '../keys/secrets.ts';
import { ADMIN, DOCTOR, type Hospital, one, openHospital, somebody } from '../testing/hospital.ts';
import { completion, echo, openStandIn, type Wire } from '../testing/stand-in-model.ts';

const KEY = 'key-that-nobody-may-see-1234';
const DAY_MS = 86_400_000;
/** Long enough for a busy machine; the tests of slowness have their own. */
const LIMITS = { connectMs: 30_000, firstByteMs: 30_000, idleMs: 30_000, totalMs: 60_000, answerBytes: 20_000 };
const SHORT = { ...LIMITS, firstByteMs: 200, idleMs: 200 };
const MANY = { perMinute: 1_000, perDay: 1_000, tokensPerDay: 1e9, atOnce: 50, atOnceInAll: 50 };

let h: Hospital;
let model: Awaited<ReturnType<typeof openStandIn>>;
let admin: string;
let doctor: string;

beforeAll(async () => {
  h = await openHospital({ ai: { provider: LIMITS, usage: MANY } });
  model = await openStandIn();
  admin = await h.signIn(ADMIN);
  doctor = await h.signIn(DOCTOR);
});
afterAll(async () => {
  await h.close();
  await model.close();
});
afterEach(() => model.behave(echo()));

const settle = (body: object, token = admin) => h.call('POST', '/api/ai/settings', { token, body });
const chat = (body: object = {}, token = doctor) =>
  h.call('POST', '/api/ai/chat', { token, body: { messages: [{ role: 'user', content: 'How much fluid?' }], ...body } });
const use = () => settle({ endpoint: model.endpoint, model: 'm-1', api_key: KEY, is_enabled: true });

describe('without a language model', () => {
  test('a question says so, and the settings too', async () => {
    expect(await chat()).toMatchObject({ status: 503, body: { code: 'AI_OFF' } });
    const { body } = await h.call('GET', '/api/ai/settings', { token: doctor });
    expect(body).toEqual({ configured: false, hasOpenAI: false, model: null, reason: expect.any(String) });
    expect((await h.call('POST', '/api/ai/settings/test', { token: admin })).body).toMatchObject({ code: 'AI_OFF' });
  });
});

describe('settings', () => {
  test('[D39] are an administrator’s; a client that only knows openai_api_key is understood', async () => {
    expect((await settle({ openai_api_key: KEY }, doctor)).status).toBe(403);
    expect((await h.call('GET', '/api/ai/settings/full', { token: doctor })).status).toBe(403);
    expect((await h.call('GET', '/api/ai/settings', {})).status).toBe(401);
    const { status, body } = await settle({ openai_api_key: KEY });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      message: expect.any(String),
      configured: true,
      hasOpenAI: true,
      endpoint: 'https://api.openai.com/v1',
    });
  });

  test('[D39] the key leaves by no way: no answer, no list, no audit entry, no column in clear', async () => {
    await use();
    const full = await h.call('GET', '/api/ai/settings/full', { token: admin });
    expect(full.body).toMatchObject({ key: 'kept', key_ends: '1234', is_enabled: true, endpoint: model.endpoint });
    const list = await h.call('GET', '/api/sync/ai-settings', { token: admin });
    expect(list.status).toBe(200);
    for (const { text } of [full, list]) expect(text).not.toContain(KEY.slice(0, 8));
    expect((await h.call('GET', '/api/sync/ai-settings', { token: doctor })).status).toBe(403);
    for (const table of ['audit_logs', 'ai_settings', 'ai_keys', 'sync_mutation']) {
      const rows = await one<string>(h.pool, `select coalesce(string_agg(t::text, ' '), '') from ${table} t`);
      expect(rows, table).not.toContain(KEY.slice(0, 8));
      expect(rows, table).not.toContain(Buffer.from(KEY).toString('hex').slice(0, 16));
    }
    expect(await one(h.pool, "select count(*) from audit_logs where action = 'ai_key_kept'")).toBeGreaterThan(0);
  });

  test.each(['http://169.254.169.254/v1', 'http://8.8.8.8/v1', 'ftp://10.0.0.1', 'http://u:p@127.0.0.1/'])(
    'the address %s is refused beside its field',
    async (endpoint) => {
      await use();
      expect(await settle({ endpoint })).toMatchObject({
        status: 400,
        body: { code: 'INVALID', fields: { endpoint: expect.any(String) } },
      });
    },
  );

  test('a key is sent to the address it was given for, and to no other', async () => {
    await use();
    const other = await openStandIn();
    try {
      const moved = await settle({ endpoint: other.endpoint });
      expect(moved.body).toMatchObject({
        configured: false,
        key: 'cannot be opened',
        key_ends: null,
        reason: expect.stringContaining('again'),
      });
      expect(await chat()).toMatchObject({ status: 503, body: { code: 'AI_OFF' } });
      expect(other.heard).toEqual([]);
      await settle({ api_key: 'another' });
      expect((await chat()).status).toBe(200);
      expect(other.last().headers.authorization).toBe('Bearer another');
    } finally {
      await other.close();
    }
  });

  test('a model on the hospital’s own machine wants no key', async () => {
    await use();
    await settle({ api_key: '' });
    expect((await chat()).status).toBe(200);
    expect(model.last().headers.authorization).toBeUndefined();
  });

  test('a key sealed under other secrets counts as none, and says so', async () => {
    await use();
    await h.pool.query('update ai_keys set sealed = set_byte(sealed, 20, get_byte(sealed, 20) # 255)');
    expect((await h.call('GET', '/api/ai/settings', { token: doctor })).body).toMatchObject({
      configured: false,
      hasOpenAI: false,
    });
    expect(await chat()).toMatchObject({ status: 503, body: { code: 'AI_OFF', error: expect.stringContaining('secrets') } });
  });

  test('switched off is off; the connection is tested by asking', async () => {
    await use();
    expect((await h.call('POST', '/api/ai/settings/test', { token: admin })).body).toMatchObject({ model: 'm-1' });
    await settle({ is_enabled: false });
    expect(await chat()).toMatchObject({ status: 503, body: { code: 'AI_OFF' } });
  });
});

describe('a question', () => {
  beforeAll(() => use());

  test('is passed on with known fields only, to the model of the settings', async () => {
    await use();
    const body = { model: 'gpt-4', user: 'Ada Obi', metadata: { name: 'x' }, tools: [], max_tokens: 99_999, name: 'y' };
    const { status, body: answer } = await chat(body);
    expect(status).toBe(200);
    expect(answer).toMatchObject({
      choices: [{ message: { role: 'assistant', content: 'How much fluid?' } }],
      usage: { total_tokens: 12 },
    });
    const wire = model.last();
    expect(wire.path).toBe('/v1/chat/completions');
    expect(wire.headers.authorization).toBe(`Bearer ${KEY}`);
    expect(JSON.parse(wire.text)).toEqual({
      model: 'm-1',
      messages: [{ role: 'user', content: 'How much fluid?' }],
      max_tokens: 4000,
      temperature: 0.7,
      stream: false,
    });
    await settle({ other_models: ['m-2'] });
    await chat({ model: 'm-2' });
    expect(JSON.parse(model.last().text)).toMatchObject({ model: 'm-2' });
  });

  test.each([
    [{ messages: [] }, 'messages'],
    [{ messages: [{ role: 'tool', content: 'x' }] }, 'messages.0.role'],
    [
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://example.com/a' } }] }] },
      'messages.0.content',
    ],
    [{ messages: [{ role: 'user', content: 'x'.repeat(60_001) }] }, 'messages'],
    [{ temperature: 3 }, 'temperature'],
    [{ patient_id: 'me' }, 'patient_id'],
  ])('that is wrong is refused beside its field: %#', async (body, field) => {
    const asked = model.heard.length;
    const { status, body: told } = await chat(body);
    expect(status).toBe(400);
    expect(told).toMatchObject({ code: 'INVALID' });
    expect(Object.keys((told as { fields: object }).fields).some((name) => name.startsWith(field))).toBe(true);
    expect(model.heard).toHaveLength(asked);
  });

  test('about a patient is audited before it leaves and when it ends: sizes, not the text', async () => {
    const { body } = await h.call('POST', '/api/sync/patients', { token: doctor, body: somebody({ first_name: 'Zikora' }) });
    const { id } = (body as { patient: { id: string } }).patient;
    expect((await chat({ patient_id: id, messages: [{ role: 'user', content: 'Zikora has burns' }] })).status).toBe(200);
    const { rows } = await h.pool.query(
      "select action, table_name, record_id, new_values from audit_logs where action like 'ai_chat%' and record_id = $1 order by n",
      [id],
    );
    expect(rows).toMatchObject([
      { action: 'ai_chat', table_name: 'patients', new_values: { model: 'm-1', characters: 16, hidden: 1 } },
      { action: 'ai_chat_end', new_values: { outcome: 'answered', tokens: 12 } },
    ]);
    expect(JSON.stringify(rows)).not.toMatch(/zikora|burns/i);
    expect((await chat({ patient_id: h.admin })).status).toBe(404);
  });

  const answers: [string, (wire: Wire, out: ServerResponse) => void, RegExp][] = [
    ['refuses the key', (_w, out) => void out.writeHead(401).end('{"error":{"message":"Incorrect key key-that"}}'), /key/],
    ['has no such model', (_w, out) => void out.writeHead(404).end('{}'), /model is not known/],
    ['is busy', (_w, out) => void out.writeHead(429).end('{}'), /busy/],
    ['fails', (_w, out) => void out.writeHead(500).end('oops'), /failed/],
    ['sends elsewhere', (_w, out) => void out.writeHead(307, { location: 'http://169.254.169.254/' }).end(), /elsewhere/],
    ['answers no JSON', (_w, out) => void out.end('<html>Sign in to the network</html>'), /no chat completion/],
    ['answers other JSON', (_w, out) => void out.end('{"ok":true}'), /no chat completion/],
    ['answers too much', (_w, out) => void out.end(completion('x'.repeat(30_000))), /too long/],
    ['hangs up', (_w, out) => void out.destroy(), /line/],
  ];
  test.each(answers)('to a model that %s is AI_FAILED, and none of its words come through', async (_what, behave, say) => {
    await use();
    model.behave(behave);
    const { status, body, text } = await chat();
    expect({ status, body }).toMatchObject({ status: 502, body: { code: 'AI_FAILED', error: expect.stringMatching(say) } });
    expect(text).not.toMatch(/key-that|oops|network/);
    const outcome = "select new_values->>'outcome' from audit_logs where action = 'ai_chat_end' order by n desc limit 1";
    expect(await one<string>(h.pool, outcome)).toMatch(say);
  });

  test('where nothing listens is AI_FAILED', async () => {
    const closed = await openStandIn();
    await closed.close();
    await settle({ endpoint: closed.endpoint, api_key: 'x' });
    expect(await chat()).toMatchObject({ status: 502, body: { code: 'AI_FAILED' } });
    await use();
  });

  test('whose asker goes away is cut off at the provider', async () => {
    const cut = new Promise<void>((done) => {
      model.behave((_wire, out) => {
        out.on('close', () => done());
        if (!out.destroyed) started();
      });
    });
    let started = () => {};
    const asked = new Promise<void>((done) => {
      started = done;
    });
    const gone = new AbortController();
    const answer = fetch(`${h.base}/api/ai/chat`, {
      method: 'POST',
      signal: gone.signal,
      headers: { authorization: `Bearer ${doctor}`, 'content-type': 'application/json' },
      body: JSON.stringify({ messages: [{ role: 'user', content: 'x' }] }),
    });
    await asked;
    gone.abort();
    await expect(answer).rejects.toThrow();
    await cut;
  });
});

describe('a streamed answer', () => {
  beforeAll(() => use());

  const events = (text: string) => text.split('\n\n').filter((line) => line !== '');

  test('comes as events of the same shape, token by token, with everything put back', async () => {
    for (const size of [1, 2, 5, 50]) {
      model.behave(echo(size));
      const { headers, text } = await chat({ stream: true, messages: [{ role: 'user', content: 'Ring 08031234567 [now]' }] });
      expect(headers.get('content-type')).toContain('text/event-stream');
      expect(model.last().text).not.toContain('08031234567');
      const told = events(text);
      expect(told.at(-1)).toBe('data: [DONE]');
      const chunks = told
        .slice(0, -1)
        .map((line) => JSON.parse(line.slice(6)) as { choices: { delta: { content?: string } }[] });
      expect(chunks.map((c) => c.choices[0]?.delta.content ?? '').join('')).toBe('Ring 08031234567 [now]');
      if (size === 1) expect(chunks.length).toBeGreaterThan(15);
    }
  });

  test('is passed on as it comes, not when it is whole', async () => {
    let more: ServerResponse | undefined;
    model.behave((_wire, out) => {
      more = out;
      out.setHeader('content-type', 'text/event-stream');
      out.write('data: {"choices":[{"index":0,"delta":{"content":"first "}}]}\n\n');
    });
    const answer = await fetch(`${h.base}/api/ai/chat`, {
      method: 'POST',
      headers: { authorization: `Bearer ${doctor}`, 'content-type': 'application/json' },
      body: JSON.stringify({ stream: true, messages: [{ role: 'user', content: 'x' }] }),
    });
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader?.read())?.value).toContain('first');
    more?.end('data: {"choices":[{"index":0,"delta":{"content":"second ["}}]}\n\n');
    let rest = '';
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) rest += part.value;
    // What was held for a placeholder that never came is told too, and the end.
    expect(rest).toContain('second ');
    expect(rest).toContain('"["');
    expect(rest.trimEnd().endsWith('data: [DONE]')).toBe(true);
  });

  test('that breaks off says so and has no end', async () => {
    model.behave((_wire, out) => {
      out.setHeader('content-type', 'text/event-stream');
      out.write('data: {"choices":[{"index":0,"delta":{"content":"half"}}]}\n\n', () => out.destroy());
    });
    const { status, text } = await chat({ stream: true });
    expect(status).toBe(200);
    expect(text).toContain('AI_FAILED');
    expect(text).not.toContain('[DONE]');
  });

  test('from a model that does not stream comes whole', async () => {
    model.behave((_wire, out) => void out.end(completion('whole')));
    expect((await chat({ stream: true })).body).toMatchObject({ choices: [{ message: { content: 'whole' } }] });
  });
});

test('a person has a number of questions a minute, a day, and at once, and tokens a day; nobody else’s', async () => {
  const limited = await openHospital({
    secrets: Secrets.of(createSecretKey(Buffer.alloc(32, 7))),
    ai: { provider: LIMITS, usage: { perMinute: 4, perDay: 6, tokensPerDay: 1_000, atOnce: 1, atOnceInAll: 2 } },
  });
  try {
    // Noon: no midnight falls into the test.
    limited.clock.ahead = DAY_MS - (Date.now() % DAY_MS) + DAY_MS / 2;
    const root = await limited.signIn(ADMIN);
    await limited.call('POST', '/api/ai/settings', { token: root, body: { endpoint: model.endpoint, model: 'm' } });
    const [first, second] = [await limited.tokenOf('consultant'), await limited.tokenOf('nursing')];
    const question = (token: string) =>
      limited.call('POST', '/api/ai/chat', { token, body: { messages: [{ role: 'user', content: 'x' }] } });
    // At once: the second is refused while the first waits for its answer.
    let answer: ServerResponse | undefined;
    const heard = new Promise<void>((done) => {
      model.behave((_wire, out) => {
        answer = out;
        done();
      });
    });
    const waiting = question(first);
    await heard;
    const refused = await question(first);
    expect(refused).toMatchObject({ status: 429, body: { code: 'TOO_MANY' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    answer?.end(completion('ok'));
    expect((await waiting).status).toBe(200);
    model.behave(echo());
    // A minute.
    expect((await question(first)).status).toBe(200);
    expect((await question(first)).status).toBe(200);
    expect((await question(first)).status).toBe(429);
    expect((await question(second)).status).toBe(200);
    // A day: three were asked, three more may be.
    limited.clock.ahead += 61_000;
    const statuses: number[] = [];
    for (let n = 0; n < 4; n++) statuses.push((await question(first)).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
    limited.clock.ahead += DAY_MS;
    const [again, other] = [await limited.tokenOf('consultant'), await limited.tokenOf('nursing')];
    expect((await question(again)).status).toBe(200);
    // Tokens: what the provider counted.
    model.behave((_wire, out) => void out.end(completion('x', { usage: { total_tokens: 1_000 } })));
    expect((await question(other)).status).toBe(200);
    expect((await question(other)).status).toBe(429);
  } finally {
    await limited.close();
  }
});

test('a model that never answers, stops in the middle, or talks for ever is cut off', async () => {
  const hasty = await openHospital({ ai: { provider: { ...SHORT, totalMs: 2_000 }, usage: MANY } });
  try {
    const token = await hasty.signIn(ADMIN);
    await hasty.call('POST', '/api/ai/settings', { token, body: { endpoint: model.endpoint, model: 'm' } });
    const question = () => hasty.call('POST', '/api/ai/chat', { token, body: { messages: [{ role: 'user', content: 'x' }] } });
    model.behave(() => undefined);
    expect((await question()).body).toMatchObject({ code: 'AI_FAILED', error: expect.stringMatching(/in time/) });
    // On a busy machine the first byte may be late already.
    model.behave((_wire, out) => void out.write('{"choices":'));
    expect((await question()).body).toMatchObject({ code: 'AI_FAILED', error: expect.stringMatching(/in time|middle/) });
    model.behave((_wire, out) => {
      const talk = setInterval(() => out.write(' '), 20);
      out.on('close', () => clearInterval(talk));
    });
    expect((await question()).body).toMatchObject({
      code: 'AI_FAILED',
      error: expect.stringMatching(/too long|in time|middle/),
    });
  } finally {
    await hasty.close();
  }
});
