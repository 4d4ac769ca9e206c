import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { RECORD_LIST, type RecordDef } from '@psa/domain';
import pg from 'pg';
import { ArchiveWriter } from '../backup/archive.ts';
import { sealStream } from '../backup/seal.ts';
import type { Database } from '../db/database.ts';
import { rowJson } from '../db/sql.ts';
import { BEGIN_READ } from '../db/transact.ts';
import { END, type ExportEnd, type ExportHead, FORMAT, HEAD } from './format.ts';

/** Rows fetched together: a few hundred kilobytes. */
const ROWS_A_FETCH = 500;

interface Wish {
  facility: string;
  /** Where it goes; a file of this name must not be there. */
  file: string;
  /** Public keys (age1…) of whoever may open it; none: it is not sealed. */
  recipients: readonly string[];
  version: string;
  now: Date;
  /** Told after each fetch: rows so far, and in all. */
  progress(done: number, of: number): void;
  signal: AbortSignal;
}

export interface Made {
  head: ExportHead;
  end: ExportEnd;
  /** What waits for somebody to mend it, and is no record yet. */
  waiting: number;
}

/**
 * Writes every declared record of a facility into one file, all as of one moment, retracted rows too. The file appears under its name when
 * it is whole. Passwords, second factors, keys and sessions are no records and are not in it.
 */
export async function makeExport(db: Database, wish: Wish): Promise<Made> {
  const archive = new ArchiveWriter();
  const draft = `${wish.file}.part`;
  const sealed = wish.recipients.length === 0 ? archive.stream : await sealStream(archive.stream, wish.recipients);
  const written = pipeline(sealed, createWriteStream(draft, { mode: 0o600 }));
  // Heard below; a failure on the way must not be nobody's.
  written.catch(() => undefined);
  try {
    const made = await db
      .of(wish.facility)
      .borrow(async (client, begin) => {
        await client.query(begin(BEGIN_READ));
        const all = await fill(client, archive, wish);
        await client.query('commit');
        archive.end();
        return all;
      })
      .catch((error: unknown) => {
        archive.fail(error instanceof Error ? error : new Error(String(error)));
        throw error;
      });
    await written;
    await rename(draft, wish.file);
    return made;
  } catch (error) {
    await written.catch(() => undefined);
    await rm(draft, { force: true });
    throw error;
  }
}

async function fill(client: pg.ClientBase, archive: ArchiveWriter, wish: Wish): Promise<Made> {
  const facility = pg.escapeLiteral(wish.facility);
  const count = async (text: string): Promise<number> =>
    Number((await client.query<{ n: string }>(`select count(*) as n from ${text}`)).rows[0]?.n);
  const kinds = [];
  for (const { name } of RECORD_LIST)
    kinds.push({ kind: name, rows: await count(`${pg.escapeIdentifier(name)} where facility_id = ${facility}`) });
  const about = await client.query<{ name: string; head: number }>(
    `select f.name, coalesce(h.seq, 0) as head from facilities f left join sync_head h on h.facility_id = f.id where f.id = ${facility}`,
  );
  const head: ExportHead = {
    format: FORMAT,
    app_version: wish.version,
    made_at: wish.now.toISOString(),
    facility: { id: wish.facility, name: about.rows[0]?.name ?? '' },
    head: Number(about.rows[0]?.head ?? 0),
    kinds,
  };
  await archive.bytes(HEAD, Buffer.from(`${JSON.stringify(head, null, 1)}\n`));
  const end: ExportEnd = { kinds: {} };
  const of = kinds.reduce((sum, { rows }) => sum + rows, 0);
  let done = 0;
  for (const def of RECORD_LIST) {
    const hash = createHash('sha256');
    let [rows, bytes] = [0, 0];
    const lines = async function* (): AsyncGenerator<Uint8Array> {
      for await (const page of pages(client, def, facility)) {
        wish.signal.throwIfAborted();
        const chunk = Buffer.from(page.map((line) => `${line}\n`).join(''));
        hash.update(chunk);
        rows += page.length;
        bytes += chunk.length;
        done += page.length;
        wish.progress(done, of);
        yield chunk;
      }
    };
    await archive.chunks(`rows/${def.name}`, lines());
    end.kinds[def.name] = { rows, bytes, sha256: hash.digest('hex') };
  }
  await archive.bytes(END, Buffer.from(`${JSON.stringify(end, null, 1)}\n`));
  const waiting = await count(`sync_quarantine where facility_id = ${facility} and state in ('open', 'deferred')`);
  return { head, end, waiting };
}

/** The rows of a kind as PostgreSQL prints them, oldest first. */
async function* pages(client: pg.ClientBase, def: RecordDef, facility: string): AsyncGenerator<string[]> {
  await client.query(
    `declare exported no scroll cursor for select ${rowJson(def)}::text as row from ${pg.escapeIdentifier(def.name)} t
      where t.facility_id = ${facility} order by t.created_at, t.id`,
  );
  for (;;) {
    const { rows } = await client.query<{ row: string }>(`fetch ${ROWS_A_FETCH} from exported`);
    if (rows.length === 0) break;
    yield rows.map(({ row }) => row);
  }
  await client.query('close exported');
}
