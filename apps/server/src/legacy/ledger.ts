import { createHash } from 'node:crypto';
import type { Json, Patch } from '@psa/domain';
import type { Pool } from 'pg';
import type { Note } from './reading.ts';
import { type LegacyRow, withoutSecrets } from './source.ts';

export type Outcome = 'written' | 'known' | 'document' | 'kept' | 'removed' | 'refused';

/** What became of one row. */
export interface Entry {
  table: string;
  legacyId: string;
  outcome: Outcome;
  kind: string | null;
  recordId: string | null;
  raw: LegacyRow;
  sha256: string;
  patch: Patch | null;
  notes: readonly Note[];
}

/** What is remembered of a row that was handled before. */
export type Handled = Pick<Entry, 'outcome' | 'kind' | 'recordId' | 'sha256'>;

/** Where it is noted what became of each row, so that a run that was stopped goes on, and a second one changes nothing. */
export interface Ledger {
  handled(): Promise<Map<string, Handled>>;
  note(entries: readonly Entry[]): Promise<void>;
  /** Entries whose record was written, in the order of their ids. */
  written(table: string): Promise<Pick<Entry, 'legacyId' | 'kind' | 'recordId' | 'patch'>[]>;
}

export const keyOfRow = (table: string, legacyId: string): string => `${table}/${legacyId}`;

/** A row or a patch as text that is the same whatever the order of its fields. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value ?? null);
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([key, one]) => `${JSON.stringify(key)}:${canonical(one)}`).join(',')}}`;
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The ledger of one source in PostgreSQL. @param pool as the owner: nobody else reads it. */
export class PgLedger implements Ledger {
  readonly #pool: Pool;
  readonly #facility: string;
  readonly #source: string;

  constructor(pool: Pool, facility: string, source: string) {
    this.#pool = pool;
    this.#facility = facility;
    this.#source = source;
  }

  async handled(): Promise<Map<string, Handled>> {
    const { rows } = await this.#pool.query<Handled & { table_name: string; legacy_id: string }>(
      `select table_name, legacy_id, outcome, kind, record_id as "recordId", raw_sha256 as sha256
        from legacy_rows where facility_id = $1 and source = $2`,
      [this.#facility, this.#source],
    );
    return new Map(rows.map((row) => [keyOfRow(row.table_name, row.legacy_id), row]));
  }

  async note(entries: readonly Entry[]): Promise<void> {
    if (entries.length === 0) return;
    const rows = entries.map((entry) => ({
      facility_id: this.#facility,
      source: this.#source,
      table_name: entry.table,
      legacy_id: entry.legacyId,
      outcome: entry.outcome,
      kind: entry.kind,
      record_id: entry.recordId,
      raw: storable(withoutSecrets(entry.raw)),
      raw_sha256: entry.sha256,
      patch: entry.patch,
      notes: storable(entry.notes),
      handled_at: new Date().toISOString(),
    }));
    await this.#pool.query(
      `insert into legacy_rows select * from jsonb_populate_recordset(null::legacy_rows, $1::jsonb)
        on conflict (facility_id, source, table_name, legacy_id) do update set outcome = excluded.outcome, kind = excluded.kind,
          record_id = excluded.record_id, raw = excluded.raw, raw_sha256 = excluded.raw_sha256, patch = excluded.patch,
          notes = excluded.notes, handled_at = excluded.handled_at`,
      [JSON.stringify(rows)],
    );
  }

  async written(table: string): ReturnType<Ledger['written']> {
    const { rows } = await this.#pool.query(
      `select legacy_id as "legacyId", kind, record_id as "recordId", patch from legacy_rows
        where facility_id = $1 and source = $2 and table_name = $3 and outcome in ('written', 'document') order by legacy_id collate "C"`,
      [this.#facility, this.#source, table],
    );
    return rows;
  }
}

/** A ledger that is forgotten: of a run that only tries. It begins with what another one knows. */
export class MemoryLedger implements Ledger {
  readonly #before: ReadonlyMap<string, Handled>;
  readonly #entries: Entry[] = [];

  constructor(before: ReadonlyMap<string, Handled>) {
    this.#before = before;
  }

  async handled(): Promise<Map<string, Handled>> {
    return new Map(this.#before);
  }

  async note(entries: readonly Entry[]): Promise<void> {
    this.#entries.push(...entries);
  }

  async written(table: string): ReturnType<Ledger['written']> {
    return this.#entries.filter((e) => e.table === table && (e.outcome === 'written' || e.outcome === 'document'));
  }
}

/** PostgreSQL's JSON holds no NUL character; what an old database kept with one is kept without. */
const storable = (value: unknown): Json => JSON.parse(JSON.stringify(value ?? null).replaceAll('\\u0000', '')) as Json;
