import { type AgainstRule, type AnyRow, type Json, type Patch, RECORD_LIST, type RecordDef } from '@psa/domain';
import type { AuditEntry, Key, Loaded, RowWrite, StoredRow } from './store.ts';
import { keyOf } from './store.ts';

interface Copy {
  kind: string;
  before: AnyRow | null;
  now: StoredRow;
}

const ORDER = new Map(RECORD_LIST.map((def, i) => [def.name, i]));

/** Copies of the rows that a group changes, so that its mutations build on each other and nothing is written until all are judged. */
export class Work {
  readonly loaded: Loaded;
  readonly #base: Map<Key, StoredRow>;
  readonly #copies = new Map<Key, Copy>();
  readonly audit: AuditEntry[] = [];
  /** By row: the values that the conflict which this group settles showed of it. */
  readonly shown = new Map<Key, Patch>();

  constructor(loaded: Loaded) {
    this.loaded = loaded;
    this.#base = new Map(loaded.rows);
    for (const row of loaded.conflicts) this.#base.set(keyOf('sync_conflicts', row.id), { row, field_ver: {} });
  }

  /** The row as this group sees it. */
  get(kind: string, id: string): StoredRow | undefined {
    const key = keyOf(kind, id);
    return this.#copies.get(key)?.now ?? this.#base.get(key);
  }

  put(kind: string, next: StoredRow): void {
    const key = keyOf(kind, next.row.id);
    const before = this.#copies.has(key) ? (this.#copies.get(key)?.before ?? null) : (this.#base.get(key)?.row ?? null);
    this.#copies.set(key, { kind, before, now: next });
  }

  /** A row of this group or of what was loaded by its id; null when there is none, undefined when it was not loaded. */
  read(kind: string, id: string): AnyRow | null | undefined {
    const row = this.get(kind, id)?.row;
    if (row) return row;
    const found = this.loaded.among.get(amongKey(kind, 'id', id));
    return found && (found[0] ?? null);
  }

  /** All conflicts about one patient, as this group sees them; undefined when they were not loaded. */
  conflictsOf(patient: string): AnyRow[] | undefined {
    const found = this.loaded.among.get(amongKey('sync_conflicts', 'patient_id', patient));
    return found?.map((row) => {
      const key = keyOf('sync_conflicts', row.id);
      if (!this.#base.has(key)) this.#base.set(key, { row, field_ver: {} });
      return this.get('sync_conflicts', row.id)?.row ?? row;
    });
  }

  /** The rows an `against` rule looks at, without the row itself; undefined when they were not loaded. */
  others(def: RecordDef, rule: AgainstRule, row: AnyRow): AnyRow[] | undefined {
    const value = row[rule.among];
    const found = this.loaded.among.get(amongKey(def.name, rule.among, value ?? null));
    if (!found) return undefined;
    const byId = new Map(found.map((other) => [other.id, other]));
    for (const copy of this.#copies.values()) if (copy.kind === def.name) byId.set(copy.now.row.id, copy.now.row);
    byId.delete(row.id);
    return [...byId.values()].filter((other) => !other.deleted && other[rule.among] === value);
  }

  /** One write for each row that changed, parents before children. */
  writes(): RowWrite[] {
    return [...this.#copies.values()]
      .filter((c) => c.before?.row_version !== c.now.row.row_version)
      .map((c) => ({ kind: c.kind, before: c.before, after: c.now.row, field_ver: c.now.field_ver }))
      .sort((a, b) => (ORDER.get(a.kind) ?? 0) - (ORDER.get(b.kind) ?? 0));
  }
}

/** The key of a list of rows in `Loaded.among`. */
export const amongKey = (kind: string, field: string, value: Json): string => `${kind}/${field}/${String(value)}`;
