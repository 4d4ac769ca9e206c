import type { RowState } from './api.ts';
import { Topics } from './value.ts';

const CLEAN: RowState = { unsent: 0, unsent_since: null, conflicts: [], refused: 0 };

/** What of each row is unsent, refused or in dispute. */
export class Work {
  readonly topics = new Topics();
  subscribe(kind: string, id: string, told: () => void): () => void {
    return this.topics.subscribe(`${kind}/${id}`, told);
  }
  rowState(_kind: string, _id: string): RowState {
    return CLEAN;
  }
}
