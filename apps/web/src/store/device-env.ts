import type { Chance } from '@psa/sync';
import type { Passkeys } from '../session/passkey.ts';
import type { Person } from '../session/person.ts';
import type { Fetch } from '../session/server.ts';
import type { Reason } from '../sync/driver.ts';
import type { SyncState } from './api.ts';
import type { StoreChange } from './indexeddb.ts';
import type { Shelf } from './safety.ts';

/** What a device needs of the browser, or of a test. */
export interface DeviceEnv {
  /** Name of the database and of the tabs' channel. */
  name: string;
  fetch: Fetch;
  /** Origin of the server; empty for the page's own. */
  base: string;
  now(): number;
  chance: Chance;
  locks: LockManager | undefined;
  /** Gets the input and the signs of life of the page; null where there is no page. */
  page: EventTarget | null;
  visible(): boolean;
  userAgent: string;
  /** Asks the browser not to evict this storage; resolves to whether it promised. */
  persist(): Promise<boolean>;
  /** What the browser keeps and has room for, bytes, and whether it promised to keep it; null where it does not say. */
  shelf: Shelf;
  passkeys: Passkeys;
  /** Of PBKDF2, when not the usual number. */
  iterations?: number;
}

/** What the tabs of one browser tell each other. */
export type Message =
  /** A new tab asks who is in. */
  | { t: 'hello' }
  | { t: 'person'; person: Person }
  /** The session of whoever is in was renewed, or has ended (null). */
  | { t: 'token'; token: string | null }
  | { t: 'lock'; ended?: string }
  | { t: 'active' }
  | { t: 'change'; change: StoreChange }
  | { t: 'dropped'; scopes: readonly string[] }
  | { t: 'sync'; part: Partial<SyncState> }
  | { t: 'ask'; reason: Reason };

/** Before any contact. */
export const QUIET: SyncState = {
  contact: 'never',
  last_contact_at: null,
  waiting: 0,
  oldest_waiting_at: null,
  sending: false,
  fetching: null,
  clock_offset_ms: null,
};
