import type { AnyRow } from '@psa/domain';
import type { SnapshotHeader } from '@psa/sync';
import { unpackRows } from './gzip.ts';

interface Arrived {
  snapshot: string;
  pages: Map<number, Promise<AnyRow[] | null>>;
}

/**
 * Rows of a snapshot under way, opened while the storage writes their pages: once their scope counts as held, they need not be read back,
 * unsealed and unpacked again.
 */
export class Arriving {
  readonly #scopes = new Map<string, Arrived>();

  /** Begins to open a page whose checksum is right. */
  put({ scope, snapshot }: SnapshotHeader, n: number, bytes: Uint8Array): void {
    let arrived = this.#scopes.get(scope);
    if (arrived?.snapshot !== snapshot) {
      arrived = { snapshot, pages: new Map() };
      this.#scopes.set(scope, arrived);
    }
    // A page that cannot be opened is found again, and told, when the scope is read.
    arrived.pages.set(
      n,
      unpackRows(bytes).catch(() => null),
    );
  }

  /** Hands over all rows of a snapshot by kind, and forgets them; null when not every page came by here. */
  async take({ scope, snapshot, pages }: SnapshotHeader): Promise<Record<string, AnyRow[]> | null> {
    const arrived = this.#scopes.get(scope);
    if (arrived?.snapshot !== snapshot) return null;
    this.#scopes.delete(scope);
    const rows: Record<string, AnyRow[]> = {};
    for (const { n, kind } of pages) {
      const page = await arrived.pages.get(n);
      if (!page) return null;
      const all = rows[kind] ?? [];
      rows[kind] = all;
      // A copy for each page would be quadratic.
      for (const row of page) all.push(row);
    }
    return rows;
  }

  /** Forgets what came of these scopes; of all when none is named. */
  drop(scopes: readonly string[] = [...this.#scopes.keys()]): void {
    for (const scope of scopes) this.#scopes.delete(scope);
  }
}
