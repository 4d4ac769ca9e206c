import { type AnyRow, mayHoldScope, ProblemError } from '@psa/domain';
import { crc32 } from '../crc32.ts';
import { SNAPSHOT_PAGE_ROWS, type SnapshotHeader, type SnapshotRequest } from '../protocol.ts';
import type { Caller, ServerEnv } from './end.ts';
import { grants } from './pull.ts';
import type { ServerStore } from './store.ts';

/** A snapshot as it is kept: the same bytes for every device that asks. */
interface Snapshot {
  header: SnapshotHeader;
  pages: { n: number; bytes: Uint8Array }[];
  made_ms: number;
}

/** Snapshots kept for the next device and for resuming: a ward of 20,000 patients takes about 3 MB. */
const KEPT_MAX = 12;
/** What changed since is pulled after the snapshot; beyond this it is cheaper to make a new one. */
const SHARED_FOR_MS = 10 * 60 * 1000;

/** Makes snapshots and keeps the latest ones; two devices that ask at once share one. */
export class SnapshotShelf {
  readonly #store: ServerStore;
  readonly #env: Pick<ServerEnv, 'now' | 'newId' | 'compress'>;
  readonly #kept = new Map<string, Snapshot>();
  readonly #making = new Map<string, Promise<Snapshot>>();

  constructor(store: ServerStore, env: Pick<ServerEnv, 'now' | 'newId' | 'compress'>) {
    this.#store = store;
    this.#env = env;
  }

  /** A snapshot not older than `min_head`: the one begun (from the page asked for) when it is still here, else another from its start. */
  async fetch(caller: Caller, request: SnapshotRequest): Promise<Pick<Snapshot, 'header' | 'pages'>> {
    if (request.device !== caller.device)
      throw new ProblemError('BAD_REQUEST', { say: 'This session belongs to another device.' });
    if (caller.device_state !== 'active') throw new ProblemError('DEVICE_REVOKED');
    if (!mayHoldScope(grants(caller.actor, []).granted, request.scope)) throw new ProblemError('NOT_YOURS');
    const facility = caller.actor.facility_id;
    const { epoch } = await this.#store.epoch(facility);
    const fits = (s: Snapshot) =>
      s.header.epoch === epoch && s.header.scope === request.scope && s.header.head >= request.min_head;
    const begun = request.snapshot === undefined ? undefined : this.#kept.get(`${facility}/${request.snapshot}`);
    if (begun && fits(begun)) return { header: begun.header, pages: begun.pages.slice(request.from ?? 0) };
    const nowMs = Date.parse(this.#env.now());
    const shared = [...this.#kept]
      .filter(([key, s]) => key.startsWith(`${facility}/`) && fits(s) && Math.abs(nowMs - s.made_ms) < SHARED_FOR_MS)
      .map(([, s]) => s)
      .at(-1);
    let made = shared ?? (await this.#make(facility, epoch, request.scope));
    // The one that was being made may have been read before what this device has seen.
    if (!fits(made)) made = await this.#make(facility, epoch, request.scope);
    return { header: made.header, pages: made.pages };
  }

  #make(facility: string, epoch: string, scope: string): Promise<Snapshot> {
    const place = `${facility}/${epoch}/${scope}`;
    const running = this.#making.get(place);
    if (running) return running;
    const making = this.#build(facility, epoch, scope).finally(() => this.#making.delete(place));
    this.#making.set(place, making);
    return making;
  }

  async #build(facility: string, epoch: string, scope: string): Promise<Snapshot> {
    const { head, kinds } = await this.#store.snapshot(facility, scope);
    const pages: Snapshot['pages'] = [];
    const described: SnapshotHeader['pages'] = [];
    for (const { kind, rows } of pagesOf(kinds)) {
      const bytes = await this.#env.compress(JSON.stringify(rows));
      const n = pages.length;
      pages.push({ n, bytes });
      described.push({ n, kind, count: rows.length, bytes: bytes.length, crc32: crc32(bytes) });
    }
    const snapshot = this.#env.newId();
    const made: Snapshot = {
      header: { snapshot, epoch, scope, head, pages: described },
      pages,
      made_ms: Date.parse(this.#env.now()),
    };
    this.#kept.set(`${facility}/${snapshot}`, made);
    for (const oldest of [...this.#kept.keys()].slice(0, Math.max(0, this.#kept.size - KEPT_MAX))) this.#kept.delete(oldest);
    return made;
  }
}

/** Cuts the rows of each kind into pages. */
export function pagesOf(kinds: readonly { kind: string; rows: AnyRow[] }[]): { kind: string; rows: AnyRow[] }[] {
  return kinds.flatMap(({ kind, rows }) =>
    Array.from({ length: Math.ceil(rows.length / SNAPSHOT_PAGE_ROWS) }, (_, i) => ({
      kind,
      rows: rows.slice(i * SNAPSHOT_PAGE_ROWS, (i + 1) * SNAPSHOT_PAGE_ROWS),
    })),
  );
}
