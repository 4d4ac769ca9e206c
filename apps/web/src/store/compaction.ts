import { PROTOCOL_VERSION, SNAPSHOT_PAGE_ROWS } from '@psa/sync';
import { type Sealed, type StoreKeys, seal } from '../session/crypto.ts';
import { type DeltaValue, Newest, openContent, type PageKey, zip } from './content.ts';
import { scopeKey } from './copies.ts';
import { type CopiesMeta, type Database, strictly } from './database.ts';
import { packRows } from './gzip.ts';

/** A delta above this is folded: below it, opening is not slower for it. */
const COMPACT_ABOVE_ROWS = 2000;

interface Page {
  key: PageKey;
  value: { schema: number; count: number; s: Sealed };
}

const ALL_OF = (scope: string): IDBKeyRange => IDBKeyRange.bound([scope], [scope, []]);

/** Held scopes in reach whose delta has grown above so many rows. */
export async function scopesToCompact(db: Database, keys: StoreKeys, above = COMPACT_ABOVE_ROWS): Promise<string[]> {
  const tx = db.transaction(['meta', 'delta']);
  const meta = (await tx.objectStore('meta').get('copies')) as CopiesMeta;
  const held = Object.entries(meta.scopes).filter(([scope, m]) => m.held && scopeKey(keys, scope) !== undefined);
  const sizes = await Promise.all(held.map(([scope]) => tx.objectStore('delta').index('scope').count(ALL_OF(scope))));
  return held.filter((_, i) => (sizes[i] ?? 0) > above).map(([scope]) => scope);
}

/**
 * Folds the delta of a scope into pages of the next generation, and switches to it in one transaction: a crash at any point leaves the
 * one or the other. What changed meanwhile stays in the delta. Rejects, having changed nothing, when the scope cannot be read.
 * @returns whether it was done; not when the scope was replaced meanwhile.
 */
export async function compact(db: Database, keys: StoreKeys, scope: string): Promise<boolean> {
  const key = scopeKey(keys, scope);
  if (!key) return false;
  const before = await readScope(db, scope);
  if (!before) return false;
  const newest = new Newest();
  newest.take(await openContent(keys.known, before));
  const pages: Page[] = [];
  for (const kind of newest.kinds()) {
    const rows = newest.rows(kind);
    for (let n = 0; n * SNAPSHOT_PAGE_ROWS < rows.length; n++) {
      const some = rows.slice(n * SNAPSHOT_PAGE_ROWS, (n + 1) * SNAPSHOT_PAGE_ROWS);
      const place: PageKey = [scope, kind, before.next, n];
      const s = await seal(key, ['pages', ...place], await packRows(some));
      pages.push({ key: place, value: { schema: PROTOCOL_VERSION, count: some.length, s } });
    }
  }
  return await switchTo(db, scope, before, pages);
}

interface Before {
  generation: number;
  next: number;
  pages: [PageKey, { s: Sealed }][];
  delta: [[string, string], DeltaValue][];
}

async function readScope(db: Database, scope: string): Promise<Before | null> {
  const tx = db.transaction(['meta', 'pages', 'delta']);
  const meta = (await tx.objectStore('meta').get('copies')) as CopiesMeta;
  const m = meta.scopes[scope];
  if (!m?.held) return null;
  const [pageKeys, pageValues, rowKeys, rowValues] = await Promise.all([
    tx.objectStore('pages').getAllKeys(ALL_OF(scope)),
    tx.objectStore('pages').getAll(ALL_OF(scope)),
    tx.objectStore('delta').index('scope').getAllKeys(ALL_OF(scope)),
    tx.objectStore('delta').index('scope').getAll(ALL_OF(scope)),
  ]);
  return {
    generation: m.generation,
    next: Math.max(m.generation, m.begun?.generation ?? 0) + 1,
    pages: zip(pageKeys, pageValues).filter(([key]) => key[2] === m.generation),
    delta: zip(rowKeys, rowValues),
  };
}

async function switchTo(db: Database, scope: string, before: Before, pages: readonly Page[]): Promise<boolean> {
  return await strictly(db, ['meta', 'pages', 'delta'], async (tx) => {
    const meta = (await tx.objectStore('meta').get('copies')) as CopiesMeta;
    const m = meta.scopes[scope];
    // A snapshot begun meanwhile has taken the number that these pages were sealed for.
    if (!m?.held || m.generation !== before.generation || (m.begun?.generation ?? 0) >= before.next) return false;
    m.generation = before.next;
    const delta = tx.objectStore('delta');
    const folded = before.delta.map(async ([key, old]) => {
      const now = await delta.get(key);
      // A row told as gone stays known with its version: a conflict about it may still have to name it. What went to the archive is elsewhere.
      if ((now?.s || now?.left) && now.v === old.v && now.at === old.at) await delta.delete(key);
    });
    await Promise.all([
      ...before.pages.map(([key]) => tx.objectStore('pages').delete(key)),
      ...pages.map(({ key, value }) => tx.objectStore('pages').put(value, key)),
      ...folded,
      tx.objectStore('meta').put(meta, 'copies'),
    ]);
    return true;
  });
}
