import { PROBLEMS } from '@psa/domain';
import {
  type MutationResult,
  PROTOCOL_VERSION,
  PUSH_BYTES_MAX,
  PUSH_GROUPS_MAX,
  type PushReply,
  type PushRequest,
} from '../protocol.ts';
import { instantOf } from './groups.ts';
import { LinkError } from './link.ts';
import { nextBatch } from './retry.ts';
import type { Contacts } from './round.ts';
import type { OutboxEntry } from './store.ts';

/** UTF-8 bytes of a text written as a JSON string: what it takes of a request body. */
export function jsonBytes(text: string): number {
  let bytes = 2;
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    if (char === '"' || char === '\\') bytes += 2;
    else if (code < 0x20) bytes += 6;
    else bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

/** What a group needs in a request besides its text. */
const ENVELOPE_BYTES = 160;

/** The first groups in order that fit one request; at least one. */
export function nextGroups(waiting: readonly OutboxEntry[], most: number): OutboxEntry[] {
  const batch: OutboxEntry[] = [];
  let bytes = 0;
  for (const entry of waiting) {
    bytes += jsonBytes(entry.body) + ENVELOPE_BYTES;
    if (batch.length > 0 && (batch.length >= most || bytes > PUSH_BYTES_MAX)) break;
    batch.push(entry);
  }
  return batch;
}

/** `pull first`: the server's numbers mean something else now, or it did not answer for what was sent. */
export type PushEnd = 'sent' | 'pull first';

/** Sends everything that waits, oldest first (S2, S21). Throws LinkError when no proof came; what was answered stays answered. */
export async function pushAll(c: Contacts): Promise<PushEnd> {
  /** Too large even alone: left where they are, told as `stuck`; the others go on. */
  const tooLarge = new Set<number>();
  for (;;) {
    const outbox = await c.store.outbox();
    const waiting = outbox.filter((e) => e.state === 'waiting' && !tooLarge.has(e.cseq));
    if (waiting.length === 0) {
      if (tooLarge.size > 0) c.report.contact = 'stuck';
      return 'sent';
    }
    const end = await pushEach(c, waiting, outbox, tooLarge);
    if (end === 'pull first') return end;
  }
}

/**
 * Sends what was read to its end before the outbox is read again: thousands may wait. While the answers to one batch are taken in, the next is
 * on its way; it was answered for before that, so the order holds. @param tooLarge grows.
 */
async function pushEach(
  c: Contacts,
  entries: readonly OutboxEntry[],
  outbox: readonly OutboxEntry[],
  tooLarge: Set<number>,
): Promise<PushEnd> {
  let waiting = entries;
  let left = outbox;
  let taking: Promise<boolean> = Promise.resolve(true);
  try {
    while (waiting.length > 0) {
      const batch = nextGroups(waiting, c.memory.batch);
      c.progress({ doing: 'sending', groups: waiting.length });
      const reply = await send(c, batch, left);
      if (!(await taking)) return 'pull first';
      if (reply === 'too_large') {
        const only = batch.length === 1 ? batch[0] : undefined;
        if (only) tooLarge.add(only.cseq);
        waiting = waiting.filter((entry) => entry !== only);
        continue;
      }
      if (reply === null) return 'pull first';
      taking = take(c, batch, reply);
      // It is waited for below; until then nobody listens.
      taking.catch(() => undefined);
      waiting = waiting.slice(batch.length);
      left = left.filter((entry) => !batch.includes(entry));
    }
    return (await taking) ? 'sent' : 'pull first';
  } finally {
    await taking;
  }
}

async function send(
  c: Contacts,
  batch: readonly OutboxEntry[],
  outbox: readonly OutboxEntry[],
): Promise<PushReply | 'too_large' | null> {
  const { device, epoch } = await c.store.meta();
  const request: PushRequest = {
    device,
    epoch,
    schema: PROTOCOL_VERSION,
    sent_at: instantOf(c.env.now()),
    outbox_depth: outbox.length,
    oldest_pending_at: outbox[0]?.saved_at ?? null,
    groups: batch.map(({ cseq, body, sig }) => ({ cseq, body, sig })),
  };
  try {
    const reply = await c.link.push(request);
    c.memory.batch = nextBatch(c.memory.batch, true, PUSH_GROUPS_MAX);
    c.heard(reply.server_time);
    return reply;
  } catch (error) {
    if (!(error instanceof LinkError)) throw error;
    if (error.reason === 'too_large') {
      c.memory.batch = nextBatch(Math.min(c.memory.batch, batch.length), false, PUSH_GROUPS_MAX);
      return 'too_large';
    }
    // The pull that follows learns the new epoch; then what waits is sent in it.
    if (error.reason === 'epoch') return null;
    if (error.reason === 'unreachable') {
      c.memory.batch = nextBatch(Math.min(c.memory.batch, batch.length), false, PUSH_GROUPS_MAX);
    }
    throw error;
  }
}

/** Takes in the answers. @returns false when they are of another epoch or answer nothing: the pull comes first. */
async function take(c: Contacts, batch: readonly OutboxEntry[], reply: PushReply): Promise<boolean> {
  const { epoch } = await c.store.meta();
  if (epoch !== reply.epoch) return false;
  const sent = new Map(batch.map((e) => [e.cseq, e]));
  const answers = reply.groups.flatMap(({ cseq, results }) => {
    const entry = sent.get(cseq);
    return entry ? [{ cseq, results: results.length > 0 ? results : unreadable(entry) }] : [];
  });
  if (answers.length === 0) {
    c.report.contact = 'stuck';
    return false;
  }
  await c.store.settle(answers, reply.head, reply.server_time, reply.epoch);
  c.report.outbox_changed = true;
  const before = c.memory.promised;
  c.memory.promised = { epoch, head: Math.max(reply.head, before?.epoch === epoch ? before.head : 0) };
  for (const { cseq, results } of answers) {
    for (const { status } of results) c.report.results[status]++;
    const final = !results.some((r) => r.status === 'deferred');
    if (final && sent.get(cseq)?.group.mutations.some((m) => m.repairs !== undefined)) c.memory.mended = true;
  }
  return true;
}

/** A server that could not read a group's text has no ids to answer for: every wish of it is refused. */
function unreadable(entry: OutboxEntry): MutationResult[] {
  return entry.group.mutations.map(({ mid }) => ({ mid, status: 'refused', code: 'UNREADABLE', say: PROBLEMS.UNREADABLE.say }));
}
