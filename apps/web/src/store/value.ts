import { getOrMake } from './maps.ts';

/** A value that tells when it was replaced; what `useSyncExternalStore` reads. */
export class Value<T> {
  #now: T;
  readonly #listeners = new Set<() => void>();
  constructor(first: T) {
    this.#now = first;
  }
  readonly get = (): T => this.#now;
  /** Replaces the value; the same value tells nobody. */
  set(next: T): void {
    if (Object.is(next, this.#now)) return;
    this.#now = next;
    for (const listener of [...this.#listeners]) listener();
  }
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}

/** Listeners by topic. A batch of changed topics calls each listener once. */
export class Topics {
  readonly #listeners = new Map<string, Set<() => void>>();
  subscribe(topic: string, listener: () => void): () => void {
    const set = getOrMake(this.#listeners, topic, () => new Set());
    set.add(listener);
    return () => {
      set.delete(listener);
      if (set.size === 0 && this.#listeners.get(topic) === set) this.#listeners.delete(topic);
    };
  }
  tell(topics: Iterable<string>): void {
    const due = new Set<() => void>();
    for (const topic of topics) for (const listener of this.#listeners.get(topic) ?? []) due.add(listener);
    for (const listener of due) listener();
  }
  tellAll(): void {
    this.tell([...this.#listeners.keys()]);
  }
}
