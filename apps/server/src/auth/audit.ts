import type { RecordDef } from '@psa/domain';
import type { AuditEntry } from '@psa/sync';
import pg from 'pg';

/** Entries of one statement; more wait for the next. They hold the end of the chain until they are on the disk. */
const BATCH_MAX = 250;
/** Statements under way at once: the second one fills while the first waits for the disk. */
const AT_ONCE = 2;

interface Waiting {
  facility: string;
  entry: AuditEntry;
  done: () => void;
  failed: (error: unknown) => void;
}

/** Whether PostgreSQL refused what an entry holds (SQLSTATE classes 22, data, and 23, constraints): others may be kept. */
const isFaultOfEntry = (error: unknown): boolean => error instanceof pg.DatabaseError && /^2[23]/.test(error.code ?? '');

const refuseAll = (batch: readonly Waiting[], error: unknown): void => {
  for (const { failed } of batch) failed(error);
};

/** Writes entries of one facility durably. */
export type WriteAudit = (facility: string, entries: readonly AuditEntry[]) => Promise<void>;

/**
 * Writes audit entries of what is not a mutation: reads, sign-ins, refusals. Entries that arrive while a statement is under way
 * share the next one, so that a hundred readers cost a few commits; each waits until its own is durable.
 */
export class Audit {
  readonly #write: WriteAudit;
  #waiting: Waiting[] = [];
  #running = 0;

  constructor(write: WriteAudit) {
    this.#write = write;
  }

  /** Resolves when the entry is on disk; rejects when it could not be written: then nothing may be shown either. */
  add(facility: string, entry: AuditEntry): Promise<void> {
    return new Promise((done, failed) => {
      this.#waiting.push({ facility, entry, done, failed });
      if (this.#running < AT_ONCE) void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    this.#running++;
    // Requests read from one wake-up of the event loop share the first statement too.
    await new Promise<void>((resolve) => setImmediate(resolve));
    for (let batch = this.#batch(); batch.length > 0; batch = this.#batch()) await this.#keep(batch);
    this.#running--;
  }

  /** Writes a batch; when one entry of it is at fault, each by itself: nobody suffers from a neighbour. */
  async #keep(batch: readonly Waiting[]): Promise<void> {
    const error = await this.#tried(batch);
    if (error === undefined) return;
    if (batch.length === 1 || !isFaultOfEntry(error)) return refuseAll(batch, error);
    for (const [i, one] of batch.entries()) {
      const own = await this.#tried([one]);
      // What is no fault of this one would meet the others too, each as slowly.
      if (own === undefined) continue;
      if (!isFaultOfEntry(own)) return refuseAll(batch.slice(i), own);
      one.failed(own);
    }
  }

  /** What went wrong; undefined when all of it is on disk and was told so. */
  async #tried(batch: readonly Waiting[]): Promise<unknown> {
    try {
      await this.#write(
        batch[0]?.facility ?? '',
        batch.map(({ entry }) => entry),
      );
    } catch (error) {
      return error ?? new Error('The entries could not be written.');
    }
    for (const { done } of batch) done();
    return undefined;
  }

  /** The next entries of one facility, in the order they came. */
  #batch(): Waiting[] {
    const facility = this.#waiting[0]?.facility;
    const batch: Waiting[] = [];
    const rest: Waiting[] = [];
    for (const one of this.#waiting) (one.facility === facility && batch.length < BATCH_MAX ? batch : rest).push(one);
    this.#waiting = rest;
    return batch;
  }
}

/**
 * Whose record was read when one row was: a row that belongs to a patient is read as that patient's, so that it can be asked who has
 * looked at a patient. @param text the row as JSON.
 */
export function readingOf(def: RecordDef, id: string, text: string): Pick<AuditEntry, 'record_id' | 'new_values'> {
  const { patient_id } = def.fields.patient_id ? (JSON.parse(text) as { patient_id?: unknown }) : {};
  return typeof patient_id === 'string' ? { record_id: patient_id, new_values: { id } } : { record_id: id, new_values: null };
}

/** Where a request came from, as the audit keeps it. */
export interface Origin {
  address: string;
  agent: string;
  /** The name, with its port, by which the server was asked; what asks by itself has none. */
  host?: string;
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
