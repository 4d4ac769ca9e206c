import { type AnyRow, mayHold, otherPlace, ProblemError, recordOf, SYNCED, scopeOfRow } from '@psa/domain';
import { crc32 } from '../crc32.ts';
import { digestOf } from '../digest.ts';
import type { KindDigest, MutationResult, SnapshotHeader } from '../protocol.ts';
import { unreadableEntry } from './entries.ts';
import type { AckedEntry, AttentionEntry, DeviceMeta, DeviceStore, NewGroup, OutboxEntry, SnapshotPage } from './store.ts';

/** Turns one page of a snapshot back into rows; the app's pages are gzip, which this room cannot undo. */
export type Unpack = (bytes: Uint8Array) => AnyRow[];

interface Page {
  kind: string;
  bytes: Uint8Array;
  /** What the bytes hold, read once. */
  rows: AnyRow[];
}
interface Begun {
  header: SnapshotHeader;
  pages: Map<number, Page>;
}
/** The newest known state of one record since its page; `row` null: gone, with `left` only from this scope, as it went to another. */
interface Delta {
  kind: string;
  id: string;
  scope: string | null;
  version: number;
  row: AnyRow | null;
  left?: boolean;
}

/** What survives a crash. Several stores may be opened on one disk, as tabs of one browser. */
export class MemoryDisk {
  readonly device: string;
  epoch: string | null = null;
  cursor: number | null = null;
  held: string[] = [];
  /** Patients whose file is wanted here (S72). */
  readonly files = new Set<string>();
  lastCseq = 0;
  /** Entries as text, so that nothing kept here changes with what a caller holds. */
  readonly outbox = new Map<number, { text: string; state: OutboxEntry['state'] }>();
  readonly acked = new Map<number, string>();
  readonly attention = new Map<number, string>();
  readonly pages = new Map<string, Page[]>();
  readonly begun = new Map<string, Begun>();
  readonly delta = new Map<string, Delta>();
  constructor(device: string) {
    this.device = device;
  }
}

/** Called around every operation; may throw to end the tab before anything happened, or after it is durable but before it is known. */
export type StepHook = (operation: string, phase: 'before' | 'after') => void | Promise<void>;

/** The scope a row is kept under; null when a row that is gone no longer says where it was. */
const scopeOf = (kind: string, row: AnyRow | null, archived: ReadonlySet<string>): string | null => {
  const def = recordOf(kind);
  if (!def) return null;
  if (row !== null) return scopeOfRow(def, row, archived);
  return def.scope === 'row' || def.scope === 'person' ? null : def.scope;
};
const newest = (a: Delta | undefined, b: Delta | undefined): Delta | undefined => (a && (!b || a.version >= b.version) ? a : b);
const sameSet = (a: readonly string[], b: readonly string[]) => a.length === b.length && a.every((x) => b.includes(x));

/** Whether the copy of a row that lies in the pages of a scope went from there to another. */
export function hasLeft(disk: MemoryDisk, scope: string, kind: string, row: AnyRow): boolean {
  const change = disk.delta.get(`${kind}/${row.id}`);
  return change?.left === true && change.scope === scope && change.version >= row.row_version;
}

/** A DeviceStore that keeps everything in a MemoryDisk: for tests, the simulation, and as the plainest reading of the contract. */
export class MemoryDeviceStore implements DeviceStore {
  private readonly disk: MemoryDisk;
  private readonly unpack: Unpack;
  private readonly hook: StepHook | undefined;

  constructor(disk: MemoryDisk, unpack: Unpack, hook?: StepHook) {
    this.disk = disk;
    this.unpack = unpack;
    this.hook = hook;
  }

  /** One operation: nothing before it, all of it at once, then known. */
  private async step<T>(operation: string, act: () => T): Promise<T> {
    await this.hook?.(operation, 'before');
    const result = act();
    await this.hook?.(operation, 'after');
    return result;
  }

