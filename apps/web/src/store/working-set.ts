import type { AnyRow } from '@psa/domain';
import type { Gone } from '@psa/sync';
import { getOrMake } from './maps.ts';
import { PatientSearch } from './search.ts';
import { Slices } from './slices.ts';
import { Topics } from './value.ts';

/** What is shown of a row: the server's copy with unsent work laid over it; undefined when nothing is to be shown. */
export type Lay = (kind: string, id: string, server: AnyRow | undefined) => AnyRow | undefined;

export interface RowKey {
  kind: string;
  id: string;
}

interface Table {
  /** The server's copies. */
  server: Map<string, AnyRow>;
  /** What the screens see. */
  shown: Map<string, AnyRow>;
  /** field → value → ids; made when first asked for, kept up to date from then on. */
  indexes: Map<string, Map<string, Set<string>>>;
  list: readonly AnyRow[] | null;
  lists: Map<string, readonly AnyRow[]>;
}

/** Of so many changes everybody is told: naming each would cost more than the few screens that look in vain. */
const MANY = 500;
/** So many rows are put without a look at the time. */
const PIECE = 64;

const newTable = (): Table => ({ server: new Map(), shown: new Map(), indexes: new Map(), list: null, lists: new Map() });
const topicBy = (kind: string, field: string, value: string): string => `${kind}?${field}=${value}`;

/**
 * Everything shown, in memory while a person is in. Answers are the same objects until they change, so that a screen
 * re-renders only for its own change. Knows no storage: it is told what became durable.
 */
export class WorkingSet {
  readonly topics = new Topics();
  readonly #tables = new Map<string, Table>();
  readonly #gone = new Map<string, number>();
  readonly #search = new PatientSearch();
  readonly #found = new Map<string, readonly AnyRow[]>();
  readonly #lay: Lay;

  constructor(lay: Lay) {
    this.#lay = lay;
  }

  rows(kind: string): readonly AnyRow[] {
    const table = this.#table(kind);
    table.list ??= [...table.shown.values()];
    return table.list;
  }

  row(kind: string, id: string): AnyRow | undefined {
    return this.#tables.get(kind)?.shown.get(id);
  }

  /** The server's copy, without what is unsent. */
  serverRow(kind: string, id: string): AnyRow | undefined {
    return this.#tables.get(kind)?.server.get(id);
  }

  /** The version at which a row was last told to be gone. */
  goneAt(kind: string, id: string): number | undefined {
    return this.#gone.size === 0 ? undefined : this.#gone.get(`${kind}/${id}`);
  }

