import { type Link, LinkError, type SnapshotStream } from '../device/link.ts';
import type { PullReply, PullRequest, PushReply, PushRequest, SnapshotRequest } from '../protocol.ts';
import type { Random } from './random.ts';
import type { SimServer } from './server.ts';
import type { VirtualTime } from './time.ts';

/** How bad the network is; every figure in per cent of the requests. */
export interface Weather {
  /** The request never arrives. */
  lostRequests: number;
  /** It is done, and nobody hears. */
  lostReplies: number;
  /** It arrives twice, the second time late. */
  doubled: number;
  /** It takes longer than the device waits; what it does may happen after later requests. */
  slow: number;
  /** A snapshot or a page of changes ends at some byte; a page arrives with a wrong bit. */
  cut: number;
  /** The server answers 401, 429 or 503 without looking. */
  turnedAway: number;
}
export const QUIET: Weather = { lostRequests: 0, lostReplies: 0, doubled: 0, slow: 0, cut: 0, turnedAway: 0 };

/** S50: what a device waits for an answer. */
const TIMEOUT_MS = 30_000;

/** The length of a frame, before its bytes. */
const FRAME_HEAD_BYTES = 4;

const cut = () => new LinkError('unreachable', 'The line was cut.');

/** What a reader makes of a text that may have lost its end. */
function wholeOr(text: string): PullReply {
  try {
    return JSON.parse(text) as PullReply;
  } catch {
    throw cut();
  }
}

/** The way to the server of one tab: loses, doubles, delays and reorders whatever it carries. */
export class UnreliableLink implements Link {
  /** Requests made: a storm of them is a fault too. */
  requests = 0;
  /** Nothing leaves: a push always fails, as with a proxy that blocks it. */
  pushBlocked = false;
  weather: Weather;
  private readonly time: VirtualTime;
  private readonly random: Random;
  private readonly server: SimServer;
  private readonly user: () => string;
  private readonly lag: () => number;

  /** @param lag versions of the protocol that the app is behind the server. */
  constructor(
    time: VirtualTime,
    random: Random,
    server: SimServer,
    user: () => string,
    weather: Weather,
    lag: () => number = () => 0,
  ) {
    this.lag = lag;
    this.time = time;
    this.random = random;
    this.server = server;
    this.user = user;
    this.weather = weather;
  }

  async push(request: PushRequest): Promise<PushReply> {
    if (this.pushBlocked) throw new LinkError('unreachable', 'Pushing is blocked.');
    const user = this.user();
    return await this.call(this.ofVersion(request), (sent) => this.server.push(user, sent));
  }

  async pull(request: PullRequest): Promise<PullReply> {
    const user = this.user();
    const reply = await this.call(this.ofVersion(request), (sent) => this.server.pull(user, sent));
    const text = JSON.stringify(reply);
    if (!this.random.happens(this.weather.cut / 4)) return JSON.parse(text) as PullReply;
    return wholeOr(text.slice(0, this.random.below(text.length)));
  }

  async snapshot(request: SnapshotRequest): Promise<SnapshotStream> {
    const user = this.user();
    const { header, pages } = await this.call(request, (sent) => this.server.snapshot(user, sent));
    const { time, random, weather } = this;
    const headBytes = FRAME_HEAD_BYTES + JSON.stringify(header).length;
    const bytes = pages.reduce((sum, page) => sum + FRAME_HEAD_BYTES + page.bytes.length, headBytes);
    // The stream is one piece, cut at any byte: a frame counts when all of it came.
    const arrives = random.happens(weather.cut) ? random.below(bytes) : bytes;
    if (headBytes > arrives) throw cut();
    async function* came() {
      let at = headBytes;
      for (const page of pages) {
        await time.sleep(random.between(5, 400));
        at += FRAME_HEAD_BYTES + page.bytes.length;
        if (at > arrives) throw cut();
        const bytes = Uint8Array.from(page.bytes);
        if (random.happens(weather.cut / 2)) bytes[random.below(bytes.length)] = 0;
        yield { n: page.n, bytes };
      }
    }
    return { header, pages: came() };
  }

  private ofVersion<Q extends { schema: number }>(request: Q): Q {
    return { ...request, schema: request.schema - this.lag() };
  }

  /** One request through the weather. What is carried is text, so that nothing is shared between the ends. */
  private call<Q, R>(request: Q, handle: (sent: Q) => Promise<R>): Promise<R> {
    this.requests++;
    const { random, weather, time } = this;
    const text = JSON.stringify(request);
    const deliver = () => handle(JSON.parse(text) as Q);
    return new Promise((resolve, reject) => {
      const fail = (reason: LinkError['reason'], retryAfterMs: number | null = null) =>
        reject(new LinkError(reason, reason, retryAfterMs));
      time.after(TIMEOUT_MS, () => fail('unreachable'));
      if (random.happens(weather.lostRequests)) return;
      const there = random.between(5, 300) + (random.happens(weather.slow) ? random.between(0, 2 * TIMEOUT_MS) : 0);
      const back = random.between(5, 300);
      const heard = !random.happens(weather.lostReplies);
      const turned = random.happens(weather.turnedAway);
      if (random.happens(weather.doubled)) {
        time.after(there + random.between(0, 2 * TIMEOUT_MS), () => void deliver().catch(() => undefined));
      }
      time.after(there, () => {
        if (turned) {
          const reason = random.pick(['signed_out', 'busy', 'unreachable', 'forbidden'] as const) ?? 'unreachable';
          time.after(back, () => fail(reason, reason === 'busy' ? 5000 : null));
          return;
        }
        deliver().then(
          (reply) => {
            if (heard) time.after(back, () => resolve(reply));
          },
          (error: unknown) =>
            time.after(back, () => reject(error instanceof LinkError ? error : new LinkError('unreachable', String(error)))),
        );
      });
    });
  }
}
