import { tracingChannel } from 'node:diagnostics_channel';

/** A piece of work that may be traced: what it is, and how much. Never what it is about. */
export interface Traced {
  name: 'request' | 'push' | 'pull' | 'transaction';
  counts: Record<string, number>;
}

/** Where pieces of work are told; who traces listens (watch/traces.ts). */
export const TRACED = tracingChannel<Traced>('psa.work');

/** Does a piece of work, told where somebody listens. */
export function traced<T>(name: Traced['name'], counts: Record<string, number>, work: () => Promise<T>): Promise<T> {
  if (!TRACED.start.hasSubscribers) return work();
  return TRACED.tracePromise(work, { name, counts });
}