  meta(): Promise<DeviceMeta> {
    const { disk } = this;
    return this.step('meta', () => ({ device: disk.device, epoch: disk.epoch, cursor: disk.cursor, held: [...disk.held] }));
  }

  save(entry: NewGroup, mends?: { group: string }): Promise<OutboxEntry> {
    return this.step('save', () => {
      if (mends) {
        const old = this.readAttention().find((a) => a.group.group === mends.group);
        if (!old) throw new ProblemError('NOT_FOUND', { say: 'This was mended already.' });
        this.disk.attention.delete(old.cseq);
      }
      const cseq = ++this.disk.lastCseq;
      this.disk.outbox.set(cseq, { text: JSON.stringify(entry), state: 'waiting' });
      return { ...entry, cseq, state: 'waiting' as const };
    });
  }

  outbox(): Promise<OutboxEntry[]> {
    return this.step('outbox', () => this.readOutbox().good);
  }

  attention(): Promise<AttentionEntry[]> {
    return this.step('attention', () => [...this.readAttention(), ...this.readOutbox().bad].sort((a, b) => a.cseq - b.cseq));
  }

  acked(): Promise<AckedEntry[]> {
    return this.step('acked', () => this.readAcked());
  }

  settle(
    answers: readonly { cseq: number; results: readonly MutationResult[] }[],
    head: number,
    at: string,
    epoch?: string,
  ): Promise<void> {
    return this.step('settle', () => {
      if (epoch !== undefined && epoch !== this.disk.epoch) return;
      const waiting = new Map(this.readOutbox().good.map((e) => [e.cseq, e]));
      for (const { cseq, results } of answers) {
        const entry = waiting.get(cseq);
        const slot = this.disk.outbox.get(cseq);
        if (!entry || !slot) continue;
        const { state: _, ...kept } = entry;
        if (results.some((r) => r.status === 'refused')) {
          this.disk.attention.set(cseq, JSON.stringify({ ...kept, results, refused_at: at } satisfies AttentionEntry));
        } else if (results.some((r) => r.status === 'deferred')) {
          slot.state = 'deferred';
          continue;
        } else {
          this.disk.acked.set(cseq, JSON.stringify({ ...kept, results, acked_at: at, head } satisfies AckedEntry));
        }
        this.disk.outbox.delete(cseq);
      }
    });
  }

  retryDeferred(): Promise<void> {
    return this.step('retryDeferred', () => {
      for (const slot of this.disk.outbox.values()) slot.state = 'waiting';
    });
  }

  trimAcked(before: string): Promise<void> {
    return this.step('trimAcked', () => {
      for (const entry of this.readAcked()) {
        if (entry.acked_at < before && this.disk.cursor !== null && entry.head <= this.disk.cursor)
          this.disk.acked.delete(entry.cseq);
      }
    });
  }

  applyPage(expected: number, page: Parameters<DeviceStore['applyPage']>[1]): Promise<boolean> {
    return this.step('applyPage', () => {
      const { disk } = this;
      if (disk.cursor !== expected) return false;
      if (page.held && !sameSet(page.held, disk.held)) return false;
      if (page.epoch !== undefined && page.epoch !== disk.epoch) return false;
      const archived = new Set(page.archived);
      for (const [kind, rows] of Object.entries(page.rows))
        for (const row of rows) this.take({ kind, id: row.id, version: row.row_version, row }, archived);
      for (const [kind, id, , version, left] of page.gone)
        this.take({ kind, id, version, row: null, ...(left !== undefined && { scope: left, left: true }) }, archived);
      for (const scope of page.emptied ?? []) disk.pages.delete(scope);
      disk.cursor = page.next;
      return true;
    });
  }

