import type { Group, Mutation, MutationResult } from '../protocol.ts';

/** What the world knows of one group, whatever the devices and the server say. */
export interface Made {
  group: Group;
  device: string;
  author: string;
  /** Its save was called done: from here on it may not be lost. */
  saved: boolean;
  /** The epoch whose numbers its author had read. */
  epoch: string | null;
  /** By mid: the version of the server's copy that really lay on the device when it was made. */
  read: ReadonlyMap<string, number>;
  /** Spoilt on purpose: the server must refuse it. */
  spoilt: 'values' | 'signature' | 'text' | 'rights' | null;
  /** The refused group that it took the place of. */
  mends: string | null;
  /** Made by an app that is two versions behind the server. */
  old: boolean;
  /** The step of the day at which it was made. */
  step: number;
}

/** Everything that people did, and every answer that a device was given. */
export class Ledger {
  readonly groups = new Map<string, Made>();
  readonly byMid = new Map<string, { made: Made; mutation: Mutation }>();
  /** By epoch and mid: the first final answer, as text. */
  readonly answers = new Map<string, string>();
  /** Two answers to one mid that differ. */
  readonly contradictions: string[] = [];

  add(made: Made): void {
    this.groups.set(made.group.group, made);
    for (const mutation of made.group.mutations) this.byMid.set(mutation.mid, { made, mutation });
  }

  /** Notes an answer that left the server. */
  answered(epoch: string, result: MutationResult): void {
    if (result.status === 'deferred' || result.mid === '') return;
    const key = `${epoch} ${result.mid}`;
    const text = JSON.stringify(result);
    const known = this.answers.get(key);
    if (known === undefined) this.answers.set(key, text);
    else if (known !== text) this.contradictions.push(`${result.mid}: first ${known}, then ${text}`);
  }

  /** Groups that another group took the place of. */
  mended(): Set<string> {
    return new Set([...this.groups.values()].flatMap((m) => (m.mends !== null && m.saved ? [m.mends] : [])));
  }
}
