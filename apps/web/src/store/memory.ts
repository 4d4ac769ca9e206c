import { type AnyRow, fileOf, homeScope, patientOfScope, recordOf, SCOPES, scopeOfRow } from '@psa/domain';
import { type AckedEntry, type AttentionEntry, type OutboxEntry, Overlay } from '@psa/sync';
import type { ScopeContent } from './content.ts';
import { Files } from './files.ts';
import type { IndexedDbDeviceStore, StoreChange } from './indexeddb.ts';
import { isTold, Views } from './views.ts';
import { Work } from './work.ts';
import { WorkingSet } from './working-set.ts';

/** Whether a row lies in one of these scopes; in any, when none is named. */
function belongTo(
  scopes: readonly string[] | undefined,
  archived: ReadonlySet<string>,
): (kind: string, row: AnyRow) => boolean {
  if (!scopes) return () => true;
  const lies = (kind: string, row: AnyRow) => {
    const def = recordOf(kind);
    return def !== undefined && scopes.includes(scopeOfRow(def, row, archived));
  };
  const patients = new Set(scopes.map(patientOfScope));
  if (patients.has(null)) return lies;
  // A file is little among much.
  return (kind, row) => {
    const def = recordOf(kind);
    return def !== undefined && patients.has(fileOf(def, row)) && lies(kind, row);
  };
}

/**
 * The memory of one browser tab: filled from the storage when somebody comes in, changed after the storage has changed (here or in
 * another tab), emptied when they go. Changes are taken in one after another.
 */
export class Memory {
  readonly work: Work;
  readonly rows: WorkingSet;
  readonly views = new Views();
  readonly files = new Files();
  /** Told after outbox, journal or attention changed. */
  onGroups: (() => void) | null = null;
  #store: IndexedDbDeviceStore | null = null;
  #facility = '';
  #groups: { outbox: readonly OutboxEntry[]; acked: readonly AckedEntry[] } = { outbox: [], acked: [] };
  #cursor: number | null = null;
  #last: Promise<void> = Promise.resolve();
  /** What is unsent will be read anew anyway, by a change that waits its turn. */
  #lays = false;
  readonly #failed: (error: unknown) => void;

