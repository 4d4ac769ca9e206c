import { CARRIED_ROWS_MAX, type CarriedPage, PROTOCOL_VERSION } from '../protocol.ts';
import type { Caller } from './end.ts';
import { grants, type Page, pull } from './pull.ts';
import type { ServerStore } from './store.ts';

/** A carried page without its rows. */
export type CarriedHead = Omit<CarriedPage, 'rows' | 'gone' | 'archived'>;

/** What an open live stream wants to be told. */
export interface Listening {
  /** The version of the protocol that the listener speaks. */
  schema: number;
  /** The number that it was told last. */
  after: number;
}

/**
 * What a device at this number is to be sent unasked (S53): the page that a pull in all scopes of the person at this moment is answered with, made by
 * the same code. Null when only a pull will do: there is more than a live event carries, the device is not to receive anything, or its app
 * speaks another version.
 * @param read as `ServerStore.pull`
 */
export async function carry<P extends Page>(
  store: Pick<ServerStore, 'epoch' | 'digest'>,
  caller: Caller,
  { schema, after }: Listening,
  now: string,
  read: (facility: string, after: number, scopes: readonly string[], limit: number) => Promise<P>,
): Promise<{ head: CarriedHead; page: P } | null> {
  if (caller.device_state !== 'active' || schema < PROTOCOL_VERSION) return null;
  const { epoch } = await store.epoch(caller.actor.facility_id);
  const held = grants(caller.actor, []).granted;
  const wish = { device: caller.device, epoch, schema, sent_at: now, cursor: after, held, limit: CARRIED_ROWS_MAX };
  const { head, page } = await pull(store, caller, wish, now, read);
  if (!page || page.more || page.next <= after) return null;
  return { head: { epoch: head.epoch, from: after, next: page.next, held }, page };
}
