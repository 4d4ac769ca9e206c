import type { AuditEntry } from '@psa/sync';
import type { Pool } from 'pg';

/** Rows of one INSERT; more wait for the next. */
const BATCH_MAX = 500;
/** INSERTs under way at once: the second one fills while the first waits for the disk. */
const AT_ONCE = 2;

interface Waiting {
  row: Record<string, unknown>;
  done: () => void;
  failed: (error: unknown) => void;
}

const INSERT = `insert into audit_logs (id, facility_id, created_by, updated_by, created_at, updated_at, deleted, row_version,
    field_ver, user_id, action, table_name, record_id, old_values, new_values, device_id, mutation_id, ip_address, user_agent, at)
  select id, facility_id, user_id, user_id, at, at, false, 1, '{}', user_id, action, table_name, record_id, old_values,
    new_values, device_id, mutation_id, ip_address, user_agent, at
  from jsonb_to_recordset($1::jsonb) as e (id uuid, facility_id uuid, user_id uuid, action text, table_name text, record_id text,
    old_values jsonb, new_values jsonb, device_id text, mutation_id text, ip_address text, user_agent text, at timestamptz)`;

/**
 * Writes audit entries of what is not a mutation: reads, sign-ins, refusals. Entries that arrive while an INSERT is under way
 * share the next one, so that a hundred readers cost a few commits; each waits until its own is durable.
 */
export class Audit {
  readonly #pool: Pool;
  readonly #newId: () => string;
  #waiting: Waiting[] = [];
  #running = 0;

  constructor(pool: Pool, newId: () => string) {
    this.#pool = pool;
    this.#newId = newId;
  }

  /** Resolves when the entry is on disk; rejects when it could not be written: then nothing may be shown either. */
  add(facility: string, entry: AuditEntry): Promise<void> {
    return new Promise((done, failed) => {
      this.#waiting.push({ row: { id: this.#newId(), facility_id: facility, ...entry }, done, failed });
      if (this.#running < AT_ONCE) void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    this.#running++;
    // Requests read from one wake-up of the event loop share the first INSERT too.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH_MAX);
      try {
        await this.#pool.query({ name: 'audit-add', text: INSERT, values: [JSON.stringify(batch.map((w) => w.row))] });
        for (const entry of batch) entry.done();
      } catch (error) {
        for (const entry of batch) entry.failed(error);
      }
    }
    this.#running--;
  }
}

/** Where a request came from, as the audit keeps it. */
export interface Origin {
  address: string;
  agent: string;
}

/** An audit entry of this moment; what is left out is null. */
export function auditEntry(
  action: string,
  nowMs: number,
  from: Origin,
  rest: Partial<Omit<AuditEntry, 'action' | 'at' | 'ip_address' | 'user_agent'>> = {},
): AuditEntry {
  return {
    action,
    user_id: null,
    table_name: null,
    record_id: null,
    old_values: null,
    new_values: null,
    device_id: null,
    mutation_id: null,
    ...rest,
    ip_address: from.address.slice(0, 45),
    user_agent: from.agent.slice(0, 300),
    at: new Date(nowMs).toISOString(),
  };
}
