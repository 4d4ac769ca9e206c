import pg from 'pg';
import { type Flavour, type LegacyRow, NotLegacy, type Source, type SourceTable } from './source.ts';

/** Rows fetched at a time: a few hundred kilobytes. */
const ROWS_A_PAGE = 500;

/** Opens the earlier app's PostgreSQL for reading only: the first schema (UUIDs) or the later one (numbers). Throws NotLegacy. */
export async function openLegacyPostgres(connectionString: string): Promise<Source> {
  const client = new pg.Client({ connectionString, application_name: 'psa migrate-legacy' });
  await client.connect();
  try {
    // Of one moment, so that counts and rows agree; nothing can be written by mistake.
    await client.query(`begin isolation level repeatable read read only; set local time zone 'UTC'`);
    const { rows } = await client.query<{ name: string; columns: string[] }>(
      `select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns from pg_class c
        join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        where c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace group by c.relname order by c.relname`,
    );
    const flavour = flavourOf(rows);
    return {
      flavour,
      // The later schema keeps times without a zone, as its server's clock had them: hosted, so UTC.
      zone: 'UTC',
      tables: rows.filter(({ columns }) => columns.includes('id')).map(({ name }) => tableOf(client, name)),
      close: () => client.end(),
    };
  } catch (error) {
    await client.end();
    throw error;
  }
}

function flavourOf(tables: readonly { name: string; columns: string[] }[]): Flavour {
  const columns = (name: string) => tables.find((table) => table.name === name)?.columns ?? [];
  if (columns('patients').includes('hospital_number') && columns('patients').includes('facility_id'))
    throw new NotLegacy('This is a database of the present app; its exports are read by psa import.');
  if (columns('users').includes('username')) return 'later';
  if (columns('users').includes('email') || columns('patients').includes('hospital_number')) return 'first';
  throw new NotLegacy('There are no tables of the earlier app in this database: neither users nor patients.');
}

function tableOf(client: pg.Client, name: string): SourceTable {
  const table = pg.escapeIdentifier(name);
  return {
    name,
    async count() {
      const { rows } = await client.query<{ n: number }>(`select count(*)::int as n from ${table}`);
      return rows[0]?.n ?? 0;
    },
    async *rows() {
      const type = await idType(client, name);
      for (let after: unknown = null; ; ) {
        const { rows } = await client.query<{ id: unknown; row: LegacyRow }>(
          // to_jsonb prints days as they are, whatever zone anybody's clock is in.
          `select t.id::text as id, to_jsonb(t) as row from ${table} t where $1::text is null or t.id > $1::text::${type}
            order by t.id limit ${ROWS_A_PAGE}`,
          [after],
        );
        for (const { row } of rows) yield row;
        if (rows.length < ROWS_A_PAGE) return;
        after = rows.at(-1)?.id;
      }
    },
  };
}

async function idType(client: pg.Client, table: string): Promise<string> {
  const { rows } = await client.query<{ type: string }>(
    `select format_type(atttypid, atttypmod) as type from pg_attribute where attrelid = $1::regclass and attname = 'id'`,
    [pg.escapeIdentifier(table)],
  );
  return rows[0]?.type ?? 'text';
}
