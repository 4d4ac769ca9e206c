import { fileScopes } from '@psa/domain';
import { type Database, strictly, type WantedFiles } from './database.ts';
import { Topics } from './value.ts';

/** A file that was opened and not pinned stays so long. */
const KEPT_DAYS = 14;
/** Files on one device, pinned or opened lately: each is up to three scopes that every pull names. */
const FILES_MAX = 60;

/** How a patient stands to the archive, as a screen shows it. */
export interface FileState {
  /** Their notes, orders and medicines are in the archive. */
  archived: boolean;
  /** All that this person may see of the file is on this device. */
  held: boolean;
  /** Somebody wished that it stays on this device. */
  pinned: boolean;
}

const PLAIN: FileState = { archived: false, held: false, pinned: false };

/** Which patients lie in the archive, and whose files are here. Answers are the same objects until they change. */
export class Files {
  readonly topics = new Topics();
  readonly #archived = new Set<string>();
  #held: ReadonlySet<string> = new Set();
  #wanted: WantedFiles = {};
  readonly #states = new Map<string, FileState>();

  get archived(): ReadonlySet<string> {
    return this.#archived;
  }

  state(patient: string): FileState {
    const known = this.#states.get(patient);
    if (known) return known;
    const archived = this.#archived.has(patient);
    const pinned = this.#wanted[patient]?.pinned === true;
    if (!archived && !pinned) return PLAIN;
    const state = { archived, pinned, held: archived && this.#held.has(patient) };
    this.#states.set(patient, state);
    return state;
  }

  /** These patients were read outside the archive, those in it. */
  placed(outside: readonly { id: string }[], inside: Iterable<string>): void {
    for (const { id } of outside) if (this.#archived.delete(id)) this.#changed([id]);
    const came: string[] = [];
    for (const id of inside) {
      if (this.#archived.has(id)) continue;
      this.#archived.add(id);
      came.push(id);
    }
    this.#changed(came);
  }

  /** What is wanted, and which scopes are held by whoever holds all of `granted`. */
  heard(wanted: WantedFiles, held: readonly string[]): void {
    const before = [...this.#states.keys()];
    this.#wanted = wanted;
    const home = held.filter((scope) => !scope.includes('/'));
    const here = new Set(held);
    this.#held = new Set(Object.keys(wanted).filter((patient) => fileScopes(home, patient).every((scope) => here.has(scope))));
    this.#changed([...before, ...Object.keys(wanted)]);
  }

  clear(): void {
    const before = [...this.#archived];
    this.#archived.clear();
    this.heard({}, []);
    this.#changed(before);
  }

  #changed(patients: readonly string[]): void {
    for (const patient of patients) this.#states.delete(patient);
    if (patients.length > 100) this.topics.tellAll();
    else this.topics.tell(patients);
  }
}

/** What is wanted on this device. */
export const readWanted = async (db: Database): Promise<WantedFiles> => ((await db.get('meta', 'files')) ?? {}) as WantedFiles;

/**
 * Wants the file of a patient on this device, or lets go of the pin; what was opened long ago and is not pinned goes. Rejects with DEVICE_FULL.
 * @param pinned absent: as it is, or not.
 * @param keep whether nothing may go now, as somebody's unsent work may be about it.
 */
export function wantFile(db: Database, patient: string, wish: { pinned?: boolean; now: number; keep: boolean }): Promise<void> {
  const at = new Date(wish.now).toISOString();
  const since = new Date(wish.now - KEPT_DAYS * 86_400_000).toISOString();
  return strictly(db, ['meta'], async (tx) => {
    const wanted = ((await tx.objectStore('meta').get('files')) ?? {}) as WantedFiles;
    const pinned = wish.pinned ?? wanted[patient]?.pinned ?? false;
    const all = { ...wanted, [patient]: { pinned, opened_at: at } };
    const [last = [], others] = [
      Object.entries(all).filter(([, f]) => f.pinned),
      Object.entries(all)
        .filter(([, f]) => !f.pinned && (wish.keep || f.opened_at >= since))
        .sort(([, a], [, b]) => (a.opened_at < b.opened_at ? 1 : -1)),
    ];
    const room = wish.keep ? others.length : Math.max(1, FILES_MAX - last.length);
    await tx.objectStore('meta').put(Object.fromEntries([...last, ...others.slice(0, room)]), 'files');
  });
}
