import type { FastifyInstance } from 'fastify';

/** Work of a server process that nobody waits for: now and then, and when somebody says that there is some. */
export interface Looking {
  /** Looks at one facility soon. Never throws. */
  soon(facility: string): void;
}

/**
 * Looks when the app is ready, then and again until it closes, and when it is asked to. @param what is told in the log when it fails.
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
  const running = new Set<Promise<void>>();
  const run = (look: Promise<number>): void => {
    const done: Promise<void> = look
      .then(() => undefined)
      .catch((error: unknown) => app.log.error({ err: error }, what))
      .finally(() => running.delete(done));
    running.add(done);
  };
  app.addHook('onReady', async () => {
    run(work.all());
    timer = setInterval(() => run(work.all()), everyMs);
    // It must not keep the process alive.
    timer.unref();
  });
  app.addHook('onClose', async () => {
    clearInterval(timer);
    await Promise.all(running);
  });
  return { soon: (facility) => run(work.one(facility)) };
}
