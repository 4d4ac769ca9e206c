import { type AnyRow, homeScope, mayHold, otherPlace, ProblemError, recordOf, SYNCED, scopeOfRow } from '@psa/domain';
import {
  crc32,
  type DeviceMeta,
  type DeviceStore,
  digestOf,
  type KindDigest,
  PROTOCOL_VERSION,
  type SnapshotHeader,
  type SnapshotPage,
} from '@psa/sync';
import { type SealKey, type StoreKeys, seal, sealJson, unsealJson } from '../session/crypto.ts';
import { Arriving } from './arriving.ts';
import { type DeltaValue, type FreshScope, Newest, openContent, type PageKey, type ScopeContent, zip } from './content.ts';
import { type Begun, type CopiesMeta, type Database, type ScopeMeta, strictly } from './database.ts';
import { getOrMake } from './maps.ts';

export interface CopiesEnv {
  db: Database;
  keys: StoreKeys;
  /** A scope had a page or entry that could not be read: it was dropped and must be fetched again. */
  onDamage?(scope: string): void;
}

const ALL_OF = (first: string): IDBKeyRange => IDBKeyRange.bound([first], [first, []]);
const sameSet = (a: readonly string[], b: readonly string[]) => a.length === b.length && a.every((x) => b.includes(x));

/** What seals a scope: what went to the archive is sealed like the rest of its scope. */
export const scopeKey = (keys: Pick<StoreKeys, 'scopes'>, scope: string): SealKey | undefined =>
  keys.scopes.get(homeScope(scope));

/** The scope a row is kept under; empty for a retracted row that no longer says where it was, null for what is not kept. */
function placeOf(kind: string, row: AnyRow | null, archived?: ReadonlySet<string>): string | null {
  const def = recordOf(kind);
  if (def === undefined || def.scope === 'none') return null;
  if (row !== null) return scopeOfRow(def, row, archived);
  return def.scope === 'row' || def.scope === 'person' ? '' : def.scope;
}

/** The server's copies on this device: pages as they came, and the delta over them (docs/sync.md, S42–S48). */
export class Copies {
  readonly #env: CopiesEnv;
  readonly #arriving = new Arriving();
  /** What this tab is fetching; the storage has the last word on whether it still counts. */
  readonly #begun = new Map<string, Begun>();
  constructor(env: CopiesEnv) {
    this.#env = env;
  }

