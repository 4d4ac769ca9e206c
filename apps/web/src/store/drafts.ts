import { getOrMake } from './maps.ts';

/** A draft as it was last stored. */
export interface Kept {
  value: unknown;
  /** ISO 8601, device clock. */
  kept_at: string;
}

/** Where drafts are kept, sealed; null while nobody is in. */
export interface DraftRoom {
  read(key: string): Promise<Kept | null>;
  write(key: string, kept: Kept): Promise<void>;
  remove(key: string): Promise<void>;
}

/** A keystroke is stored after this long without another; leaving the page stores at once. */
const DEBOUNCE_MS = 300;

/**
 * Drafts of the person who is in, stored from the first keystroke. A value counts as kept once it is stored: watchers are told then.
 */
export class Drafts {
  #room: DraftRoom | null = null;
  readonly #now: () => number;
  readonly #waiting = new Map<string, { value: unknown; timer: ReturnType<typeof setTimeout> }>();
  readonly #watchers = new Map<string, Set<(kept: Kept | null) => void>>();
  /** Writes of one key in the order they were wished. */
  readonly #last = new Map<string, Promise<void>>();
  readonly #failed: (error: unknown) => void;

  constructor(now: () => number, failed: (error: unknown) => void) {
    this.#now = now;
    this.#failed = failed;
  }

  /** Opens the room of the person who came in. */
  enter(room: DraftRoom): void {
    this.#room = room;
  }

  /** Stores what waits and leaves the room. */
  async leave(): Promise<void> {
    await this.flush();
    this.#room = null;
  }

  /** Tells what is stored under the key: once when it was read, then after each change. @returns a function that ends it. */
  watch(key: string, told: (kept: Kept | null) => void): () => void {
    const set = getOrMake(this.#watchers, key, () => new Set());
    set.add(told);
    this.#room?.read(key).then(
      (kept) => set.has(told) && !this.#waiting.has(key) && told(kept),
      (error: unknown) => this.#failed(error),
    );
    return () => set.delete(told);
  }

  keep(key: string, value: unknown): void {
    const before = this.#waiting.get(key);
    if (before) clearTimeout(before.timer);
    this.#waiting.set(key, { value, timer: setTimeout(() => void this.#store(key), DEBOUNCE_MS) });
  }

  async drop(key: string): Promise<void> {
    const before = this.#waiting.get(key);
    if (before) clearTimeout(before.timer);
    this.#waiting.delete(key);
    await this.#inOrder(key, async (room) => {
      await room.remove(key);
      this.#tell(key, null);
    });
  }

  /** Stores everything that waits, now. */
  async flush(): Promise<void> {
    await Promise.all([...this.#waiting.keys()].map((key) => this.#store(key)));
    await Promise.all(this.#last.values());
  }

  async #store(key: string): Promise<void> {
    const due = this.#waiting.get(key);
    if (!due) return;
    clearTimeout(due.timer);
    this.#waiting.delete(key);
    const kept = { value: due.value, kept_at: new Date(this.#now()).toISOString() };
    await this.#inOrder(key, async (room) => {
      await room.write(key, kept);
      this.#tell(key, kept);
    });
  }

  #inOrder(key: string, work: (room: DraftRoom) => Promise<void>): Promise<void> {
    const room = this.#room;
    if (!room) return Promise.resolve();
    const next = (this.#last.get(key) ?? Promise.resolve()).then(() => work(room)).catch(this.#failed);
    this.#last.set(key, next);
    return next.finally(() => {
      if (this.#last.get(key) === next) this.#last.delete(key);
    });
  }

  #tell(key: string, kept: Kept | null): void {
    for (const told of this.#watchers.get(key) ?? []) told(kept);
  }
}
