import type { FastifyInstance } from 'fastify';

/** Work of a server process that nobody waits for: now and then, and when somebody says that there is some. */
export interface Looking {
  /** Looks at one facility soon. Never throws. */
  soon(facility: string): void;
}

/** After a look at a facility the next one waits so long, and so many times as long as that look took: it is a fifth of the server's time at most. */
const REST_MS_LEAST = 1_000;
const REST_TIMES = 4;

/**
 * Looks when the app is ready, then and again until it closes, and when it is asked to: at a facility that was not looked at for a
 * second at once, else when that is over, once for all who asked meanwhile. @param what is told in the log when it fails.
 * @param everyMs how often; undefined: never, also when asked to.
 */
export function keepLooking(
  app: FastifyInstance,
  what: string,
  everyMs: number | undefined,
  work: { all(): Promise<number>; one(facility: string): Promise<number> },
): Looking {
  if (everyMs === undefined) return { soon: () => undefined };
  let timer: NodeJS.Timeout | undefined;
  let closing = false;
  const running = new Set<Promise<void>>();
  const run = (look: Promise<number>): Promise<void> => {
    const done: Promise<void> = look
      .then(() => undefined)
      .catch((error: unknown) => app.log.error({ err: error }, what))
      .finally(() => running.delete(done));
    running.add(done);
    return done;
  };
  /** Facilities that are being looked at or rest from it, and whether somebody asked meanwhile. */
  const busy = new Map<string, { asked: boolean; rest?: NodeJS.Timeout }>();
  const look = (facility: string): void => {
    const state: { asked: boolean; rest?: NodeJS.Timeout } = { asked: false };
    busy.set(facility, state);
    const began = performance.now();
    void run(work.one(facility)).then(() => {
      const restMs = Math.max(REST_MS_LEAST, (performance.now() - began) * REST_TIMES);
      state.rest = setTimeout(() => {
        busy.delete(facility);
        if (state.asked && !closing) look(facility);
      }, restMs).unref();
    });
  };
  app.addHook('onReady', async () => {
    void run(work.all());
    timer = setInterval(() => void run(work.all()), everyMs);
    // It must not keep the process alive.
    timer.unref();
  });
  app.addHook('onClose', async () => {
    closing = true;
    clearInterval(timer);
    await Promise.all(running);
    for (const { rest } of busy.values()) clearTimeout(rest);
  });
  return {
    soon: (facility) => {
      const state = busy.get(facility);
      if (state) state.asked = true;
      else if (!closing) look(facility);
    },
  };
}
