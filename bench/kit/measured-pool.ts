import { readFileSync } from 'node:fs';
import type pg from 'pg';
import { createPool } from '../../apps/server/src/db/pool.ts';

/** CPU time of a process so far in µs, as Linux' scheduler counts it; NaN where it does not tell. */
function cpuUs(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1000;
  } catch {
    return Number.NaN;
  }
}

/** The name of a statement: that under which it is prepared, or its first word. */
function nameOf(query: unknown): string {
  if (typeof query === 'string') return /commit\b/.test(query) ? 'commit' : (query.split(/[\s;]/, 1)[0] ?? '');
  const { name, text } = query as { name?: string; text?: string };
  return name ?? text?.trim().split(/\s/, 1)[0] ?? '';
}

/**
 * A pool of one connection that sends one statement after the other and notes the CPU time which its PostgreSQL process takes for each.
 * Whoever opens it ends it.
 */
export function measuredPool(connectionString: string): { pool: pg.Pool; spentUs: Map<string, number> } {
  const spentUs = new Map<string, number>();
  const pool = createPool({ connectionString, max: 1 });
  pool.on('connect', (client) => {
    const { processID: pid } = client as unknown as { processID: number };
    const send = client.query.bind(client) as (...args: unknown[]) => Promise<unknown>;
    let last: Promise<unknown> = Promise.resolve();
    const measured = async (args: unknown[]): Promise<unknown> => {
      const before = cpuUs(pid);
      try {
        return await send(...args);
      } finally {
        const name = nameOf(args[0]);
        spentUs.set(name, (spentUs.get(name) ?? 0) + cpuUs(pid) - before);
      }
    };
    client.query = ((...args: unknown[]) => {
      const done = last.then(() => measured(args));
      last = done.catch(() => undefined);
      return done;
    }) as typeof client.query;
  });
  return { pool, spentUs };
}
