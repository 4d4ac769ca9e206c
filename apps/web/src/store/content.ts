import type { AnyRow } from '@psa/domain';
import type { Gone } from '@psa/sync';
import { type Sealed, unseal, unsealJson } from '../session/crypto.ts';
import { unpackRows } from './gzip.ts';
import { getOrMake } from './maps.ts';

/** What a scope holds: rows of its pages and delta, some in both, and the rows told as gone. */
export interface ScopeContent {
  rows: Record<string, AnyRow[]>;
  gone: Gone[];
  /** Patients whose rows among these lie in the archive. */
  archived?: readonly string[];
}

/** What a scope that was just fetched holds: rows by kind, and a mark of that moment. */
export interface FreshScope {
  rows: Record<string, AnyRow[]>;
  mark: string;
}

export type PageKey = [scope: string, kind: string, generation: number, n: number];
/** `left`: gone from this scope only, as it went to another. */
export type DeltaValue = { scope: string; at: number; v: number; s: Sealed | null; left?: true };

/** A scope as it is stored: its pages and its delta, sealed. */
export interface SealedContent {
  pages: readonly (readonly [PageKey, { s: Sealed }])[];
  delta: readonly (readonly [[kind: string, id: string], DeltaValue])[];
}

export const zip = <A, B>(a: readonly A[], b: readonly B[]): [A, B][] => a.map((x, i) => [x, b[i] as B]);

/** Opens a scope. Rejects when any of it cannot be read: then nothing of it can be trusted to be whole. */
export async function openContent(known: ReadonlyMap<string, CryptoKey>, part: SealedContent): Promise<ScopeContent> {
  const content: ScopeContent = { rows: {}, gone: [] };
  const put = (kind: string, rows: AnyRow[]): void => {
    content.rows[kind] = content.rows[kind]?.concat(rows) ?? rows;
  };
  // Unsealing runs beside the main thread, so all pages begin at once.
  const pages = await Promise.all(
    part.pages.map(async ([key, value]) => unpackRows(await unseal(known, ['pages', ...key], value.s))),
  );
  const left = new Map(part.delta.flatMap(([[kind, id], { left, v }]) => (left ? [[`${kind}/${id}`, v] as const] : [])));
  const stays = (kind: string) => (row: AnyRow) => (left.get(`${kind}/${row.id}`) ?? 0) < row.row_version;
  for (const [[key], rows] of zip(part.pages, pages)) put(key[1], left.size === 0 ? rows : rows.filter(stays(key[1])));
  const newer = new Map<string, AnyRow[]>();
  for (const [[kind, id], value] of part.delta) {
    if (value.left) continue;
    if (!value.s) content.gone.push([kind, id, 'D', value.v]);
    else getOrMake(newer, kind, () => []).push(await unsealJson<AnyRow>(known, ['delta', kind, id], value.s));
  }
  for (const [kind, rows] of newer) put(kind, rows);
  return content;
}

/** The newest state of each row out of pages and delta. */
export class Newest {
  readonly #kinds = new Map<string, Map<string, { version: number; row: AnyRow | null }>>();

  take({ rows, gone }: ScopeContent): void {
    for (const [kind, list] of Object.entries(rows)) for (const row of list) this.#put(kind, row.id, row.row_version, row);
    for (const [kind, id, , version] of gone) this.#put(kind, id, version, null);
  }

  kinds(): string[] {
    return [...this.#kinds.keys()];
  }

  rows(kind: string): AnyRow[] {
    return [...(this.#kinds.get(kind)?.values() ?? [])].map((n) => n.row).filter((row) => row !== null);
  }

  #put(kind: string, id: string, version: number, row: AnyRow | null): void {
    const rows = getOrMake(this.#kinds, kind, () => new Map());
    if ((rows.get(id)?.version ?? 0) <= version) rows.set(id, { version, row });
  }
}
