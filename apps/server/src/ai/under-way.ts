import type { ServerResponse } from 'node:http';

/** Questions to a model that have no whole answer yet: each ends when its asker hangs up, and all when the server is asked to stop. */
export class UnderWay {
  readonly #all = new Set<AbortController>();
  #ended = false;

  /** Begins one question, aborted as soon as nobody waits for it. To be told of when it is done. */
  begin(reply: ServerResponse): AbortController {
    const gone = new AbortController();
    this.#all.add(gone);
    reply.once('close', () => gone.abort());
    // Whoever hung up before this is not told of again.
    if (this.#ended || reply.destroyed) gone.abort();
    return gone;
  }

  done(gone: AbortController): void {
    this.#all.delete(gone);
  }

  /** Ends all, and what begins later. */
  end(): void {
    this.#ended = true;
    for (const one of this.#all) one.abort();
  }
}
