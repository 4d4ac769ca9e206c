import { promisify } from 'node:util';
import { crc32, gzip } from 'node:zlib';
import { SNAPSHOT_PAGE_ROWS, type SnapshotHeader } from '@psa/sync';

const compress = promisify(gzip);
/** gzip 4: within a tenth of level 6's size for half its time. */
const GZIP_LEVEL = 4;
/** Changes since a snapshot that are cheaper pulled than a snapshot made anew. */
const CHANGES_MAX = 5_000;
/** Compressed pages kept, all facilities and scopes together, unfinished downloads' older ones included. */
const KEPT_BYTES_MAX = 256 * 1024 * 1024;

/** So many at most: the file of one patient is small, and there are many. */
const KEPT_MAX = 2_000;

export interface Snapshot {
  header: SnapshotHeader;
  pages: Buffer[];
}

/** Where pages come from: JSON arrays as text, each of at most so many rows of one kind, all of one moment. */
export interface SnapshotSource {
  head(facility: string): Promise<number>;
  epoch(facility: string): Promise<{ epoch: string }>;
  /** @param minHead what the pages must hold at least */
  snapshotPages(
    facility: string,
    scope: string,
    rowsPerPage: number,
    minHead: number,
  ): Promise<{ head: number; pages: readonly { kind: string; count: number; json: string }[] }>;
}

export interface SnapshotWish {
  facility: string;
  scope: string;
  /** An older snapshot would leave a gap behind the device's cursor. */
  minHead: number;
  /** One begun earlier, to go on with. */
  begun?: string;
}

/** One frame: four bytes of length, big-endian, then the bytes. */
export function frame(bytes: Uint8Array): Buffer[] {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.byteLength);
  return [length, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)];
}

/**
 * Snapshots of scopes, made once and given to every device that asks until they are too old [S45]. First requests that come
 * together share one making. Nothing here is state: another process makes its own.
 */
export class Snapshots {
  readonly #source: SnapshotSource;
  readonly #newId: () => string;
  /** By snapshot id, oldest use first. */
  readonly #kept = new Map<string, { place: string; snapshot: Snapshot; bytes: number }>();
  readonly #newest = new Map<string, string>();
  readonly #making = new Map<string, Promise<Snapshot>>();
  #bytes = 0;

  constructor(source: SnapshotSource, newId: () => string) {
    this.#source = source;
    this.#newId = newId;
  }

  /** The snapshot that was begun, when it is still here; else one that is not older than `minHead` and not far behind the present. */
  async get(wish: SnapshotWish): Promise<Snapshot> {
    const { facility, scope, minHead } = wish;
    const place = `${facility}/${scope}`;
    const [head, { epoch }] = await Promise.all([this.#source.head(facility), this.#source.epoch(facility)]);
    const fits = (snapshot: Snapshot) => snapshot.header.epoch === epoch && snapshot.header.head >= minHead;
    const begun = this.#find(wish.begun, place);
    if (begun && fits(begun)) return begun;
    const newest = this.#find(this.#newest.get(place), place);
    if (newest && fits(newest) && head - newest.header.head <= CHANGES_MAX) return newest;
    const made = await this.#shared(facility, scope, epoch, head);
    // The making that was joined may have begun before what this device has seen; a cursor beyond the head is from another life.
    return made.header.head >= Math.min(minHead, head) ? made : this.#shared(facility, scope, epoch, head);
  }

  #find(id: string | undefined, place: string): Snapshot | undefined {
    const kept = id === undefined ? undefined : this.#kept.get(id);
    if (id === undefined || kept?.place !== place) return undefined;
    this.#kept.delete(id);
    this.#kept.set(id, kept);
    return kept.snapshot;
  }

  #shared(facility: string, scope: string, epoch: string, head: number): Promise<Snapshot> {
    const place = `${facility}/${scope}`;
    const running = this.#making.get(place);
    if (running) return running;
    const making = this.#make(facility, scope, epoch, head).finally(() => this.#making.delete(place));
    this.#making.set(place, making);
    return making;
  }

  async #make(facility: string, scope: string, epoch: string, minHead: number): Promise<Snapshot> {
    const pages: Buffer[] = [];
    const told: SnapshotHeader['pages'] = [];
    const printed = await this.#source.snapshotPages(facility, scope, SNAPSHOT_PAGE_ROWS, minHead);
    for (const { kind, count, json } of printed.pages) {
      const bytes = await compress(json, { level: GZIP_LEVEL });
      told.push({ n: pages.length, kind, count, bytes: bytes.byteLength, crc32: crc32(bytes) });
      pages.push(bytes);
    }
    const { head } = printed;
    const snapshot = { header: { snapshot: this.#newId(), epoch, scope, head, pages: told }, pages };
    this.#keep(`${facility}/${scope}`, snapshot);
    return snapshot;
  }

  #keep(place: string, snapshot: Snapshot): void {
    const bytes = snapshot.pages.reduce((sum, page) => sum + page.byteLength, 0);
    const id = snapshot.header.snapshot;
    this.#kept.set(id, { place, snapshot, bytes });
    this.#newest.set(place, id);
    this.#bytes += bytes;
    for (const [old, { place: of, bytes: freed }] of this.#kept) {
      if ((this.#bytes <= KEPT_BYTES_MAX && this.#kept.size <= KEPT_MAX) || old === id) break;
      this.#kept.delete(old);
      this.#bytes -= freed;
      if (this.#newest.get(of) === old) this.#newest.delete(of);
    }
  }
}
