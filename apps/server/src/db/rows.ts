import { type AnyRow, type Json, type RecordDef, sqlName } from '@psa/domain';
import type { Pool } from 'pg';
import { kindOf, rowJson } from './sql.ts';

/** Which rows of a kind to list, newest first by id (ids begin with their time). */
export interface ListWish {
  /** Values of fields; several are combined with AND. */
  where: Readonly<Record<string, Json>>;
  /** Only rows changed after this moment, retracted ones included: they are news too. */
  since: string | null;
  /** Only rows before this id. */
  before: string | null;
  limit: number;
}

/** Reads rows for REST. Rows come as JSON text that PostgreSQL printed and are passed on as they are. */
export class RowReader {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** One row, retracted or not. */
  async text(facility: string, kind: string, id: string): Promise<string | undefined> {
    const { sql } = kindOf(kind);
    const { rows } = await this.#pool.query<{ row: string }>({ ...sql.one, values: [facility, id] });
    return rows[0]?.row;
  }

  /** One row that was not retracted. */
  async present(facility: string, kind: string, id: string): Promise<string | undefined> {
    const { sql } = kindOf(kind);
    const { rows } = await this.#pool.query<{ row: string }>({
      name: `present ${kind}`,
      text: `${sql.one.text} and not t.deleted`,
      values: [facility, id],
    });
    return rows[0]?.row;
  }

  /** As `text`, read. */
  async row(facility: string, kind: string, id: string): Promise<AnyRow | undefined> {
    const text = await this.text(facility, kind, id);
    return text === undefined ? undefined : (JSON.parse(text) as AnyRow);
  }

  /** All rows of a short list, not retracted, oldest first. */
  async all(facility: string, kind: string): Promise<string[]> {
    const { def } = kindOf(kind);
    const { rows } = await this.#pool.query<{ row: string }>({
      name: `all ${kind}`,
      text: `select ${rowJson(def)}::text as row from ${sqlName(kind)} t where t.facility_id = $1 and not t.deleted order by t.created_at, t.id`,
      values: [facility],
    });
    return rows.map(({ row }) => row);
  }

  /** A page of rows, and the id to go on from when there are more. */
  async list(facility: string, kind: string, wish: ListWish): Promise<{ texts: string[]; next: string | null }> {
    const { def } = kindOf(kind);
    const { text, values } = listSql(def, facility, wish);
    const { rows } = await this.#pool.query<{ id: string; row: string }>({ text, values });
    const page = rows.slice(0, wish.limit);
    return { texts: page.map(({ row }) => row), next: rows.length > wish.limit ? (page.at(-1)?.id ?? null) : null };
  }
}

/** Names come from the declaration only; values travel as parameters. */
function listSql(def: RecordDef, facility: string, wish: ListWish): { text: string; values: unknown[] } {
  const values: unknown[] = [facility];
  const put = (value: unknown): string => `$${values.push(value)}`;
  const where = ['t.facility_id = $1'];
  for (const [name, value] of Object.entries(wish.where)) {
    if (!Object.hasOwn(def.fields, name)) throw new Error(`${def.name} has no field ${name}.`);
    where.push(`t.${sqlName(name)} = ${put(value)}`);
  }
  if (wish.since === null) where.push('not t.deleted');
  else where.push(`t.updated_at > ${put(wish.since)}`);
  if (wish.before !== null) where.push(`t.id < ${put(wish.before)}`);
  const text = `select t.id, ${rowJson(def)}::text as row from ${sqlName(def.name)} t
    where ${where.join(' and ')} order by t.id desc limit ${put(wish.limit + 1)}`;
  return { text, values };
}