  beginSnapshot(header: SnapshotHeader): Promise<number[]> {
    return this.step('beginSnapshot', () => {
      if (header.epoch !== this.disk.epoch) throw new ProblemError('EPOCH_CHANGED');
      const begun = this.disk.begun.get(header.scope);
      if (begun?.header.snapshot === header.snapshot) return [...begun.pages.keys()].sort((a, b) => a - b);
      this.disk.begun.set(header.scope, { header, pages: new Map() });
      return [];
    });
  }

  putPages(scope: string, pages: readonly SnapshotPage[]): Promise<void> {
    return this.step('putPages', () => {
      const begun = this.disk.begun.get(scope);
      const checked = pages.map(({ n, bytes }) => {
        const told = begun?.header.pages.find((p) => p.n === n);
        if (!told) throw new ProblemError('NOT_FOUND', { say: `No page ${n} of ${scope} was announced.` });
        if (bytes.length !== told.bytes || crc32(bytes) !== told.crc32) {
          throw new ProblemError('UNREADABLE', { say: `Page ${n} of ${scope} arrived damaged.` });
        }
        return { n, page: { kind: told.kind, bytes: Uint8Array.from(bytes), rows: this.unpack(bytes) } };
      });
      for (const { n, page } of checked) begun?.pages.set(n, page);
    });
  }

  endSnapshot(scope: string): Promise<void> {
    return this.step('endSnapshot', () => {
      const { disk } = this;
      const begun = disk.begun.get(scope);
      if (!begun || begun.header.pages.some((p) => !begun.pages.has(p.n))) {
        throw new ProblemError('NOT_FOUND', { say: `Pages of ${scope} are missing.` });
      }
      if (disk.cursor !== null && disk.cursor > begun.header.head) throw new ProblemError('CONFLICT');
      for (const delta of disk.delta.values()) if (delta.scope === scope) this.leave(delta);
      disk.pages.set(
        scope,
        begun.header.pages.flatMap((p) => begun.pages.get(p.n) ?? []),
      );
      disk.begun.delete(scope);
      disk.cursor ??= begun.header.head;
      if (!disk.held.includes(scope)) disk.held.push(scope);
    });
  }

  unfinishedSnapshot(scope: string): Promise<{ snapshot: string; missing: number[] } | null> {
    return this.step('unfinishedSnapshot', () => {
      const begun = this.disk.begun.get(scope);
      if (!begun) return null;
      const missing = begun.header.pages.filter((p) => !begun.pages.has(p.n)).map((p) => p.n);
      return { snapshot: begun.header.snapshot, missing };
    });
  }

  files(): Promise<readonly string[]> {
    return this.step('files', () => [...this.disk.files]);
  }

  dropScopes(scopes: readonly string[]): Promise<void> {
    return this.step('dropScopes', () => {
      const { disk } = this;
      for (const scope of scopes) {
        disk.pages.delete(scope);
        disk.begun.delete(scope);
      }
      for (const delta of disk.delta.values()) if (delta.scope !== null && scopes.includes(delta.scope)) this.leave(delta);
      disk.held = disk.held.filter((s) => !scopes.includes(s));
    });
  }

  newEpoch(epoch: string, replayFrom: string | null): Promise<void> {
    return this.step('newEpoch', () => {
      const { disk } = this;
      if (epoch === disk.epoch) return;
      disk.epoch = epoch;
      disk.cursor = null;
      disk.held = [];
      disk.pages.clear();
      disk.begun.clear();
      disk.delta.clear();
      if (replayFrom === null) return;
      for (const { acked_at, results: _r, head: _h, cseq, ...entry } of this.readAcked()) {
        if (acked_at < replayFrom) continue;
        disk.acked.delete(cseq);
        disk.outbox.set(cseq, { text: JSON.stringify(entry satisfies NewGroup), state: 'waiting' });
      }
    });
  }

  serverRows(kind: string): Promise<AnyRow[]> {
    return this.step('serverRows', () => this.readRows(kind));
  }

