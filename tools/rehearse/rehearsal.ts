/** What a rehearsal has of the outside. */
export interface Stage {
  /** An empty folder of its own, removed afterwards; everybody may enter it. */
  folder: string;
  /** The words after its name. */
  words: readonly string[];
  /** Tells a step, with the time since the start. */
  say(line: string): void;
  /** Notes a figure, printed at the end: `lost` `0` `writes`. */
  figure(name: string, value: number | string, unit?: string): void;
  /** Notes whether something is as it must be. What is not ends the rehearsal with exit code 1, after it has been played to its end. */
  check(what: string, holds: boolean, why?: string): void;
  /** Remembers how to end what was started; run in reverse order, whatever happens. */
  after(end: () => unknown): void;
  /** Aborted by Ctrl-C. */
  signal: AbortSignal;
}

/** One rehearsal: plays its story on loopback, with bounded traffic and time. Throws when it cannot go on. */
export type Rehearsal = (stage: Stage) => Promise<void>;
