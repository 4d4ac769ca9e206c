import type { SnapshotRequest } from '../protocol.ts';
import { LinkError } from './link.ts';
import type { Contacts } from './round.ts';

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
  const held = new Set(await c.store.beginSnapshot(header));
  const of = header.pages.reduce((sum, p) => sum + p.count, 0);
  const rowsOf = new Map(header.pages.map((p) => [p.n, p.count]));
  let done = [...held].reduce((sum, n) => sum + (rowsOf.get(n) ?? 0), 0);
  c.progress({ doing: 'fetching', scope, done, of });
  for await (const { n, bytes } of pages) {
    if (held.has(n)) continue;
    try {
      await c.store.putPage(scope, n, bytes);
    } catch (error) {
      const code = codeOf(error);
      if (code === 'UNREADABLE') throw new LinkError('unreachable', `Page ${n} of ${scope} arrived damaged.`);
      if (code === 'NOT_FOUND') throw elsewhere(scope);
      throw error;
    }
    held.add(n);
    done += rowsOf.get(n) ?? 0;
    c.progress({ doing: 'fetching', scope, done, of });
  }
  if (held.size < header.pages.length) throw new LinkError('unreachable', `The line was cut while ${scope} was fetched.`);
  await end(c, scope);
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
