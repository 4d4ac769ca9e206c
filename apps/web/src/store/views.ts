import { recordOf } from '@psa/domain';
import type { Group, Wish } from '@psa/sync';
import { instantOf } from '@psa/sync';

/** Somebody who goes back and forth between two pages looks once. */
const AGAIN_MS = 15 * 60 * 1000;

interface Entry {
  group: Group;
}

/** Whether a group only tells the audit what was read here: it is sent like any other, but it is nobody's work that waits. */
export const isTold = ({ group }: Entry): boolean => group.mutations.every((m) => recordOf(m.kind)?.reads !== undefined);

/** Which patients' records were opened lately, and by whom; known from what this device has saved. */
export class Views {
  /** `<person>/<patient>` → when, ms. */
  readonly #last = new Map<string, number>();

  /** Takes in groups as they are stored; those that tell of no reading are passed over. */
  learn(entries: readonly Entry[]): void {
    for (const { group } of entries.filter(isTold)) {
      for (const { patch, at } of group.mutations) this.#note(`${group.author}/${patch.patient_id}`, Date.parse(at));
    }
  }

  /**
   * The wish that tells of a reading, and a way to take it back when it could not be saved; null when the same person opened the same
   * record less than a quarter of an hour ago.
   */
  begin(person: string, patient: string, id: string, now: number): { wish: Wish; undo: () => void } | null {
    const key = `${person}/${patient}`;
    const before = this.#last.get(key);
    // A clock that was put back must not hide a reading for long.
    if (before !== undefined && Math.abs(now - before) < AGAIN_MS) return null;
    this.#last.set(key, now);
    const wish: Wish = {
      kind: 'record_views',
      id,
      op: 'create',
      base: 0,
      patch: { patient_id: patient, viewed_at: instantOf(now) },
    };
    return { wish, undo: () => this.#last.delete(key) };
  }

  forget(): void {
    this.#last.clear();
  }

  #note(key: string, at: number): void {
    if (at > (this.#last.get(key) ?? Number.NEGATIVE_INFINITY)) this.#last.set(key, at);
  }
}
