import type { AnyRow, RECORDS, Row } from '@psa/domain';
import { type AttentionEntry, Overlay } from '@psa/sync';
import type { Attention, RowState } from './api.ts';
import { Topics, Value } from './value.ts';

type Conflict = Row<typeof RECORDS.sync_conflicts>;

const sameList = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((x, i) => x === b[i]);

/** What of each row is unsent, refused or in dispute, and all that needs a person. Answers are the same objects until they change. */
export class Work {
  readonly topics = new Topics();
  readonly attention = new Value<Attention>({ conflicts: [], refused: [] });
  #overlay = new Overlay([], [], null, '');
  #refused: readonly AttentionEntry[] = [];
  readonly #states = new Map<string, RowState>();
  readonly #conflictsOf: (id: string) => readonly AnyRow[];

  /** @param conflictsOf shown conflicts about the record of this id. */
  constructor(conflictsOf: (id: string) => readonly AnyRow[]) {
    this.#conflictsOf = conflictsOf;
  }

  get overlay(): Overlay {
    return this.#overlay;
  }

  subscribe(kind: string, id: string, told: () => void): () => void {
    return this.topics.subscribe(`${kind}/${id}`, told);
  }

  rowState(kind: string, id: string): RowState {
    const key = `${kind}/${id}`;
    const known = this.#states.get(key);
    if (known) return known;
    const state = this.#look(kind, id);
    this.#states.set(key, state);
    return state;
  }

  get refused(): readonly AttentionEntry[] {
    return this.#refused;
  }

  /** What waits has changed. The rows it touches are laid anew by the caller. */
  setOverlay(overlay: Overlay): void {
    this.#overlay = overlay;
  }

  setRefused(refused: readonly AttentionEntry[]): void {
    this.#refused = refused;
  }

  /** Looks again at everything somebody has asked about. @param conflicts all shown conflicts. */
  review(conflicts: readonly AnyRow[]): void {
    const open = conflicts.filter((c) => c.status === 'Open') as unknown as Conflict[];
    const before = this.attention.get();
    if (!sameList(before.conflicts, open) || !sameRefused(before.refused, this.#refused)) {
      this.attention.set({ conflicts: open, refused: this.#refused });
    }
    const changed: string[] = [];
    for (const [key, state] of this.#states) {
      const cut = key.indexOf('/');
      const now = this.#look(key.slice(0, cut), key.slice(cut + 1));
      if (sameState(state, now)) continue;
      this.#states.set(key, now);
      changed.push(key);
    }
    this.topics.tell(changed);
  }

  clear(): void {
    this.#overlay = new Overlay([], [], null, '');
    this.#refused = [];
    this.#states.clear();
    this.attention.set({ conflicts: [], refused: [] });
    this.topics.tellAll();
  }

  #look(kind: string, id: string): RowState {
    const conflicts = this.#conflictsOf(id).filter((c) => c.kind === kind && c.status === 'Open') as unknown as Conflict[];
    const refused = this.#refused.filter((entry) => entry.group.mutations.some((m) => m.kind === kind && m.id === id)).length;
    return { ...this.#overlay.unsentOf(kind, id), conflicts, refused };
  }
}

const sameRefused = (a: readonly AttentionEntry[], b: readonly AttentionEntry[]): boolean =>
  sameList(
    a.map((e) => e.cseq),
    b.map((e) => e.cseq),
  );

const sameState = (a: RowState, b: RowState): boolean =>
  a.unsent === b.unsent && a.unsent_since === b.unsent_since && a.refused === b.refused && sameList(a.conflicts, b.conflicts);
