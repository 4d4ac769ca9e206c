import { type LegacyRow, NotLegacy, type Source, type SourceTable } from './source.ts';

const ROWS_A_PAGE = 500;

/** A connection of mysql2, as far as it is used here. */
interface Connection {
  query(sql: string, values?: readonly unknown[]): Promise<[unknown, unknown]>;
  end(): Promise<void>;
}

/** Opens the earlier app's MySQL or MariaDB (`mysql://user:password@host:3306/database`) for reading only. Throws NotLegacy. */
export async function openLegacyMysql(url: string): Promise<Source> {
  const { createConnection } = await import('mysql2/promise');
  const connection = (await createConnection({
    uri: url,
    // Days stay days and large numbers keep their digits; both are bent by default.
    dateStrings: true,
    supportBigNumbers: true,
    bigNumberStrings: true,
    charset: 'utf8mb4',
  })) as unknown as Connection;
  try {
    await connection.query('set session transaction read only');
    await connection.query('start transaction with consistent snapshot');
    const [found] = await connection.query(
      `select c.table_name as name, group_concat(c.column_name) as columns from information_schema.columns c
        join information_schema.tables t using (table_schema, table_name)
        where c.table_schema = database() and t.table_type = 'BASE TABLE' group by c.table_name order by c.table_name`,
    );
    const tables = (found as { name: string; columns: string }[]).filter(({ columns }) => columns.split(',').includes('id'));
    if (!tables.some(({ name }) => name === 'users' || name === 'patients'))
      throw new NotLegacy('There are no tables of the earlier app in this database: neither users nor patients.');
    return {
      flavour: 'mysql',
      zone: null,
      tables: tables.map(({ name }) => tableOf(connection, name)),
      close: () => connection.end(),
    };
  } catch (error) {
    await connection.end();
    throw error;
  }
}

function tableOf(connection: Connection, name: string): SourceTable {
  const table = `\`${name.replaceAll('`', '``')}\``;
  return {
    name,
    async count() {
      const [rows] = await connection.query(`select count(*) as n from ${table}`);
      return Number((rows as { n: number | string }[])[0]?.n ?? 0);
    },
    async *rows() {
      for (let after: unknown = null; ; ) {
        const where = after === null ? '' : 'where id > ?';
        const [found] = await connection.query(`select * from ${table} ${where} order by id limit ${ROWS_A_PAGE}`, [after]);
        const rows = found as LegacyRow[];
        yield* rows;
        if (rows.length < ROWS_A_PAGE) return;
        after = rows.at(-1)?.id;
      }
    },
  };
}
