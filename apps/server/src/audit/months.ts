import type { Scoped } from '../db/database.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Sees to it that the tables of the coming months are there before the first entry of a month: now, and once a day. What cannot be
 * made today (somebody reads the trail for long) is made tomorrow: three months lie ahead.
 * @returns a function that ends it.
 */
export function keepMonths(db: Scoped, report: (what: string, error: unknown) => void): () => void {
  const make = () =>
    db.query('select audit_make_months()').catch((error: unknown) => report('the audit trail has no new months', error));
  void make();
  const timer = setInterval(() => void make(), DAY_MS);
  // It must not keep the process alive.
  timer.unref();
  return () => clearInterval(timer);
}
