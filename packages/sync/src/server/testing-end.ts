import type { Actor } from '@psa/domain';
import { crc32 } from '../crc32.ts';
import { type Group, PROTOCOL_VERSION, type PullRequest, type PushRequest } from '../protocol.ts';
import { type Caller, ServerEnd, type ServerEnv } from './end.ts';
import { Hospital, type Tablet } from './testing.ts';

/** The server's clock. */
export const NOW = '2026-03-05T10:00:00.000Z';

/** A byte for each character. */
const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

/** A server end whose signatures are `author of text`. */
export async function serving(more: Partial<ServerEnv> = {}) {
  const h = await Hospital.open('consultant', 'nursing', 'lab');
  const people = new Map<string, Actor>();
  /** Everybody who ever had an account. */
  const ever = new Map<string, Actor>();
  const reports: string[] = [];
  const env: ServerEnv = {
    now: () => NOW,
    newId: () => h.newId(),
    authorOf: async (_device, author, body, sig) => {
      if (sig !== sign(author, body)) return { code: 'BAD_SIGNATURE' };
      const signer = ever.get(author);
      return people.get(author) ?? { code: 'ACCOUNT_CLOSED', ...(signer ? { signer } : {}) };
    },
    compress: bytesOf,
    report: (what) => reports.push(what),
    ...more,
  };
  const end = new ServerEnd(h.store, env);
  const caller = (t: Tablet, device_state: Caller['device_state'] = 'active'): Caller => {
    people.set(t.actor.user_id, t.actor);
    ever.set(t.actor.user_id, t.actor);
    return { actor: t.actor, device: t.device, device_state, address: '192.0.2.1', user_agent: 'test\0' };
  };
  return { h, end, caller, people, reports, env };
}

const sign = (author: string, body: string): string => `${author} ${crc32(bytesOf(body))}`;
/** A group as its author sealed it. */
export const signed = (group: Group, cseq = 1) => {
  const body = JSON.stringify(group);
  return { cseq, body, sig: sign(group.author, body) };
};
export const pushOf = (t: Tablet, groups: PushRequest['groups'], more: Partial<PushRequest> = {}): PushRequest => ({
  device: t.device,
  epoch: null,
  schema: PROTOCOL_VERSION,
  sent_at: NOW,
  outbox_depth: groups.length,
  oldest_pending_at: null,
  groups,
  ...more,
});
export const pullOf = (t: Tablet, more: Partial<PullRequest> = {}): PullRequest => ({
  device: t.device,
  epoch: null,
  schema: PROTOCOL_VERSION,
  sent_at: NOW,
  cursor: null,
  held: [],
  ...more,
});
