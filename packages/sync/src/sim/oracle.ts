import type { AnyRow } from '@psa/domain';
import type { Effects, MutationEntry, RowWrite } from '../server/store.ts';

/** The last change of a row in a scope, as the sequence has it. */
export interface Entity {
  kind: string;
  id: string;
  scope: string;
  seq: number;
  op: 'U' | 'D' | 'X';
  version: number;
}

/** What is really in the database: the truth that devices are held against. */
export interface Oracle {
  head: number;
  epoch: string;
  rows: readonly { kind: string; row: AnyRow }[];
  /** Every answered mutation, first answers first. */
  mutations: readonly MutationEntry[];
  quarantine: readonly { mid: string; state: string; code: string; payload: unknown }[];
  /** Every committed transaction with its number (null: it wrote nothing that travels) and the rows that followed from it, in commit order. `file`: it took this patient to the archive. */
  commits: readonly { seq: number | null; effects: Effects; derived?: readonly RowWrite[]; file?: string }[];
  entities: Iterable<Entity>;
  /** Patients in the archive. */
  archived: ReadonlySet<string>;
  /** The lives that `commits` were made in, oldest first: how many commits there were when each began. */
  lives: readonly { epoch: string; commits: number }[];
}
