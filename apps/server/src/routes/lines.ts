import { scopesOfActor } from '@psa/domain';
import { CARRIED_BYTES_MAX, CARRIED_ROWS_MAX, type Caller, type Life, PROTOCOL_VERSION } from '@psa/sync';
import { type Changes, type PrintedChanges, printed, scopesOf, within } from '../db/pull.ts';
import type { Services } from './services.ts';

/** Telling everybody takes at most this share of the time: whoever told a thousand streams rests for as long as that took, so many times. */
const REST_TIMES = 4;
const REST_MS_MAX = 1_000;
/** What a tablet that sleeps may have unread before it is told numbers only. */
const UNREAD_BYTES_MAX = 16 * 1024;

/** One open stream. */
export interface Line {
  /** The protocol that the listener speaks, when it wants to be told the changes themselves; undefined: numbers only. */
  schema: number | undefined;
  /** Bytes that were sent and not read. */
  unread(): number;
  /** Who listens, judged now. Rejects when the session no longer stands. */
  caller(): Promise<Caller>;
  send(text: string): void;
  close(): void;
}

interface Parts {
  store: Pick<Services['store'], 'head' | 'changes' | 'digest'>;
  end: Pick<Services['end'], 'carryBy'>;
  /** Something that a person who runs the server should see: changes could not be read or told apart. */
  report(error: unknown): void;
}

/** What is told in one round: the changes of one moment, read once for everybody. */
interface Read {
  life: Life | undefined;
  changes: Changes;
  /** Scopes that occur in them. */
  occurring: readonly string[];
  /** By the occurring scopes that somebody may see: those changes, printed. */
  printed: Map<string, PrintedChanges>;
}

const moved = (seq: number): string => `event: moved\ndata: {"seq":${seq}}\n\n`;

/**
 * The live streams of one facility (S51, S53). When the facility has moved on, what has changed since the last time is read once, and each stream is
 * sent what its person may see of it at that moment, or only the number. What is committed meanwhile shares the next round. Holds one page of
 * changes at a time.
 */
export class Lines {
  readonly #facility: string;
  readonly #parts: Parts;
  readonly #open = new Set<Line>();
  /** The number that all streams were told; pages begin here. */
  #told: number | null = null;
  #wanted = 0;
  #running = false;

  constructor(facility: string, parts: Parts) {
    this.#facility = facility;
    this.#parts = parts;
  }

  get empty(): boolean {
    return this.#open.size === 0;
  }

  /** From here on a stream is told of every move, the present number first. Rejects when that cannot be read. */
  async add(line: Line): Promise<void> {
    this.#open.add(line);
    // Listening began before this is read: a commit in between is told twice rather than never.
    const head = await this.#parts.store.head(this.#facility);
    this.#told ??= head;
    line.send(moved(head));
  }

  delete(line: Line): void {
    this.#open.delete(line);
  }

  /** The facility has come so far. */
  moved(seq: number): void {
    // Somebody reads ahead of the notices.
    if (this.#told !== null && seq <= this.#told) return;
    this.#wanted = seq;
    if (!this.#running) void this.#run();
  }

  /** Notices may have been missed, and a restored server counts anew: the next move is told as a number, and all go on from there. */
  forget(): void {
    this.#told = null;
  }

  async #run(): Promise<void> {
    this.#running = true;
    try {
      while (this.#open.size > 0 && (this.#told === null || this.#wanted > this.#told)) {
        const took = await this.#round();
        const rest = Math.min(REST_MS_MAX, took * REST_TIMES);
        if (rest >= 1) await new Promise((done) => setTimeout(done, rest).unref());
      }
    } finally {
      this.#running = false;
    }
  }

  /** @returns how long telling took, in ms. */
  async #round(): Promise<number> {
    const [lines, seq, after] = [[...this.#open], this.#wanted, this.#told];
    const readable = after !== null && lines.some((line) => line.schema === PROTOCOL_VERSION);
    const callers = await Promise.all(
      lines.map(async (line) => (readable && line.schema !== undefined ? await who(line) : null)),
    );
    const read = readable ? await this.#read(after, callers) : null;
    const now = read && !read.changes.more ? read.changes.next : seq;
    const pages = new Map<Line, string | null>();
    for (const [i, line] of lines.entries()) {
      const caller = callers[i];
      if (read && caller) pages.set(line, await this.#page(line, caller, read, after ?? 0));
    }
    const began = performance.now();
    this.#told = now;
    // Whoever came while this was read may have caught up with less.
    for (const line of this.#open) line.send(pages.get(line) ?? moved(now));
    return performance.now() - began;
  }

  /** What changed since, in the scopes of all who listen; null when it cannot be read: then they are to ask. */
  async #read(after: number, callers: readonly (Caller | null)[]): Promise<Read | null> {
    const scopes = new Set(callers.flatMap((caller) => (caller ? scopesOfActor(caller.actor) : [])));
    try {
      const read = await this.#parts.store.changes(this.#facility, after, [...scopes], CARRIED_ROWS_MAX);
      const { kinds, gone } = read.changes;
      const occurring = new Set([...kinds.flatMap(scopesOf), ...gone.map(({ scope }) => scope)]);
      return { ...read, occurring: [...occurring], printed: new Map() };
    } catch (error) {
      this.#parts.report(error);
      return null;
    }
  }

  /** The event that carries what this stream may see; null when the number must do. */
  async #page(line: Line, caller: Caller, read: Read, after: number): Promise<string | null> {
    const { life, changes } = read;
    if (!life || changes.more || line.schema === undefined || line.unread() > UNREAD_BYTES_MAX) return null;
    const { store, end } = this.#parts;
    const known = { epoch: async () => life, digest: store.digest.bind(store) };
    const carried = await end
      .carryBy(caller, { schema: line.schema, after }, known, async (_facility, _after, scopes) => ofScopes(read, scopes))
      .catch((error: unknown) => {
        this.#parts.report(error);
        return null;
      });
    if (!carried) return null;
    const { head, page } = carried;
    const archived = page.archived.length > 0 ? `"archived":${JSON.stringify(page.archived)},` : '';
    const data = `{"rows":${page.rows.join('')},"gone":${page.gone},${archived}${JSON.stringify(head).slice(1)}`;
    if (data.length > CARRIED_BYTES_MAX) return null;
    // A line of an event ends at its first line break; in JSON none means anything.
    return `event: page\ndata: ${data.replace(/[\r\n]/g, ' ')}\n\n`;
  }
}

/** Who listens, when they still may; whoever may not is cut off. */
async function who(line: Line): Promise<Caller | null> {
  try {
    return await line.caller();
  } catch {
    line.close();
    return null;
  }
}

function ofScopes({ changes, occurring, printed: known }: Read, scopes: readonly string[]): PrintedChanges {
  const seen = occurring.filter((scope) => scopes.includes(scope));
  const key = seen.join();
  const page = known.get(key) ?? printed(within(changes, new Set(seen)));
  known.set(key, page);
  return page;
}
