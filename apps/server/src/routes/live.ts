import type { ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Session } from '../auth/sessions.ts';
import { type Services, sessionOf, signedIn, withdrawn } from './services.ts';

/** Proxies cut a silent connection after half a minute or so. */
const HEARTBEAT_MS = 20_000;
/** One tab of a browser listens; a reloaded one may overlap with its former self. The oldest gives way. */
const STREAMS_PER_DEVICE_MAX = 3;
/** What a sleeping tablet has not read of its stream before it is cut: it will connect again. */
const UNREAD_BYTES_MAX = 16 * 1024;

interface Stream {
  session: Session;
  out: ServerResponse;
  close(): void;
}

/**
 * GET /api/sync/live: server-sent events `moved` {"seq": N} whenever the facility has moved on [S51], the present number first.
 * A stream ends with its session.
 */
export function liveRoute(app: FastifyInstance, s: Services): void {
  const open = new Map<string, Stream[]>();

  app.get('/api/sync/live', { onRequest: signedIn(s) }, async (request, reply) => {
    const session = sessionOf(request);
    const { facility_id } = session.actor;
    reply.hijack();
    const out = reply.raw;
    for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) out.setHeader(name, value);
    out.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' });
    request.raw.socket.setNoDelay(true);

    let told = -1;
    const tell = (seq: number) => {
      if (seq <= told) return;
      told = seq;
      send(stream, `event: moved\ndata: {"seq":${seq}}\n\n`);
    };
    const heartbeat = setInterval(() => send(stream, ':\n\n'), s.config.heartbeatMs ?? HEARTBEAT_MS);
    const stop = s.moves.wait(facility_id, tell);
    const stream: Stream = {
      session,
      out,
      close: () => {
        clearInterval(heartbeat);
        clearTimeout(end);
        stop();
        drop(open, stream);
        out.end();
      },
    };
    const end = setTimeout(stream.close, Math.max(0, session.expiresAtMs - s.now()));
    keep(open, stream);
    out.on('close', stream.close);
    out.on('error', stream.close);
    // Listening began before this was read: a commit in between is told twice rather than never.
    await s.store.head(facility_id).then(tell, stream.close);
  });

  /** Streams whose session no longer stands. */
  const stopWatching = s.sessions.watch(() => {
    for (const stream of [...open.values()].flat()) void endIfOver(s, stream);
  });
  app.addHook('preClose', async () => {
    stopWatching();
    for (const stream of [...open.values()].flat()) stream.close();
  });
}

const placeOf = (stream: Stream): string => stream.session.device_id ?? stream.session.id;

function keep(open: Map<string, Stream[]>, stream: Stream): void {
  const all = open.get(placeOf(stream)) ?? [];
  open.set(placeOf(stream), all);
  all.push(stream);
  if (all.length > STREAMS_PER_DEVICE_MAX) all[0]?.close();
}

function drop(open: Map<string, Stream[]>, stream: Stream): void {
  const left = (open.get(placeOf(stream)) ?? []).filter((other) => other !== stream);
  if (left.length === 0) open.delete(placeOf(stream));
  else open.set(placeOf(stream), left);
}

function send(stream: Stream, text: string): void {
  if (stream.out.writableLength > UNREAD_BYTES_MAX) stream.close();
  else if (!stream.out.writableEnded) stream.out.write(text);
}

async function endIfOver(s: Services, stream: Stream): Promise<void> {
  try {
    if (withdrawn(await s.sessions.get(stream.session.actor.facility_id, stream.session.id))) stream.close();
  } catch {
    // Ended, closed, or not to be told: it connects again and is judged again.
    stream.close();
  }
}
