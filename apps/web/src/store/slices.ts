/** A frame has 16 ms; what a slice leaves of it is for drawing and for the person. */
const SLICE_MS = 8;

/** Lets whatever waits go first: input and painting before the next slice. */
function breathe(): Promise<void> {
  const scheduler = (globalThis as { scheduler?: { yield?(): Promise<void> } }).scheduler;
  if (scheduler?.yield) return scheduler.yield();
  return new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      done();
    };
    port2.postMessage(null);
  });
}

/**
 * Long work in slices, so that nothing else waits for it for long: `await slices.next()` after each small piece. Time is looked at seldom enough to
 * cost nothing.
 */
export class Slices {
  readonly #now: () => number;
  readonly #breathe: () => Promise<void>;
  #began: number;

  constructor(now: () => number = () => performance.now(), rest: () => Promise<void> = breathe) {
    this.#now = now;
    this.#breathe = rest;
    this.#began = now();
  }

  /** @returns a promise to wait for when this slice was long enough; undefined to go on. */
  next(): Promise<void> | undefined {
    if (this.#now() - this.#began < SLICE_MS) return undefined;
    return this.#breathe().then(() => {
      this.#began = this.#now();
    });
  }
}
