import { type AnyRow, sqlName } from '@psa/domain';
import type { Database } from './database.ts';
import { Gather } from './gather.ts';
import { type ChangesWish, changesSql, type ListSql, type ListWish, listSql } from './lists.ts';
import { kindOf, rowJson } from './sql.ts';

/** Reads rows for REST. Rows come as JSON text that PostgreSQL printed and are passed on as they are. */
export class RowReader {
  readonly #db: Database;
  /** Readings of single rows share statements. */
  readonly #one: Gather<One>;

  constructor(db: Database) {
    this.#db = db;
    this.#one = new Gather(async (facility, kind, ids) => {
      const { rows } = await db.of(facility).query<One>({ ...kindOf(kind).sql.some, values: [facility, ids] });
      return new Map(rows.map((row) => [row.id, row]));
    });
  }

  /** One row, retracted or not. */
  async text(facility: string, kind: string, id: string): Promise<string | undefined> {
    return (await this.#one.get(facility, kind, id))?.row;
  }

  /** One row that was not retracted. */
  async present(facility: string, kind: string, id: string): Promise<string | undefined> {
    const found = await this.#one.get(facility, kind, id);
    return found?.deleted === false ? found.row : undefined;
  }

  /** As `text`, read. */
  async row(facility: string, kind: string, id: string): Promise<AnyRow | undefined> {
    const text = await this.text(facility, kind, id);
    return text === undefined ? undefined : (JSON.parse(text) as AnyRow);
  }

  /** All rows of a short list, not retracted, oldest first. */
  async all(facility: string, kind: string): Promise<string[]> {
    const { def } = kindOf(kind);
    const { rows } = await this.#db.of(facility).query<{ row: string }>({
      name: `all ${kind}`,
      text: `select ${rowJson(def)}::text as row from ${sqlName(kind)} t where t.facility_id = $1 and not t.deleted order by t.created_at, t.id`,
      values: [facility],
    });
    return rows.map(({ row }) => row);
  }

  /** Rows that point to these ids through a link, not retracted, oldest first. */
  async pointing(facility: string, kind: string, link: string, ids: readonly string[]): Promise<{ to: string; row: string }[]> {
    const { def } = kindOf(kind);
    if (def.fields[link]?.kind !== 'link') throw new Error(`${kind}.${link} is no link.`);
    const { rows } = await this.#db.of(facility).query<{ to: string; row: string }>({
      name: `pointing ${kind} ${link}`,
      text: `select t.${sqlName(link)} as to, ${rowJson(def)}::text as row from ${sqlName(kind)} t
        where t.facility_id = $1 and t.${sqlName(link)} = any($2::uuid[]) and not t.deleted order by t.created_at, t.id`,
      values: [facility, ids],
    });
    return rows;
  }

  /** A page of rows, the id to go on from when there are more, and the head of the same moment. */
  async list(facility: string, kind: string, wish: ListWish): Promise<Page & { next: string | null }> {
    const rows = await this.#lines(facility, listSql(kindOf(kind).def, facility, wish));
    const page = rows.filter(isRow).slice(0, wish.limit);
    const last = page.at(-1)?.id ?? null;
    return { ...headOf(rows), texts: page.map(({ row }) => row), next: page.length < rows.length ? last : null };
  }

  /** A page of changes in the order of commits, and the commit it ends with; `more` when others follow. */
  async changes(facility: string, kind: string, wish: ChangesWish): Promise<Page & { next: number; more: boolean }> {
    const rows = await this.#lines(facility, changesSql(kindOf(kind).def, facility, wish));
    const cut = rows[0]?.cut ?? null;
    const { head, epoch } = headOf(rows);
    const texts = rows.filter(isRow).map(({ row }) => row);
    return { head, epoch, texts, next: cut ?? Math.max(head, wish.seq), more: cut !== null };
  }

  async #lines(facility: string, sql: ListSql): Promise<Line[]> {
    return (await this.#db.of(facility).query<Line>(sql)).rows;
  }
}

interface One {
  id: string;
  deleted: boolean;
  row: string;
}

/** A line of a list; without `row` it only tells the head. */
interface Line {
  head: number;
  epoch: string | null;
  cut?: number | null;
  id: string | null;
  row: string | null;
}

export interface Page {
  /** Rows as JSON text. */
  texts: string[];
  /** The last commit that could be seen. */
  head: number;
  /** The life of the server that counted it; null before the first commit. */
  epoch: string | null;
}

const isRow = (line: Line): line is Line & { id: string; row: string } => line.row !== null;
const headOf = (lines: readonly Line[]) => ({ head: lines[0]?.head ?? 0, epoch: lines[0]?.epoch ?? null });
