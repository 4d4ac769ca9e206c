import { type Broken, type Effects, keysOf, type Loaded, type Need } from '@psa/sync';

/** One transaction as its caller asks for it (`ServerStore.transact`). */
export interface Member {
  need: Need;
  decide: (loaded: Loaded) => Effects;
}

export interface Outcome {
  broken: Broken | null;
  effects: Effects;
}

/** What a shared transaction has for one member: its effects, committed, or what its `decide` threw; then nothing of it was written. */
export type Share = { effects: Effects } | { thrown: unknown };

/** What the line needs of the database. */
export interface Runner {
  /**
   * All members in one database transaction. It gives up when somebody else holds a lock for long. Rejects when nothing was written,
   * or when it is not known whether anything was.
   */
  together(facility: string, members: readonly Member[]): Promise<Share[]>;
  /** Into what parts members are taken apart after `together` rejected; 'no' when it is not known what was written. */
  splits(error: unknown): 'halves' | 'singles' | 'no';
  /** One member by itself, to the end: races are run again, locks are waited for. `first`: an attempt that is under way. */
  alone(facility: string, member: Member, first?: Promise<Share[]>): Promise<Outcome>;
}

/** Members of one transaction. More would not cost less each, and all of them wait for the last. */
const MEMBERS_MAX = 64;
/** Keys of one transaction: a group of hundreds of rows is a batch by itself. */
const KEYS_MAX = 1_024;
/** How far a batch looks along the line for members that fit. */
const LOOK_MAX = 512;
/** Transactions of a facility under way at once: one is flushed to the disk while the next is loaded, judged and written. */
const LANES = 2;

interface Waiting extends Member {
  keys: readonly string[];
  done: (outcome: Outcome) => void;
  failed: (error: unknown) => void;
}

interface Line {
  waiting: Waiting[];
  /** Keys of members that were taken and have no answer yet. */
  held: Set<string>;
  running: number;
  /** Whether a look at the line is due already. */
  due: boolean;
}

/**
 * Lets transactions of one facility that wait for each other share one commit, and so one flush of the disk (S20). Only such as have
 * nothing in common share one. When a shared one fails, its members are run again in smaller parts, in the end each by itself: what
 * one of them did wrong is told to that one. Who shares something with an earlier one waits until that one has its answer.
 */
export class GroupCommit {
  readonly #runner: Runner;
  readonly #lines = new Map<string, Line>();

  constructor(runner: Runner) {
    this.#runner = runner;
  }

  /** Resolves when the commit is durable. */
  add(facility: string, member: Member): Promise<Outcome> {
    return new Promise((done, failed) => {
      const line = this.#lines.get(facility) ?? { waiting: [], held: new Set<string>(), running: 0, due: false };
      this.#lines.set(facility, line);
      line.waiting.push({ ...member, keys: keysOf(member.need), done, failed });
      this.#look(facility, line);
    });
  }

  /** What arrived with one wake-up of the event loop shares the first transaction too. */
  #look(facility: string, line: Line): void {
    if (line.due || line.running >= LANES || line.waiting.length === 0) return;
    line.due = true;
    setImmediate(() => {
      line.due = false;
      const batch = take(line);
      if (batch.length === 0) return;
      this.#start(facility, line, batch);
      this.#look(facility, line);
    });
  }

  #start(facility: string, line: Line, batch: readonly Waiting[]): void {
    line.running++;
    const attempt = this.#runner.together(facility, batch);
    // The lane is free with the first attempt: what goes on after a failure may wait for a lock that somebody holds for an hour.
    const next = () => {
      line.running--;
      this.#look(facility, line);
    };
    attempt.then(next, next);
    void this.#finish(facility, line, batch, attempt);
  }

  async #finish(facility: string, line: Line, batch: readonly Waiting[], attempt: Promise<Share[]>): Promise<void> {
    const [only] = batch;
    if (batch.length === 1 && only) {
      await this.#runner.alone(facility, only, attempt).then(only.done, only.failed);
      this.#leave(facility, line, only);
      return;
    }
    try {
      const shares = await attempt;
      batch.forEach((one, i) => {
        const share = shares[i];
        if (share && 'effects' in share) one.done({ broken: null, effects: share.effects });
        else one.failed(share?.thrown);
        this.#leave(facility, line, one);
      });
    } catch (error) {
      const how = this.#runner.splits(error);
      if (how === 'no') {
        for (const one of batch) {
          one.failed(error);
          this.#leave(facility, line, one);
        }
        return;
      }
      const size = how === 'singles' ? 1 : Math.ceil(batch.length / 2);
      const parts = batch.flatMap((_one, i) => (i % size === 0 ? [batch.slice(i, i + size)] : []));
      await Promise.all(parts.map((part) => this.#again(facility, line, part)));
    }
  }

  /** A part of a batch that failed; whoever is alone now waits for what it needs. */
  async #again(facility: string, line: Line, part: readonly Waiting[]): Promise<void> {
    const [only] = part;
    if (part.length > 1) return this.#finish(facility, line, part, this.#runner.together(facility, part));
    if (!only) return;
    await this.#runner.alone(facility, only).then(only.done, only.failed);
    this.#leave(facility, line, only);
  }

  #leave(facility: string, line: Line, one: Waiting): void {
    for (const key of one.keys) line.held.delete(key);
    if (line.waiting.length > 0) this.#look(facility, line);
    else if (line.running === 0 && line.held.size === 0 && !line.due) this.#lines.delete(facility);
  }
}

/** Takes the next batch off the line: in the order they came, nobody past an earlier one with whom they share a key. */
function take(line: Line): Waiting[] {
  const batch: Waiting[] = [];
  const left: Waiting[] = [];
  const passed = new Set<string>();
  let [keys, looked] = [0, 0];
  for (const one of line.waiting) {
    const room = batch.length === 0 || (batch.length < MEMBERS_MAX && keys + one.keys.length <= KEYS_MAX);
    if (room && looked++ < LOOK_MAX && one.keys.every((key) => !line.held.has(key) && !passed.has(key))) {
      batch.push(one);
      keys += one.keys.length;
      for (const key of one.keys) line.held.add(key);
    } else {
      left.push(one);
      for (const key of one.keys) passed.add(key);
    }
  }
  line.waiting = left;
  return batch;
}