  get #db(): Database {
    return this.#env.db;
  }

  async #read(): Promise<CopiesMeta> {
    return (await this.#db.get('meta', 'copies')) as CopiesMeta;
  }

  /** Scopes that are held and whose key is on hand. */
  #reach(meta: CopiesMeta): [string, ScopeMeta][] {
    return Object.entries(meta.scopes).filter(([scope, m]) => m.held && scopeKey(this.#env.keys, scope) !== undefined);
  }

  /** Scopes of another person's role do not move while this one is in: the cursor is that of the scope furthest behind. */
  #cursor(meta: CopiesMeta): number | null {
    const reach = this.#reach(meta);
    return reach.length === 0 ? meta.cursor : Math.min(...reach.map(([, m]) => m.upto));
  }

  async meta(): Promise<DeviceMeta> {
    const tx = this.#db.transaction('meta');
    const [device, meta] = await Promise.all([tx.store.get('device'), tx.store.get('copies') as Promise<CopiesMeta>]);
    return {
      device: String(device),
      epoch: meta.epoch,
      cursor: this.#cursor(meta),
      held: this.#reach(meta).map(([scope]) => scope),
    };
  }

  async applyPage(expected: number, page: Parameters<DeviceStore['applyPage']>[1]): Promise<boolean> {
    const wanted = await this.#sealed(page);
    return strictly(this.#db, ['meta', 'delta', 'pages'], async (tx) => {
      const meta = (await tx.objectStore('meta').get('copies')) as CopiesMeta;
      const reach = this.#reach(meta);
      const asAsked =
        this.#cursor(meta) === expected &&
        meta.cursor !== null &&
        (page.epoch === undefined || page.epoch === meta.epoch) &&
        (page.held === undefined ||
          sameSet(
            page.held,
            reach.map(([scope]) => scope),
          ));
      if (!asAsked) {
        return false;
      }
      for (const [, m] of reach) m.upto = page.next;
      meta.cursor = Math.max(meta.cursor ?? 0, page.next);
      const delta = tx.objectStore('delta');
      const writes = wanted.map(async ({ key, value }) => {
        const old = await delta.get(key);
        if (old && old.v > value.v) return;
        // What moved is gone from one scope, whichever was the last to hold it here.
        const own = old && value.scope === '' && recordOf(key[0])?.scope !== 'row';
        await delta.put(own ? { ...value, scope: old.scope } : value, key);
      });
      const emptied = (page.emptied ?? []).map((scope) => tx.objectStore('pages').delete(ALL_OF(scope)));
      await Promise.all([...writes, ...emptied, tx.objectStore('meta').put(meta, 'copies')]);
      return true;
    });
  }

  async #sealed(page: Parameters<DeviceStore['applyPage']>[1]): Promise<{ key: [string, string]; value: DeltaValue }[]> {
    const archived = new Set(page.archived);
    const rows = Object.entries(page.rows).flatMap(([kind, list]) =>
      list.map((row) => ({ kind, row, scope: placeOf(kind, row, archived) })),
    );
    const sealed = rows.map(async ({ kind, row, scope }) => {
      const key = scope === null ? undefined : scopeKey(this.#env.keys, scope);
      // A row of a scope out of reach cannot be sealed; its scope's own number does not move past it either.
      if (scope === null || !key) return [];
      const s = await sealJson(key, ['delta', kind, row.id], row);
      return [{ key: [kind, row.id] as [string, string], value: { scope, at: page.next, v: row.row_version, s } }];
    });
    const gone = page.gone.flatMap(([kind, id, , v, left]): { key: [string, string]; value: DeltaValue }[] => {
      const scope = left ?? placeOf(kind, null);
      if (scope === null) return [];
      return [{ key: [kind, id], value: { scope, at: page.next, v, s: null, ...(left !== undefined && { left: true }) } }];
    });
    return [...(await Promise.all(sealed)).flat(), ...gone];
  }

  async beginSnapshot(header: SnapshotHeader): Promise<number[]> {
    if (!scopeKey(this.#env.keys, header.scope)) throw new ProblemError('NOT_YOURS');
    const { begun, held } = await strictly(this.#db, ['meta', 'pages'], async (tx) => {
      const pages = tx.objectStore('pages');
      const meta = (await tx.objectStore('meta').get('copies')) as CopiesMeta;
      if (header.epoch !== meta.epoch) {
        throw new ProblemError('EPOCH_CHANGED');
      }
      const fresh: ScopeMeta = { held: false, upto: 0, generation: 0, begun: null };
      const m = meta.scopes[header.scope] ?? fresh;
      const keys = await pages.getAllKeys(ALL_OF(header.scope));
      if (m.begun?.header.snapshot === header.snapshot) {
        const { generation } = m.begun;
        const here = keys.filter((k) => k[2] === generation).map((k) => k[3]);
        return { begun: m.begun, held: here.sort((a, b) => a - b) };
      }
      const begun = { header, generation: Math.max(m.generation, m.begun?.generation ?? 0) + 1 };
      meta.scopes[header.scope] = { ...m, begun };
      const stale = keys.filter((k) => k[2] === m.begun?.generation);
      await Promise.all([...stale.map((k) => pages.delete(k)), tx.objectStore('meta').put(meta, 'copies')]);
      return { begun, held: [] };
    });
    this.#begun.set(header.scope, begun);
    return held;
  }

  async putPages(scope: string, pages: readonly SnapshotPage[]): Promise<void> {
    const begun = this.#begun.get(scope);
    const key = scopeKey(this.#env.keys, scope);
    const sealed = pages.map(async ({ n, bytes }) => {
      const told = begun?.header.pages.find((p) => p.n === n);
      if (!begun || !told || !key) throw new ProblemError('NOT_FOUND', { say: `No page ${n} of ${scope} was announced.` });
      if (bytes.length !== told.bytes || crc32(bytes) !== told.crc32) {
        throw new ProblemError('UNREADABLE', { say: `Page ${n} of ${scope} arrived damaged.` });
      }
      const place: PageKey = [scope, told.kind, begun.generation, n];
      const s = await seal(key, ['pages', ...place], bytes);
      return { place, value: { schema: PROTOCOL_VERSION, count: told.count, s } };
    });
    const values = await Promise.all(sealed);
    await strictly(this.#db, ['meta', 'pages'], async (tx) => {
      const meta = (await tx.objectStore('meta').get('copies')) as CopiesMeta;
      const now = meta.scopes[scope]?.begun;
      const still = begun && now?.header.snapshot === begun.header.snapshot && now.generation === begun.generation;
      if (!still) throw new ProblemError('NOT_FOUND', { say: `The snapshot of ${scope} was given up.` });
      const puts = values.map(({ place, value }) => tx.objectStore('pages').put(value, place));
      // Opened while the storage writes.
      for (const { n, bytes } of pages) this.#arriving.put(begun.header, n, bytes);
      await Promise.all(puts);
    });
  }

  /** @returns what the scope holds now, when every page of it came through here; null when it must be read. */
  async endSnapshot(scope: string): Promise<FreshScope | null> {
    const ended = await strictly(this.#db, ['meta', 'pages', 'delta'], async (tx) => {
      const meta = (await tx.objectStore('meta').get('copies')) as CopiesMeta;
      const keys = await tx.objectStore('pages').getAllKeys(ALL_OF(scope));
      const m = meta.scopes[scope];
      const begun = m?.begun;
      const here = new Set(keys.filter((k) => k[2] === begun?.generation).map((k) => k[3]));
      const cursor = this.#cursor(meta);
      const missing = !m || !begun || begun.header.pages.some((p) => !here.has(p.n));
      if (missing || (cursor !== null && cursor > begun.header.head)) {
        throw missing ? new ProblemError('NOT_FOUND', { say: `Pages of ${scope} are missing.` }) : new ProblemError('CONFLICT');
      }
      const { head } = begun.header;
      meta.scopes[scope] = { held: true, upto: cursor ?? head, generation: begun.generation, begun: null };
      meta.cursor ??= head;
      const delta = tx.objectStore('delta');
      const upToHead = IDBKeyRange.bound([scope, 0], [scope, head]);
      const [covered, values, changes] = await Promise.all([
        delta.index('scope').getAllKeys(upToHead),
        delta.index('scope').getAll(upToHead),
        delta.index('scope').count(ALL_OF(scope)),
      ]);
      await Promise.all([
        ...keys.filter((k) => k[2] !== begun.generation).map((k) => tx.objectStore('pages').delete(k)),
        ...zip(covered, values).map(([key, value]) => leave(delta, key, value)),
        tx.objectStore('meta').put(meta, 'copies'),
      ]);
      return { header: begun.header, mark: this.#mark(meta, scope), newer: changes - covered.length };
    });
    this.#begun.delete(scope);
    const rows = await this.#arriving.take(ended.header);
    return rows && ended.newer === 0 ? { rows, mark: ended.mark } : null;
  }

  /** Changes when a scope's copies do. */
  #mark(meta: CopiesMeta, scope: string): string {
    return JSON.stringify([meta.epoch, meta.scopes[scope]?.generation ?? null, this.#cursor(meta)]);
  }

  /** @returns the cursor, when this is still what the scope holds: another tab may have changed it meanwhile. */
  async stillFresh(scope: string, { mark }: FreshScope): Promise<{ cursor: number | null } | null> {
    const meta = await this.#read();
    return this.#mark(meta, scope) === mark ? { cursor: this.#cursor(meta) } : null;
  }

  /** Forgets what is under way. */
  leave(): void {
    this.#begun.clear();
    this.#arriving.drop();
  }

  async unfinishedSnapshot(scope: string): Promise<{ snapshot: string; missing: number[] } | null> {
    const tx = this.#db.transaction(['meta', 'pages']);
    const meta = (await tx.objectStore('meta').get('copies')) as CopiesMeta;
    const keys = await tx.objectStore('pages').getAllKeys(ALL_OF(scope));
    const begun = meta.scopes[scope]?.begun;
    if (!begun) return null;
    const here = new Set(keys.filter((k) => k[2] === begun.generation).map((k) => k[3]));
    return { snapshot: begun.header.snapshot, missing: begun.header.pages.map((p) => p.n).filter((n) => !here.has(n)) };
  }

  dropScopes(scopes: readonly string[]): Promise<void> {
    this.#arriving.drop(scopes);
    return dropScopes(this.#db, scopes);
  }

  /**
   * The content of every held scope in reach, those of `order` first, all of one moment; `taken` gets them one by one.
   * @param only rows of this kind, or of these scopes. @returns the cursor of that moment.
   */
  async read(
    order: readonly string[],
    taken: (scope: string, content: ScopeContent) => Promise<void> | void,
    only: { kind?: string; scopes?: readonly string[] } = {},
  ): Promise<number | null> {
    const { kind } = only;
    const tx = this.#db.transaction(['meta', 'pages', 'delta']);
    const meta = (await tx.objectStore('meta').get('copies')) as CopiesMeta;
    const pages = tx.objectStore('pages');
    const delta = tx.objectStore('delta').index('scope');
    // The unnamed scope: rows told as gone that no longer said where they were.
    const reach = this.#reach(meta).filter(([scope]) => only.scopes?.includes(scope) ?? true);
    const scopes: [string, number][] = [...reach.map(([scope, m]): [string, number] => [scope, m.generation]), ['', 0]];
    const raw = await Promise.all(
      scopes.map(async ([scope, generation]) => {
        const [pageKeys, pageValues, rowKeys, rowValues] = await Promise.all([
          pages.getAllKeys(ALL_OF(scope)),
          pages.getAll(ALL_OF(scope)),
          delta.getAllKeys(ALL_OF(scope)),
          delta.getAll(ALL_OF(scope)),
        ]);
        return {
          scope,
          pages: zip(pageKeys, pageValues).filter(([key]) => key[2] === generation && (!kind || key[1] === kind)),
          delta: zip(rowKeys, rowValues).filter(([key]) => !kind || key[0] === kind),
        };
      }),
    );
    const need = (scope: string): number => (order.includes(scope) ? order.indexOf(scope) : order.length);
    raw.sort((a, b) => need(a.scope) - need(b.scope));
    for (const part of raw) {
      const content = await openContent(this.#env.keys.known, part).catch(() => null);
      if (content) await taken(part.scope, content);
      else {
        // A wrong key or a broken disk: the scope can no longer be trusted to be whole, and the server still has it.
        await this.dropScopes([part.scope]);
        this.#env.onDamage?.(part.scope);
      }
    }
    return this.#cursor(meta);
  }

  /** The newest state of some rows as the delta has them: what another tab has just stored. */
  async changes(keys: readonly (readonly [kind: string, id: string])[]): Promise<ScopeContent> {
    const tx = this.#db.transaction('delta');
    const values = await Promise.all(keys.map(([kind, id]) => tx.store.get([kind, id])));
    const archived: string[] = [];
    const content: ScopeContent = { rows: {}, gone: [], archived };
    const newer = new Map<string, AnyRow[]>();
    for (const [i, [kind, id]] of keys.entries()) {
      const value = values[i];
      if (value && !value.s) content.gone.push([kind, id, 'D', value.v]);
      // Rows of a scope out of reach are not for this person.
      if (!value?.s || !this.#env.keys.known.has(value.s.k)) continue;
      if (value.scope === 'known' && kind === 'patients') archived.push(id);
      getOrMake(newer, kind, () => []).push(await unsealJson<AnyRow>(this.#env.keys.known, ['delta', kind, id], value.s));
    }
    return { ...content, rows: Object.fromEntries(newer) };
  }

  async serverRows(kind: string): Promise<AnyRow[]> {
    const copies = new Newest();
    await this.read([], (_scope, content) => copies.take(content), { kind });
    return copies.rows(kind);
  }

  async digest(): Promise<{ cursor: number | null; kinds: Record<string, KindDigest> }> {
    const copies = new Newest();
    const held = new Set<string>();
    const cursor = await this.read([], (scope, content) => {
      held.add(scope);
      copies.take(content);
    });
    const kinds = SYNCED.filter((def) => [...held].some((scope) => mayHold(def, scope)));
    return { cursor, kinds: Object.fromEntries(kinds.map((def) => [def.name, digestOf(copies.rows(def.name))])) };
  }
}

interface Changes {
  put(value: DeltaValue, key: [string, string]): Promise<unknown>;
  delete(key: [string, string]): Promise<unknown>;
}

/** A change goes with its scope. A row that may have come from another one leaves word there that what it was before is gone. */
function leave(delta: Changes, key: [kind: string, id: string], value: DeltaValue): Promise<unknown> {
  const def = recordOf(key[0]);
  const other = def && !value.left ? otherPlace(def, value.scope, value.s !== null) : null;
  if (other !== null) return delta.put({ scope: other, at: value.at, v: value.v, s: null, left: true }, key);
  const moved = recordOf(key[0])?.scope === 'row' && value.s !== null && value.v > 1;
  return moved ? delta.put({ scope: '', at: value.at, v: value.v - 1, s: null }, key) : delta.delete(key);
}

/** Deletes pages and delta of these scopes, whoever may read them. */
export function dropScopes(db: Database, scopes: readonly string[]): Promise<void> {
  return strictly(db, ['meta', 'pages', 'delta'], async (tx) => {
    const meta = (await tx.objectStore('meta').get('copies')) as CopiesMeta;
    const delta = tx.objectStore('delta');
    const drops = scopes.map(async (scope) => {
      delete meta.scopes[scope];
      const index = delta.index('scope');
      const rows = zip(...(await Promise.all([index.getAllKeys(ALL_OF(scope)), index.getAll(ALL_OF(scope))])));
      const left = rows.map(([key, value]) => leave(delta, key, value));
      await Promise.all([tx.objectStore('pages').delete(ALL_OF(scope)), ...left]);
    });
    await Promise.all(drops);
    await tx.objectStore('meta').put(meta, 'copies');
  });
}
