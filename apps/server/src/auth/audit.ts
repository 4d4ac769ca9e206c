import type { RecordDef } from '@psa/domain';
import type { AuditEntry } from '@psa/sync';

/** Rows of one INSERT; more wait for the next. Each is a link of the chain: many in one transaction make the next one dearer. */
const BATCH_MAX = 100;
/** INSERTs under way at once: the second one fills while the first waits for the disk. */
const AT_ONCE = 2;

interface Waiting {
  facility: string;
  entry: AuditEntry;
  done: () => void;
  failed: (error: unknown) => void;
}

/** Writes entries of one facility durably. */
export type WriteAudit = (facility: string, entries: readonly AuditEntry[]) => Promise<void>;

/**
 * Writes audit entries of what is not a mutation: reads, sign-ins, refusals. Entries that arrive while an INSERT is under way
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
    // Requests read from one wake-up of the event loop share the first INSERT too.
    await new Promise<void>((resolve) => setImmediate(resolve));
    for (let batch = this.#batch(); batch.length > 0; batch = this.#batch()) {
      if (!(await this.#keep(batch)) && batch.length > 1) for (const one of batch) await this.#keep([one]);
    }
    this.#running--;
  }

  /** Writes a batch. False when it failed and each is to be tried by itself: nobody suffers from a neighbour, and twice is better than never. */
  async #keep(batch: readonly Waiting[]): Promise<boolean> {
    try {
      await this.#write(
        batch[0]?.facility ?? '',
        batch.map(({ entry }) => entry),
      );
    } catch (error) {
      if (batch.length === 1) batch[0]?.failed(error);
      return false;
    }
    for (const { done } of batch) done();
    return true;
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
