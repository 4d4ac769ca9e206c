import type { SnapshotHeader, SnapshotRequest } from '../protocol.ts';
import { LinkError } from './link.ts';
import type { Contacts } from './round.ts';
import type { SnapshotPage } from './store.ts';

/** Pages held in memory while the storage writes others; beyond this the line waits. */
const WAITING_MAX = 64;

/**
 * Fetches one scope as a snapshot (S45): goes on where a cut line left off, and fetches a younger one when the cursor has
 * meanwhile passed the head of what was begun. Throws LinkError when the line is cut; the pages that came are kept.
 */
export async function fetchScope(c: Contacts, scope: string): Promise<void> {
  const begun = await c.store.unfinishedSnapshot(scope);
  if (begun && begun.missing.length === 0 && (await end(c, scope))) return;
  const { device, cursor, epoch } = await c.store.meta();
  const from = begun?.missing[0];
  const request: SnapshotRequest = {
    device,
    scope,
    min_head: cursor ?? 0,
    ...(begun && from !== undefined ? { snapshot: begun.snapshot, from } : {}),
  };
  const { header, pages } = await c.link.snapshot(request);
  // The server was restored since the last pull: the next one will tell.
  if (header.epoch !== epoch) return;
  const held = new Set(await begin(c, header));
  await keepPages(c, header, held, pages);
  if (held.size < header.pages.length) throw new LinkError('unreachable', `The line was cut while ${scope} was fetched.`);
  await end(c, scope);
}

/** @returns the pages already held. Throws LinkError when another tab has learned of a restore meanwhile. */
async function begin(c: Contacts, header: SnapshotHeader): Promise<number[]> {
  try {
    return await c.store.beginSnapshot(header);
  } catch (error) {
    throw codeOf(error) === 'EPOCH_CHANGED' ? elsewhere(header.scope) : error;
  }
}

/**
 * Keeps pages while more arrive: those that came during one transaction share the next. When the line is cut, what came is kept before
 * this throws. @param held the pages already kept; grows.
 */
async function keepPages(
  c: Contacts,
  { scope, pages: told }: SnapshotHeader,
  held: Set<number>,
  pages: AsyncIterable<SnapshotPage>,
): Promise<void> {
  const rowsOf = new Map(told.map((p) => [p.n, p.count]));
  const of = told.reduce((sum, p) => sum + p.count, 0);
  const progress = (): void => {
    const done = [...held].reduce((sum, n) => sum + (rowsOf.get(n) ?? 0), 0);
    c.progress({ doing: 'fetching', scope, done, of });
  };
  progress();
  let waiting: SnapshotPage[] = [];
  const failures: unknown[] = [];
  let keeping: Promise<void> | null = null;
  const keep = async (): Promise<void> => {
    try {
      while (waiting.length > 0) {
        const batch = waiting;
        waiting = [];
        await c.store.putPages(scope, batch);
        for (const { n } of batch) held.add(n);
        progress();
      }
    } catch (error) {
      failures.push(error);
    }
    keeping = null;
  };
  try {
    for await (const page of pages) {
      if (failures.length > 0) break;
      if (held.has(page.n)) continue;
      waiting.push(page);
      keeping ??= keep();
      if (waiting.length >= WAITING_MAX) await keeping;
    }
  } finally {
    await keeping;
  }
  for (const error of failures) throw whyNotKept(error, scope);
}

function whyNotKept(error: unknown, scope: string): unknown {
  const code = codeOf(error);
  if (code === 'UNREADABLE') return new LinkError('unreachable', `A page of ${scope} arrived damaged.`);
  return code === 'NOT_FOUND' ? elsewhere(scope) : error;
}

/** @returns false when the cursor has passed the snapshot: a younger one is needed. */
async function end(c: Contacts, scope: string): Promise<boolean> {
  try {
    await c.store.endSnapshot(scope);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'CONFLICT') return false;
    if (code === 'NOT_FOUND') throw elsewhere(scope);
    throw error;
  }
  c.report.replaced.add(scope);
  return true;
}

/** Another tab began a snapshot of this scope meanwhile; waiting a little keeps the two from taking turns for ever. */
const elsewhere = (scope: string) => new LinkError('unreachable', `Another tab is fetching ${scope}.`);

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
