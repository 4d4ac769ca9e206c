import http from 'node:http';
import net from 'node:net';
import { gunzipSync } from 'node:zlib';
import { type Oddity, type Story, target } from './story.ts';

/** What came back. `status` 0: the line was ended without an answer. */
export interface Answer {
  status: number;
  type: string;
  text: string;
}

/** Whoever is not answered within this has met a server that hangs. */
const ANSWER_MS_MAX = 20_000;
const BIG_BYTES = 10 * 1024 * 1024;
const NOTHING: Answer = { status: 0, type: '', text: '' };

/** Sends stories to one server over loopback, on a connection that is kept. */
export class Wire {
  readonly #port: number;
  readonly #agent = new http.Agent({ keepAlive: true, maxSockets: 4 });

  constructor(base: string) {
    this.#port = Number(new URL(base).port);
  }

  close(): void {
    this.#agent.destroy();
  }

  /** Rejects when there was no answer in time, or the connection was refused. */
  send(story: Story, token: string | undefined, body: Buffer | undefined): Promise<Answer> {
    const headers: Record<string, string> = {
      ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': String(body.byteLength) }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...story.headers,
    };
    return story.odd ? this.#raw(odd(story.odd, story, headers, body)) : this.#plain(story, headers, body);
  }

  #plain(story: Story, headers: Record<string, string>, body: Buffer | undefined): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const { method } = story;
      const request = http.request(
        { host: '127.0.0.1', port: this.#port, method, path: target(story), headers, agent: this.#agent },
        (response) => {
          const type = response.headers['content-type'] ?? '';
          const parts: Buffer[] = [];
          const done = () => {
            clearTimeout(late);
            const bytes = Buffer.concat(parts);
            const text = type.startsWith('application/octet-stream') ? framed(bytes) : bytes.toString();
            resolve({ status: response.statusCode ?? 0, type, text });
          };
          response.on('data', (part: Buffer) => {
            parts.push(part);
            // A live stream has no end.
            if (!type.startsWith('text/event-stream')) return;
            response.destroy();
            done();
          });
          response.on('end', done);
          response.on('error', reject);
        },
      );
      const late = setTimeout(() => {
        reject(new Error('no answer in time'));
        request.destroy();
      }, ANSWER_MS_MAX);
      request.on('error', (error) => {
        clearTimeout(late);
        // A kept connection that the server has just ended: what was asked never arrived.
        if (request.reusedSocket && 'code' in error && error.code === 'ECONNRESET') resolve(this.#plain(story, headers, body));
        else reject(error);
      });
      request.end(body);
    });
  }

  #raw({ parts, end }: Raw): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const socket = net.connect(this.#port, '127.0.0.1', () => {
        for (const part of parts) if (socket.writable) socket.write(part);
        if (end === 'half') socket.end();
        // What is left unanswered is cut once it has surely been sent.
        if (end === 'cut') socket.end(() => socket.destroy());
      });
      let text = '';
      const late = setTimeout(() => {
        reject(new Error('no answer in time'));
        socket.destroy();
      }, ANSWER_MS_MAX);
      const done = () => {
        clearTimeout(late);
        resolve(parsed(text));
      };
      socket.on('data', (part) => {
        text += part.toString();
        // A live stream has no end.
        if (text.includes('text/event-stream')) socket.destroy();
      });
      // A server may refuse a large body before it was sent: the reset is the end of the line.
      socket.on('error', () => undefined);
      socket.on('close', done);
    });
  }
}

interface Raw {
  parts: (string | Buffer)[];
  /**
   * Who ends the line: the sender its half, the sender all of it, or the server after its answer. What is a whole request waits for the
   * answer: else it might still be at work when the next is judged.
   */
  end: 'half' | 'cut' | 'answer';
}

function odd(how: Oddity, story: Story, headers: Record<string, string>, body: Buffer = Buffer.from('{}')): Raw {
  const lines = (more: Record<string, string>, method = story.method) =>
    `${method} ${target(story)} HTTP/1.1\r\nhost: x\r\n${Object.entries({ ...headers, ...more })
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('')}\r\n`;
  const length = { 'content-length': String(body.byteLength) };
  const close = { connection: 'close' };
  // No route waits for the body of a GET: with one that is cut short it would be at work, unheard, while the next request is judged.
  const short = (end: 'half' | 'cut'): Raw =>
    story.method === 'GET'
      ? { parts: [lines({ ...length, ...close }), body], end: 'answer' }
      : { parts: [lines({ 'content-length': String(body.byteLength + 10) }), body], end };
  const ways: Readonly<Record<Oddity, () => Raw>> = {
    half: () => short('half'),
    cut: () => short('cut'),
    chunks: () => ({ parts: [lines({ 'transfer-encoding': 'chunked' }), 'zz\r\nhello\r\n0\r\n\r\n'], end: 'half' }),
    'both lengths': () => ({ parts: [lines({ ...length, 'transfer-encoding': 'chunked' }), '0\r\n\r\n'], end: 'half' }),
    headers: () => ({ parts: [lines({ 'x-long': 'x'.repeat(40_000), ...length, ...close }), body], end: 'answer' }),
    method: () => ({ parts: [lines({ ...length, ...close }, 'FROBNICATE'), body], end: 'answer' }),
    line: () => ({ parts: [`${story.method} ${target(story)}\0 HTTP/9.9\r\n\r\n`], end: 'half' }),
    big: () => ({
      parts: [lines({ 'content-length': String(BIG_BYTES), ...close }), Buffer.alloc(BIG_BYTES, 0x20)],
      end: 'half',
    }),
    expect: () => ({ parts: [lines({ ...length, ...close, expect: '100-continue' }), body], end: 'answer' }),
    twice: () => ({
      parts: ['GET /api/health HTTP/1.1\r\nhost: x\r\n\r\n', lines({ ...length, ...close }), body],
      end: 'answer',
    }),
  };
  return ways[how]();
}

/** The text of a stream of frames, four bytes of length before each: a header, then pages that are compressed (docs/sync.md, S45). */
function framed(bytes: Buffer): string {
  const texts: string[] = [];
  for (let at = 0; at + 4 <= bytes.length; ) {
    const end = at + 4 + bytes.readUInt32BE(at);
    const frame = bytes.subarray(at + 4, end);
    texts.push((frame[0] === 0x1f ? gunzipSync(frame) : frame).toString());
    at = end;
  }
  return texts.join('\n');
}

/** The last answer on a line. */
function parsed(text: string): Answer {
  const last = text.lastIndexOf('HTTP/1.1 ');
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text.slice(Math.max(0, last)))?.[1]);
  if (last < 0 || !status) return NOTHING;
  // Parts of a chunked answer are not put together: what is looked for in them is found in parts too.
  return { status, type: '', text: text.slice(last).split('\r\n\r\n').slice(1).join('\r\n\r\n') };
}
