import { createHmac, randomBytes } from 'node:crypto';
import { Agent, type IncomingMessage, request } from 'node:http';
import { uuidv7 } from '@psa/domain';
import {
  type CarriedPage,
  type LoginReply,
  PROTOCOL_VERSION,
  type PullReply,
  type PushReply,
  type SignedGroup,
} from '@psa/sync';

const newId = () => uuidv7(Date.now(), (n) => randomBytes(n));

/** A wish of a group, as a bench names it. */
export interface BenchWish {
  kind: string;
  id: string;
  op: 'create' | 'edit';
  base: number;
  patch: Record<string, string>;
}

/**
 * One tablet over real HTTP, with a session, a key and a live line of its own, that keeps no rows: it follows the numbers as the app does. Cheap
 * enough to run hundreds of them in one process.
 */
export class DeviceClient {
  readonly #base: URL;
  readonly #agent: Agent;
  readonly #login: LoginReply;
  readonly device: string;
  /** The number up to which everything is known; moved by pulls and by the pages of live events. */
  cursor: number;
  #cseq = 0;
  #stream: IncomingMessage | null = null;
  /** Live events that carried their change, and those that only told a number or did not fit. */
  readonly heard = { pages: 0, numbers: 0 };

  private constructor(base: URL, agent: Agent, login: LoginReply, device: string, cursor: number) {
    this.#base = base;
    this.#agent = agent;
    this.#login = login;
    this.device = device;
    this.cursor = cursor;
  }

  /** Signs in on a new device that counts as having caught up to `cursor`. Throws what the server answered. */
  static async open(url: string, who: { email: string; password: string }, cursor: number): Promise<DeviceClient> {
    const [base, agent, device] = [new URL(url), new Agent({ keepAlive: true, maxSockets: 2 }), newId()];
    const body = { ...who, device: { id: device, name: 'bench', schema: PROTOCOL_VERSION } };
    const login = await ask<LoginReply>({ base, agent, path: '/api/login', body });
    return new DeviceClient(base, agent, login, device, cursor);
  }

  /** The person who is signed in. */
  get user(): string {
    return String(this.#login.user.id);
  }

  get #granted() {
    const { device } = this.#login;
    if (!device) throw new Error('The session has no device.');
    return device;
  }

  /** Signs one group, as a save does. */
  sign(mutations: readonly BenchWish[]): SignedGroup {
    const at = new Date().toISOString();
    const whole = mutations.map((m) => ({ mid: newId(), ...m, at }));
    const { epoch, keys } = this.#granted;
    const body = JSON.stringify({ group: newId(), device: this.device, author: this.user, epoch, mutations: whole });
    const sig = createHmac('sha256', Buffer.from(keys.author, 'base64')).update(body).digest('base64');
    return { cseq: ++this.#cseq, body, sig };
  }

  /** Sends groups that were signed here. */
  push(groups: readonly SignedGroup[]): Promise<PushReply> {
    return this.#post<PushReply>('/api/sync/push', { outbox_depth: groups.length, oldest_pending_at: null, groups });
  }

  /** Pulls until there is no more, and moves the cursor. @returns how many rows came. */
  async pull(): Promise<number> {
    for (let rows = 0; ; ) {
      const reply = await this.#post<PullReply>('/api/sync/pull', { cursor: this.cursor, held: this.#granted.scopes });
      rows += Object.values(reply.rows).reduce((sum, list) => sum + list.length, 0);
      // A live event may have moved it further meanwhile.
      this.cursor = Math.max(this.cursor, reply.next);
      if (!reply.more) return rows;
    }
  }

  #post<R>(path: string, more: object): Promise<R> {
    const head = {
      device: this.device,
      epoch: this.#granted.epoch,
      schema: PROTOCOL_VERSION,
      sent_at: new Date().toISOString(),
    };
    return ask<R>({ base: this.#base, agent: this.#agent, path, token: this.#login.token, body: { ...head, ...more } });
  }

  /** Opens the live line. `moved` is called whenever a page has moved the cursor; what did not fit is pulled. Resolves at its first event. */
  listen(moved: () => void, failed: (error: Error) => void): Promise<void> {
    return new Promise((ready) => {
      const headers = { authorization: `Bearer ${this.#login.token}`, accept: 'text/event-stream' };
      // A line of its own: it never ends.
      const asked = request({ ...at(this.#base, `/api/sync/live?schema=${PROTOCOL_VERSION}`), headers, agent: false });
      asked.on('error', failed);
      asked.on('response', (stream) => {
        this.#stream = stream;
        let rest = '';
        stream.setEncoding('utf8');
        stream.on('data', (text: string) => {
          const events = (rest + text).split('\n\n');
          rest = events.pop() ?? '';
          for (const event of events) this.#hear(event, moved, failed);
          ready();
        });
      });
      asked.end();
    });
  }

  #hear(event: string, moved: () => void, failed: (error: Error) => void): void {
    const data = event.indexOf('\ndata: ');
    if (data < 0) return;
    if (event.startsWith('event: page')) {
      const { from, next } = JSON.parse(event.slice(data + 7)) as CarriedPage;
      if (from <= this.cursor) {
        this.heard.pages++;
        this.cursor = Math.max(this.cursor, next);
        moved();
        return;
      }
    } else if ((JSON.parse(event.slice(data + 7)) as { seq: number }).seq <= this.cursor) return;
    this.heard.numbers++;
    this.pull().then(moved, failed);
  }

  close(): void {
    this.#stream?.destroy();
    this.#agent.destroy();
  }
}

interface Asked {
  base: URL;
  agent: Agent;
  path: string;
  token?: string;
  body: object;
}

const at = (base: URL, path: string) => ({ hostname: base.hostname, port: base.port, path });

/** One request as JSON. Throws what the server answered when that was not 200. */
function ask<R>({ base, agent, path, token, body }: Asked): Promise<R> {
  return new Promise((done, failed) => {
    const text = JSON.stringify(body);
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    const sent = request({ ...at(base, path), method: 'POST', headers, agent }, (answer) => {
      let whole = '';
      answer.setEncoding('utf8');
      answer.on('data', (part: string) => {
        whole += part;
      });
      answer.on('error', failed);
      answer.on('end', () => {
        if (answer.statusCode === 200) done(JSON.parse(whole) as R);
        else failed(new Error(`${path} was answered ${answer.statusCode}: ${whole.slice(0, 300)}`));
      });
    });
    sent.on('error', failed);
    sent.end(text);
  });
}
