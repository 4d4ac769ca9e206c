import { CARRIED_BYTES_MAX, type CarriedPage, type Chance, PROTOCOL_VERSION, retryDelayMs } from '@psa/sync';
import { chunksOf } from './frames.ts';

/** The server comments every 20 s; two missed and the line is dead, whatever TCP believes. */
const SILENCE_MS = 50_000;
/** A stream shorter than this did not really live: some proxies cut or hold streams. */
const SHORT_LIVED_MS = 10_000;
const SHORT_LIVED_MAX = 3;
/** Polling instead of a stream, and how often the stream is tried again meanwhile. */
const POLL_MS = 30_000;
const POLLS_BEFORE_TRY = 20;

export interface LiveEnv {
  fetch(input: string, init?: RequestInit): Promise<Response>;
  base: string;
  token(): string | null;
  now(): number;
  chance: Chance;
  /** The server's number moved (or a poll is due: null). */
  onMoved(seq: number | null): void;
  /** The change itself. */
  onPage(page: CarriedPage): void;
  silenceMs?: number;
  shortLivedMs?: number;
  pollMs?: number;
  /** Divides the waits between tries; tests only. */
  hurry?: number;
}

/** What an event tells: a number, a page of changes, or only that the line lives. */
export type LiveEvent = { moved: number } | { page: CarriedPage } | null;

/** A line longer than this is none of ours. */
const LINE_CHARACTERS_MAX = 2 * CARRIED_BYTES_MAX;

/** Events out of a stream: `moved {"seq": N}`, and `page` with a page of changes; comments count as signs of life. Throws at what is no such stream. */
export async function* liveEvents(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<LiveEvent> {
  const decoder = new TextDecoder();
  let rest = '';
  let event = '';
  for await (const chunk of chunks) {
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split(/\r?\n/);
    rest = lines.pop() ?? '';
    if (rest.length > LINE_CHARACTERS_MAX) throw new Error('This is not a live line.');
    yield null;
    for (const line of lines) {
      if (line === '') event = '';
      else if (line.startsWith('event:')) event = line.slice(6).trim();
      else if (line.startsWith('data:')) yield eventOf(event, line.slice(5));
    }
  }
}

type Told = Partial<Record<keyof CarriedPage | 'seq', unknown>>;

function eventOf(event: string, data: string): LiveEvent {
  try {
    const told = JSON.parse(data) as Told;
    if (event === 'page' && isPage(told)) return { page: told };
    return event === 'moved' && typeof told.seq === 'number' ? { moved: told.seq } : null;
  } catch {
    return null;
  }
}

function isPage(told: Told): told is Told & CarriedPage {
  const { epoch, from, next, held, rows, gone } = told;
  return (
    typeof epoch === 'string' &&
    typeof from === 'number' &&
    typeof next === 'number' &&
    Array.isArray(held) &&
    Array.isArray(gone) &&
    typeof rows === 'object' &&
    rows !== null &&
    Object.values(rows).every(Array.isArray)
  );
}

export interface Live {
  /** Whether a line is open on which changes come by themselves. */
  readonly open: boolean;
  /** Tries again now: the network seems to be back. */
  retry(): void;
  end(): void;
}

/** Keeps a live stream open, or polls where streams do not live (docs/sync.md, S51). */
export function listenLive(env: LiveEnv): Live {
  const ended = new AbortController();
  let open = false;
  const hear = {
    ...env,
    onOpen: (now: boolean) => {
      open = now;
    },
  };
  let waiting = new AbortController();
  const rest = async (ms: number): Promise<void> => {
    waiting = new AbortController();
    if (!ended.signal.aborted) await pause(ms, waiting.signal);
  };
  const run = async (): Promise<void> => {
    let shortLived = 0;
    let failures = 0;
    while (!ended.signal.aborted) {
      if (shortLived >= SHORT_LIVED_MAX) {
        for (let i = 0; i < POLLS_BEFORE_TRY && !ended.signal.aborted; i++) {
          const poll = env.pollMs ?? POLL_MS;
          await rest(poll * 0.8 + env.chance.below(Math.ceil(poll * 0.4)));
          if (!ended.signal.aborted) env.onMoved(null);
        }
        shortLived = SHORT_LIVED_MAX - 1;
      }
      const began = env.now();
      const end = await stream(hear, ended.signal);
      const lived = end === 'heard' && env.now() - began >= (env.shortLivedMs ?? SHORT_LIVED_MS);
      if (end !== 'nobody') shortLived = lived ? 0 : shortLived + 1;
      failures = lived ? 0 : failures + 1;
      await rest(retryDelayMs(failures, env.chance) / (env.hurry ?? 1));
    }
  };
  void run();
  return {
    get open() {
      return open;
    },
    retry: () => waiting.abort(),
    end: () => {
      ended.abort();
      waiting.abort();
    },
  };
}

/**
 * How a stream ended. `heard`: events came. `deaf`: something answered, or took the question and was silent, as a proxy is that holds streams back.
 * `nobody`: there was no answer at all, or nobody is signed in.
 */
type StreamEnd = 'heard' | 'deaf' | 'nobody';

/** One stream until it ends. */
async function stream(env: LiveEnv & { onOpen(now: boolean): void }, ended: AbortSignal): Promise<StreamEnd> {
  const token = env.token();
  if (token === null) return 'nobody';
  const cut = new AbortController();
  const abort = (): void => cut.abort();
  ended.addEventListener('abort', abort);
  const silence = env.silenceMs ?? SILENCE_MS;
  let end: StreamEnd = 'nobody';
  const silent = (): void => {
    if (end === 'nobody') end = 'deaf';
    abort();
  };
  let timer = setTimeout(silent, silence);
  try {
    const headers = { accept: 'text/event-stream', authorization: `Bearer ${token}` };
    const init: RequestInit = { headers, cache: 'no-store', credentials: 'omit', signal: cut.signal };
    const response = await env.fetch(`${env.base}/api/sync/live?schema=${PROTOCOL_VERSION}`, init);
    if (response.status !== 401) end = 'deaf';
    // The session was ended elsewhere: asking for what is new finds that out, and the device says so.
    else env.onMoved(null);
    const isStream = response.ok && (response.headers.get('content-type') ?? '').startsWith('text/event-stream');
    if (isStream && response.body) {
      // Whatever moved while no stream was open.
      env.onMoved(null);
      for await (const told of liveEvents(chunksOf(response.body))) {
        clearTimeout(timer);
        timer = setTimeout(silent, silence);
        if (told === null) continue;
        end = 'heard';
        env.onOpen(true);
        if ('page' in told) env.onPage(told.page);
        else env.onMoved(told.moved);
      }
    }
  } catch {
    // Cut, silent or refused: all the same to the caller, who tries again.
  } finally {
    env.onOpen(false);
    clearTimeout(timer);
    ended.removeEventListener('abort', abort);
    cut.abort();
  }
  return end;
}

/** Waits, or until the signal. */
export function pause(ms: number, until: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (until.aborted) return done();
    const timer = setTimeout(finish, ms);
    function finish(): void {
      clearTimeout(timer);
      until.removeEventListener('abort', finish);
      done();
    }
    until.addEventListener('abort', finish);
  });
}
