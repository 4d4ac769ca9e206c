import type { Database } from '../db/database.ts';

/** What a device tells of itself with a request. */
export interface Contact {
  facility: string;
  device: string;
  user: string;
  schema: number;
  sent_at: string;
  outbox_depth?: number;
  oldest_pending_at?: string | null;
  cursor?: number | null;
}

/** A device that works all day is written down every few seconds, not at every request. */
const EVERY_MS = 5_000;
const DEPTH_MAX = 1_000_000;
const OFFSET_MAX_MS = 2_000_000_000;
const KEPT_MAX = 10_000;

const NOTE = `update devices set last_seen_at = $2, last_user_id = $3, schema_version = $4, clock_offset_ms = $5,
    outbox_depth = coalesce($6, outbox_depth), oldest_pending_at = case when $6::int is null then oldest_pending_at else $7 end,
    cursor_seq = coalesce($8, cursor_seq)
  where id = $1 and facility_id = $9`;

/** Keeps in `devices` when each was last heard of, what waits on it and how its clock goes. Never delays an answer. */
export class Contacts {
  readonly #db: Database;
  readonly #now: () => number;
  readonly #report: (error: unknown) => void;
  readonly #noted = new Map<string, number>();
  readonly #running = new Set<Promise<unknown>>();

  constructor(db: Database, now: () => number, report: (error: unknown) => void) {
    this.#db = db;
    this.#now = now;
    this.#report = report;
  }

  /** Notes a contact, unless one was noted a moment ago. */
  note(contact: Contact): void {
    const now = this.#now();
    if (now - (this.#noted.get(contact.device) ?? Number.NEGATIVE_INFINITY) < EVERY_MS) return;
    if (this.#noted.size >= KEPT_MAX) this.#noted.clear();
    this.#noted.set(contact.device, now);
    const offset = Math.round(Date.parse(contact.sent_at) - now);
    const writing = this.#db
      .of(contact.facility)
      .query(NOTE, [
        contact.device,
        new Date(now),
        contact.user,
        Math.min(contact.schema, 10_000),
        Math.max(-OFFSET_MAX_MS, Math.min(OFFSET_MAX_MS, offset)),
        contact.outbox_depth === undefined ? null : Math.min(contact.outbox_depth, DEPTH_MAX),
        contact.oldest_pending_at ?? null,
        contact.cursor ?? null,
        contact.facility,
      ])
      .catch(this.#report);
    this.#running.add(writing);
    void writing.finally(() => this.#running.delete(writing));
  }

  /** Resolves when nothing is being written any more. */
  async settled(): Promise<void> {
    await Promise.all(this.#running);
  }
}
