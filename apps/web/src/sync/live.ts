import { type Chance, retryDelayMs } from '@psa/sync';
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
  silenceMs?: number;
  shortLivedMs?: number;
  pollMs?: number;
  /** Divides the waits between tries; tests only. */
  hurry?: number;
}

/** Numbers out of a stream of server-sent events `moved {"seq": N}`; comments count as signs of life. */
export async function* movedEvents(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<number | null> {
  const decoder = new TextDecoder();
  let rest = '';
  let event = '';
  for await (const chunk of chunks) {
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split(/\r?\n/);
    rest = lines.pop() ?? '';
    yield null;
    for (const line of lines) {
      if (line === '') event = '';
      else if (line.startsWith('event:')) event = line.slice(6).trim();
      else if (line.startsWith('data:') && event === 'moved') {
        const seq = seqOf(line.slice(5));
        if (seq !== null) yield seq;
      }
    }
  }
}

function seqOf(data: string): number | null {
  try {
    const seq = (JSON.parse(data) as { seq?: unknown }).seq;
    return typeof seq === 'number' ? seq : null;
  } catch {
    return null;
  }
}

export interface Live {
  /** Tries again now: the network seems to be back. */
  retry(): void;
  end(): void;
}

/** Keeps a live stream open, or polls where streams do not live (docs/sync.md, S51). */
export function listenLive(env: LiveEnv): Live {
  const ended = new AbortController();
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
      const answered = await stream(env, ended.signal);
      const lived = answered && env.now() - began >= (env.shortLivedMs ?? SHORT_LIVED_MS);
      if (answered) shortLived = lived ? 0 : shortLived + 1;
      failures = lived ? 0 : failures + 1;
      await rest(retryDelayMs(failures, env.chance) / (env.hurry ?? 1));
    }
  };
  void run();
  return {
    retry: () => waiting.abort(),
    end: () => {
      ended.abort();
      waiting.abort();
    },
  };
}

/** One stream until it ends. @returns whether the server (or something before it) answered at all. */
async function stream(env: LiveEnv, ended: AbortSignal): Promise<boolean> {
  const token = env.token();
  if (token === null) return false;
  const cut = new AbortController();
  const abort = (): void => cut.abort();
  ended.addEventListener('abort', abort);
  const silence = env.silenceMs ?? SILENCE_MS;
  let timer = setTimeout(abort, silence);
  let answered = false;
  try {
    const headers = { accept: 'text/event-stream', authorization: `Bearer ${token}` };
    const init: RequestInit = { headers, cache: 'no-store', credentials: 'omit', signal: cut.signal };
    const response = await env.fetch(`${env.base}/api/sync/live`, init);
    answered = response.status !== 401;
    const isStream = response.ok && (response.headers.get('content-type') ?? '').startsWith('text/event-stream');
    if (isStream && response.body) {
      // Whatever moved while no stream was open.
      env.onMoved(null);
      for await (const seq of movedEvents(chunksOf(response.body))) {
        clearTimeout(timer);
        timer = setTimeout(abort, silence);
        if (seq !== null) env.onMoved(seq);
      }
    }
  } catch {
    // Cut, silent or refused: all the same to the caller, who tries again.
  } finally {
    clearTimeout(timer);
    ended.removeEventListener('abort', abort);
    cut.abort();
  }
  return answered;
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
