import type { AnyRow, FieldProblems, Json, ProblemCode } from '@psa/domain';
import type { Gone, KindDigest, Mutation, MutationResult } from '../protocol.ts';

/** `kind/id`. */
export type Key = string;
export const keyOf = (kind: string, id: string): Key => `${kind}/${id}`;

/** A row as the server keeps it: with the version and device of the last write of each field. */
export interface StoredRow {
  row: AnyRow;
  /** field → [row_version at which it was last written, device that wrote it or null]. `deleted` is a field here too. */
  field_ver: Readonly<Record<string, readonly [number, string | null]>>;
}

/** What a decision must see. The store locks the named rows (in key order) until the decision is written. */
export interface Need {
  /** Mutations to be judged, and those they repair. */
  mids: readonly string[];
  rows: readonly { kind: string; id: string }[];
  /** For `against` rules: not retracted rows of `kind` whose `field` is `value`. */
  among: readonly { kind: string; field: string; value: string }[];
  /** Which of these records wait in quarantine: their `create` (`payload.op`) is held there, `open` or `deferred`. */
  quarantined: readonly { kind: string; id: string }[];
}

export interface Loaded {
  /** Results already given for these mids. */
  known: ReadonlyMap<string, MutationResult>;
  rows: ReadonlyMap<Key, StoredRow>;
  /** Open conflicts on the named rows, as rows of `sync_conflicts`. */
  conflicts: readonly AnyRow[];
  /** By `kind/field/value`. */
  among: ReadonlyMap<string, readonly AnyRow[]>;
  quarantined: ReadonlySet<Key>;
  /** What quarantine still holds (`open` or `deferred`) of the named mids. */
  held: ReadonlyMap<string, HeldEntry>;
}

export interface HeldEntry {
  author: string | null;
  kind: string | null;
  record_id: string | null;
}

export interface RowWrite {
  kind: string;
  /** Null for an insert: a plain INSERT, never an upsert. */
  before: AnyRow | null;
  after: AnyRow;
  field_ver: StoredRow['field_ver'];
}

/**
 * One line of the record of all mutations. Inserted in the transaction of its effect. A line whose kept result is `deferred`
 * is replaced; any other mid that is there already is a lost race.
 */
export interface MutationEntry {
  mutation: Mutation;
  result: MutationResult;
  group: string;
  /** Position in its group. */
  ordinal: number;
  device: string | null;
  cseq: number | null;
  author: string;
  clock_offset_ms: number | null;
  schema: number;
}

/** A refused, deferred or parked mutation, kept in full. An entry of the same mid replaces the one that is there. */
export interface QuarantineEntry {
  mid: string;
  group: string;
  device: string | null;
  author: string | null;
  code: string;
  /**
   * `open`: final until repaired or withdrawn. `deferred`: will be judged again when sent again, or (code CONFLICT) is a create
   * that waits in a conflict's `group_rest`: what points to it must wait too.
   */
  state: 'open' | 'deferred';
  kind: string | null;
  record_id: string | null;
  detail: Json;
  /** The mutation (or the whole raw group when it could not be read), as sent. */
  payload: Json;
}

export interface AuditEntry {
  action: string;
  user_id: string | null;
  table_name: string | null;
  record_id: string | null;
  old_values: Json;
  new_values: Json;
  device_id: string | null;
  mutation_id: string | null;
  ip_address: string | null;
  user_agent: string | null;
  at: string;
}

export interface Effects {
  writes: readonly RowWrite[];
  mutations: readonly MutationEntry[];
  quarantine: readonly QuarantineEntry[];
  /** Quarantined mutations that are now repaired, withdrawn, or (deferred) judged. A mid that is not held changes nothing. */
  closed: readonly { mid: string; state: 'repaired' | 'withdrawn' | 'judged' }[];
  audit: readonly AuditEntry[];
}

export const NO_EFFECTS: Effects = { writes: [], mutations: [], quarantine: [], closed: [], audit: [] };

/** A life of the database: what was written since it was made, or since it was restored from a backup. */
export interface Life {
  epoch: string;
  /** The moment that the backup holds; null in a first life, or when nobody said. */
  restored_to: string | null;
  /** ISO 8601, server clock. A row changed before it was not changed in this life; one changed at or after it may have been. */
  since: string;
  /**
   * The lives that this one goes on from, oldest first: until when each counts, and the restore that ended it (as `restored_to`).
   * Lives that ended unsaved are not known.
   */
  earlier: readonly { epoch: string; until: string; restored_to: string | null }[];
}

/** A promise of the database that the effects would have broken. Nothing was written. */
export interface Broken {
  code: ProblemCode;
  say: string;
  fields: FieldProblems;
  /** The record type whose rule it was, when the database says so. */
  kind?: string;
  /** BROKEN_LINK: the record that was pointed to. */
  missing?: { kind: string; id: string };
}

/** Changes of some scopes. `archived`: the patients whose rows among them lie in the archive (S70). */
export interface ChangesPage {
  rows: Record<string, AnyRow[]>;
  gone: Gone[];
  archived: string[];
  next: number;
  more: boolean;
}

/**
 * What the server end asks of a database. PostgreSQL and the memory store pass the same contract suite.
 */
export interface ServerStore {
  /**
   * One transaction: locks and loads what is needed, lets `decide` judge it without I/O, writes the effects and commits.
   * Losing a race (serialisation, deadlock, the same mid or id inserted meanwhile) loads and decides again, eight times at most.
   * Resolves when the commit is durable; rejects with what `decide` threw. Only a commit that wrote a row of a kind that travels takes
   * a number. An error whose `code` is an SQLSTATE of class 22 (data), 42 (statement) or 54 (limits) says that these effects can never
   * be written. `broken` when a constraint refused the effects: then nothing was written.
   */
  transact(
    facility: string,
    need: Need,
    decide: (loaded: Loaded) => Effects,
  ): Promise<{ broken: Broken | null; effects: Effects }>;

  /** The number of the last commit visible. */
  head(facility: string): Promise<number>;
  /** The present life. It changes only when a backup was restored (S48). */
  epoch(facility: string): Promise<Life>;

  /**
   * Changes after a number in the given scopes, each row as it is now, oldest change first, ending between transactions:
   * `limit` may be exceeded by the rest of the last transaction.
   */
  pull(facility: string, after: number, scopes: readonly string[], limit: number): Promise<ChangesPage>;

  /** All rows of a scope as of one moment, not retracted, by kind in the order of the record list, then by id. */
  snapshot(facility: string, scope: string): Promise<{ head: number; kinds: { kind: string; rows: AnyRow[] }[] }>;

  /** Digests of the kinds of these scopes and the head they hold at, read in one moment. */
  digest(facility: string, scopes: readonly string[]): Promise<{ head: number; kinds: Record<string, KindDigest> }>;
}
