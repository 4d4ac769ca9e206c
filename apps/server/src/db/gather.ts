import pg from 'pg';

/** Ids of one statement: a long answer keeps those behind it waiting. */
const IDS_MAX = 100;
/** Statements of one line under way at once: the next one fills while the first is answered. */
const LANES = 2;

/** Reads what is there of these ids of one kind in one facility. */
export type AskMany<V> = (facility: string, kind: string, ids: readonly string[]) => Promise<ReadonlyMap<string, V>>;

interface Waiting<V> {
  id: string;
  done: (value: V | undefined) => void;
  failed: (error: unknown) => void;
}

interface Line<V> {
  waiting: Waiting<V>[];
  running: number;
  /** Whether a look at the line is due already. */
  due: boolean;
}

/** Whether PostgreSQL refused to answer and is still there: one id may be at fault. Not so when it is stopping or full (57, 53). */
const mayBeOne = (error: unknown): boolean => error instanceof pg.DatabaseError && !/^(57|53|08)/.test(error.code ?? '');

/**
 * Lets readings of single rows share a statement: those of one kind in one facility that arrive with one wake-up of the event loop, or
 * while others are under way (docs/decisions/0018-gathered-reads.md). Nothing is kept: a reading is answered by a statement that began
 * after it was asked for. A single one starts at once.
 */
export class Gather<V> {
  readonly #ask: AskMany<V>;
  readonly #lines = new Map<string, Line<V>>();

  constructor(ask: AskMany<V>) {
    this.#ask = ask;
  }

  /** Undefined when there is none. Rejects with what the database said. */
  get(facility: string, kind: string, id: string): Promise<V | undefined> {
    return new Promise((done, failed) => {
      const key = `${facility} ${kind}`;
      const line = this.#lines.get(key) ?? { waiting: [], running: 0, due: false };
      this.#lines.set(key, line);
      line.waiting.push({ id, done, failed });
      this.#look(facility, kind, line);
    });
  }

  #look(facility: string, kind: string, line: Line<V>): void {
    if (line.due || line.running >= LANES) return;
    if (line.waiting.length === 0) {
      if (line.running === 0) this.#lines.delete(`${facility} ${kind}`);
      return;
    }
    line.due = true;
    setImmediate(() => {
      line.due = false;
      const batch = line.waiting.splice(0, IDS_MAX);
      line.running++;
      void this.#answer(facility, kind, batch).then(() => {
        line.running--;
        this.#look(facility, kind, line);
      });
      if (line.waiting.length > 0) this.#look(facility, kind, line);
    });
  }

  /** Never rejects: whoever waits is told. */
  async #answer(facility: string, kind: string, batch: readonly Waiting<V>[]): Promise<void> {
    try {
      const found = await this.#ask(facility, kind, [...new Set(batch.map(({ id }) => id))]);
      for (const { id, done } of batch) done(found.get(id));
    } catch (error) {
      if (batch.length === 1 || !mayBeOne(error)) {
        for (const { failed } of batch) failed(error);
        return;
      }
      // Nobody suffers from a neighbour.
      for (const one of batch) await this.#answer(facility, kind, [one]);
    }
  }
}
