import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import type { AnyRow } from '@psa/domain';
import { contentOf, readArchive } from '../backup/archive.ts';
import { openStream } from '../backup/seal.ts';
import { errorLine } from '../start-failure.ts';
import { END, type ExportEnd, type ExportHead, exportEnd, exportHead, FORMAT, HEAD, isRow, ROWS } from './format.ts';

/** A sentence for whoever asked: the file is not what it should be. */
export class NotAnExport extends Error {}

/** What a file begins with. */
export type FileForm = 'sealed' | 'export' | 'json' | 'other';

/** A line longer than this is no row of ours: the longest text of a record is a thousandth of it. */
const LINE_CHARS_MAX = 64 * 1024 * 1024;

/** Looks at the first bytes of a file. Rejects when it cannot be read. */
export async function formOf(path: string): Promise<FileForm> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0);
    const start = buffer.subarray(0, bytesRead);
    if (start.toString('latin1').startsWith('age-encryption.org/v1')) return 'sealed';
    if (start[0] === 0x1f && start[1] === 0x8b) return 'export';
    return /^(?:\uFEFF)?\s*[[{]/.test(start.toString('utf8')) ? 'json' : 'other';
  } finally {
    await file.close();
  }
}

/** One line of a file; without a row when it holds none. `at` counts lines of its kind from 1. */
export interface Line {
  kind: string;
  at: number;
  text: string;
  row: AnyRow | null;
}

type Event = { head: ExportHead } | { end: ExportEnd } | { kind: string; at: number; text: string };

/** An export that lies in a file. Read as often as one likes. */
export class ExportFile {
  readonly #path: string;
  readonly #secrets: readonly string[];

  /** @param secrets the secret keys, for a sealed one. */
  constructor(path: string, secrets: readonly string[]) {
    this.#path = path;
    this.#secrets = secrets;
  }

  /**
   * Reads all of it and says what is wrong: counts and checksums that are not as the end says, or no end. Throws NotAnExport when it is no
   * export that this version can read.
   */
  async check(): Promise<{ head: ExportHead; users: AnyRow[]; facility: AnyRow | undefined; faults: string[] }> {
    const sums = new Map<string, { rows: number; hash: Hash }>();
    const sumOf = (kind: string) => {
      const sum = sums.get(kind) ?? { rows: 0, hash: createHash('sha256') };
      sums.set(kind, sum);
      return sum;
    };
    const users: AnyRow[] = [];
    const faults: string[] = [];
    const found: { head?: ExportHead; end?: ExportEnd; facility?: AnyRow } = {};
    try {
      for await (const event of this.#events((kind, chunk) => sumOf(kind).hash.update(chunk))) {
        if (!('text' in event)) {
          Object.assign(found, event);
          continue;
        }
        sumOf(event.kind).rows += 1;
        if (event.kind !== 'users' && event.kind !== 'facilities') continue;
        const row = rowOf(event.text);
        if (row && event.kind === 'users') users.push(row);
        if (row && event.kind === 'facilities') found.facility ??= row;
      }
    } catch (error) {
      if (error instanceof NotAnExport) throw error;
      faults.push(`The file cannot be read to its end: ${errorLine(error)}`);
    }
    const { head, end, facility } = found;
    if (!head) throw new NotAnExport(faults[0] ?? `This is no export of this app: it does not begin with ${HEAD}.`);
    if (!end) faults.push('The file has no end: it was cut off.');
    for (const [kind, want] of Object.entries(end?.kinds ?? {})) {
      const { rows, hash } = sumOf(kind);
      if (rows !== want.rows) faults.push(`${kind}: ${rows} rows, and there should be ${want.rows}.`);
      else if (hash.digest('hex') !== want.sha256) faults.push(`${kind}: the checksum is another; lines were changed.`);
    }
    for (const kind of sums.keys())
      if (end && !Object.hasOwn(end.kinds, kind)) faults.push(`${kind}: the end does not know of these lines.`);
    return { head, users, facility, faults };
  }

  /** Every line of every kind, in the order of the file. Ends where a damaged file does. */
  async *lines(): AsyncGenerator<Line> {
    try {
      for await (const event of this.#events())
        if ('text' in event) yield { kind: event.kind, at: event.at, text: event.text, row: rowOf(event.text) };
    } catch (error) {
      // Told by `check`, and what came before the damage is wanted all the same.
      if (!isDamage(error)) throw error;
    }
  }

  async *#events(heard: (kind: string, chunk: Uint8Array) => unknown = () => undefined): AsyncGenerator<Event> {
    const raw = createReadStream(this.#path);
    const stream = this.#secrets.length === 0 ? raw : await openStream(raw, this.#secrets);
    let lines = new Lines('');
    for await (const entry of readArchive(stream)) {
      const kind = ROWS.exec(entry.name)?.[1] ?? '';
      if (kind !== lines.kind) {
        yield* lines.last();
        lines = new Lines(kind);
      }
      if (entry.name === HEAD) yield { head: headOf(await contentOf(entry)) };
      else if (entry.name === END) yield { end: endOf(await contentOf(entry)) };
      if (kind === '') continue;
      for await (const chunk of entry.content) {
        heard(kind, chunk);
        yield* lines.of(chunk);
      }
    }
    yield* lines.last();
  }
}

/** Cuts what comes in pieces into lines. */
class Lines {
  readonly kind: string;
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';
  #at = 0;

  constructor(kind: string) {
    this.kind = kind;
  }

  *of(chunk: Uint8Array): Generator<{ kind: string; at: number; text: string }> {
    const parts = (this.#rest + this.#decoder.write(Buffer.from(chunk))).split('\n');
    this.#rest = parts.pop() ?? '';
    if (this.#rest.length > LINE_CHARS_MAX) throw new NotAnExport(`${this.kind}: line ${this.#at + 1} does not end.`);
    for (const text of parts) yield { kind: this.kind, at: ++this.#at, text };
  }

  /** What stands behind the last line end. */
  *last(): Generator<{ kind: string; at: number; text: string }> {
    if (this.#rest !== '') yield { kind: this.kind, at: ++this.#at, text: this.#rest };
    this.#rest = '';
  }
}

function rowOf(text: string): AnyRow | null {
  try {
    const value: unknown = JSON.parse(text);
    return isRow(value) ? value : null;
  } catch {
    return null;
  }
}

/** Compressed, sealed or packed bytes that are not as they were written. */
const isDamage = (error: unknown): boolean =>
  error instanceof Error && !(error instanceof NotAnExport) && !('syscall' in error && error.syscall === 'open');

function headOf(bytes: Buffer): ExportHead {
  const format = (parsed(bytes) as { format?: unknown } | null)?.format;
  if (typeof format === 'number' && format > FORMAT)
    throw new NotAnExport(`This export is of format ${format}; this version reads up to ${FORMAT}. Update the app first.`);
  const head = exportHead.safeParse(parsed(bytes));
  if (!head.success) throw new NotAnExport(`${HEAD} of this file cannot be read.`);
  return head.data;
}

function endOf(bytes: Buffer): ExportEnd {
  const end = exportEnd.safeParse(parsed(bytes));
  if (!end.success) throw new NotAnExport(`${END} of this file cannot be read.`);
  return end.data;
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return null;
  }
}