  digest(): Promise<{ cursor: number | null; kinds: Record<string, KindDigest> }> {
    return this.step('digest', () => {
      const kinds = SYNCED.filter((def) => this.disk.held.some((scope) => mayHold(def, scope)));
      return {
        cursor: this.disk.cursor,
        kinds: Object.fromEntries(kinds.map((def) => [def.name, digestOf(this.readRows(def.name))])),
      };
    });
  }

  /** Newest wins: keeps a change of one record unless a later version is held. */
  private take(change: Omit<Delta, 'scope'> & { scope?: string }, archived: ReadonlySet<string>): void {
    const { kind, id, version, row } = change;
    const key = `${kind}/${id}`;
    const held = newest(this.disk.delta.get(key), this.inPages(kind, id));
    if (held && held.version > version) return;
    // What moved is gone from one scope, whichever was the last to hold it here.
    const scope =
      change.scope ?? scopeOf(kind, row, archived) ?? (recordOf(kind)?.scope === 'row' ? null : (held?.scope ?? null));
    this.disk.delta.set(key, { ...change, scope });
  }

  /** The change goes with its scope. A row that may have come from another one leaves word there that what it was before is gone. */
  private leave({ kind, id, scope, version, row, left }: Delta): void {
    const key = `${kind}/${id}`;
    const def = recordOf(kind);
    const other = def && scope !== null && !left ? otherPlace(def, scope, row !== null) : null;
    if (other !== null) {
      this.disk.delta.set(key, { kind, id, scope: other, version, row: null, left: true });
      return;
    }
    const moved = recordOf(kind)?.scope === 'row' && row !== null && version > 1;
    if (moved) this.disk.delta.set(key, { kind, id, scope: null, version: version - 1, row: null });
    else this.disk.delta.delete(key);
  }

  /** The newest copy that pages hold: a row that moved may lie in those of two scopes. */
  private inPages(kind: string, id: string): Delta | undefined {
    let found: Delta | undefined;
    for (const [scope, pages] of this.disk.pages) {
      for (const page of pages) {
        const row = page.kind === kind ? page.rows.find((r) => r.id === id && !hasLeft(this.disk, scope, kind, r)) : undefined;
        if (row) found = newest(found, { kind, id, scope, version: row.row_version, row });
      }
    }
    return found;
  }

  private readRows(kind: string): AnyRow[] {
    const rows = new Map<string, { version: number; row: AnyRow | null }>();
    const put = (id: string, version: number, row: AnyRow | null) => {
      if ((rows.get(id)?.version ?? 0) <= version) rows.set(id, { version, row });
    };
    for (const [scope, pages] of this.disk.pages) {
      for (const page of pages) {
        if (page.kind !== kind) continue;
        for (const row of page.rows) if (!hasLeft(this.disk, scope, kind, row)) put(row.id, row.row_version, row);
      }
    }
    for (const { kind: of, id, version, row, left } of this.disk.delta.values())
      if (of === kind && !left) put(id, version, row);
    return [...rows.values()].flatMap(({ row }) => row ?? []);
  }

  private readOutbox(): { good: OutboxEntry[]; bad: AttentionEntry[] } {
    const good: OutboxEntry[] = [];
    const bad: AttentionEntry[] = [];
    for (const [cseq, { text, state }] of this.disk.outbox) {
      try {
        good.push({ ...(JSON.parse(text) as NewGroup), cseq, state });
      } catch {
        bad.push(unreadableEntry(this.disk.device, cseq, text));
      }
    }
    return { good: good.sort((a, b) => a.cseq - b.cseq), bad };
  }

  private readAcked(): AckedEntry[] {
    return [...this.disk.acked.values()].map((t) => JSON.parse(t) as AckedEntry).sort((a, b) => a.cseq - b.cseq);
  }

  private readAttention(): AttentionEntry[] {
    return [...this.disk.attention.values()].map((t) => JSON.parse(t) as AttentionEntry).sort((a, b) => a.cseq - b.cseq);
  }
}
