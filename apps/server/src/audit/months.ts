import type { FastifyInstance } from 'fastify';
import type { Scoped } from '../db/database.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Sees to it that the tables of the coming months are there before the first entry of a month: when the app starts, and once a day
 * until it closes. What cannot be made today (somebody reads the trail for long) is made tomorrow: three months lie ahead.
 */
export function keepMonths(app: FastifyInstance, db: Scoped): void {
  let timer: NodeJS.Timeout | undefined;
  const make = () =>
    db
      .query('select audit_make_months()')
      .catch((error: unknown) => app.log.error({ err: error }, 'the audit trail has no new months'));
  app.addHook('onReady', async () => {
    await make();
    timer = setInterval(() => void make(), DAY_MS);
    // It must not keep the process alive.
    timer.unref();
  });
  app.addHook('onClose', async () => clearInterval(timer));
}
