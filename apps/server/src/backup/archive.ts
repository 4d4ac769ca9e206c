import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { createGunzip, createGzip } from 'node:zlib';
import tar from 'tar-stream';
import { errorCode } from '../start-failure.ts';

/** Most of the gain for little time: a ward's mini-PC has other things to do. */
const LEVEL = 3;
/** Large enough to be few, small enough to be held in memory. */
const CHUNK_BYTES = 4 * 1024 * 1024;

/** Writes a tar archive, entry by entry; `stream` is what comes out, compressed. */
export class ArchiveWriter {
  readonly #pack = tar.pack();
  readonly stream: Readable;
  /** Resolves when nobody reads any more, or all was read. */
  readonly #closed: Promise<void>;

  constructor() {
    const zip = createGzip({ level: LEVEL });
    this.#pack.on('error', (error: Error) => zip.destroy(error));
    this.stream = (this.#pack as unknown as Readable).pipe(zip);
    this.#closed = new Promise((done) => zip.once('close', done));
  }

  folder(name: string): Promise<void> {
    return new Promise((done, failed) => {
      this.#pack.entry({ name, type: 'directory', mode: 0o700 }, (error) => (error ? failed(error) : done()));
    });
  }

  async bytes(name: string, bytes: Uint8Array): Promise<void> {
    await this.#entry(name, bytes.length, [bytes]);
  }

  /**
   * A file that may be written to meanwhile: exactly `size` bytes of it, filled up with zeros where it has become shorter. What is torn
   * or missing, the log of the database mends.
   */
  async file(name: string, path: string, size: number): Promise<void> {
    await this.#entry(
      name,
      size,
      size === 0 ? [] : exactly(createReadStream(path, { end: size - 1, highWaterMark: CHUNK_BYTES / 4 }), size),
    );
  }

  /** A stream of unknown length, as entries `name/00001`, `name/00002` … @returns how many bytes. */
  async chunks(name: string, stream: AsyncIterable<Uint8Array>): Promise<number> {
    let gathered: Uint8Array[] = [];
    let [size, count, all] = [0, 0, 0];
    const put = async (): Promise<void> => {
      count += 1;
      await this.bytes(`${name}/${String(count).padStart(5, '0')}`, Buffer.concat(gathered));
      all += size;
      [gathered, size] = [[], 0];
    };
    for await (const chunk of stream) {
      gathered.push(chunk);
      size += chunk.length;
      if (size >= CHUNK_BYTES) await put();
    }
    if (size > 0) await put();
    return all;
  }

  /** The private files beside the database: keys. */
  async secrets(folder: string): Promise<void> {
    const names = await readdir(folder).catch((error: unknown) => {
      if (errorCode(error) === 'ENOENT') return [];
      throw error;
    });
    for (const name of names.sort()) await this.bytes(`secrets/${name}`, await readFile(join(folder, name)));
  }

  end(): void {
    this.#pack.finalize();
  }

  /** Gives up: whoever reads the stream is told why. */
  fail(error: Error): void {
    this.stream.destroy(error);
    this.#pack.destroy(error);
  }

  async #entry(name: string, size: number, chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<void> {
    let failed: Error | undefined;
    const done = new Promise<void>((resolve, reject) => {
      const entry = this.#pack.entry({ name, size, mode: 0o600 }, (error) => (error ? reject(error) : resolve()));
      const write = async (): Promise<void> => {
        for await (const chunk of chunks) {
          if (failed) throw failed;
          if (!entry.write(chunk)) await Promise.race([once(entry, 'drain'), this.#closed]);
          if (this.stream.destroyed) throw new Error('nobody reads the backup any more');
        }
        (entry as unknown as NodeJS.WritableStream).end();
      };
      write().catch(reject);
    });
    await done.catch((error: unknown) => {
      failed = error instanceof Error ? error : new Error(String(error));
      throw failed;
    });
  }
}

async function* exactly(stream: AsyncIterable<Buffer>, size: number): AsyncGenerator<Uint8Array> {
  let left = size;
  try {
    for await (const chunk of stream) {
      left -= chunk.length;
      yield chunk;
    }
  } catch (error) {
    // A table was dropped or a temporary file went away between the look and the read.
    if (errorCode(error) !== 'ENOENT') throw error;
  }
  for (; left > 0; left -= CHUNK_BYTES) yield Buffer.alloc(Math.min(left, CHUNK_BYTES));
}

export interface ArchiveEntry {
  name: string;
  isFolder: boolean;
  /** Read it wholly before the next entry is asked for. */
  content: AsyncIterable<Uint8Array>;
}

/** The names we write: nothing that climbs out of its folder. */
const FINE_NAME = /^(?!.*(?:^|\/)\.\.?(?:\/|$))[^/\0][^\0]*$/;

/** Reads what an `ArchiveWriter` wrote. */
export async function* readArchive(stream: Readable): AsyncGenerator<ArchiveEntry> {
  const zip = createGunzip();
  const extract = tar.extract();
  stream.on('error', (error) => zip.destroy(error));
  zip.on('error', (error) => extract.destroy(error));
  stream.pipe(zip).pipe(extract as unknown as NodeJS.WritableStream);
  for await (const entry of extract) {
    const { name, type } = entry.header;
    if (!FINE_NAME.test(name)) throw new Error(`The backup holds a file of an impossible name (${name}).`);
    yield { name, isFolder: type === 'directory', content: entry as unknown as AsyncIterable<Uint8Array> };
    (entry as unknown as Readable).resume();
  }
}

/** The whole content of an entry that is known to be small. */
export async function contentOf(entry: ArchiveEntry): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of entry.content) chunks.push(chunk);
  return Buffer.concat(chunks);
}
