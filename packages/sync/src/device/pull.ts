import { fileScopes, homeScope, mayHold, mayHoldScope, patientOfScope, SYNCED } from '@psa/domain';
import { type Gone, type KindDigest, PROTOCOL_VERSION, type PullReply, type PullRequest } from '../protocol.ts';
import { keyOf } from '../server/store.ts';
import { instantOf } from './groups.ts';
import { LinkError } from './link.ts';
import { type Contacts, due } from './round.ts';
import { fetchScope } from './snapshot.ts';
import type { DeviceMeta } from './store.ts';

/** S47: how often count and checksum per kind are compared. */
const DIGEST_EVERY_MS = 6 * 3600 * 1000;
/** S48: a reply may tell a time a little before its commit; acknowledgements since an hour before the restore point are sent again. */
const RESTORE_MARGIN_MS = 3600 * 1000;
/** A round ends after so many replies even if the server always has more: sending gets its turn. */
const REPLIES_PER_ROUND_MAX = 2000;

/** Where a pull ended: at the server's head, or where sending must come first. */
export type PullEnd = 'head' | 'new epoch' | 'drain' | 'revoked';

/** Receives everything the server has for this device: epoch, scopes, changes, snapshots, checksums. Throws LinkError. */
export async function pullAll(c: Contacts): Promise<PullEnd> {
  let compared = false;
  for (let i = 0; i < REPLIES_PER_ROUND_MAX; i++) {
    let meta = await c.store.meta();
    const compare = !compared && meta.cursor !== null && due(c.memory.digestAt, c.env.now(), DIGEST_EVERY_MS);
    const reply = await ask(c, meta, compare);
    c.heard(reply.server_time);
    if (reply.epoch !== meta.epoch) {
      await enterEpoch(c, meta, reply);
      // What waits goes first in the new epoch; on a first contact nothing does, and the reply says already what to fetch.
      if (meta.epoch !== null || (await c.store.outbox()).length > 0) return 'new epoch';
      meta = await c.store.meta();
      // Another tab came first and has a cursor by now: this answers another question.
      if (meta.cursor !== null) continue;
    }
    if (reply.device_state === 'revoked') {
      await drop(c, meta.held);
      return 'revoked';
    }
    const files = (await c.store.files()).flatMap((patient) => fileScopes(reply.granted, patient));
    const unwanted = (scope: string) => patientOfScope(scope) !== null && !files.includes(scope);
    const lost = meta.held.filter((s) => reply.revoked.includes(s) || !mayHoldScope(reply.granted, s) || unwanted(s));
    if (lost.length > 0) {
      await drop(c, lost);
      continue;
    }
    if (meta.cursor !== null && !(await apply(c, meta, meta.cursor, reply))) continue;
    if (reply.more && meta.cursor !== null) continue;
    if (reply.device_state === 'drain') return 'drain';
    const missing = [...reply.granted, ...files].filter((scope) => !meta.held.includes(scope));
    for (const scope of missing) await fetchScope(c, scope);
    if (missing.length > 0) {
      // Each page has just been held against its checksum: the first comparison is due in six hours.
      c.memory.digestAt ??= c.env.now();
      continue;
    }
    if (compare && reply.digest) {
      compared = true;
      c.memory.digestAt = c.env.now();
      if (await refetchDiffering(c, reply.digest, reply.next)) continue;
    }
    c.report.at_head = true;
    return 'head';
  }
  return 'head';
}

async function ask(c: Contacts, meta: DeviceMeta, digest: boolean): Promise<PullReply> {
  const outbox = await c.store.outbox();
  const request: PullRequest = {
    device: meta.device,
    epoch: meta.epoch,
    schema: PROTOCOL_VERSION,
    sent_at: instantOf(c.env.now()),
    cursor: meta.cursor,
    held: [...meta.held],
    outbox_depth: outbox.length,
    oldest_pending_at: outbox[0]?.saved_at ?? null,
    ...(digest ? { digest } : {}),
  };
  try {
    return await c.link.pull(request);
  } catch (error) {
    if (!(error instanceof LinkError) || error.reason !== 'epoch') throw error;
    // Asked without numbers of its own, any server tells its epoch.
    return await c.link.pull({ ...request, epoch: null, cursor: null, held: [] });
  }
}

