import type { FastifyInstance } from 'fastify';
import { Climber } from '../db/climb.ts';
import type { Services } from './services.ts';

/** How often it is looked for conflicts that wait too long. */
const LOOK_MS = 60_000;

export interface Climbing {
  /** Somebody's save was parked just now: its author is told at once. Never throws. */
  parked(facility: string): void;
}

/** Tells people of conflicts that wait: after each save that was parked, and once a minute until the app closes. */
export function keepClimbing(app: FastifyInstance, s: Pick<Services, 'db' | 'now'>): Climbing {
  const climber = new Climber(s.db, s.now);
  let timer: NodeJS.Timeout | undefined;
  const running = new Set<Promise<void>>();
  const run = (work: Promise<number>): void => {
    const told: Promise<void> = work
      .then(() => undefined)
      .catch((error: unknown) => app.log.error({ err: error }, 'nobody was told of a conflict that waits'))
      .finally(() => running.delete(told));
    running.add(told);
  };
  app.addHook('onReady', async () => {
    run(climber.all());
    timer = setInterval(() => run(climber.all()), LOOK_MS);
    // It must not keep the process alive.
    timer.unref();
  });
  app.addHook('onClose', async () => {
    clearInterval(timer);
    await Promise.all(running);
  });
  return { parked: (facility) => run(climber.one(facility)) };
}