  /** @param failed a change could not be read back from the storage. */
  constructor(failed: (error: unknown) => void) {
    this.#failed = failed;
    this.rows = new WorkingSet((kind, id, server) => this.work.overlay.shown(kind, id, server));
    this.work = new Work((id) => this.rows.rowsBy('sync_conflicts', 'record_id', id));
    this.rows.topics.subscribe('sync_conflicts', () => this.#review());
  }

  /** Fills memory from a storage. @param facility the facility of rows created here. */
  async fill(store: IndexedDbDeviceStore, facility: string): Promise<void> {
    this.#store = store;
    this.#facility = facility;
    // In the queue, so that nothing older is put over what was heard meanwhile.
    this.#last = this.#last.then(async () => {
      await this.#lay(store);
      await this.#hearFiles(store);
      const still = () => this.#store === store;
      await store.copies.read(SCOPES, async (scope, { rows, gone }) => {
        if (!still()) return;
        this.#place(scope, rows.patients ?? []);
        await this.rows.replace(() => false, rows, gone, still);
      });
    });
    await this.#last;
  }

  /** Forgets everything. */
  empty(): void {
    this.#store = null;
    this.#lays = false;
    this.#groups = { outbox: [], acked: [] };
    this.#cursor = null;
    this.views.forget();
    this.files.clear();
    this.work.clear();
    this.rows.clear();
  }

  /** Takes in what became durable, after what came before. */
  heard(change: StoreChange): void {
    const store = this.#store;
    if (!store) return;
    if (change.what === 'groups' && !change.saved) {
      if (this.#lays) return;
      this.#lays = true;
    }
    this.#last = this.#last.then(() => (this.#store === store ? this.#take(store, change) : undefined)).catch(this.#failed);
  }

  /** Resolves when everything heard so far is shown. */
  settled(): Promise<void> {
    return this.#last;
  }

  /** The server's copy of a row as this device knows it. */
  present(kind: string, id: string): { row_version: number; deleted: boolean } {
    const row = this.rows.serverRow(kind, id);
    return { row_version: row?.row_version ?? this.rows.goneAt(kind, id) ?? 0, deleted: row === undefined };
  }

  /** What waits here and since when. */
  get waiting(): { waiting: number; oldest_waiting_at: string | null } {
    const { unsent, unsent_since } = this.work.overlay.total;
    return { waiting: unsent, oldest_waiting_at: unsent_since };
  }

  async #take(store: IndexedDbDeviceStore, change: StoreChange): Promise<void> {
    if (change.what === 'groups') {
      if (change.saved) return this.#add(change.saved);
      this.#lays = false;
      return await this.#lay(store);
    }
    if (change.what === 'rows') {
      const content = change.page ?? (await store.copies.changes(change.keys));
      const { cursor } = await store.meta();
      if (this.#store !== store) return;
      const away = new Set(content.archived);
      const outside = (content.rows.patients ?? []).filter((row) => !away.has(row.id));
      this.files.placed(outside, away);
      await this.#over(cursor, () => this.rows.apply(content.rows, content.gone));
      return;
    }
    if (change.what === 'files') return await this.#hearFiles(store);
    const contents: (ScopeContent & { scope: string })[] = [];
    const { scopes, fresh } = change;
    await this.#hearFiles(store);
    const present = fresh && scopes?.[0] !== undefined ? await store.copies.stillFresh(scopes[0], fresh) : null;
    if (fresh && present) {
      if (this.#store !== store) return;
      this.#place(scopes?.[0] ?? '', fresh.rows.patients ?? []);
      const alive = () => this.#store === store;
      const belong = belongTo(scopes, this.files.archived);
      await this.#over(present.cursor, () => this.rows.replace(belong, fresh.rows, [], alive));
      return;
    }
    const cursor = await store.copies.read(SCOPES, (scope, content) => void contents.push({ ...content, scope }), { scopes });
    if (this.#store !== store) return;
    const all: ScopeContent = { rows: {}, gone: contents.flatMap((c) => c.gone) };
    for (const { rows, scope } of contents) {
      this.#place(scope, rows.patients ?? []);
      for (const [kind, list] of Object.entries(rows)) all.rows[kind] = (all.rows[kind] ?? []).concat(list);
    }
    const still = () => this.#store === store;
    const belong = belongTo(scopes, this.files.archived);
    await this.#over(cursor, () => this.rows.replace(belong, all.rows, all.gone, still));
  }

  /** Patients that were read in a scope: in the archive, or not. */
  #place(scope: string, patients: readonly AnyRow[]): void {
    if (homeScope(scope) !== scope)
      this.files.placed(
        [],
        patients.map((row) => row.id),
      );
    else this.files.placed(patients, []);
  }

  async #hearFiles(store: IndexedDbDeviceStore): Promise<void> {
    const [wanted, { held }] = await Promise.all([store.wanted(), store.meta()]);
    if (this.#store === store) this.files.heard(wanted, held);
  }

  /** Reads what is unsent and lays it over the rows. */
  async #lay(store: IndexedDbDeviceStore): Promise<void> {
    const [{ outbox, acked, attention }, { cursor }] = await Promise.all([store.groups(), store.meta()]);
    if (this.#store !== store) return;
    this.views.learn([...outbox, ...acked]);
    const isWork = (entry: OutboxEntry | AckedEntry | AttentionEntry) => !isTold(entry);
    this.#groups = { outbox: outbox.filter(isWork), acked: acked.filter(isWork) };
    this.work.setRefused(attention.filter(isWork));
    await this.#over(cursor, () => undefined);
    this.onGroups?.();
  }

  /** Lays one more group over the rows, without reading again what else waits. */
  #add(saved: OutboxEntry): void {
    if (isTold(saved)) {
      this.views.learn([saved]);
      return;
    }
    const { outbox, acked } = this.#groups;
    // It was read meanwhile, and may be on the server already.
    if ([...outbox, ...acked, ...this.work.refused].some((entry) => entry.cseq === saved.cseq)) return;
    this.#groups = { outbox: [...outbox, saved], acked };
    this.work.setOverlay(new Overlay(this.#groups.outbox, acked, this.#cursor, this.#facility));
    this.rows.refresh(saved.group.mutations);
    this.#review();
    this.onGroups?.();
  }

  /** Changes server copies while the overlay of this cursor is in force, and shows again what either touched. */
  async #over(cursor: number | null, change: () => Promise<void> | void): Promise<void> {
    const store = this.#store;
    this.#cursor = cursor;
    const before = [...this.work.overlay.keys()];
    this.work.setOverlay(new Overlay(this.#groups.outbox, this.#groups.acked, cursor, this.#facility));
    await change();
    if (this.#store !== store) return;
    const touched = new Set([...before, ...this.work.overlay.keys()]);
    this.rows.refresh(
      [...touched].map((key) => ({ kind: key.slice(0, key.indexOf('/')), id: key.slice(key.indexOf('/') + 1) })),
    );
    this.#review();
  }

  #review(): void {
    this.work.review(this.rows.rowsBy('sync_conflicts', 'status', 'Open'));
  }
}
