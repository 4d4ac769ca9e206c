/**
 * PostgreSQL takes `$1`, pgbench `:name`, and pgbench sees a name behind every colon, also within quotes: there the colon is
 * written as a constant. The values are SQL, in which `:name` stays.
 */
export function bind(sql: string, values: readonly string[]): string {
  return sql
    .replace(/(?<!:):(?=\w)/g, "'||chr(58)||'")
    .replace(/\$(\d+)/g, (_all, n: string) => `(${values[Number(n) - 1]})`)
    .replace(/\s+/g, ' ');
}

/** A JSON constant, with a blank behind each colon of its own. */
export const json = (value: unknown): string => `'${JSON.stringify(value).replaceAll("'", "''").replaceAll('":', '": ')}'`;

/** A text constant. */
export const text = (value: string): string => `'${value.replaceAll("'", "''")}'::text`;
