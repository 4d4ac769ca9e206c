import type { Keep } from './settings.ts';

interface Dated {
  name: string;
  /** When it was begun, ISO 8601 UTC. */
  began_at: string;
}

/** The Monday of a day's week, YYYY-MM-DD. */
function weekOf(day: string): string {
  const at = new Date(`${day}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() - ((at.getUTCDay() + 6) % 7));
  return at.toISOString().slice(0, 10);
}

/** The newest of each of the last `count` periods that have one. */
function newestOf<T extends Dated>(newestFirst: readonly T[], count: number, periodOf: (day: string) => string): T[] {
  const newest = new Map<string, T>();
  for (const one of newestFirst) {
    const period = periodOf(one.began_at.slice(0, 10));
    if (!newest.has(period)) newest.set(period, one);
  }
  return [...newest.values()].slice(0, count);
}

/**
 * Which backups stay. Periods are counted among those that have a backup: a server that was off for a month loses none of them by it,
 * and the newest always stays.
 * @returns `recent`: those of the last days, to which the log is kept as well; `kept`: all that stay.
 */
export function keepOf<T extends Dated>(all: readonly T[], keep: Keep): { kept: T[]; recent: T[] } {
  const newestFirst = [...all].sort((a, b) => (a.began_at < b.began_at ? 1 : -1));
  const recent = newestOf(newestFirst, keep.days, (day) => day);
  const kept = new Set([
    ...recent,
    ...newestOf(newestFirst, keep.weeks, weekOf),
    ...newestOf(newestFirst, keep.months, (day) => day.slice(0, 7)),
  ]);
  return { kept: newestFirst.filter((one) => kept.has(one)), recent };
}
