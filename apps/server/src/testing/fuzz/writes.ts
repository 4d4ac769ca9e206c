import type pg from 'pg';

/** Not counted: written about a request whatever becomes of it, or a moment after it was answered. */
const BESIDE = ['audit_logs', 'audit_heads', 'server_health', 'schema_migrations', 'devices', 'fuzz_writes'];

/**
 * Counts the rows that are written and committed, table by table: a trigger of the tests' own on every table notes them in the same
 * transaction, so what is rolled back was never there.
 */
export class Writes {
  readonly #owner: pg.Client;
  #seen = 0;

  private constructor(owner: pg.Client) {
    this.#owner = owner;
  }

  static async install(owner: pg.Client): Promise<Writes> {
    await owner.query(`
      create table fuzz_writes (n bigint generated always as identity primary key, tbl text not null);
      create function fuzz_wrote() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
      begin
        insert into fuzz_writes (tbl) values (tg_table_name);
        return null;
      end $$;`);
    const { rows } = await owner.query<{ tbl: string }>(
      `select c.relname as tbl from pg_class c where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
         and not c.relispartition and c.relname <> all ($1)`,
      [BESIDE],
    );
    for (const { tbl } of rows) {
      await owner.query(
        `create trigger zz_fuzz after insert or update or delete on "${tbl}" for each row execute function fuzz_wrote()`,
      );
    }
    return new Writes(owner);
  }

  /** The tables that were written since the last call, each once. */
  async since(): Promise<string[]> {
    const { rows } = await this.#owner.query<{ tbl: string; last: string }>({
      name: 'fuzz writes',
      text: 'select tbl, max(n) as last from fuzz_writes where n > $1 group by tbl order by tbl',
      values: [this.#seen],
    });
    this.#seen = Math.max(this.#seen, ...rows.map(({ last }) => Number(last)));
    return rows.map(({ tbl }) => tbl);
  }
}
