import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LinkError, type SnapshotHeader } from '@psa/sync';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { framesOf } from './frames.ts';
import { HttpLink } from './http-link.ts';
import { type LiveEvent, listenLive, liveEvents } from './live.ts';

let server: Server;
let base: string;
let answer: (request: IncomingMessage, response: ServerResponse) => void;

beforeEach(async () => {
  server = createServer((request, response) => answer(request, response));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

const linkTo = (token: string | null = 'the token', timeoutMs = 5000) =>
  new HttpLink({ fetch, base, token: () => token, timeoutMs });
const ID = '00000000-0000-7000-8000-000000000001';
const push = { device: ID, epoch: null, schema: 1, sent_at: '', outbox_depth: 0, oldest_pending_at: null, groups: [] };
const pull = { device: ID, epoch: null, schema: 1, sent_at: '', cursor: null, held: [] };
const json =
  (status: number, body: unknown, headers: Record<string, string> = {}) =>
  (_: IncomingMessage, response: ServerResponse) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
const failing = async (work: Promise<unknown>): Promise<[string, number | null]> => {
  const error = await work.then(
    () => null,
    (e: unknown) => e,
  );
  if (!(error instanceof LinkError)) throw new Error('It did not fail as a link.', { cause: error });
  return [error.reason, error.retryAfterMs];
};

test('a request carries the session and its answer comes back whole', async () => {
  let seen: unknown;
  answer = (request, response) => {
    seen = [request.method, request.url, request.headers.authorization];
    json(200, { epoch: ID, server_time: '', head: 3, groups: [] })(request, response);
  };
  expect(await linkTo().push(push)).toMatchObject({ head: 3 });
  expect(seen).toEqual(['POST', '/api/sync/push', 'Bearer the token']);
});

test('[S21] [S50] what the server refuses is told by reason; what is not our server proves nothing', async () => {
  const problem = { error: 'No.', code: 'SOME_CODE' };
  const cases: [number, unknown, string][] = [
    [401, problem, 'signed_out'],
    [403, problem, 'forbidden'],
    [409, problem, 'epoch'],
    [413, problem, 'too_large'],
    [426, problem, 'too_old'],
    [429, problem, 'busy'],
    [503, problem, 'busy'],
    [400, problem, 'unreachable'],
    [500, problem, 'unreachable'],
    [401, { detail: 'a proxy wants a password' }, 'unreachable'],
    [403, null, 'unreachable'],
    [200, { welcome: 'to the guest network' }, 'unreachable'],
  ];
  for (const [status, body, reason] of cases) {
    answer = json(status, body);
    expect([status, (await failing(linkTo().push(push)))[0]]).toEqual([status, reason]);
    expect([status, (await failing(linkTo().pull(pull)))[0]]).toEqual([status, reason]);
  }
  answer = json(429, problem, { 'retry-after': '7' });
  expect(await failing(linkTo().push(push))).toEqual(['busy', 7000]);
  answer = (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Please log in to the Wi-Fi</h1>');
  expect(await failing(linkTo().pull(pull))).toEqual(['unreachable', null]);
  answer = (request) => request.socket.destroy();
  expect(await failing(linkTo().push(push))).toEqual(['unreachable', null]);
});

test('[S50] silence is no answer; without a session nothing is asked', async () => {
  let asked = 0;
  answer = () => asked++;
  expect(await failing(linkTo('the token', 50).pull(pull))).toEqual(['unreachable', null]);
  expect(asked).toBe(1);
  expect(await failing(linkTo(null).pull(pull))).toEqual(['signed_out', null]);
  expect(asked).toBe(1);
});

const header: SnapshotHeader = {
  snapshot: ID,
  epoch: ID,
  scope: 'identity',
  head: 9,
  pages: [0, 1, 2].map((n) => ({ n, kind: 'patients', count: 1, bytes: 3, crc32: 0 })),
};
function frame(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
const wire = (...pages: number[]): Buffer =>
  Buffer.concat([frame(Buffer.from(JSON.stringify(header))), ...pages.map((n) => frame(new Uint8Array([n, n, n])))]);
const request = { device: ID, scope: 'identity', min_head: 0 };

async function pagesOf(
  work: Promise<{ pages: AsyncIterable<{ n: number; bytes: Uint8Array }> }>,
): Promise<[number, number[]][]> {
  const got: [number, number[]][] = [];
  for await (const { n, bytes } of (await work).pages) got.push([n, [...bytes]]);
  return got;
}

test('[S45] a snapshot comes as its header and its pages, and resumes where it was cut', async () => {
  let query = '';
  answer = (asked, response) => {
    query = asked.url ?? '';
    response.writeHead(200).end(wire(0, 1, 2));
  };
  expect(await pagesOf(linkTo().snapshot(request))).toEqual([
    [0, [0, 0, 0]],
    [1, [1, 1, 1]],
    [2, [2, 2, 2]],
  ]);
  expect(query).toBe(`/api/sync/snapshot?device=${ID}&scope=identity&min_head=0`);
  answer = (asked, response) => {
    query = asked.url ?? '';
    response.writeHead(200).end(wire(2));
  };
  expect(await pagesOf(linkTo().snapshot({ ...request, snapshot: ID, from: 2 }))).toEqual([[2, [2, 2, 2]]]);
  expect(query).toContain(`snapshot=${ID}&from=2`);
});

test('[S45] a line cut at any byte gives the pages before it and then fails as a line', async () => {
  const whole = wire(0, 1, 2);
  const begin = wire().length;
  for (let cut = 0; cut < whole.length; cut += 3) {
    answer = (_, response) => {
      response.writeHead(200, { 'content-length': String(whole.length) });
      response.write(whole.subarray(0, cut), () => response.destroy());
    };
    const got: number[] = [];
    const error = await (async () => {
      for await (const { n } of (await linkTo().snapshot(request)).pages) got.push(n);
    })().catch((e: unknown) => e);
    expect(error).toBeInstanceOf(LinkError);
    expect(got.length).toBeLessThanOrEqual(Math.max(0, Math.floor((cut - begin) / 7)));
  }
});

test('[S45] a snapshot that falls silent is given up', async () => {
  answer = (_, response) => {
    response.writeHead(200);
    response.write(wire(0));
  };
  expect(await failing(pagesOf(linkTo('the token', 60).snapshot(request)))).toEqual(['unreachable', null]);
});

test('frames are found however the bytes are cut', async () => {
  const whole = Buffer.concat([frame(new Uint8Array([1, 2, 3])), frame(new Uint8Array(0)), frame(new Uint8Array(300).fill(7))]);
  for (const size of [1, 2, 3, 5, 7, 64, 1000]) {
    const chunks = Array.from({ length: Math.ceil(whole.length / size) }, (_, i) => whole.subarray(i * size, (i + 1) * size));
    const got: number[] = [];
    for await (const bytes of framesOf(
      (async function* () {
        yield* chunks;
      })(),
    ))
      got.push(bytes.length);
    expect(got).toEqual([3, 0, 300]);
  }
});

const PAGE = { epoch: ID, from: 8, next: 9, held: ['ref'], rows: { wards: [{ id: ID, name: 'Ünit' }] }, gone: [] };

test('[S51] [S53] events are read however they are cut, comments are only signs of life', async () => {
  const text =
    `: hello\n\nevent: moved\ndata: {"seq":7}\n\nevent: other\ndata: {"seq":8}\n\nevent: moved\r\ndata: not json\r\n\r\n` +
    `event: page\ndata: ${JSON.stringify(PAGE)}\n\nevent: page\ndata: {"epoch":"","rows":[]}\n\nevent: moved\ndata: {"seq":9}\n\n`;
  const bytes = new TextEncoder().encode(text);
  for (const size of [1, 4, 500]) {
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
    const events: LiveEvent[] = [];
    for await (const event of liveEvents(
      (async function* () {
        yield* chunks;
      })(),
    ))
      if (event !== null) events.push(event);
    expect(events).toEqual([{ moved: 7 }, { page: PAGE }, { moved: 9 }]);
  }
});

test('[S51] a stream without an end of line is not one of ours', async () => {
  const flood = async function* () {
    for (;;) yield new Uint8Array(10_000).fill(120);
  };
  const read = async () => {
    for await (const event of liveEvents(flood())) expect(event).toBeNull();
  };
  await expect(read()).rejects.toThrow('not a live line');
});

const chance = { below: () => 0, random: (count: number) => new Uint8Array(count) };

test('[S51] a live stream that ends is opened again; a silent one is cut', async () => {
  let streams = 0;
  answer = (_, response) => {
    streams++;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`event: moved\ndata: {"seq":${streams}}\n\n`);
    // The first ends at once, the second falls silent.
    if (streams === 1) response.end();
  };
  const seen: number[] = [];
  await new Promise<void>((done) => {
    const env = { fetch, base, token: () => 't', now: Date.now, chance, silenceMs: 80, shortLivedMs: 0, hurry: 1000 };
    const live = listenLive({
      ...env,
      onPage: () => undefined,
      onMoved: (seq) => {
        if (seq !== null) seen.push(seq);
        if (seq !== 3) return;
        live.end();
        done();
      },
    });
  });
  expect(seen).toEqual([1, 2, 3]);
});

test('[S51] a stream that is refused because the session was ended elsewhere makes the device ask', async () => {
  answer = (_, response) => response.writeHead(401).end();
  await new Promise<void>((done) => {
    const live = listenLive({
      ...{ fetch, base, token: () => 't', now: Date.now, chance },
      onPage: () => undefined,
      onMoved: (seq) => {
        expect(seq).toBeNull();
        live.end();
        done();
      },
    });
  });
});

test('[S51] three short-lived streams, and it polls', async () => {
  let streams = 0;
  answer = (_, response) => {
    streams++;
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end();
  };
  let polls = 0;
  await new Promise<void>((done) => {
    const live = listenLive({
      fetch,
      base,
      token: () => 't',
      now: Date.now,
      chance,
      pollMs: 1,
      hurry: 1000,
      onPage: () => undefined,
      onMoved: (seq) => {
        if (seq === null && streams >= 3) polls++;
        if (polls < 15) return;
        live.end();
        done();
      },
    });
  });
  expect(streams).toBe(3);
});

test.each([
  [
    'answers and holds back what comes',
    (response: ServerResponse) => response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders(),
  ],
  ['takes the question and says nothing', () => undefined],
])('[S51] behind a proxy that %s, it polls', async (_, proxy) => {
  let streams = 0;
  answer = (__, response) => {
    streams++;
    proxy(response);
  };
  let polls = 0;
  const opened: boolean[] = [];
  await new Promise<void>((done) => {
    const live = listenLive({
      ...{ fetch, base, token: () => 't', now: Date.now, chance, silenceMs: 40, shortLivedMs: 0, pollMs: 1, hurry: 1000 },
      onPage: () => undefined,
      onMoved: (seq) => {
        opened.push(live.open);
        if (seq === null && streams >= 3) polls++;
        if (polls < 15) return;
        live.end();
        done();
      },
    });
  });
  expect(streams).toBe(3);
  expect(opened).not.toContain(true);
});
