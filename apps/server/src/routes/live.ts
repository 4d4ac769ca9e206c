import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Session } from '../auth/sessions.ts';
import { callerFrom } from './caller.ts';
import { take } from './input.ts';
import { type Line, Lines } from './lines.ts';
import { originOf, type Services, sessionOf, signedIn, withdrawn } from './services.ts';

/** Proxies cut a silent connection after half a minute or so. */
const HEARTBEAT_MS = 20_000;
/** One tab of a browser listens; a reloaded one may overlap with its former self. The oldest gives way. */
const STREAMS_PER_DEVICE_MAX = 3;
/** What a sleeping tablet has not read of its stream before it is cut: it will connect again. */
const UNREAD_BYTES_MAX = 64 * 1024;

const query = z.strictObject({
  schema: z
    .string()
    .regex(/^\d{1,4}$/, { error: 'A whole number.' })
    .transform(Number)
    .optional(),
});

interface Stream extends Line {
  session: Session;
}

/**
 * GET /api/sync/live: server-sent events whenever the facility has moved on [S51], the present number first: `moved` {"seq": N}, and, for a
 * device that names the protocol it speaks (`?schema=1`), `page` with the change itself where that is small [S53]. A stream ends with its session.
 */
export function liveRoute(app: FastifyInstance, s: Services): void {
  const open = new Map<string, Stream[]>();
  const facilities = new Map<string, { lines: Lines; stop: () => void }>();
  const report = (error: unknown) => app.log.error({ err: error }, 'a change could not be told');
  const linesOf = (facility: string): Lines => {
    const known = facilities.get(facility);
    if (known) return known.lines;
    const lines = new Lines(facility, { store: s.store, end: s.end, report });
    facilities.set(facility, { lines, stop: s.moves.wait(facility, lines) });
    return lines;
  };

  app.get('/api/sync/live', { onRequest: signedIn(s) }, async (request, reply) => {
    const session = sessionOf(request);
    const { schema } = take(query, request.query);
    const { facility_id } = session.actor;
    const origin = originOf(request);
    reply.hijack();
    const out = reply.raw;
    for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) out.setHeader(name, value);
    out.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' });
    request.raw.socket.setNoDelay(true);

    const lines = linesOf(facility_id);
    const stream: Stream = {
      session,
      schema: session.device_id === null ? undefined : schema,
      unread: () => out.writableLength,
      caller: async () => callerFrom(await stillThere(s, session), origin),
      send: (text) => {
        if (out.writableLength > UNREAD_BYTES_MAX) stream.close();
        else if (!out.writableEnded) out.write(text);
      },
      close: () => {
        clearInterval(heartbeat);
        clearTimeout(end);
        lines.delete(stream);
        const known = facilities.get(facility_id);
        if (lines.empty && known?.lines === lines) {
          known.stop();
          facilities.delete(facility_id);
        }
        if (drop(open, stream)) s.metrics?.live.dec();
        out.end();
      },
    };
    const heartbeat = setInterval(() => stream.send(':\n\n'), s.config.heartbeatMs ?? HEARTBEAT_MS);
    const end = setTimeout(stream.close, Math.max(0, session.expiresAtMs - s.now()));
    keep(open, stream);
    s.metrics?.live.inc();
    out.on('close', stream.close);
    out.on('error', stream.close);
    await lines.add(stream).catch(stream.close);
  });

  /** Streams whose session no longer stands. */
  const stopWatching = s.sessions.watch(() => {
    for (const stream of [...open.values()].flat()) void stillThere(s, stream.session).catch(stream.close);
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

/** @returns whether it was open until now. */
function drop(open: Map<string, Stream[]>, stream: Stream): boolean {
  const all = open.get(placeOf(stream)) ?? [];
  const left = all.filter((other) => other !== stream);
  if (left.length === 0) open.delete(placeOf(stream));
  else open.set(placeOf(stream), left);
  return left.length < all.length;
}

/** The session as it is now. Rejects when it was ended, closed or cannot be told, or its device was withdrawn: whoever listens connects again and is judged again. */
async function stillThere(s: Services, { actor, id }: Session): Promise<Session> {
  const session = await s.sessions.get(actor.facility_id, id);
  if (withdrawn(session)) throw new Error('The device was withdrawn.');
  return session;
}
