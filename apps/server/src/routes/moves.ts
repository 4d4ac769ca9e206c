/** How far a facility has come, as told by the database; passed on to whoever waits for it. */
export class Moves {
  readonly #heads = new Map<string, number>();
  readonly #waiting = new Map<string, Set<(seq: number) => void>>();

  /** A notice of channel `sync`: `<facility>:<number>`. */
  notice(payload: string): void {
    const [facility, number] = payload.split(':');
    const seq = Number(number);
    if (!facility || !Number.isSafeInteger(seq)) return;
    if (seq <= (this.#heads.get(facility) ?? 0)) return;
    this.#heads.set(facility, seq);
    for (const tell of this.#waiting.get(facility) ?? []) tell(seq);
  }

  /** Notices may have been missed: nothing is known any more. */
  forget(): void {
    this.#heads.clear();
  }

  /** The facilities somebody waits for. */
  awaited(): string[] {
    return [...this.#waiting.keys()];
  }

  /** Calls `tell` with every later number of a facility. @returns how to stop. */
  wait(facility: string, tell: (seq: number) => void): () => void {
    const all = this.#waiting.get(facility) ?? new Set();
    this.#waiting.set(facility, all);
    all.add(tell);
    return () => {
      all.delete(tell);
      if (all.size === 0) this.#waiting.delete(facility);
    };
  }
}