  rowsBy(kind: string, field: string, value: string): readonly AnyRow[] {
    const table = this.#table(kind);
    const name = `${field}=${value}`;
    const known = table.lists.get(name);
    if (known) return known;
    const list = [...(this.#indexOf(table, field).get(value) ?? [])]
      .map((id) => table.shown.get(id))
      .filter((r) => r !== undefined);
    table.lists.set(name, list);
    return list;
  }

  search(query: string): readonly AnyRow[] {
    const known = this.#found.get(query);
    if (known) return known;
    // A screen asks for the same query on every render; the last few are enough.
    if (this.#found.size >= 8) this.#found.clear();
    const found = this.#search.find(query);
    this.#found.set(query, found);
    return found;
  }

  /** Takes in server copies; a row below the held version is passed over. */
  apply(rows: Readonly<Record<string, readonly AnyRow[]>>, gone: readonly Gone[] = []): void {
    const changed: RowKey[] = [];
    for (const [kind, list] of Object.entries(rows)) {
      for (const row of list) {
        if (this.#take(kind, row)) changed.push({ kind, id: row.id });
      }
    }
    for (const [kind, id, , version] of gone) {
      const { server } = this.#table(kind);
      if (version < Math.max(server.get(id)?.row_version ?? 0, this.goneAt(kind, id) ?? 0)) continue;
      server.delete(id);
      this.#gone.set(`${kind}/${id}`, version);
      changed.push({ kind, id });
    }
    this.refresh(changed);
  }

  /**
   * Puts these copies in the place of all that `belong`, as when a scope was fetched or lost: very many, so in slices between which the browser
   * answers and draws. Whoever shows them is told at the end.
   * @param still false: everything was forgotten meanwhile, and nothing more is put.
   */
  async replace(
    belong: (kind: string, row: AnyRow) => boolean,
    rows: Readonly<Record<string, readonly AnyRow[]>>,
    gone: readonly Gone[],
    still: () => boolean,
    slices: Slices = new Slices(),
  ): Promise<void> {
    const rest = async (): Promise<boolean> => {
      await slices.next();
      return still();
    };
    this.#search.unsort();
    for (const [kind, list] of Object.entries(rows)) {
      for (const [n, row] of list.entries()) {
        if (this.#take(kind, row)) this.#show(kind, row.id, null);
        if (n % PIECE === 0 && !(await rest())) return;
      }
    }
    for (const [kind, table] of this.#tables) {
      if (table.server.size === 0) continue;
      const kept = new Set(rows[kind]?.map((row) => row.id));
      for (const [n, row] of [...table.server.values()].entries()) {
        if (n % PIECE === 0 && !(await rest())) return;
        if (kept.has(row.id) || !belong(kind, row)) continue;
        table.server.delete(row.id);
        this.#show(kind, row.id, null);
      }
    }
    await this.#search.order(slices);
    if (!still()) return;
    this.apply({}, gone);
    this.topics.tellAll();
  }

  /** Lays unsent work over these rows again and tells who shows them. */
  refresh(keys: readonly RowKey[]): void {
    const topics = new Set<string>();
    const many = keys.length > MANY;
    if (many) this.#search.unsort();
    for (const { kind, id } of keys) this.#show(kind, id, many ? null : topics);
    if (many) this.topics.tellAll();
    else this.topics.tell(topics);
  }

  /** Keeps a server copy, unless a newer one or a later word that it is gone is known. @returns whether it was taken. */
  #take(kind: string, row: AnyRow): boolean {
    const { server } = this.#table(kind);
    if (row.row_version < Math.max(server.get(row.id)?.row_version ?? 0, this.goneAt(kind, row.id) ?? 0)) return false;
    if (this.#gone.size > 0) this.#gone.delete(`${kind}/${row.id}`);
    if (row.deleted) server.delete(row.id);
    else server.set(row.id, row);
    return true;
  }

  /** Lays unsent work over a row and shows it. @param topics get what to tell; null: everybody is told. */
  #show(kind: string, id: string, topics: Set<string> | null): void {
    const table = this.#table(kind);
    const before = table.shown.get(id);
    const laid = this.#lay(kind, id, table.server.get(id));
    const after = laid?.deleted ? undefined : laid;
    if (before === after || (before && after && sameRow(before, after))) return;
    if (after) table.shown.set(id, after);
    else table.shown.delete(id);
    table.list = null;
    topics?.add(kind).add(`${kind}/${id}`);
    for (const [field, index] of table.indexes) {
      for (const row of [before, after]) {
        const value = row?.[field];
        if (typeof value !== 'string') continue;
        reindex(index, value, id, row === after);
        table.lists.delete(`${field}=${value}`);
        topics?.add(topicBy(kind, field, value));
      }
    }
    if (kind !== 'patients') return;
    this.#found.clear();
    if (after) this.#search.put(after);
    else this.#search.remove(id);
  }

  /** Forgets everything. */
  clear(): void {
    this.#tables.clear();
    this.#gone.clear();
    this.#search.clear();
    this.#found.clear();
    this.topics.tellAll();
  }

  #table(kind: string): Table {
    return getOrMake(this.#tables, kind, newTable);
  }

  #indexOf(table: Table, field: string): Map<string, Set<string>> {
    const known = table.indexes.get(field);
    if (known) return known;
    const index = new Map<string, Set<string>>();
    table.indexes.set(field, index);
    for (const row of table.shown.values()) {
      const value = row[field];
      if (typeof value === 'string') reindex(index, value, row.id, true);
    }
    return index;
  }

  /** Calls `listener` after rows of this kind whose `field` is `value` changed. */
  subscribeBy(kind: string, field: string, value: string, listener: () => void): () => void {
    this.#indexOf(this.#table(kind), field);
    return this.topics.subscribe(topicBy(kind, field, value), listener);
  }
}

function reindex(index: Map<string, Set<string>>, value: string, id: string, add: boolean): void {
  const ids = getOrMake(index, value, () => new Set<string>());
  if (add) ids.add(id);
  else ids.delete(id);
  if (ids.size === 0) index.delete(value);
}

/** Whether two rows show the same: laying unsent work over a row makes a new object each time. */
function sameRow(a: AnyRow, b: AnyRow): boolean {
  const fields = Object.keys(b);
  if (Object.keys(a).length !== fields.length) return false;
  return fields.every((f) => a[f] === b[f] || (typeof b[f] === 'object' && JSON.stringify(a[f]) === JSON.stringify(b[f])));
}