async function enterEpoch(c: Contacts, meta: DeviceMeta, reply: PullReply): Promise<void> {
  const since = reply.restored_to === null ? 0 : Date.parse(reply.restored_to) - RESTORE_MARGIN_MS;
  await c.store.newEpoch(reply.epoch, meta.epoch === null ? null : instantOf(since));
  for (const scope of meta.held) c.report.replaced.add(scope);
  c.report.new_epoch = true;
  c.report.outbox_changed = true;
  c.memory.digestAt = null;
}

async function drop(c: Contacts, scopes: readonly string[]): Promise<void> {
  if (scopes.length === 0) return;
  await c.store.dropScopes(scopes);
  for (const scope of scopes) c.report.replaced.add(scope);
}

/** Takes a page in (S43). @returns false when another tab has moved cursor, epoch or scopes meanwhile. */
export async function apply(
  c: Pick<Contacts, 'store' | 'report' | 'progress'>,
  meta: DeviceMeta,
  cursor: number,
  reply: Pick<PullReply, 'epoch' | 'rows' | 'gone' | 'archived' | 'next'>,
): Promise<boolean> {
  const { rows, next, archived } = reply;
  // A row that moved is told as gone from the one scope and is there, in that version, in another: only what it was before is gone.
  const told = new Set(Object.entries(rows).flatMap(([kind, list]) => list.map((row) => keyOf(kind, row.id))));
  for (const [kind, id, op] of reply.gone) if (op === 'D') told.add(keyOf(kind, id));
  const gone = reply.gone.flatMap(([kind, id, op, version, left]): Gone[] => {
    if (op === 'D') return [[kind, id, op, version]];
    if (told.has(keyOf(kind, id))) return [];
    if (left === undefined) return [[kind, id, op, version - 1]];
    // What came out of the archive and is not here was changed since: a later page brings it.
    return [homeScope(left) === left ? [kind, id, op, version, left] : [kind, id, op, version]];
  });
  const emptied = [
    ...new Set(reply.gone.flatMap(([, , , , left]) => (left !== undefined && patientOfScope(left) !== null ? left : []))),
  ];
  // A page that says nothing new is not worth a write.
  if (next === cursor && gone.length === 0 && Object.values(rows).every((list) => list.length === 0)) return true;
  const page = { rows, gone, ...(archived && { archived }), emptied, next, held: meta.held, epoch: reply.epoch };
  if (!(await c.store.applyPage(cursor, page))) return false;
  for (const [kind, list] of Object.entries(rows)) for (const row of list) c.report.changed.add(keyOf(kind, row.id));
  for (const [kind, id] of gone) c.report.changed.add(keyOf(kind, id));
  c.report.pulled += Object.values(rows).reduce((sum, list) => sum + list.length, gone.length);
  c.progress({ doing: 'receiving', rows: c.report.pulled });
  return true;
}

/** Fetches anew every scope with a kind whose checksum differs at the same number. @returns whether any was fetched. */
async function refetchDiffering(c: Contacts, told: Readonly<Record<string, KindDigest>>, at: number): Promise<boolean> {
  const own = await c.store.digest();
  if (own.cursor !== at) return false;
  const none: KindDigest = { count: 0, sum: 0 };
  const differing = SYNCED.filter(({ name }) => {
    const [a, b] = [own.kinds[name] ?? none, told[name] ?? none];
    return a.count !== b.count || a.sum !== b.sum;
  });
  c.report.differed.push(...differing.map((def) => def.name));
  const { held } = await c.store.meta();
  // Of a kind that lives in several scopes it cannot be told which one lacks a row.
  const scopes = held.filter((scope) => differing.some((def) => mayHold(def, scope)));
  for (const scope of scopes) await fetchScope(c, scope);
  return scopes.length > 0;
}
