import { type AnyRow, ProblemError } from '@psa/domain';
import type {
  AckedEntry,
  AttentionEntry,
  DeviceMeta,
  DeviceStore,
  KindDigest,
  MutationResult,
  NewGroup,
  OutboxEntry,
  SnapshotHeader,
  SnapshotPage,
} from '@psa/sync';
import type { StoreKeys } from '../session/crypto.ts';
import { compact, scopesToCompact } from './compaction.ts';
import type { FreshScope, ScopeContent } from './content.ts';
import { Copies } from './copies.ts';
import type { Database, WantedFiles } from './database.ts';
import { readWanted, wantFile } from './files.ts';
import { type AllGroups, Groups } from './groups.ts';

/** What became durable, told after its transaction completed. Without `page`, look it up. */
export type StoreChange =
  /** Rows of a page of changes. */
  | { what: 'rows'; keys: (readonly [kind: string, id: string])[]; page?: ScopeContent }
  /** Outbox, journal or attention. `saved`: this group came, and nothing else changed. */
  | { what: 'groups'; saved?: OutboxEntry }
  /** Which files are wanted here. */
  | { what: 'files' }
  /** These scopes came, went or were replaced; all of them when none is named. `fresh`: what the one named holds since then. */
  | { what: 'scopes'; scopes?: readonly string[]; fresh?: FreshScope };

/** A change as other tabs are told of it: they look up what it brought. */
export function inOutline(change: StoreChange): StoreChange {
  if (change.what === 'rows') return { what: 'rows', keys: change.keys };
  return change.what === 'scopes' && change.scopes ? { what: 'scopes', scopes: change.scopes } : { what: change.what };
}

export interface IndexedDbStoreEnv {
  db: Database;
  keys: StoreKeys;
  onChange?(change: StoreChange): void;
  /** Scopes were dropped because they are no longer granted. */
  onDropped?(scopes: readonly string[]): void;
  /** A scope could not be read; it was dropped and is to be fetched again. */
  onDamage?(scope: string): void;
}

/** The device's storage in IndexedDB, sealed, for as long as one session is open. */
export class IndexedDbDeviceStore implements DeviceStore {
  readonly copies: Copies;
  readonly #groups: Groups;
  readonly #env: IndexedDbStoreEnv;
  #left = false;

  constructor(env: IndexedDbStoreEnv) {
    this.#env = env;
    this.copies = new Copies({
      db: env.db,
      keys: env.keys,
      onDamage: (scope) => {
        env.onDamage?.(scope);
        this.#tell({ what: 'scopes', scopes: [scope] });
      },
    });
    this.#groups = new Groups(env.db, env.keys);
  }

  /** The person has left: what is still under way writes nothing more. An answer that is not taken in is given again, word for word. */
  leave(): void {
    this.#left = true;
    this.copies.leave();
  }

  async #write<T>(work: () => Promise<T>, ...changes: StoreChange[]): Promise<T> {
    if (this.#left) throw new ProblemError('NOT_SIGNED_IN');
    const result = await work();
    this.#tell(...changes);
    return result;
  }

  #tell(...changes: StoreChange[]): void {
    if (this.#left) return;
    for (const change of changes) this.#env.onChange?.(change);
  }

  meta = (): Promise<DeviceMeta> => this.copies.meta();
  outbox = (): Promise<OutboxEntry[]> => this.#groups.outbox();
  attention = (): Promise<AttentionEntry[]> => this.#groups.attention();
  acked = (): Promise<AckedEntry[]> => this.#groups.acked();
  /** Outbox, journal and attention of one moment. */
  groups = (): Promise<AllGroups> => this.#groups.all();
  files = async (): Promise<string[]> => Object.keys(await this.wanted());
  wanted = (): Promise<WantedFiles> => readWanted(this.#env.db);

  /** Wants the file of a patient here, or says whether it is pinned. */
  async want(patient: string, now: number, pinned?: boolean): Promise<void> {
    const keep = (await this.outbox()).length > 0;
    await this.#write(() => wantFile(this.#env.db, patient, { now, keep, ...(pinned !== undefined && { pinned }) }), {
      what: 'files',
    });
  }

  unfinishedSnapshot = (scope: string) => this.copies.unfinishedSnapshot(scope);
  serverRows = (kind: string): Promise<AnyRow[]> => this.copies.serverRows(kind);
  digest = (): Promise<{ cursor: number | null; kinds: Record<string, KindDigest> }> => this.copies.digest();
  beginSnapshot = (header: SnapshotHeader): Promise<number[]> => this.#write(() => this.copies.beginSnapshot(header));
  putPages = (scope: string, pages: readonly SnapshotPage[]): Promise<void> =>
    this.#write(() => this.copies.putPages(scope, pages));

  async save(entry: NewGroup, mends?: { group: string }): Promise<OutboxEntry> {
    const saved = await this.#write(() => this.#groups.save(entry, mends));
    this.#tell(mends ? { what: 'groups' } : { what: 'groups', saved });
    return saved;
  }

  settle(
    answers: readonly { cseq: number; results: readonly MutationResult[] }[],
    head: number,
    at: string,
    epoch?: string,
  ): Promise<void> {
    return this.#write(() => this.#groups.settle(answers, head, at, epoch), { what: 'groups' });
  }

  retryDeferred(): Promise<void> {
    return this.#write(() => this.#groups.retryDeferred(), { what: 'groups' });
  }

  async trimAcked(before: string): Promise<void> {
    const { cursor } = await this.copies.meta();
    await this.#write(() => this.#groups.trimAcked(before, cursor), { what: 'groups' });
  }

  async applyPage(expected: number, page: Parameters<DeviceStore['applyPage']>[1]): Promise<boolean> {
    const applied = await this.#write(() => this.copies.applyPage(expected, page));
    if (applied) {
      const keys = Object.entries(page.rows).flatMap(([kind, rows]) => rows.map((row) => [kind, row.id] as const));
      const rows = Object.fromEntries(Object.entries(page.rows).map(([kind, list]) => [kind, [...list]]));
      const gone = page.gone.map(([kind, id]) => [kind, id] as const);
      const archived = page.archived ?? [];
      this.#tell({ what: 'rows', keys: [...keys, ...gone], page: { rows, gone: [...page.gone], archived } });
    }
    return applied;
  }

  async endSnapshot(scope: string): Promise<void> {
    const fresh = await this.#write(() => this.copies.endSnapshot(scope));
    this.#tell({ what: 'scopes', scopes: [scope], ...(fresh && { fresh }) });
  }

  async dropScopes(scopes: readonly string[]): Promise<void> {
    await this.#write(() => this.copies.dropScopes(scopes), { what: 'scopes', scopes });
    if (!this.#left) this.#env.onDropped?.(scopes);
  }

  async newEpoch(epoch: string, replayFrom: string | null): Promise<void> {
    await this.#write(() => this.#groups.newEpoch(epoch, replayFrom), { what: 'scopes' }, { what: 'groups' });
  }

  /** Folds what has grown, in idle time and in one tab. Nothing that is shown changes. */
  async compact(): Promise<void> {
    const { db, keys } = this.#env;
    for (const scope of await scopesToCompact(db, keys)) await compact(db, keys, scope);
  }
}
