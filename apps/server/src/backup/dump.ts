import type { ClientBase } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { z } from 'zod';
import type { ArchiveWriter } from './archive.ts';
import { PLAIN_TEXT, tablesOf } from './facts.ts';

/** The first entry of a dump: what the rows that follow belong to. */
export const dumpHead = z.object({
  migrations: z.array(z.object({ number: z.number(), checksum: z.string() })),
  tables: z.array(z.object({ name: z.string(), columns: z.array(z.string()) })),
  /** Parts of the audit trail, with what belongs into each. */
  months: z.array(z.object({ name: z.string(), bound: z.string() })),
});
export type DumpHead = z.infer<typeof dumpHead>;

async function headOf(client: ClientBase): Promise<DumpHead> {
  const { rows: migrations } = await client.query<{ number: number; checksum: string }>(
    'select number, checksum from schema_migrations order by number',
  );
  const { rows: columns } = await client.query<{ table: string; column: string }>(
    `select c.relname as "table", a.attname as "column" from pg_class c join pg_attribute a on a.attrelid = c.oid
      where c.relnamespace = 'public'::regnamespace and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' order by a.attnum`,
  );
  const { rows: months } = await client.query<{ name: string; bound: string }>(
    `select c.relname as name, pg_get_expr(c.relpartbound, c.oid) as bound from pg_class c
      where c.relnamespace = 'audit_months'::regnamespace and c.relkind = 'r' and c.relispartition and c.relname <> 'other' order by c.relname`,
  );
  const tables = (await tablesOf(client)).map((name) => ({
    name,
    columns: columns.filter(({ table }) => table === name).map(({ column }) => column),
  }));
  return { migrations, tables, months };
}

/**
 * Copies the rows of every table into an archive, all as of one moment. Within the transaction it is called in: repeatable read, the
 * owner's, whom row-level security shows everything.
 */
export async function copyRows(
  client: ClientBase,
  archive: ArchiveWriter,
  told: (done: number, of: number) => void,
  signal?: AbortSignal,
): Promise<DumpHead> {
  await client.query(PLAIN_TEXT);
  const head = await headOf(client);
  await archive.bytes('dump.json', Buffer.from(JSON.stringify(head)));
  const quote = (name: string): string => client.escapeIdentifier(name);
  for (const [i, { name, columns }] of head.tables.entries()) {
    signal?.throwIfAborted();
    const stream = client.query(copyTo(`copy (select ${columns.map(quote).join(', ')} from ${quote(name)}) to stdout`));
    await archive.chunks(`rows/${name}`, stream as AsyncIterable<Buffer>);
    told(i + 1, head.tables.length);
  }
  return head;
}
