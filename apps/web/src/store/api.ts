/**
 * What screens may ask of the device: the one door between `screens`/`record` and everything that keeps, seals and sends.
 * Reads never touch the network and never wait: they answer from memory and change by themselves (live queries).
 */
import type { Actor, AnyRow, Json, RECORDS, Row } from '@psa/domain';
import type { AttentionEntry, SecondFactor, SecondFactorAsked, Wish } from '@psa/sync';
import type { Known } from '../session/keyring.ts';
import type { FileState } from './files.ts';
import type { TabletDesk } from './tablet-desk.ts';

/** A wish as a form makes it; the store adds mid, time, author, device and signature. */
export type { Wish } from '@psa/sync';

export type SessionState =
  /** Opening the database; nothing is known yet. */
  | { status: 'starting' }
  /** The local database cannot be used (private mode, disk, newer version): one sentence. */
  | { status: 'broken'; say: string }
  /** Nobody is in. `known` are people who can open this device without the network; so many groups wait to be sent. */
  | { status: 'closed'; known: readonly Known[]; unsent: number; ended?: string }
  /** Somebody is in and memory is filled. `signed_in` false: writes are kept, sending needs the password. */
  | { status: 'open'; actor: Actor; user: Row<typeof RECORDS.users>; signed_in: boolean };

export interface SyncState {
  /** Whether the last contact succeeded, fails for want of a network, or waits for a password. */
  contact: 'never' | 'good' | 'unreachable' | 'signed_out' | 'withdrawn' | 'app_too_old';
  last_contact_at: string | null;
  /** Groups saved here and not yet answered, and the save time of the oldest. */
  waiting: number;
  oldest_waiting_at: string | null;
  sending: boolean;
  /** First fetch of scopes: rows stored of rows known; null when nothing is being fetched. */
  fetching: { done: number; of: number; scope: string } | null;
  /** Device clock ahead of the server's, when last measured. */
  clock_offset_ms: number | null;
}

/** The state of one row's own work: what is not yet on the server. */
export interface RowState {
  /** Groups in the outbox that touch this row, and since when. */
  unsent: number;
  unsent_since: string | null;
  /** Open conflicts on this row. */
  conflicts: readonly Row<typeof RECORDS.sync_conflicts>[];
  /** Refused groups that touch this row. */
  refused: number;
}

export interface Attention {
  conflicts: readonly Row<typeof RECORDS.sync_conflicts>[];
  refused: readonly AttentionEntry[];
}

export type { Known } from '../session/keyring.ts';
export type { Compared, Safety, Waiting } from './safety.ts';
export type { HandInAnswer } from './unsent.ts';

/** The result of a try to get in. Codes are ProblemCodes; `OFFLINE_UNKNOWN`: never signed in here and no network; `SECOND_FACTOR`: with what can be shown. */
export type SignInResult = { ok: true } | { ok: false; code: string; say: string; second?: SecondFactorAsked };

export interface DeviceApi {
  session: {
    /** Online when possible, else against what this device knows. Same call for sign-in and unlock. */
    signIn(email: string, password: string, second?: SecondFactor): Promise<SignInResult>;
    /** By a PIN or passkey that was set on this device. USE_PASSWORD: only the password opens now. */
    withPin(email: string, pin: string): Promise<SignInResult>;
    withPasskey(email: string): Promise<SignInResult>;
    /** Empties memory and forgets the keys in every tab. Nothing stored is touched. */
    lock(): Promise<void>;
    /** As `lock`, and ends the session on the server (now, or at the next contact). */
    signOut(): Promise<void>;
  };
  /** Keeps a group. Resolves when it is durable: only then may a screen say *saved*. Rejects with a ProblemError. */
  save(wishes: readonly Wish[], mends?: { group: string }): Promise<{ group: string }>;
  /**
   * Tells the audit that the person opened this patient's record: once in a quarter of an hour, in order with everything else that is
   * sent, and without being shown as work that waits.
   */
  viewed(patient: string): Promise<void>;
  /**
   * The file of a patient in the archive is wanted on this device: it is fetched as soon as there is a network, and stays for two weeks after it was
   * last opened. Of a patient who is not in the archive it changes nothing. Rejects with a ProblemError.
   */
  openFile(patient: string): Promise<void>;
  /** Whether the file of this patient stays on this device for good. Rejects with a ProblemError. */
  pinFile(patient: string, pinned: boolean): Promise<void>;
  /** Sends now what waits, instead of at the next try. */
  syncNow(): void;
  /** A new id for a record. */
  newId(): string;
  /**
   * One call of the server's API (`path` begins with `/api/`) with this person's session when there is one: for the few things that only work while
   * connected. Resolves to the parsed answer. Rejects with a ProblemError: the server's own, or UNAVAILABLE without a network.
   */
  call(method: 'GET' | 'POST' | 'PATCH', path: string, body?: Json): Promise<Json>;
  /** The server's copy of a row as this device knows it: its version (that of the last change when it is retracted; 0 when unknown). */
  present(kind: string, id: string): { row_version: number; deleted: boolean };
  /** What this browser is called in the administrator's list of devices. */
  deviceName(): string;
  /** Renames this browser; the server learns it at the next sign-in. Rejects with a ProblemError when it is empty or too long. */
  nameDevice(name: string): Promise<void>;
  /** What can be asked of this device itself: how safe its work is, files of unsent work, quicker ways in. */
  desk(): TabletDesk;
}

/** Hooks (in `hooks.ts`): each re-renders only when its own answer changed. */
export interface DeviceHooks {
  useSession(): SessionState;
  useSync(): SyncState;
  useAttention(): Attention;
  /** All shown rows of a kind, in no particular order; the array is replaced when any of them changes. */
  useRows<K extends keyof typeof RECORDS>(kind: K): readonly Row<(typeof RECORDS)[K]>[];
  useRow<K extends keyof typeof RECORDS>(kind: K, id: string | undefined): Row<(typeof RECORDS)[K]> | undefined;
  /** Rows whose link field names `id`, by an index. */
  useRowsBy<K extends keyof typeof RECORDS>(kind: K, field: string, id: string): readonly Row<(typeof RECORDS)[K]>[];
  /** The same for several kinds at once, by kind. */
  useAllBy(kinds: readonly string[], field: string, id: string): Readonly<Record<string, readonly AnyRow[]>>;
  /** A value that changes whenever any row of these kinds does, for screens that name rows in passing. */
  useChanges(kinds: readonly string[]): object;
  useRowState(kind: string, id: string): RowState;
  /** Whether a patient is in the archive, and their file here. */
  useFile(patient: string): FileState;
  /** Patients whose names (any order, without accents), hospital number or phone contain every word; best first. */
  usePatientSearch(query: string): readonly Row<typeof RECORDS.patients>[];
  /** A form's draft under a key, kept sealed from the first keystroke, per person. Undefined while it is being read. */
  useDraft<T>(key: string): {
    draft: T | null | undefined;
    keep(value: T): void;
    drop(): Promise<void>;
    kept_at: string | null;
  };
}
