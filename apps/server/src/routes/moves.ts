/** Who waits for news of a facility. */
interface Waiting {
  /** It has come so far. */
  moved(seq: number): void;
  /** Numbers may have been missed, or begun anew. */
  forget(): void;
}

/** How far a facility has come, as told by the database; passed on to whoever waits for it. */
export class Moves {
  readonly #heads = new Map<string, number>();
  readonly #waiting = new Map<string, Set<Waiting>>();

  /** A notice of channel `sync`: `<facility>:<number>`. */
  notice(payload: string): void {
    const [facility, number] = payload.split(':');
    const seq = Number(number);
    if (!facility || !Number.isSafeInteger(seq)) return;
    if (seq <= (this.#heads.get(facility) ?? 0)) return;
    this.#heads.set(facility, seq);
    for (const one of this.#waiting.get(facility) ?? []) one.moved(seq);
  }

  /** Notices may have been missed: nothing is known any more. */
  forget(): void {
    this.#heads.clear();
    for (const all of this.#waiting.values()) for (const one of all) one.forget();
  }

  /** The facilities somebody waits for. */
  awaited(): string[] {
    return [...this.#waiting.keys()];
  }

  /** Tells every later number of a facility. @returns how to stop. */
  wait(facility: string, waiting: Waiting): () => void {
    const all = this.#waiting.get(facility) ?? new Set();
    this.#waiting.set(facility, all);
    all.add(waiting);
    return () => {
      all.delete(waiting);
      if (all.size === 0) this.#waiting.delete(facility);
    };
  }
}
