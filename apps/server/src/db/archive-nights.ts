import type { FastifyInstance } from 'fastify';
import { archiveDue, archiveWishes } from './archive.ts';
import type { Database } from './database.ts';

const LOOK_EVERY_MS = 30 * 60 * 1000;
/** The hours of the night, there, at which fewest people write. */
const [FROM_HOUR, TO_HOUR] = [2, 5];

/**
 * Once a night, by the clock of each hospital, takes to the archive whoever may go. What fails, or does not fit into one night, goes the
 * next. Several processes may do so at once: each patient goes once.
 */
export function keepArchive(app: FastifyInstance, db: Database, now: () => Date): void {
  const done = new Map<string, string>();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  const look = async () => {
    for (const wish of await archiveWishes(db, now())) {
      const { facility, today, hour } = wish;
      if (hour < FROM_HOUR || hour >= TO_HOUR || done.get(facility) === today) continue;
      done.set(facility, today);
      const went = await archiveDue(db, wish);
      if (went.patients > 0) app.log.info({ facility, ...went }, 'patients went to the archive');
    }
  };
  app.addHook('onReady', async () => {
    timer = setInterval(() => {
      running = look().catch((error: unknown) => app.log.error({ err: error }, 'patients could not be archived'));
    }, LOOK_EVERY_MS);
    timer.unref();
  });
  app.addHook('onClose', async () => {
    clearInterval(timer);
    await running;
  });
}
